import { text as textOf } from 'node:stream/consumers';
import { SEGMENT_STRATEGIES } from '@nearfield/spec';
import { choiceOf, countOf } from '../arguments.ts';
import { type CommandContext, defineCommand, UsageError } from '../command.ts';
import { chosenModel } from '../foundation.ts';
import { MODEL_CHOICE_OPTIONS } from '../options.ts';
import { formatOf, oneLine, printJson, printJsonLines } from '../output.ts';
import { ProgressLine } from '../progress.ts';
import { bytesOf } from '../records.ts';
import { segmentText } from '../segment/chunks.ts';

interface Document {
  /** Undefined for an argument and standard input. */
  readonly file?: string;
  readonly text: string;
}

export const segment = defineCommand({
  synopsis: '[TEXT ...]',
  summary: 'chunks and tokens of texts',
  options: {
    file: {
      type: 'string',
      short: 'f',
      multiple: true,
      value: 'FILE',
      help: 'a text to cut, - for standard input',
    },
    'max-chunk-length': {
      type: 'string',
      value: 'NUMBER',
      help: 'characters of a chunk at most, tokens for the strategy\ntokens (default 1000)',
    },
    strategy: {
      type: 'string',
      value: 'STRATEGY',
      choices: SEGMENT_STRATEGIES,
      help: `${SEGMENT_STRATEGIES.join(', ')}\n(default structure)`,
    },
    overlap: {
      type: 'string',
      value: 'NUMBER',
      help: 'length that a chunk repeats of the one before (default 0)',
    },
    tokenizer: {
      type: 'string',
      value: 'ID',
      help: 'cl100k_base (default), o200k_base, gpt2, a model’s id, …',
    },
    count: { type: 'boolean', short: 'c', help: 'print the number of tokens alone' },
    json: { type: 'boolean', help: 'a JSON object for each text, in the API’s shape' },
    jsonl: { type: 'boolean', help: 'a JSON object a line for each chunk' },
    ...MODEL_CHOICE_OPTIONS,
  },
  details: `Without a text, all of standard input is one. Prints each chunk on a line of its own, with any white space in it
as one space; --json and --jsonl have it as it is.`,
  examples: [
    'nearfield segment --file README.md | nearfield embed --jsonl',
    'nearfield segment --count < README.md',
    'nearfield segment --file a.md --file b.md --max-chunk-length 500 --jsonl',
  ],
  async run({ values, positionals }, context) {
    const format = formatOf(values);
    const strategy = choiceOf('strategy', SEGMENT_STRATEGIES, values.strategy);
    const rules = {
      ...(values.tokenizer === undefined ? {} : { tokenizer: values.tokenizer }),
      ...(strategy === undefined ? {} : { strategy }),
      max_chunk_length: countOf('max-chunk-length', values['max-chunk-length']),
      overlap: countOf('overlap', values.overlap, 0),
    };
    const documents = await documentsOf(positionals, values.file, context);
    const { foundation, model } = await chosenModel('embed', values, context.env);
    const progress = new ProgressLine(context);
    try {
      const semantic = strategy === 'semantic' ? { model } : {};
      for (const { file, text } of documents) {
        const options = { onProgress: progress.listener('chunks') };
        const { chunk_positions, ...facts } = await segmentText(
          foundation,
          text,
          { ...rules, ...semantic },
          options,
        );
        progress.clear();
        const chunks = chunk_positions.map(([start, end]) => text.slice(start, end));
        const named = file === undefined ? {} : { file };
        if (values.count) {
          const answer = { ...named, num_tokens: facts.num_tokens, tokenizer: facts.tokenizer };
          if (format !== 'text') printJson(answer, context);
          else
            context.stdout(`${facts.num_tokens}${documents.length > 1 ? ` ${file ?? ''}`.trimEnd() : ''}\n`);
        } else if (format === 'json') {
          printJson({ ...named, ...facts, num_chunks: chunks.length, chunk_positions, chunks }, context);
        } else if (format === 'jsonl') {
          const lines = chunks.map((chunk, index) => {
            const [start, end] = chunk_positions[index]!;
            return { ...named, index, start, end, text: chunk };
          });
          printJsonLines(lines, context);
        } else {
          for (const chunk of chunks) context.stdout(`${oneLine(chunk, Number.POSITIVE_INFINITY)}\n`);
        }
      }
      return 0;
    } finally {
      progress.clear();
      await foundation.close();
    }
  },
});

/** @throws UsageError where there is no text; FoundationError for a file that cannot be read */
async function documentsOf(
  texts: readonly string[],
  files: readonly string[],
  { stdin, terminal }: CommandContext,
): Promise<Document[]> {
  const documents: Document[] = texts.map((text) => ({ text }));
  const named = files.length > 0 || texts.length > 0 ? files : terminal.stdin ? [] : ['-'];
  for (const file of named) {
    if (file === '-') documents.push({ text: await textOf(stdin) });
    else documents.push({ file, text: await textOf(bytesOf(file)) });
  }
  if (documents.some(({ text }) => text !== '')) return documents.filter(({ text }) => text !== '');
  throw new UsageError('There is no text to cut. Give it as an argument, with --file, or on standard input.');
}
