import { countOf, numberOf } from '../arguments.ts';
import { defineCommand, UsageError } from '../command.ts';
import { representatives, withoutDuplicates } from '../dedup/select.ts';
import { chosenModel } from '../foundation.ts';
import { MODEL_CHOICE_OPTIONS } from '../options.ts';
import { formatOf, OUTPUT_OPTIONS, printJson, printJsonLines } from '../output.ts';
import { ProgressLine } from '../progress.ts';
import { INPUT_OPTIONS, readRecords } from '../records.ts';
import { embedAll, taskOf } from '../vectors.ts';

/** Cosine above which two texts say the same. */
const SAME = 0.9;

export const dedup = defineCommand({
  synopsis: '[TEXT ...]',
  summary: 'texts without those that say the same',
  options: {
    k: { type: 'string', short: 'k', value: 'NUMBER', help: 'keep this many, those that represent all best' },
    threshold: {
      type: 'string',
      value: 'COSINE',
      help: `drop texts that are more similar to one before them\n(default ${SAME})`,
    },
    ...OUTPUT_OPTIONS,
    ...INPUT_OPTIONS,
    ...MODEL_CHOICE_OPTIONS,
  },
  details: `Each line of standard input is a text. Prints those that stay: in their order, or with -k the most
representative first.`,
  examples: [
    'cat questions.txt | nearfield dedup',
    'cat questions.txt | nearfield dedup --threshold 0.8',
    'nearfield dedup --file tickets.jsonl -k 10 --jsonl',
  ],
  async run({ values, positionals }, context) {
    const format = formatOf(values);
    const k = countOf('k', values.k);
    const threshold = numberOf('threshold', values.threshold, [-1, 1]);
    if (k !== undefined && threshold !== undefined) throw new UsageError('Give -k or --threshold, not both.');
    const records = await readRecords(positionals, values, context, 'to compare');
    const { foundation, model } = await chosenModel('embed', values, context.env);
    const progress = new ProgressLine(context);
    try {
      const texts = records.map(({ text }) => text);
      const task = taskOf(model, 'text-matching');
      const vectors = await embedAll(foundation, model, texts, { task, progress });
      progress.clear();
      const kept =
        k === undefined ? withoutDuplicates(vectors, threshold ?? SAME) : representatives(vectors, k);
      const items = kept.map((index) => ({ index, text: texts[index]! }));
      if (format === 'json') printJson(items, context);
      else if (format === 'jsonl') {
        printJsonLines(
          items.map((item) => ({ ...item, ...records[item.index]!.fields })),
          context,
        );
      } else for (const { text } of items) context.stdout(`${text}\n`);
      return 0;
    } finally {
      progress.clear();
      await foundation.close();
    }
  },
});
