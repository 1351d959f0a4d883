import { styleText } from 'node:util';
import type { Match } from './matches.ts';

export interface PrintOptions {
  readonly withName: boolean;
  readonly withLine: boolean;
  readonly withScore: boolean;
  readonly before: number;
  readonly after: number;
  /** Whether every line of the passage is printed, not the nearest one alone. */
  readonly whole: boolean;
  readonly color: boolean;
}

/** A text in one of grep's colours. */
export type Paint = (format: Parameters<typeof styleText>[0], text: string) => string;

export const painter =
  (color: boolean): Paint =>
  (format, text) =>
    color ? styleText(format, text, { validateStream: false }) : text;

/**
 * A match as grep prints it: `name:line:text`, with `-` in place of `:` in lines around it.
 * @returns lines, each with its line feed
 */
export function matchLines({ passage, line, score }: Match, options: PrintOptions): string {
  const { withName, withLine, withScore, before, after, whole } = options;
  const paint = painter(options.color);
  const { file } = passage;
  const [first, last] = whole ? [passage.first, passage.last] : [line, line];
  const output: string[] = [];
  const until = Math.min(file.lines.length - 1, last + after);
  for (let at = Math.max(0, first - before); at <= until; at++) {
    const isMatch = at >= first && at <= last;
    const mark = paint('cyan', isMatch ? ':' : '-');
    const name = withName ? paint('magenta', file.path) + mark : '';
    const number = withLine ? paint('green', String(at + 1)) + mark : '';
    const text = isMatch && at === line ? paint(['bold', 'red'], file.lines[at]!) : file.lines[at]!;
    const shownScore =
      withScore && isMatch && at === line ? `  ${paint('dim', `[${score.toFixed(3)}]`)}` : '';
    output.push(`${name}${number}${text}${shownScore}\n`);
  }
  return output.join('');
}
