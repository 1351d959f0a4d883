import { countOf } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { chosenModel } from '../foundation.ts';
import { MODEL_CHOICE_OPTIONS } from '../options.ts';
import { formatOf, OUTPUT_OPTIONS, printJson, printJsonLines } from '../output.ts';
import { ProgressLine } from '../progress.ts';
import { INPUT_OPTIONS, readRecords } from '../records.ts';
import { embedAll, taskOf } from '../vectors.ts';

/** Numbers of a vector that a line shows. */
const SHOWN = 5;

export const embed = defineCommand({
  synopsis: '[TEXT ...]',
  summary: 'vectors of texts',
  options: {
    task: { type: 'string', value: 'TASK', help: 'task of the model, such as retrieval.query' },
    dimensions: {
      type: 'string',
      value: 'NUMBER',
      help: 'length of the vectors, for models that can be cut',
    },
    ...OUTPUT_OPTIONS,
    ...INPUT_OPTIONS,
    ...MODEL_CHOICE_OPTIONS,
  },
  details: 'Without a text, each line of standard input is one.',
  examples: [
    'nearfield embed "hello world"',
    'cat texts.txt | nearfield embed --json',
    'nearfield embed --file documents.jsonl --field body --jsonl > vectors.jsonl',
    'nearfield embed "fresh bread" --remote --task retrieval.query',
  ],
  async run({ values, positionals }, context) {
    const format = formatOf(values);
    const dimensions = countOf('dimensions', values.dimensions);
    const records = await readRecords(positionals, values, context, 'to embed');
    const { foundation, model } = await chosenModel('embed', values, context.env);
    const progress = new ProgressLine(context);
    try {
      const texts = records.map(({ text }) => text);
      const task = values.task ?? taskOf(model, 'text-matching');
      const vectors = await embedAll(foundation, model, texts, { task, dimensions, progress });
      progress.clear();
      const data = vectors.map((embedding, index) => ({ object: 'embedding', index, embedding }));
      if (format === 'json') printJson(data, context);
      else if (format === 'jsonl') {
        const lines = records.map(({ text, fields }, index) => ({
          index,
          text,
          ...fields,
          embedding: vectors[index],
        }));
        printJsonLines(lines, context);
      } else {
        for (const { index, embedding } of data) {
          const shown = Array.from(embedding.subarray(0, SHOWN), (value) => value.toFixed(6)).join(', ');
          context.stdout(`[${index}] dim=${embedding.length} [${shown}, ...]\n`);
        }
      }
      return 0;
    } finally {
      progress.clear();
      await foundation.close();
    }
  },
});
