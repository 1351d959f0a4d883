import { isDigit, skipWhiteSpace } from './characters.ts';
import { clusterStart, joinsBefore } from './graphemes.ts';
import type { Meter } from './meter.ts';

const segmenters = new Map<string, Intl.Segmenter>();

/** A sentence segmenter for a locale; where the locale is malformed or unknown, for the runtime's own. */
function segmenterFor(locale: string | undefined): Intl.Segmenter {
  const key = locale ?? '';
  let segmenter = segmenters.get(key);
  if (!segmenter) {
    try {
      segmenter = new Intl.Segmenter(locale, { granularity: 'sentence' });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
    }
    segmenters.set(key, segmenter);
  }
  return segmenter;
}

/** Emoji that follow a sentence's end belong to it: "Done! 🎉 Next one." */
const TRAILING_EMOJI =
  /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u200d\ufe0f\u20e3])+(?=\s|$)\s*/uy;

const LOWER_CASE = /\p{Ll}/u;

/**
 * Titles, abbreviations that are never last in a sentence, initials and single letters (z. B., d. h.): their
 * full stop ends nothing.
 */
const ABBREVIATION =
  /(?<![\p{L}\p{N}])(?:Mr|Mrs|Ms|Dr|Drs|Prof|St|Gen|Col|Capt|Lt|Sgt|Rev|Hon|vs|e\.g|i\.e|cf|viz|bzw|vgl|Mme|Mlle|\p{L})\.\s*$/u;

/** Abbreviations that end nothing before a number. */
const COUNTED =
  /(?<![\p{L}\p{N}])(?:approx|[Ff]igs?|[Nn]os?|[Vv]ols?|pp?|[Ss]ec|[Cc]h|[Ee]q|Abb|Nr|Bd|ca|S)\.\s*$/u;

/** A sentence's own number. */
const NUMBERING = /^\(?(?:\d{1,3}|[A-Za-z])[.)]\s*$/;

function isFalseEnd(source: string, start: number, index: number, next: number): boolean {
  if (index - start <= 8 && NUMBERING.test(source.slice(start, index))) return true;
  const tail = source.slice(Math.max(start, index - 16), index);
  return ABBREVIATION.test(tail) || (COUNTED.test(tail) && isDigit(source.charCodeAt(next)));
}

/** Characters given to `Intl.Segmenter` at a time, and how near to their end it may be wrong for lack of context. */
const WINDOW = 4096;
const MARGIN = 128;

/**
 * Sentence boundaries of a text as `Intl.Segmenter` finds them. V8 takes time proportional to the whole string
 * for every boundary (1 MB at once: minutes), so that it gets windows, each starting at a boundary. A window
 * without one is doubled.
 */
function* boundaries(source: string, segmenter: Intl.Segmenter, meter: Meter): Generator<number> {
  let from = 0;
  let size = WINDOW;
  while (from < source.length) {
    const to = Math.min(source.length, from + size);
    const reliable = to === source.length ? to : to - MARGIN;
    const window = source.slice(from, to);
    meter.add(window.length);
    const start = from;
    for (const { index } of segmenter.segment(window)) {
      if (index === 0) continue;
      if (start + index > reliable) break;
      from = start + index;
      yield from;
      // A doubled window has done its work with its first boundary; a long one is too dear to go on with.
      if (size > WINDOW) break;
    }
    const doubled = size > WINDOW;
    size = from > start ? WINDOW : size * 2;
    // The last window, read through.
    if (to === source.length && !(doubled && from > start)) return;
  }
}

/**
 * Where the sentences of text[from, to) start, the first included. A start is never white space.
 *
 * `Intl.Segmenter` decides (annex 29; CJK full stops included); line ends do not end a sentence, so that
 * hard-wrapped text works. Trailing emoji stay with their sentence, and common abbreviations do not end one.
 *
 * @param locale BCP 47; matters little (the Greek question mark).
 */
export function sentenceStarts(
  text: string,
  from: number,
  to: number,
  options: { locale?: string | undefined; meter: Meter },
): number[] {
  const source = text.slice(from, to).replace(/[\r\n\f\u2028\u2029]/g, ' ');
  const starts: number[] = [];
  const first = skipWhiteSpace(source, 0, source.length);
  if (first === source.length) return starts;
  starts.push(Math.max(from, clusterStart(text, from + first)));
  let taken = 0;
  let sentence = first;
  for (const index of boundaries(source, segmenterFor(options.locale), options.meter)) {
    if (index <= taken) continue;
    let next = skipWhiteSpace(source, index, source.length);
    TRAILING_EMOJI.lastIndex = next;
    const emoji = TRAILING_EMOJI.exec(source);
    // Before a lower-case word they begin a sentence: "🚀 goes up."
    if (emoji && !LOWER_CASE.test(source.charAt(next + emoji[0].length))) next += emoji[0].length;
    if (next >= source.length) break;
    if (next === index && joinsBefore(source, next)) continue;
    if (next <= first || isFalseEnd(source, sentence, index, next)) continue;
    taken = next;
    sentence = next;
    const start = clusterStart(text, from + next);
    if (start > starts.at(-1)!) starts.push(start);
  }
  return starts;
}
