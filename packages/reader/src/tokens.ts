import type { CallOptions, ReaderFoundation } from '@nearfield/spec';
import { inSlices } from './slices.ts';

/** Characters that the segmenter takes at once, and those of them that are sent. */
const PIECE = 60_000;
/** Characters of a token, on average, in scripts with and without an alphabet. */
const ALPHABET_CHARACTERS = 4;
const OTHER_CHARACTERS = 0.8;

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu;

/** About how many tokens of a GPT model a text has. */
export function estimateTokens(text: string): number {
  return estimate(text.length, countWide(text));
}

const countWide = (text: string): number => text.match(WIDE)?.length ?? 0;

const estimate = (characters: number, wide: number): number =>
  Math.ceil((characters - wide) / ALPHABET_CHARACTERS + wide / OTHER_CHARACTERS);

function* estimateInSlices(text: string): Generator<void, number> {
  let wide = 0;
  for (const piece of pieces(text)) {
    wide += countWide(piece);
    yield;
  }
  return estimate(text.length, wide);
}

/** Number of `cl100k_base` tokens of a text: by the foundation's segmenter, or else estimated. */
export async function countTokens(
  text: string,
  foundation: ReaderFoundation | undefined,
  options: CallOptions,
): Promise<number> {
  if (!foundation) return inSlices(estimateInSlices(text), options.signal);
  let count = 0;
  for (const content of pieces(text)) {
    count += (await foundation.segment({ content }, options)).num_tokens;
  }
  return count;
}

/** The beginning of a text, up to a number of tokens; it ends with a word if one ends nearby. */
export async function cutToTokens(
  text: string,
  limit: number,
  foundation: ReaderFoundation | undefined,
  options: CallOptions,
): Promise<string> {
  if ((await countTokens(text, foundation, options)) <= limit) return text;
  let low = 0;
  let high = text.length;
  // The number of tokens grows with the text.
  while (high - low > 32) {
    const middle = (low + high) >> 1;
    if ((await countTokens(text.slice(0, middle), foundation, options)) <= limit) low = middle;
    else high = middle;
  }
  const cut = text.slice(0, low);
  const end = cut.search(/\s\S*$/);
  return (end > low - 40 ? cut.slice(0, end) : cut).trimEnd();
}

function* pieces(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + PIECE);
    const line = to < text.length ? text.lastIndexOf('\n', to) : -1;
    if (line > from) to = line + 1;
    yield text.slice(from, to);
    from = to;
  }
}
