/** What of a passage is shown, and which of its words are marked. */
import { analyse, type Language } from '../analysis/analyser.ts';

/** A piece of text, marked or not. */
export interface Piece {
  readonly text: string;
  readonly isMarked: boolean;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** UTF-16 units of an excerpt, about: two lines on a wide screen. */
const LENGTH = 220;
/** Units before the first marked word, so that its beginning is read. */
const LEAD = 60;

/** Where a text has the terms. Neighbours with nothing but a space between them are one span. */
function spansOf(text: string, terms: ReadonlySet<string>, language: Language): Span[] {
  if (terms.size === 0) return [];
  const spans: Span[] = [];
  for (const { term, word } of analyse(text, language)) {
    if (!terms.has(term)) continue;
    const last = spans.at(-1);
    if (last !== undefined && /^[ -]?$/.test(text.slice(last.end, word.start))) {
      spans[spans.length - 1] = { start: last.start, end: word.end };
    } else spans.push({ start: word.start, end: word.end });
  }
  return spans;
}

/** A text with its terms marked. */
export function marked(text: string, terms: ReadonlySet<string>, language: Language): Piece[] {
  return piecesOf(text, spansOf(text, terms, language));
}

function piecesOf(text: string, spans: readonly Span[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    if (start > at) pieces.push({ text: text.slice(at, start), isMarked: false });
    pieces.push({ text: text.slice(start, end), isMarked: true });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isMarked: false });
  return pieces;
}

/** The stretch of a text that has most of its marked words, or its beginning. Cut at words. */
function stretchOf(text: string, spans: readonly Span[], length: number): Span {
  if (text.length <= length) return { start: 0, end: text.length };
  let best = 0;
  let most = 0;
  for (const [index, { start }] of spans.entries()) {
    const inside = spans.slice(index).filter(({ end }) => end <= start - LEAD + length).length;
    if (inside > most) [best, most] = [index, inside];
  }
  const first = spans[best]?.start ?? 0;
  const from = first <= LEAD ? 0 : Math.min(first - LEAD, text.length - length);
  const start = from === 0 ? 0 : wordStart(text, from);
  const end = start + length >= text.length ? text.length : wordEnd(text, start + length);
  return { start, end };
}

/** The next place after a space, if one is near; texts without spaces are cut anywhere but in a surrogate pair. */
function wordStart(text: string, from: number): number {
  const space = text.slice(from, from + 20).search(/\s\S/);
  if (space >= 0) return from + space + 1;
  return /[\udc00-\udfff]/.test(text[from]!) ? from + 1 : from;
}

function wordEnd(text: string, to: number): number {
  const space = text.slice(to - 20, to).search(/\s\S*$/);
  if (space >= 0) return to - 20 + space;
  return /[\ud800-\udbff]/.test(text[to - 1]!) ? to - 1 : to;
}

/**
 * The part of a passage that says why it was found, with its terms marked; its beginning if it has none of them, as a
 * passage found by meaning may.
 */
export function excerptOf(
  passage: string,
  terms: ReadonlySet<string>,
  language: Language,
  length = LENGTH,
): Piece[] {
  const text = passage.replace(/\s+/g, ' ').trim();
  const spans = spansOf(text, terms, language);
  const { start, end } = stretchOf(text, spans, length);
  const inside = spans
    .filter((span) => span.start >= start && span.end <= end)
    .map((span) => ({ start: span.start - start, end: span.end - start }));
  const pieces = piecesOf(text.slice(start, end), inside);
  if (start > 0) pieces.unshift({ text: '…', isMarked: false });
  if (end < text.length) pieces.push({ text: '…', isMarked: false });
  return pieces;
}

/** A word of a text as it is written there, by its term. */
export function formOf(text: string, wanted: string, language: Language): string | undefined {
  for (const { term, word } of analyse(text, language)) if (term === wanted) return word.text;
  return undefined;
}

/** The sentence of a passage that has most of the terms, or its first. */
export function sentenceOf(passage: string, terms: ReadonlySet<string>, language: Language): string {
  let best = '';
  let most = -1;
  for (const paragraph of passage.split(/\n\s*\n|\n/)) {
    for (const sentence of sentencesOf(paragraph, language.id)) {
      const count = new Set(
        [...analyse(sentence, language)].map(({ term }) => term).filter((t) => terms.has(t)),
      ).size;
      if (count > most) [best, most] = [sentence, count];
    }
  }
  return best;
}

const segmenters = new Map<string, Intl.Segmenter>();

function sentencesOf(text: string, language: string): string[] {
  const trimmed = (sentences: Iterable<string>): string[] =>
    [...sentences].map((each) => each.replace(/\s+/g, ' ').trim()).filter((each) => each !== '');
  if (typeof Intl.Segmenter !== 'function') return trimmed(text.split(/(?<=[.!?。！？])\s*/u));
  let segmenter = segmenters.get(language);
  if (segmenter === undefined) {
    segmenter = new Intl.Segmenter(language, { granularity: 'sentence' });
    segmenters.set(language, segmenter);
  }
  return trimmed([...segmenter.segment(text)].map(({ segment }) => segment));
}
