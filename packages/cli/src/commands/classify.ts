import { type Classification, LIMITS } from '@nearfield/spec';
import { defineCommand, UsageError } from '../command.ts';
import { chosenModel } from '../foundation.ts';
import { MODEL_CHOICE_OPTIONS } from '../options.ts';
import { formatOf, OUTPUT_OPTIONS, printJson, printJsonLines } from '../output.ts';
import { ProgressLine } from '../progress.ts';
import { INPUT_OPTIONS, readRecords } from '../records.ts';

export const classify = defineCommand({
  synopsis: '[TEXT ...] --labels LABEL,LABEL',
  summary: 'the label that fits each text best',
  options: {
    labels: { type: 'string', multiple: true, value: 'LABEL,LABEL', help: 'labels in words' },
    classifier: {
      type: 'string',
      value: 'ID',
      help: 'a classifier of nearfield classifiers, instead of\nlabels',
    },
    ...OUTPUT_OPTIONS,
    ...INPUT_OPTIONS,
    ...MODEL_CHOICE_OPTIONS,
  },
  details: 'Without a text, each line of standard input is one. Prints a label and its score for each.',
  examples: [
    'nearfield classify "I love this product" --labels positive,negative,neutral',
    'cat tickets.txt | nearfield classify --labels billing --labels "technical problem" --jsonl',
  ],
  async run({ values, positionals }, context) {
    const format = formatOf(values);
    const labels = values.labels
      .flatMap((list) => list.split(','))
      .map((label) => label.trim())
      .filter((label) => label !== '');
    const { classifier } = values;
    if (labels.length === 0 && classifier === undefined) {
      throw new UsageError('Give labels, such as --labels positive,negative.');
    }
    if (labels.length > 0 && classifier !== undefined) {
      throw new UsageError('Give --labels or --classifier, not both: a classifier has labels of its own.');
    }
    const records = await readRecords(positionals, values, context, 'to classify');
    const { foundation, model } = await chosenModel('embed', values, context.env);
    const progress = new ProgressLine(context);
    try {
      const data: Classification[] = [];
      for (let from = 0; from < records.length; from += LIMITS.classify.inputs) {
        const input = records.slice(from, from + LIMITS.classify.inputs).map(({ text }) => text);
        const options = { onProgress: progress.listener('texts', from, records.length) };
        const answer =
          classifier === undefined
            ? await foundation.classify({ model, input, labels }, options)
            : await foundation.classify({ classifier_id: classifier, input }, options);
        data.push(...answer.data.map((item) => ({ ...item, index: from + item.index })));
      }
      progress.clear();
      if (format === 'json') printJson(data, context);
      else if (format === 'jsonl') {
        const lines = data.map(({ index, prediction, score }) => {
          const { text, fields } = records[index]!;
          return { index, text, ...fields, prediction, score };
        });
        printJsonLines(lines, context);
      } else {
        for (const { prediction, score } of data) context.stdout(`${prediction} (${score.toFixed(4)})\n`);
      }
      return 0;
    } finally {
      progress.clear();
      await foundation.close();
    }
  },
});
