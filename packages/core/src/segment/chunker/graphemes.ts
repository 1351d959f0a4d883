import { isHighSurrogate, isLineEnd, isLowSurrogate, isWhiteSpace } from './characters.ts';

let segmenter: Intl.Segmenter | undefined;

/** No cluster of a living script or emoji is longer; text with a million accents on a letter has such. */
const LONGEST_CLUSTER = 64;

/** Rules of Unicode's annex 29, the same in all locales. */
const graphemes = (): Intl.Segmenter => {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter;
};

/**
 * Characters that join a space before them: combining marks, joiners, emoji modifiers and tags, the half-width
 * voiced sound marks, and the two vowels of Thai and Lao that annex 29 counts as spacing marks.
 */
const JOINS_BEFORE = /[\p{M}\p{Emoji_Modifier}\u200c\u0e33\u0eb3\uff9e\uff9f\u{e0020}-\u{e007f}]|\u200d/u;

/** Whether the character at `at` joins whatever character is before it, line ends apart. */
export function joinsBefore(text: string, at: number): boolean {
  if (text.charCodeAt(at) < 0x300) return false;
  const codePoint = text.codePointAt(at);
  return codePoint !== undefined && JOINS_BEFORE.test(String.fromCodePoint(codePoint));
}

/**
 * Where a chunk may start whose first character that is not white space is at `at`: there, or where the cluster
 * starts in which that character combines with the space before it.
 */
export function clusterStart(text: string, at: number): number {
  if (at === 0 || text.charCodeAt(at) < 0x300) return at;
  const before = text.charCodeAt(at - 1);
  if (!isWhiteSpace(before) || isControl(before) || !joinsBefore(text, at)) return at;
  const from = Math.max(0, at - LONGEST_CLUSTER);
  const cluster = graphemes()
    .segment(text.slice(from, at + 2))
    .containing(at - from);
  return from + (cluster?.index ?? at - from);
}

/** White space that nothing combines with: tabs, line ends, the byte order mark. */
const isControl = (code: number): boolean => code < 0x20 || isLineEnd(code) || code === 0xfeff;

/**
 * Whether text can be cut before the ASCII character at `at`: not after the few signs that annex 29 attaches to
 * what follows them (the Arabic number sign).
 */
export function canCutBefore(text: string, at: number): boolean {
  if (at === 0 || text.charCodeAt(at - 1) < 0x300) return true;
  const from = Math.max(0, at - 2);
  return (
    graphemes()
      .segment(text.slice(from, at + 1))
      .containing(at - from)?.index ===
    at - from
  );
}

/**
 * The last place in (start, limit] where text can be cut without dividing a grapheme cluster. `start` must be a
 * boundary. Where the first cluster reaches beyond `limit`, its end; but a cluster that has more than 64 code units
 * before `limit`, or is first and longer, is cut at `limit`, between code points.
 *
 * `Intl.Segmenter` copies what it is given, so it gets a window only.
 */
export function lastBoundary(text: string, start: number, limit: number): number {
  if (limit >= text.length) return text.length;
  // Between two ASCII characters that are not a line end there is always a boundary.
  const before = text.charCodeAt(limit - 1);
  const after = text.charCodeAt(limit);
  if (before < 0x80 && after < 0x80 && before !== 0x0d) return limit;
  const window = Math.max(limit + 2, start + LONGEST_CLUSTER + 2);
  const segments = graphemes().segment(text.slice(start, window));
  const boundary = start + (segments.containing(limit - start)?.index ?? 0);
  if (boundary > start) {
    // Not before a cluster that never ends: who asks again with a larger limit would get the same answer.
    if (limit - boundary <= LONGEST_CLUSTER) return boundary;
  } else {
    const cluster = segments.containing(0)?.segment.length ?? 0;
    if (cluster <= LONGEST_CLUSTER) return start + cluster;
  }
  if (!isLowSurrogate(after) || !isHighSurrogate(before)) return limit;
  return limit - 1 > start ? limit - 1 : limit + 1;
}

/** The first place in [at, end] that does not divide a grapheme cluster; `start` is a boundary before it. */
export function nextBoundary(text: string, start: number, at: number, end: number): number {
  if (at <= start) return start;
  if (at >= end) return end;
  const found = graphemes()
    .segment(text.slice(start, end))
    .containing(at - start);
  if (!found || found.index === at - start) return at;
  return start + found.index + found.segment.length;
}
