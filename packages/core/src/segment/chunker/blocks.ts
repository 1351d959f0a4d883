import type { Steps } from '../slices.ts';
import { indexWithin, isAsciiLetter, isDigit, isWhiteSpace } from './characters.ts';
import type { LineTable } from './lines.ts';
import type { Meter } from './meter.ts';
import { Pairs } from './pairs.ts';

/** Kind of a run of lines. `line` is ordinary text, each line by itself. */
export type BlockKind =
  | 'heading'
  | 'rule'
  | 'list'
  | 'quote'
  | 'code'
  | 'table'
  | 'html'
  | 'math'
  | 'citation'
  | 'metadata'
  | 'line';

/** Lines [from, to); the first and the last are not blank. */
export interface Block {
  kind: BlockKind;
  from: number;
  to: number;
}

/** Beyond this an indented line is prose with an indented first line, not code. */
const MAX_CODE_LINE = 200;
const MAX_METADATA_LINES = 64;

const BULLETS = '-*+•‣◦▪●○■';

/** HTML elements that start a block of their own, as opposed to those inside a line of text. */
const BLOCK_ELEMENTS: ReadonlySet<string> = new Set(
  (
    'address article aside base body caption center col colgroup dd details dialog dir div dl dt fieldset ' +
    'figcaption figure footer form frame frameset head header hr html iframe legend li link main menu menuitem ' +
    'meta nav noscript ol optgroup option p param search section source summary table tbody td template tfoot ' +
    'th thead title tr track ul h1 h2 h3 h4 h5 h6 pre script style textarea svg math blockquote'
  ).split(' '),
);

/** Of these, those that another HTML block ends before. */
const OWN_BLOCK: ReadonlySet<string> = new Set(
  'h1 h2 h3 h4 h5 h6 hr table pre script style textarea svg math ul ol dl p blockquote figure article section'.split(
    ' ',
  ),
);

const HEADING_ELEMENT = /^h[1-6]$/;

/** The length of a run of one character. */
function runLength(text: string, at: number, end: number): number {
  const code = text.charCodeAt(at);
  let to = at + 1;
  while (to < end && text.charCodeAt(to) === code) to++;
  return to - at;
}

/** Length of the run that opens a code fence; 0 if the line opens none. */
function fenceLength(text: string, at: number, end: number): number {
  const character = text[at];
  if (character !== '`' && character !== '~') return 0;
  const length = runLength(text, at, end);
  if (length < 3) return 0;
  return character === '`' && indexWithin(text, '`', at + length, end) >= 0 ? 0 : length;
}

const isHeading = (text: string, at: number, end: number): boolean => {
  if (text[at] !== '#') return false;
  const length = runLength(text, at, end);
  return length <= 6 && (at + length === end || isWhiteSpace(text.charCodeAt(at + length)));
};

/** Three or more of one of * - _, spaces between them allowed. */
function isRule(text: string, at: number, end: number): boolean {
  const character = text[at];
  if (character !== '*' && character !== '-' && character !== '_') return false;
  let count = 0;
  for (let index = at; index < end; index++) {
    if (text[index] === character) count++;
    else if (!isWhiteSpace(text.charCodeAt(index))) return false;
  }
  return count >= 3;
}

/** A line of = or - under a heading. */
const isUnderline = (text: string, at: number, end: number): boolean =>
  (text[at] === '=' || text[at] === '-') && end - at >= 2 && runLength(text, at, end) === end - at;

