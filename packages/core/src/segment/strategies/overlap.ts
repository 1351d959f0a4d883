import { isLineEnd, isWhiteSpace, skipWhiteSpace } from '../chunker/characters.ts';
import { clusterStart, nextBoundary } from '../chunker/graphemes.ts';
import { Meter } from '../chunker/meter.ts';
import { sentenceStarts } from '../chunker/sentences.ts';
import type { Steps } from '../slices.ts';
import type { Span } from './spans.ts';

/** Amount of the text before each chunk that is repeated at its start. */
export interface OverlapOptions {
  /** Most characters repeated. */
  overlap: number;
  locale?: string | undefined;
  meter?: Meter | undefined;
}

/** Characters before an overlap that are read to find out whether a sentence begins in it. */
const SENTENCE_CONTEXT = 256;

/**
 * Moves the start of each chunk but the first back into the chunk before it: to the earliest sentence or line
 * within `overlap` characters, else the earliest word. Ends stay.
 */
export function* withOverlap(text: string, spans: readonly Span[], options: OverlapOptions): Steps<Span[]> {
  if (options.overlap === 0) return [...spans];
  const overlapping: Span[] = [];
  for (const [index, [start, end]] of spans.entries()) {
    const from = index === 0 ? start : yield* repeatedFrom(text, spans[index - 1]![0], start, options);
    overlapping.push([from, end]);
  }
  return overlapping;
}

/** Start, with its overlap, of the chunk that begins at `start`; `previous` is that of the chunk before. */
function* repeatedFrom(
  text: string,
  previous: number,
  start: number,
  { overlap, locale, meter = new Meter() }: OverlapOptions,
): Steps<number> {
  if (start - overlap <= previous) return previous;
  const earliest = nextBoundary(text, previous, start - overlap, start);
  // The start of a sentence depends on the text before it.
  const context = nextBoundary(text, previous, Math.max(previous, earliest - SENTENCE_CONTEXT), start);
  const [, ...sentences] = yield* sentenceStarts(text, context, start, { locale, meter });
  const candidates = [
    sentences.find((sentence) => sentence >= earliest),
    firstLineStart(text, previous, earliest, start),
  ].filter((candidate) => candidate !== undefined);
  if (candidates.length > 0) return Math.min(...candidates);
  const word = firstWordStart(text, earliest, start);
  return word >= earliest ? word : start;
}

/**
 * The first line that begins in [from, to), its indent included; undefined if none does. Whether one begins at `from`
 * follows from the text from `least` on.
 */
function firstLineStart(text: string, least: number, from: number, to: number): number | undefined {
  const isLineStart = /[\r\n]\s*$/.test(text.slice(Math.max(least, from - 64), from));
  const lineEnd = isLineStart ? from : from + text.slice(from, to).search(/[\r\n]/);
  if (lineEnd < from) return undefined;
  const first = skipWhiteSpace(text, lineEnd, to);
  if (first >= to) return undefined;
  let start = first;
  while (start > lineEnd && !isLineEnd(text.charCodeAt(start - 1))) start--;
  return start;
}

/** The first word that begins in [from, to); `to` if none does. */
export function firstWordStart(text: string, from: number, to: number): number {
  let at = from;
  if (at > 0 && !isWhiteSpace(text.charCodeAt(at - 1))) {
    while (at < to && !isWhiteSpace(text.charCodeAt(at))) at++;
  }
  at = skipWhiteSpace(text, at, to);
  return at < to ? clusterStart(text, at) : to;
}
