import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { trainQueryTable, writeQueryTable } from '@nearfield/search/build';
import { FoundationError } from '@nearfield/spec';
import type { Command } from './command.ts';
import { foundationOf, MODEL_OPTIONS, MODEL_USAGE, UsageError } from './models.ts';

export const tableCommand: Command = {
  usage: `nearfield table TEXTS --like MODEL --vocabulary FILE --out DIRECTORY   train a query table

A table makes vectors of queries in a model's space without the model. TEXTS has a short text a line, such as people
search for: queries, titles, sentences; 100,000 make a good table.

Options:
  --like ID                 the model, which embeds the passages of your indexes
  --vocabulary FILE         tokens a line, as BERT's uncased WordPiece writes them: a vocab.txt
  --out DIRECTORY           where the table goes; nearfield index takes it with --table
  --name NAME               its name (default query-table)
${MODEL_USAGE}`,
  async run(args, { stdout, stderr, isTerminal }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...MODEL_OPTIONS,
        like: { type: 'string' },
        vocabulary: { type: 'string' },
        out: { type: 'string' },
        name: { type: 'string', default: 'query-table' },
      },
    });
    const [source, ...more] = positionals;
    const { like, vocabulary, out, name } = values;
    if (source === undefined || more.length > 0) throw new UsageError('Name one file of TEXTS.');
    if (like === undefined || vocabulary === undefined || out === undefined) {
      throw new UsageError('--like, --vocabulary and --out are needed.');
    }
    if (!/^[\w.-]+$/.test(name)) throw new UsageError('--name has letters, digits, dots and dashes alone.');
    const [texts, tokens] = [await linesOf(source), await linesOf(vocabulary)];
    const foundation = await foundationOf(values);
    try {
      const table = await trainQueryTable({
        foundation,
        model: like,
        vocabulary: tokens,
        texts,
        name,
        onProgress: ({ stage, done, of }) => {
          if (isTerminal) stderr(`\r${stage === 'embed' ? 'texts embedded' : 'steps'}: ${done} of ${of}   `);
        },
      });
      if (isTerminal) stderr('\n');
      await mkdir(out, { recursive: true });
      for (const [file, bytes] of writeQueryTable(table)) await writeFile(join(out, file), bytes);
      stdout(`${tokens.length} rows of ${table.dimensions} numbers from ${texts.length} texts\n`);
      return 0;
    } finally {
      await foundation.close();
    }
  },
};

async function linesOf(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FoundationError({ code: 'RESOURCE_NOT_FOUND', message: `${path} cannot be read.`, cause });
  });
  return text.replace(/\r?\n$/, '').split(/\r?\n/);
}
