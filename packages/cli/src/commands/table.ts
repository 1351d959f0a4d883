import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainQueryTable, writeQueryTable } from '@nearfield/search/build';
import { FoundationError } from '@nearfield/spec';
import { defineCommand, UsageError } from '../command.ts';
import { foundationOf } from '../foundation.ts';
import { MODEL_OPTIONS } from '../options.ts';

export const table = defineCommand({
  synopsis: 'TEXTS --like MODEL --vocabulary FILE --out DIRECTORY',
  summary: 'train a query table, with which pages search by meaning without the model',
  options: {
    like: { type: 'string', value: 'ID', help: 'the model, which embeds the passages of your indexes' },
    vocabulary: {
      type: 'string',
      value: 'FILE',
      help: 'one token per line, as BERT’s uncased WordPiece\nwrites them: a vocab.txt',
    },
    out: {
      type: 'string',
      value: 'DIRECTORY',
      help: 'folder of the table; nearfield index takes it with\n--table',
    },
    name: { type: 'string', value: 'NAME', help: 'its name (default query-table)' },
    ...MODEL_OPTIONS,
  },
  details: `A table makes vectors of queries in a model’s space without the model. TEXTS has one short text per line, such as
people search for: queries, titles, sentences. 100,000 make a good table.`,
  examples: ['nearfield table queries.txt --like all-MiniLM-L6-v2 --vocabulary vocab.txt --out table'],
  async run({ values, positionals }, { stdout, stderr, env, terminal }) {
    const [source, ...more] = positionals;
    const { like, vocabulary, out, name = 'query-table' } = values;
    if (source === undefined || more.length > 0) throw new UsageError('Name one file of TEXTS.');
    if (like === undefined || vocabulary === undefined || out === undefined) {
      throw new UsageError('--like, --vocabulary and --out are needed.');
    }
    if (!/^[\w.-]+$/.test(name)) {
      throw new UsageError('--name takes letters, digits, dots, dashes and underscores.');
    }
    const [texts, tokens] = [await linesOf(source), await linesOf(vocabulary)];
    const foundation = await foundationOf(values, env);
    try {
      const trained = await trainQueryTable({
        foundation,
        model: like,
        vocabulary: tokens,
        texts,
        name,
        onProgress: ({ stage, done, of }) => {
          if (terminal.stderr) {
            stderr(`\r${stage === 'embed' ? 'texts embedded' : 'steps'}: ${done} of ${of}   `);
          }
        },
      });
      if (terminal.stderr) stderr('\n');
      await mkdir(out, { recursive: true });
      for (const [file, bytes] of writeQueryTable(trained)) await writeFile(join(out, file), bytes);
      stdout(`${tokens.length} rows of ${trained.dimensions} numbers from ${texts.length} texts\n`);
      return 0;
    } finally {
      await foundation.close();
    }
  },
});

async function linesOf(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FoundationError({ code: 'RESOURCE_NOT_FOUND', message: `${path} cannot be read.`, cause });
  });
  return text.replace(/\r?\n$/, '').split(/\r?\n/);
}
