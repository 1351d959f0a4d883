/** The displayed part of a passage: the text around its marks, and the sentence that is highlighted on its page. */

/** `[start, end)` in UTF-16 units. */
export type Range = readonly [start: number, end: number];

/** A piece of text, marked or not. */
export interface Piece {
  readonly text: string;
  readonly isMarked: boolean;
}

/** UTF-16 units of an excerpt, about: two lines on a wide screen. */
const LENGTH = 220;
/** Units before the first marked word, so that its beginning is read. */
const LEAD = 60;
/** Units within which a cut looks for a space. */
const NEAR = 20;

/** A text with ranges of it marked. */
export function marked(text: string, ranges: readonly Range[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const [start, end] of ranges) {
    if (start > at) pieces.push({ text: text.slice(at, start), isMarked: false });
    pieces.push({ text: text.slice(start, end), isMarked: true });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isMarked: false });
  return pieces;
}

/** The stretch of a text that has most of its marks, or its beginning. Cut at words. */
function stretchOf(text: string, ranges: readonly Range[], length: number): Range {
  if (text.length <= length) return [0, text.length];
  let first = 0;
  let most = 0;
  for (const [index, [start]] of ranges.entries()) {
    const inside = ranges.slice(index).filter(([, end]) => end <= start - LEAD + length).length;
    if (inside > most) [first, most] = [start, inside];
  }
  const from = first <= LEAD ? 0 : Math.min(first - LEAD, text.length - length);
  const start = from === 0 ? 0 : wordStart(text, from);
  return [start, start + length >= text.length ? text.length : wordEnd(text, start + length)];
}

/** The next place after a space, if one is near; texts without spaces are cut anywhere but in a surrogate pair. */
function wordStart(text: string, from: number): number {
  const space = text.slice(from, from + NEAR).search(/\s\S/);
  if (space >= 0) return from + space + 1;
  return /[\udc00-\udfff]/.test(text[from]!) ? from + 1 : from;
}

function wordEnd(text: string, to: number): number {
  const space = text.slice(to - NEAR, to).search(/\s\S*$/);
  if (space >= 0) return to - NEAR + space;
  return /[\ud800-\udbff]/.test(text[to - 1]!) ? to - 1 : to;
}

/**
 * The part of a passage that says why it was found, with its marks; its beginning if it has none, as a passage found by
 * meaning may.
 */
export function excerptOf(text: string, ranges: readonly Range[], length = LENGTH): Piece[] {
  const [from, to] = stretchOf(text, ranges, length);
  const inside = ranges
    .filter(([start, end]) => start >= from && end <= to)
    .map(([start, end]): Range => [start - from, end - from]);
  const pieces = marked(text.slice(from, to), inside);
  if (from > 0) pieces.unshift({ text: '…', isMarked: false });
  if (to < text.length) pieces.push({ text: '…', isMarked: false });
  return pieces;
}

/** The sentence of a passage that has most of its marked letters, or its first; with its space as single spaces. */
export function sentenceOf(text: string, ranges: readonly Range[]): string {
  let best = '';
  let most = -1;
  for (const { index: from, 0: paragraph } of text.matchAll(/[^\n]+/g)) {
    for (const { segment, index } of sentences(paragraph)) {
      const start = from + index;
      const inside = ranges.filter((range) => range[0] >= start && range[1] <= start + segment.length);
      const letters = inside.reduce((sum, range) => sum + range[1] - range[0], 0);
      const sentence = segment.replace(/\s+/g, ' ').trim();
      if (letters > most && sentence !== '') [best, most] = [sentence, letters];
    }
  }
  return best;
}

let segmenter: Intl.Segmenter | undefined;

function sentences(text: string): Iterable<{ readonly segment: string; readonly index: number }> {
  if (typeof Intl.Segmenter !== 'function') {
    return [...text.matchAll(/.+?(?:[.!?]+(?=\s|$)|[。！？]|$)/gu)].map(({ 0: segment, index }) => ({
      segment,
      index,
    }));
  }
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'sentence' });
  return segmenter.segment(text);
}
