import { FoundationError, LIMITS } from '@nearfield/spec';
import { isLineEnd, isWhiteSpace, skipWhiteSpace, trimEnd } from '../chunker/characters.ts';
import { clusterStart, lastBoundary } from '../chunker/graphemes.ts';
import { countSteps } from '../encode.ts';
import type { Steps } from '../slices.ts';
import type { SegmentTokenizer } from '../tokenizers.ts';
import { headEnd, tailStart } from '../tokens.ts';
import { firstWordStart } from './overlap.ts';
import type { Span } from './spans.ts';

/**
 * Chunks of at most `maxTokens` tokens, each counted alone. A chunk ends at the last word that fits, if there is
 * a space in its last quarter, else at the last grapheme cluster. Each chunk but the first repeats up to
 * `overlap` tokens of the one before it, from a word's start where there is one. A chunk that begins at a line begins
 * with its indent.
 *
 * A single grapheme cluster of more than `maxTokens` tokens is a chunk by itself.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED if the overlap makes the chunks together too long, see
 * `LIMITS.segment`.
 */
export function* chunkByTokens(
  text: string,
  tokenizer: SegmentTokenizer,
  options: { maxTokens: number; overlap: number },
): Steps<Span[]> {
  const { maxTokens, overlap } = options;
  const spans: Span[] = [];
  const to = trimEnd(text, 0, text.length);
  const { leastMaxOutput, maxRepeats } = LIMITS.segment;
  const mostWritten = Math.max(leastMaxOutput, maxRepeats * text.length);
  let written = 0;
  /** Start of the text that no chunk covers yet. */
  let next = firstStart(text, 0, to);
  let start = next;
  /** Characters per token in the chunk before. */
  let rate: number | undefined;
  while (next < to) {
    let end = yield* tokenChunkEnd(text, tokenizer, start, next, to, maxTokens, rate);
    if (end <= next) {
      // The overlap, or the line's indent, leaves no room for new text.
      start = next;
      if (overlap === 0 && spans.length > 0) spans.at(-1)![1] = next;
      end = yield* tokenChunkEnd(text, tokenizer, start, next, to, maxTokens, rate);
    }
    rate = (1.25 * (end - start)) / maxTokens;
    const previous = start;
    next = firstStart(text, end, to);
    start = indentStart(text, next);
    spans.push([previous, next >= to ? text.length : start]);
    written += next - previous;
    if (written > mostWritten) throw tooMuchOverlap(maxTokens, overlap, text.length);
    if (overlap === 0 || next >= to) continue;
    const last = trimEnd(text, previous, end);
    const back = firstStart(text, yield* tailStart(tokenizer, text, previous, last, overlap), last);
    const word = back > previous ? firstWordStart(text, back, last) : back;
    const repeated = word < last ? word : back;
    if (repeated > previous && repeated < last) start = repeated;
  }
  return spans;
}

function tooMuchOverlap(maxTokens: number, overlap: number, length: number): FoundationError {
  const message = `An overlap of ${overlap} of ${maxTokens} tokens repeats this content of ${length} characters more than ${LIMITS.segment.maxRepeats} times. Use an overlap of at most ${Math.floor(maxTokens / 2)}, or longer chunks.`;
  return new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message,
    param: 'overlap',
    issues: [{ field: 'overlap', message, type: 'less_than_equal' }],
  });
}

/** A longer indent is not worth its tokens. */
const LONGEST_INDENT = 64;

/** Start of the indent of the line whose first text is at `at`; `at` for text within a line. */
function indentStart(text: string, at: number): number {
  let start = at;
  while (at - start <= LONGEST_INDENT && (text[start - 1] === ' ' || text[start - 1] === '\t')) start--;
  return start > 0 && isLineEnd(text.charCodeAt(start - 1)) ? start : at;
}

/** The first offset from `from` on that is not white space, as a chunk's start. */
function firstStart(text: string, from: number, to: number): number {
  const at = skipWhiteSpace(text, from, to);
  return at < to && at > from ? Math.max(from, clusterStart(text, at)) : at;
}

/** End of the chunk from `start`; at `start` or not beyond `covered` if nothing new fits. */
function* tokenChunkEnd(
  text: string,
  tokenizer: SegmentTokenizer,
  start: number,
  covered: number,
  to: number,
  maxTokens: number,
  rate: number | undefined,
): Steps<number> {
  // Without its last line end a text can have more tokens: ">-->\n" is one, ">-->" two.
  const fits = function* (cut: number): Steps<boolean> {
    return (yield* countSteps(tokenizer, text.slice(start, trimEnd(text, start, cut)))) <= maxTokens;
  };
  let end = yield* headEnd(tokenizer, text, start, to, maxTokens, rate);
  // Text that fits with its white space has been counted already.
  while (end > start && trimEnd(text, start, end) < end && !(yield* fits(end))) {
    end = yield* headEnd(tokenizer, text, start, trimEnd(text, start, end), maxTokens, rate);
  }
  if (end === start) return start < covered ? start : lastBoundary(text, start, start + 1);
  if (end >= to || isWhiteSpace(text.charCodeAt(end))) return end;
  const least = Math.max(covered, start + (3 * (end - start)) / 4);
  for (let cut = end; cut > least; cut--) {
    if (!isWhiteSpace(text.charCodeAt(cut - 1)) || clusterStart(text, cut) !== cut) continue;
    return (yield* fits(cut)) ? cut : end;
  }
  return end;
}