/** Bullets, "1." "1)" "1.a.", "(a)" "a)", task boxes: true if the line starts with one. */
export function isListItem(text: string, at: number, end: number): boolean {
  const code = text.charCodeAt(at);
  let marker = at;
  if (BULLETS.includes(text[at]!)) {
    marker = at + 1;
  } else if (isDigit(code)) {
    while (marker < end && marker - at < 9 && isDigit(text.charCodeAt(marker))) marker++;
    if (text[marker] === ')') marker++;
    else if (text[marker] === '.') {
      marker++;
      if (text[marker + 1] === '.' && /\w/.test(text[marker]!)) marker += 2;
    } else return false;
  } else if (text[at] === '[') {
    if (text[at + 2] !== ']' || !' xX'.includes(text[at + 1]!)) return false;
    marker = at + 3;
  } else if (text[at] === '(') {
    const label = /^\(\w{1,3}\)/.exec(text.slice(at, Math.min(end, at + 5)));
    if (!label) return false;
    marker = at + label[0].length;
  } else if (isAsciiLetter(code) && text[at + 1] === ')') {
    marker = at + 2;
  } else return false;
  return marker < end && isWhiteSpace(text.charCodeAt(marker));
}

/** The row of dashes under the header of a Markdown table. */
export function isDelimiterRow(text: string, at: number, end: number): boolean {
  let dashes = false;
  let pipes = false;
  for (let index = at; index < end; index++) {
    const character = text[index];
    if (character === '-') dashes = true;
    else if (character === '|') pipes = true;
    else if (character !== ':' && character !== ' ' && character !== '\t') return false;
  }
  return dashes && pipes;
}

/** The tag that starts at `at`, its name in lower case. */
export function tagAt(text: string, at: number, end: number): { name: string; closing: boolean } | undefined {
  if (text[at] !== '<') return undefined;
  const closing = text[at + 1] === '/';
  const start = at + (closing ? 2 : 1);
  let to = start;
  while (to < end && to - start <= 10) {
    const code = text.charCodeAt(to);
    if (!isAsciiLetter(code) && !(to > start && isDigit(code))) break;
    to++;
  }
  if (to === start) return undefined;
  const after = text[to];
  if (to < end && after !== '>' && after !== '/' && !isWhiteSpace(text.charCodeAt(to))) return undefined;
  return { name: text.slice(start, to).toLowerCase(), closing };
}

export const isBlockElement = (name: string): boolean => BLOCK_ELEMENTS.has(name);

/** `[1] …`, `[^note]: …` */
const CITATION = /^\[(?:\d{1,4}\](?:[\s:]|$)|\^[^\]\s]{1,40}\]:)/;

/**
 * Divides a text into blocks, in order and without gaps other than blank lines. Every line of any text is examined a
 * bounded number of times.
 *
 * Block starts follow CommonMark, with these deliberate differences: indents count from the least indented
 * line (texts pasted out of code), a list item needs no blank line before it and also starts with "•", "1)",
 * "(a)" or "[ ]", a heading's underline has two characters or more, and HTML elements end at their closing tag.
 */
export function* scanBlocks(lines: LineTable, meter: Meter): Steps<Block[]> {
  const scanner = new BlockScanner(lines, meter);
  const blocks: Block[] = [];
  let line = lines.skipBlank(0);
  while (line < lines.count) {
    const block = scanner.blockAt(line, blocks.at(-1));
    meter.add(1 + lines.end[block.to - 1]! - lines.first[line]!);
    blocks.push(block);
    yield (lines.end[block.to - 1]! - lines.first[line]!) / 4;
    line = lines.skipBlank(block.to);
  }
  return blocks;
}

class BlockScanner {
  readonly #lines: LineTable;
  readonly #text: string;
  readonly #pairs: Pairs;
  readonly #meter: Meter;
  /** Lines before this one have no closing `\]` ahead in their paragraph. */
  #noBracketBefore = 0;

  constructor(lines: LineTable, meter: Meter) {
    this.#lines = lines;
    this.#text = lines.text;
    this.#pairs = new Pairs(lines.text, meter);
    this.#meter = meter;
  }

