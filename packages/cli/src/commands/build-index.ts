import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  type BuildOptions,
  buildIndex,
  documentsOfJsonl,
  type SourceDocument,
} from '@nearfield/search/build';
import { writeTo } from '@nearfield/search/engines';
import { readSource, VectorCache, writeIndex } from '@nearfield/search/node';
import { countOf } from '../arguments.ts';
import { cacheFolder } from '../cache-folder.ts';
import { defineCommand, UsageError } from '../command.ts';
import { foundationOf } from '../foundation.ts';
import { MODEL_OPTIONS } from '../options.ts';
import { tableOf } from '../search/table.ts';

const EMBEDDER = 'all-MiniLM-L6-v2';

export const index = defineCommand({
  synopsis: 'SOURCE --out DIRECTORY',
  summary: 'build a search index, of static files or in a database',
  options: {
    out: { type: 'string', value: 'DIRECTORY', help: 'where the index goes' },
    to: {
      type: 'string',
      value: 'ADDRESS',
      help: 'write passages, vectors and fields into an engine\ninstead: postgres://host/database, http://host:9200\n(Elasticsearch), http://host:6333 (Qdrant);\n?name= tells several apart, ?engine= names the kind',
    },
    base: { type: 'string', value: 'ADDRESS', help: 'what addresses of pages begin with (default /)' },
    'clean-urls': { type: 'boolean', help: 'addresses without .html' },
    ignore: {
      type: 'string',
      multiple: true,
      value: 'CLASS',
      help: 'leave out elements of HTML with this class',
    },
    'keywords-only': { type: 'boolean', help: 'no model: the index finds words alone' },
    embedder: { type: 'string', value: 'ID', help: `the model for passages (default ${EMBEDDER})` },
    table: {
      type: 'string',
      value: 'DIRECTORY|none',
      help: `query table of the embedder: queries then need no\nmodel (default: the table of ${EMBEDDER},\nif it is installed)`,
    },
    cache: {
      type: 'string',
      value: 'DIRECTORY|none',
      help: 'where vectors are kept for the next build (default:\nnode_modules/.cache/nearfield, else the user’s cache)',
    },
    passage: { type: 'string', value: 'LETTERS', help: 'letters of a passage at most (default 900)' },
    ...MODEL_OPTIONS,
  },
  details: `SOURCE is a folder of HTML or Markdown, a file of JSON lines {"id", "title", "text", "url"}, or - for such lines on
standard input. Serve DIRECTORY with your site; only passages that changed are embedded again.`,
  examples: [
    'nearfield index dist --out dist/search',
    'nearfield index docs --out index --keywords-only',
    'nearfield index docs --to postgres://localhost/site',
  ],
  async run({ values, positionals }, { stdin, stdout, stderr, env, terminal }) {
    const [source, ...more] = positionals;
    const { out, to, embedder = EMBEDDER } = values;
    if (source === undefined || more.length > 0) throw new UsageError('Name one SOURCE.');
    if ((out === undefined) === (to === undefined)) {
      throw new UsageError('Name the index’s folder with --out, or an engine with --to.');
    }
    const mostLetters = values.passage === undefined ? undefined : countOf('passage', values.passage);
    const started = performance.now();
    const documents: SourceDocument[] =
      source === '-'
        ? documentsOfJsonl(await text(stdin))
        : await readSource(source, {
            base: values.base ?? '/',
            cleanUrls: values['clean-urls'] ?? false,
            ignore: values.ignore,
            ...(out === undefined ? {} : { except: out }),
          });
    const common = { documents, ...(mostLetters === undefined ? {} : { mostLetters }) };
    let files = new Map<string, Uint8Array<ArrayBuffer>>();
    let embedded = 0;
    const build = async (more: Pick<BuildOptions, 'meaning' | 'onProgress'>): Promise<void> => {
      if (to === undefined) files = await buildIndex({ ...common, ...more });
      else await writeTo(to, { ...common, ...more });
    };
    if (values['keywords-only']) await build({});
    else {
      const cache =
        values.cache === 'none'
          ? undefined
          : new VectorCache(
              join(values.cache ?? cacheFolder(env), `${embedder.replace(/[^\w.-]/g, '_')}.vectors`),
            );
      const foundation = await foundationOf(values, env);
      try {
        const table = to === undefined ? await tableOf(values.table, embedder) : undefined;
        if (table === undefined && to === undefined) {
          stderr('No query table: the index finds by meaning only where the model is loaded.\n');
        }
        await build({
          meaning: {
            foundation,
            model: embedder,
            ...(table === undefined ? {} : { table }),
            ...(cache === undefined ? {} : { cache }),
          },
          onProgress: ({ embedded: done, of }) => {
            embedded = done;
            if (terminal.stderr) stderr(`\r${done} of ${of} passages embedded`);
          },
        });
      } finally {
        await foundation.close();
        cache?.close();
      }
      if (terminal.stderr && embedded > 0) stderr('\n');
    }
    if (out !== undefined) await writeIndex(out, files);
    const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const vectors = values['keywords-only'] ? '' : `, ${embedded} passages embedded`;
    const place =
      to === undefined ? `${files.size} files, ${(bytes / 1e6).toFixed(1)} MB` : to.replace(/\/\/.*@/, '//');
    stdout(`${documents.length} documents in ${place}${vectors}, ${seconds} s\n`);
    return 0;
  },
});
