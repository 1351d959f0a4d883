import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import {
  type BuildOptions,
  buildIndex,
  documentsOfJsonl,
  type SourceDocument,
} from '@nearfield/search/build';
import { writeTo } from '@nearfield/search/engines';
import { readSource, VectorCache, writeIndex } from '@nearfield/search/node';
import type { Command } from './command.ts';
import { countOf, foundationOf, MODEL_OPTIONS, MODEL_USAGE, tableOf, UsageError } from './models.ts';

const EMBEDDER = 'all-MiniLM-L6-v2';

export const indexCommand: Command = {
  usage: `nearfield index SOURCE --out DIRECTORY   build a search index of static files

SOURCE is a folder of HTML or Markdown, a file of JSON lines {"id", "title", "text", "url"}, or - for such lines on
standard input. Serve DIRECTORY with your site; only passages that changed are embedded again.

Options:
  --out DIRECTORY           where the index goes
  --to ADDRESS              write passages, vectors and fields into an engine instead: postgres://host/database,
                            http://host:9200 (Elasticsearch) or http://host:6333 (Qdrant); ?name= tells several apart
  --base ADDRESS            what addresses of pages begin with (default /)
  --clean-urls              addresses without .html
  --keywords-only           no model: the index finds words alone
  --embedder ID             the model for passages (default ${EMBEDDER})
  --table DIRECTORY|none    query table of the embedder: queries then need no model (default: the table of
                            ${EMBEDDER}, if it is installed)
  --cache DIRECTORY|none    where vectors are kept for the next build (default: node_modules/.cache/nearfield, else
                            the user's cache)
  --passage LETTERS         letters of a passage at most (default 900)
${MODEL_USAGE}`,
  async run(args, { stdout, stderr, isTerminal }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...MODEL_OPTIONS,
        out: { type: 'string' },
        to: { type: 'string' },
        base: { type: 'string', default: '/' },
        'clean-urls': { type: 'boolean', default: false },
        'keywords-only': { type: 'boolean', default: false },
        embedder: { type: 'string', default: EMBEDDER },
        table: { type: 'string' },
        cache: { type: 'string' },
        passage: { type: 'string' },
      },
    });
    const [source, ...more] = positionals;
    const { out, to } = values;
    if (source === undefined || more.length > 0) throw new UsageError('Name one SOURCE.');
    if ((out === undefined) === (to === undefined)) {
      throw new UsageError('Name the index’s folder with --out, or an engine with --to.');
    }
    const mostLetters = values.passage === undefined ? undefined : countOf('passage', values.passage);
    const started = performance.now();
    const documents: SourceDocument[] =
      source === '-'
        ? documentsOfJsonl(await text(process.stdin))
        : await readSource(source, {
            base: values.base,
            cleanUrls: values['clean-urls'],
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
              join(values.cache ?? cacheFolder(), `${values.embedder.replace(/[^\w.-]/g, '_')}.vectors`),
            );
      const foundation = await foundationOf(values);
      try {
        const table = to === undefined ? await tableOf(values.table, values.embedder) : undefined;
        if (table === undefined && to === undefined) {
          stderr('No query table: the index finds by meaning only where the model is loaded.\n');
        }
        await build({
          meaning: {
            foundation,
            model: values.embedder,
            ...(table === undefined ? {} : { table }),
            ...(cache === undefined ? {} : { cache }),
          },
          onProgress: ({ embedded: done, of }) => {
            embedded = done;
            if (isTerminal) stderr(`\r${done} of ${of} passages embedded`);
          },
        });
      } finally {
        await foundation.close();
        cache?.close();
      }
      if (isTerminal && embedded > 0) stderr('\n');
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
};

function cacheFolder(): string {
  if (existsSync('node_modules')) return join('node_modules', '.cache', 'nearfield');
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'nearfield');
}
