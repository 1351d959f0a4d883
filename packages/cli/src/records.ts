/** Texts that a command works on: arguments, files, or standard input. */
import { createReadStream } from 'node:fs';
import { FoundationError } from '@nearfield/spec';
import { readJsonLines } from '@nearfield/spec/implement';
import { choiceOf } from './arguments.ts';
import { type CommandContext, type OptionTable, UsageError } from './command.ts';

const FORMATS = ['lines', 'jsonl'] as const;

/** Options of commands that read texts. */
export const INPUT_OPTIONS = {
  file: {
    type: 'string',
    short: 'f',
    multiple: true,
    value: 'FILE',
    help: 'read texts from FILE, - for standard input',
  },
  input: {
    type: 'string',
    value: 'FORMAT',
    choices: FORMATS,
    help: 'lines, or jsonl: a JSON string or object a line\n(default: jsonl for files named so, else lines)',
  },
  field: { type: 'string', value: 'NAME', help: 'field of JSON objects that has the text (default text)' },
} as const satisfies OptionTable;

interface InputValues {
  readonly file: readonly string[];
  readonly input?: string | undefined;
  readonly field?: string | undefined;
}

/** A text, and the fields of the JSON object that it was in. */
export interface TextRecord {
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * The texts of arguments and files; without any, those of standard input. Empty lines are left out.
 *
 * @param what the texts are, in an error: "to embed"
 * @throws UsageError where there are none; FoundationError for a file that cannot be read, or a line that is not JSON
 */
export async function readRecords(
  texts: readonly string[],
  values: InputValues,
  { stdin, terminal }: CommandContext,
  what: string,
): Promise<TextRecord[]> {
  const format = choiceOf('input', FORMATS, values.input);
  const field = values.field ?? 'text';
  const records: TextRecord[] = texts.map((text) => ({ text, fields: {} }));
  const files = values.file.length > 0 || texts.length > 0 ? values.file : terminal.stdin ? [] : ['-'];
  for (const file of files) {
    const isJson = (format ?? (/\.(?:jsonl|ndjson)$/i.test(file) ? 'jsonl' : 'lines')) === 'jsonl';
    const name = file === '-' ? 'standard input' : file;
    const bytes = file === '-' ? (stdin as AsyncIterable<Uint8Array>) : bytesOf(file);
    const read = isJson ? jsonRecords(bytes, name, field) : lineRecords(bytes);
    for await (const record of read) records.push(record);
  }
  if (records.length > 0) return records;
  throw new UsageError(
    `There is no text ${what}. Give it as an argument, with --file, or on standard input.`,
  );
}

/** The bytes of a file. @throws FoundationError RESOURCE_NOT_FOUND */
export async function* bytesOf(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new FoundationError({ code: 'RESOURCE_NOT_FOUND', message: `${file} ${why}.`, cause });
  }
}

async function* lineRecords(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TextRecord, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  const record = (line: string): TextRecord => ({ text: line.replace(/\r$/, ''), fields: {} });
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.trim() !== '') yield record(line);
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield record(rest);
}

async function* jsonRecords(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  field: string,
): AsyncGenerator<TextRecord, void, undefined> {
  const fail = (line: number, why: string, cause?: unknown): FoundationError =>
    new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `Line ${line} of ${name} ${why}.`,
      cause,
    });
  for await (const { line, value } of readJsonLines(chunks, fail)) {
    if (typeof value === 'string') yield { text: value, fields: {} };
    else {
      const fields = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
      const text = (fields as Record<string, unknown>)[field];
      if (typeof text !== 'string') {
        throw fail(line, `has no text: it must be a JSON string, or an object whose "${field}" is one`);
      }
      yield { text, fields: fields as Record<string, unknown> };
    }
  }
}
