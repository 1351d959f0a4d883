import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { FoundationError, type ReaderCallOptions, type ReadRequest } from '@nearfield/spec';
import { choiceOf, countOf } from '../arguments.ts';
import { type CommandContext, defineCommand, UsageError } from '../command.ts';
import { EMBEDDER } from '../embedded.ts';
import { chosenModel } from '../foundation.ts';
import { MODEL_CHOICE_OPTIONS } from '../options.ts';
import { formatOf, printJson } from '../output.ts';
import { guardedReader } from '../read/guarded-reader.ts';

const FORMATS = ['content', 'markdown', 'text', 'html'] as const;

export const read = defineCommand({
  synopsis: 'URL|FILE',
  summary: 'web pages and PDFs as Markdown',
  options: {
    as: {
      type: 'string',
      value: 'FORMAT',
      choices: FORMATS,
      help: 'content: the main content (default); markdown, text,\nhtml: the whole page',
    },
    question: {
      type: 'string',
      short: 'q',
      value: 'QUESTION',
      help: 'only the passages that answer it best',
    },
    'max-tokens': { type: 'string', value: 'NUMBER', help: 'tokens at most, 500 or more' },
    select: { type: 'string', multiple: true, value: 'SELECTOR', help: 'only what a CSS selector names' },
    remove: { type: 'string', multiple: true, value: 'SELECTOR', help: 'without what a CSS selector names' },
    links: { type: 'boolean', help: 'with --json: a list of the page’s links' },
    images: { type: 'boolean', help: 'with --json: a list of the page’s pictures' },
    url: { type: 'string', value: 'URL', help: 'address of a file or of standard input, for its links' },
    json: { type: 'boolean', help: 'a JSON object in the API’s shape' },
    ...MODEL_CHOICE_OPTIONS,
  },
  details: `A FILE is HTML or a PDF, - is standard input. Only public addresses are loaded, and no script of a page runs.`,
  examples: [
    'nearfield read https://example.com/',
    'nearfield read report.pdf > report.md',
    'nearfield read https://example.com/handbook -q "how to reset a password" --max-tokens 500',
  ],
  async run({ values, positionals: [source, ...more] }, context) {
    if (source === undefined || more.length > 0)
      throw new UsageError('Give one URL or FILE, - for standard input.');
    const format = formatOf({ ...values, jsonl: false });
    const returnFormat = choiceOf('as', FORMATS, values.as) ?? 'content';
    const request: ReadRequest = {
      ...(await sourceOf(source, values.url, context)),
      returnFormat,
      question: values.question ?? null,
      maxTokens: countOf('max-tokens', values['max-tokens'], 500) ?? null,
      targetSelector: values.select,
      removeSelector: values.remove,
      withLinksSummary: values.links ?? false,
      withImagesSummary: values.images ?? false,
    };
    const answer = async (model?: string, options?: ReaderCallOptions): Promise<number> => {
      const { data } = await guardedReader(model, EMBEDDER).read(request, options);
      if (format === 'json') printJson(data, context);
      else {
        if (data.warning !== undefined) context.stderr(`${data.warning}\n`);
        context.stdout(`${data.content}\n`);
      }
      return 0;
    };
    if (values.question === undefined) return answer();
    const { foundation, model } = await chosenModel('rerank', values, context.env);
    try {
      return await answer(model, { foundation });
    } finally {
      await foundation.close();
    }
  },
});

/** @throws FoundationError for a file that cannot be read */
async function sourceOf(
  source: string,
  url: string | undefined,
  { stdin }: CommandContext,
): Promise<Pick<ReadRequest, 'url' | 'html' | 'file'>> {
  if (/^https?:\/\//i.test(source)) return { url: source };
  const bytes =
    source === '-'
      ? await buffer(stdin)
      : await readFile(source).catch((cause: unknown) => unreadable(source, cause));
  if (bytes.subarray(0, 1024).includes('%PDF-') || url === undefined)
    return { file: bytes.toString('base64') };
  return { html: bytes.toString('utf8'), url };
}

function unreadable(file: string, cause: unknown): never {
  throw new FoundationError({
    code: 'RESOURCE_NOT_FOUND',
    message: `${file} could not be read. Give a file, or an address that begins with https://.`,
    cause,
  });
}
