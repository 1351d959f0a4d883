import { atOnce, type Steps } from './slices.ts';
import type { SegmentTokenizer } from './tokenizers.ts';

/** Approximate number of characters encoded at a time. */
const PIECE = 16_384;

const LETTER = /^\p{L}/u;
const CJK_MARKS = '，。、；：！？';

/**
 * Places where a text can be cut so that its parts have the tokens of the whole: before a space, a line end, or a mark
 * of Chinese and Japanese, between two letters. Samples tell which of them hold for a tokenizer.
 */
const PLACES = {
  space: [
    ['Ab cd', ' efg hi'],
    ['straße über', ' mañana çok'],
    ['один', ' два'],
  ],
  line: [
    ['Ab', '\nefg'],
    ['über', '\nñandú'],
  ],
  mark: [
    ['您好', '，世界。您'],
    ['東京', '。大阪です'],
  ],
} as const;

type Places = Readonly<Record<keyof typeof PLACES, boolean>>;

const known = new WeakMap<SegmentTokenizer, Places>();

function placesOf(tokenizer: SegmentTokenizer): Places {
  let places = known.get(tokenizer);
  if (!places) {
    const holds = (samples: readonly (readonly [string, string])[]): boolean =>
      samples.every(
        ([a, b]) =>
          tokenizer.encode(a + b).join() === [...tokenizer.encode(a), ...tokenizer.encode(b)].join(),
      );
    places = { space: holds(PLACES.space), line: holds(PLACES.line), mark: holds(PLACES.mark) };
    known.set(tokenizer, places);
  }
  return places;
}

/** The first such place from `at` on, or the text's length. */
function cutFrom(text: string, at: number, places: Places): number {
  for (let cut = at; cut + 1 < text.length; cut++) {
    const character = text[cut]!;
    let isPlace = false;
    if (character === ' ') isPlace = places.space;
    else if (character === '\n') isPlace = places.line;
    else if (CJK_MARKS.includes(character)) isPlace = places.mark;
    if (isPlace && LETTER.test(text[cut - 1]!) && LETTER.test(text[cut + 1]!)) return cut;
  }
  return text.length;
}

/** The ids of a text, as `tokenizer.encode` gives them, in pieces. A text without a place to cut is one piece. */
export function* encodeSteps(tokenizer: SegmentTokenizer, text: string): Steps<number[]> {
  if (text.length < 2 * PIECE) {
    const ids = tokenizer.encode(text);
    yield text.length;
    return ids;
  }
  const places = placesOf(tokenizer);
  const all: number[] = [];
  for (let from = 0; from < text.length; ) {
    const to = cutFrom(text, from + PIECE, places);
    for (const id of tokenizer.encode(text.slice(from, to))) all.push(id);
    yield to - from;
    from = to;
  }
  return all;
}

/** Number of tokens of a text. */
export function* countSteps(tokenizer: SegmentTokenizer, text: string): Steps<number> {
  return (yield* encodeSteps(tokenizer, text)).length;
}

/** Number of tokens of a text, at once. */
export const countTokens = atOnce(countSteps);
