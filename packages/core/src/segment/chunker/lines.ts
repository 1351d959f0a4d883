import type { Steps } from '../slices.ts';
import { isLineEnd, isWhiteSpace } from './characters.ts';
import { clusterStart } from './graphemes.ts';
import type { Meter } from './meter.ts';

const TAB = 4;
const CHARACTERS_PER_STEP = 65_536;

/** The lines of a text, all found in one pass. Offsets are UTF-16 code units. */
export class LineTable {
  readonly text: string;
  readonly count: number;
  /** Start of each line's text, after its indent; equal to `last` for a blank line. */
  readonly first: Int32Array;
  /** End of each line's text, before trailing white space. */
  readonly last: Int32Array;
  /** End of each line, line end included. */
  readonly end: Int32Array;
  /** Columns of each line's indent beyond the least indented line; a tab reaches to the next multiple of four. */
  readonly indent: Int32Array;

  private constructor(text: string, lines: Record<'first' | 'last' | 'end' | 'indent', readonly number[]>) {
    this.text = text;
    this.count = lines.first.length;
    this.first = Int32Array.from(lines.first);
    this.last = Int32Array.from(lines.last);
    this.end = Int32Array.from(lines.end);
    this.indent = Int32Array.from(lines.indent);
  }

  static *read(text: string, meter: Meter): Steps<LineTable> {
    const first: number[] = [];
    const last: number[] = [];
    const end: number[] = [];
    const indent: number[] = [];
    let at = 0;
    let done = 0;
    let least = Number.POSITIVE_INFINITY;
    while (at < text.length) {
      let columns = 0;
      let lineFirst = -1;
      let lineLast = at;
      let code = 0;
      for (; at < text.length; at++) {
        code = text.charCodeAt(at);
        if (isLineEnd(code)) break;
        if (!isWhiteSpace(code)) {
          if (lineFirst < 0) lineFirst = at;
          lineLast = at + 1;
        } else if (lineFirst < 0) {
          if (code === 0x20) columns++;
          else if (code === 0x09) columns += TAB - (columns % TAB);
        }
      }
      if (lineFirst < 0) lineFirst = lineLast;
      else if (columns < least) least = columns;
      if (at < text.length) at += code === 0x0d && text.charCodeAt(at + 1) === 0x0a ? 2 : 1;
      first.push(lineFirst === lineLast ? lineLast : clusterStart(text, lineFirst));
      last.push(lineLast);
      end.push(at);
      indent.push(columns);
      if (at - done >= CHARACTERS_PER_STEP) {
        // Cheap work: a tenth of what it is elsewhere.
        yield (at - done) / 10;
        done = at;
      }
    }
    meter.add(text.length + first.length);
    return new LineTable(text, {
      first,
      last,
      end,
      indent: indent.map((columns) => Math.max(0, columns - least)),
    });
  }

  /** Start of a line, its indent included. */
  start(line: number): number {
    return line === 0 ? 0 : this.end[line - 1]!;
  }

  isBlank(line: number): boolean {
    return this.first[line] === this.last[line];
  }

  /** The first line at or after `line` that is not blank; `count` if there is none. */
  skipBlank(line: number): number {
    let at = line;
    while (at < this.count && this.isBlank(at)) at++;
    return at;
  }

  /** The line that holds an offset, found by walking on from `line`. */
  lineAt(offset: number, line: number): number {
    let at = line;
    while (at + 1 < this.count && this.end[at]! <= offset) at++;
    return at;
  }
}