  /** The block that starts at a line, which is not blank. */
  blockAt(line: number, before: Block | undefined): Block {
    const { first, last, indent } = this.#lines;
    const text = this.#text;
    const at = first[line]!;
    const end = last[line]!;
    const block = (kind: BlockKind, to = line + 1): Block => ({ kind, from: line, to });

    if (before === undefined && text.startsWith('---', at) && end - at === 3) {
      const to = this.#metadataEnd(line);
      if (to > 0) return block('metadata', to);
    }
    if (indent[line]! >= 4 && text[at] !== '<') {
      const continues = before?.kind === 'line' && before.to === line;
      if (!continues && this.#isCodeLine(line)) return block('code', this.#indentedEnd(line));
    }
    switch (text[at]) {
      case '`':
      case '~': {
        const to = this.#fenceEnd(line);
        if (to > 0) return block('code', to);
        break;
      }
      case '#':
        if (isHeading(text, at, end)) return block('heading');
        break;
      case '>':
        return block('quote', this.#quoteEnd(line));
      case '<': {
        const found = this.#html(line);
        if (found) return found;
        break;
      }
      case '$':
      case '\\': {
        const to = this.#mathEnd(line);
        if (to > 0) return block('math', to);
        break;
      }
      case '[':
        if (CITATION.test(text.slice(at, Math.min(end, at + 48)))) {
          return block('citation', this.#indentedWith(line, 2));
        }
        break;
    }
    if (isRule(text, at, end)) return block('rule');
    if (isListItem(text, at, end)) return block('list', this.#listItemEnd(line));
    const tableEnd = this.#tableEnd(line);
    if (tableEnd > 0) return block('table', tableEnd);
    if (this.#isUnderlined(line)) return block('heading', line + 2);
    return block('line');
  }

  #isUnderlined(line: number): boolean {
    const { first, last, indent, count } = this.#lines;
    const next = line + 1;
    return next < count && indent[next]! < 4 && isUnderline(this.#text, first[next]!, last[next]!);
  }

  #metadataEnd(line: number): number {
    const { first, last, count } = this.#lines;
    const limit = Math.min(count, line + MAX_METADATA_LINES);
    for (let at = line + 1; at < limit; at++) {
      const row = this.#text.slice(first[at], Math.min(last[at]!, first[at]! + 4));
      if (at > line + 1 && (row === '---' || row === '...')) return at + 1;
      if (at === line + 1 && indexWithin(this.#text, ':', first[at]!, last[at]!) < 0) return 0;
    }
    return 0;
  }

  #isCodeLine(line: number): boolean {
    const { first, last, indent } = this.#lines;
    return indent[line]! >= 4 && last[line]! - first[line]! <= MAX_CODE_LINE;
  }

  /** Indented code continues over blank lines as long as the next line is indented too. */
  #indentedEnd(line: number): number {
    let to = line + 1;
    for (let at = to; at < this.#lines.count; at = to) {
      at = this.#lines.skipBlank(at);
      if (at >= this.#lines.count || !this.#isCodeLine(at)) break;
      to = at + 1;
    }
    return to;
  }

  /** The line after a fenced block; 0 if none starts here. Without a closing fence it lasts to the end. */
  #fenceEnd(line: number): number {
    const { first, last, indent, count } = this.#lines;
    const start = first[line]!;
    const length = fenceLength(this.#text, start, last[line]!);
    if (length === 0) return 0;
    let lastWithText = line;
    for (let at = line + 1; at < count; at++) {
      if (this.#lines.isBlank(at)) continue;
      lastWithText = at;
      if (this.#text[first[at]!] !== this.#text[start] || indent[at]! > indent[line]! + 3) continue;
      const run = runLength(this.#text, first[at]!, last[at]!);
      if (run >= length && first[at]! + run === last[at]!) return at + 1;
    }
    return lastWithText + 1;
  }

  #quoteEnd(line: number): number {
    const { first, count } = this.#lines;
    let to = line + 1;
    while (to < count && !this.#lines.isBlank(to) && this.#text[first[to]!] === '>') to++;
    return to;
  }

  /** A list item with everything that is indented under it: nested items, paragraphs, code. */
  #listItemEnd(line: number): number {
    const { indent, count } = this.#lines;
    const own = indent[line]!;
    let to = line + 1;
    while (to < count) {
      const next = this.#lines.skipBlank(to);
      if (next >= count) break;
      // After a blank line it takes two columns to belong; directly below, one.
      if (indent[next]! < own + (next > to ? 2 : 1)) break;
      const fence = this.#fenceEnd(next);
      to = fence > 0 ? fence : next + 1;
    }
    return to;
  }

  /** A note with the lines indented under it. */
  #indentedWith(line: number, columns: number): number {
    const { indent, count } = this.#lines;
    let to = line + 1;
    while (to < count && !this.#lines.isBlank(to) && indent[to]! >= indent[line]! + columns) to++;
    return to;
  }

  #tableEnd(line: number): number {
    const { first, last, count } = this.#lines;
    const next = line + 1;
    if (next >= count || this.#lines.isBlank(next)) return 0;
    const startsWithPipe = this.#text[first[line]!] === '|' && this.#text[first[next]!] === '|';
    if (
      !startsWithPipe &&
      !(
        isDelimiterRow(this.#text, first[next]!, last[next]!) &&
        indexWithin(this.#text, '|', first[line]!, last[line]!) >= 0
      )
    ) {
      return 0;
    }
    let to = next + 1;
    while (to < count && !this.#lines.isBlank(to)) {
      const found = startsWithPipe
        ? this.#text[first[to]!] === '|'
        : indexWithin(this.#text, '|', first[to]!, last[to]!) >= 0;
      if (!found) break;
      to++;
    }
    return to;
  }

  #mathEnd(line: number): number {
    const { first, last, count } = this.#lines;
    const text = this.#text;
    const at = first[line]!;
    const end = last[line]!;
    if (text.startsWith('\\begin{', at)) {
      if (text.startsWith('document}', at + 7)) return 0;
      const close = this.#pairs.environmentEnd(at);
      return close === undefined ? 0 : this.#lines.lineAt(close - 1, line) + 1;
    }
    const closing = text.startsWith('$$', at) ? '$$' : text.startsWith('\\[', at) ? '\\]' : undefined;
    if (!closing) return 0;
    if (indexWithin(text, closing, at + 2, end) >= 0) return line + 1;
    if (closing === '\\]' && line < this.#noBracketBefore) return 0;
    let to = line + 1;
    for (; to < count && !this.#lines.isBlank(to); to++) {
      this.#meter.add(last[to]! - first[to]!);
      if (indexWithin(text, closing, first[to]!, last[to]!) >= 0) return to + 1;
    }
    // "$$" opens and closes alike: if none is ahead, no later line of the paragraph can open one.
    if (closing === '\\]') this.#noBracketBefore = to;
    return 0;
  }

  #html(line: number): Block | undefined {
    const { first, last, count } = this.#lines;
    const text = this.#text;
    const at = first[line]!;
    const upTo = (kind: BlockKind, offset: number): Block => ({
      kind,
      from: line,
      to: this.#lines.lineAt(offset - 1, line) + 1,
    });
    if (text.startsWith('<!--', at)) {
      const end = this.#pairs.commentEnd(at);
      return end === undefined ? undefined : upTo('html', end);
    }
    const declaration = text.startsWith('<!', at) || text.startsWith('<?', at);
    const tag = tagAt(text, at, last[line]!);
    if (!declaration && !(tag && BLOCK_ELEMENTS.has(tag.name))) return undefined;
    if (tag?.name === 'hr') return { kind: 'rule', from: line, to: line + 1 };
    if (tag && !tag.closing) {
      const end = this.#pairs.elementEnd(at);
      if (end !== undefined) {
        return upTo(
          HEADING_ELEMENT.test(tag.name) ? 'heading' : tag.name === 'table' ? 'table' : 'html',
          end,
        );
      }
    }
    let to = line + 1;
    for (; to < count && !this.#lines.isBlank(to); to++) {
      if (text[first[to]!] !== '<') continue;
      const next = tagAt(text, first[to]!, last[to]!);
      if (next && !next.closing && OWN_BLOCK.has(next.name)) break;
    }
    return { kind: 'html', from: line, to };
  }
}
