import { toWire } from '@nearfield/spec/implement';
import { type CommandContext, type OptionTable, UsageError } from './command.ts';

/** Options of commands that answer with one item for each text. */
export const OUTPUT_OPTIONS = {
  json: { type: 'boolean', help: 'the answer as JSON, in the API’s shape' },
  jsonl: { type: 'boolean', help: 'a JSON object a line: the text’s own fields and the answer' },
} as const satisfies OptionTable;

/** How an answer is printed. @throws UsageError for two formats */
export function formatOf({
  json = false,
  jsonl = false,
}: {
  readonly json?: boolean | undefined;
  readonly jsonl?: boolean | undefined;
}): 'text' | 'json' | 'jsonl' {
  if (json && jsonl) throw new UsageError('Give --json or --jsonl, not both.');
  return json ? 'json' : jsonl ? 'jsonl' : 'text';
}

/** Prints a value as JSON: on several lines for a person, on one for a program. Vectors are lists of numbers. */
export function printJson(value: unknown, { stdout, terminal }: CommandContext): void {
  stdout(`${JSON.stringify(toWire(value), undefined, terminal.stdout ? 2 : 0)}\n`);
}

/** Prints values as JSON, one a line. */
export function printJsonLines(values: readonly unknown[], { stdout }: CommandContext): void {
  for (const value of values) stdout(`${JSON.stringify(toWire(value))}\n`);
}

/** A text on one line of a terminal, cut to a length. */
export function oneLine(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const characters = Array.from(line);
  return characters.length > most ? `${characters.slice(0, most).join('')}...` : line;
}
