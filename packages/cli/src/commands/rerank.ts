import { countOf } from '../arguments.ts';
import { defineCommand, UsageError } from '../command.ts';
import { chosenModel } from '../foundation.ts';
import { MODEL_CHOICE_OPTIONS } from '../options.ts';
import { formatOf, OUTPUT_OPTIONS, oneLine, printJson, printJsonLines } from '../output.ts';
import { ProgressLine } from '../progress.ts';
import { INPUT_OPTIONS, readRecords } from '../records.ts';

/** Characters of a document that a line shows. */
const SHOWN = 200;

export const rerank = defineCommand({
  synopsis: 'QUERY',
  summary: 'documents in the order of their relevance to a query',
  options: {
    'top-n': { type: 'string', short: 'n', value: 'NUMBER', help: 'documents at most' },
    ...OUTPUT_OPTIONS,
    ...INPUT_OPTIONS,
    ...MODEL_CHOICE_OPTIONS,
  },
  details: 'Each line of standard input is a document.',
  examples: [
    'cat documents.txt | nearfield rerank "how to reset a password"',
    'nearfield rerank "refunds" --file pages.jsonl --top-n 5 --json',
    'git log --oneline | nearfield rerank "faster start" -n 3',
  ],
  async run({ values, positionals: [query, ...more] }, context) {
    if (query === undefined || more.length > 0) {
      throw new UsageError('Give one QUERY, in quotes. Documents come with --file or on standard input.');
    }
    const format = formatOf(values);
    const topN = countOf('top-n', values['top-n']);
    const records = await readRecords([], values, context, 'to rank');
    const { foundation, model } = await chosenModel('rerank', values, context.env);
    const progress = new ProgressLine(context);
    try {
      const documents = records.map(({ text }) => text);
      const request = { model, query, documents, top_n: topN ?? null };
      const { results } = await foundation.rerank(request, { onProgress: progress.listener('documents') });
      progress.clear();
      if (format === 'json') printJson(results, context);
      else if (format === 'jsonl') {
        const lines = results.map(({ index, relevance_score }) => {
          const { text, fields } = records[index]!;
          return { index, text, ...fields, relevance_score };
        });
        printJsonLines(lines, context);
      } else {
        for (const { index, relevance_score } of results) {
          context.stdout(`[${relevance_score.toFixed(4)}] ${oneLine(documents[index]!, SHOWN)}\n`);
        }
      }
      return 0;
    } finally {
      progress.clear();
      await foundation.close();
    }
  },
});
