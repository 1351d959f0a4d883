import type { Steps } from '../slices.ts';
import { skipWhiteSpace } from './characters.ts';
import { clusterStart, joinsBefore } from './graphemes.ts';
import type { Meter } from './meter.ts';
import { nextSentence } from './sentence-ends.ts';

const segmenters = new Map<string, Intl.Segmenter>();

/** A sentence segmenter for a locale; if the locale is malformed or unknown, for the runtime's own. */
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

/** Marks that annex 29 does not know, or not in every locale, written as ones that it knows. */
const asKnownMarks = (source: string): string =>
  source
    .replace(/…(?=[\s"'”’»)\]])/g, '.')
    .replace(/(?<=\p{sc=Greek}["»)]?)[;\u037e](?=\s)/gu, '?')
    .replace(/(?<=\p{sc=Armenian}):(?=\s)/gu, '\u0589');

/** Maximum length of code between two backticks in a sentence. */
const LONGEST_CODE = 200;

/** Code in a text, between runs of backticks of one length: [start, end) after each other. */
function codeSpans(source: string): number[] {
  const spans: number[] = [];
  let open = -1;
  let length = 0;
  for (let at = source.indexOf('`'); at >= 0; ) {
    let to = at + 1;
    while (source[to] === '`') to++;
    if (open >= 0 && to - at === length && at - open <= LONGEST_CODE) {
      spans.push(open, to);
      open = -1;
    } else {
      open = at;
      length = to - at;
    }
    at = source.indexOf('`', to);
  }
  return spans;
}

/** Characters passed to `Intl.Segmenter` at a time, and the part at their end where it may lack context. */
const WINDOW = 4096;
const LARGEST_WINDOW = 65_536;
const MARGIN = 128;

/**
 * Sentence boundaries of a text as `Intl.Segmenter` finds them. V8 takes time proportional to the whole string
 * for every boundary (1 MB at once: minutes), so that it gets windows, each starting at a boundary. A window
 * without one is doubled, up to a size that takes a moment only; from there on it is moved.
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
    // The last window, read through.
    if (to === source.length && !(doubled && from > start)) return;
    if (from === start && size === LARGEST_WINDOW) from = reliable;
    size = from > start ? WINDOW : Math.min(size * 2, LARGEST_WINDOW);
  }
}

/**
 * Starts of the sentences of text[from, to), the first included. A start is never white space.
 *
 * `Intl.Segmenter` proposes (annex 29; CJK full stops included) and {@link nextSentence} disposes; line ends do not
 * end a sentence, so that hard-wrapped text works. Nothing ends within code between backticks.
 *
 * @param locale BCP 47; matters little.
 */
export function* sentenceStarts(
  text: string,
  from: number,
  to: number,
  options: { locale?: string | undefined; meter: Meter },
): Steps<number[]> {
  const source = text.slice(from, to).replace(/[\r\n\f\u2028\u2029]/g, ' ');
  const starts: number[] = [];
  const first = skipWhiteSpace(source, 0, source.length);
  if (first === source.length) return starts;
  starts.push(Math.max(from, clusterStart(text, from + first)));
  const code = codeSpans(source);
  let span = 0;
  let taken = 0;
  let sentence = first;
  let done = 0;
  for (const index of boundaries(asKnownMarks(source), segmenterFor(options.locale), options.meter)) {
    if (index - done >= WINDOW) {
      yield index - done;
      done = index;
    }
    if (index <= taken) continue;
    while (span < code.length && code[span + 1]! < index) span += 2;
    if (span < code.length && code[span]! < index) continue;
    const next = nextSentence(source, sentence, index);
    if (next === undefined || next <= first || next <= taken) continue;
    if (next >= source.length) break;
    if (next === index && joinsBefore(source, next)) continue;
    taken = next;
    sentence = next;
    const start = clusterStart(text, from + next);
    if (start > starts.at(-1)!) starts.push(start);
  }
  yield source.length - done;
  return starts;
}
