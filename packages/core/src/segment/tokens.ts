import type { SegmentToken } from '@nearfield/spec';
import { isHighSurrogate, isLowSurrogate } from './chunker/characters.ts';
import { lastBoundary, nextBoundary } from './chunker/graphemes.ts';
import { countSteps, encodeSteps } from './encode.ts';
import type { Steps } from './slices.ts';
import type { SegmentTokenizer } from './tokenizers.ts';

const utf8 = new TextEncoder();

/** Tokens between two steps of work. */
const IDS_PER_STEP = 8192;

/**
 * Tokens with their texts: ids are collected until a streaming UTF-8 decoder emits text, as segment.jina.ai
 * does. A token that ends within a character thus gives the text before it (`[" ", [11410]]`), and the ids that
 * complete the character come with it (`["🚀", [248, 222]]`).
 */
export function* groupTokens(tokenizer: SegmentTokenizer, ids: readonly number[]): Steps<SegmentToken[]> {
  const groups: SegmentToken[] = [];
  let decoder: TextDecoder | undefined;
  let pending: number[] = [];
  /** Whether the decoder holds the beginning of a character. */
  let partial = false;
  let seen = 0;
  for (const id of ids) {
    if (++seen % IDS_PER_STEP === 0) yield IDS_PER_STEP;
    const decoded = tokenizer.decode(id);
    if (typeof decoded === 'string' && !partial) {
      groups.push([decoded, [id]]);
      continue;
    }
    const bytes = typeof decoded === 'string' ? utf8.encode(decoded) : decoded;
    decoder ??= new TextDecoder('utf-8', { ignoreBOM: true });
    const text = decoder.decode(bytes, { stream: true });
    pending.push(id);
    if (text !== '') {
      groups.push([text, pending]);
      pending = [];
    }
    partial = endsWithinCharacter(bytes, partial && text === '');
  }
  if (decoder) {
    const rest = decoder.decode();
    if (pending.length > 0) groups.push([rest, pending]);
    else if (rest !== '') groups.at(-1)![0] += rest;
  }
  return groups;
}

/** Whether bytes end before a character is complete; `continues` if they had nothing complete in them. */
function endsWithinCharacter(bytes: Uint8Array, continues: boolean): boolean {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < length;
    }
    if (byte < 0x80) return false;
  }
  return continues;
}

/** Whether the groups' texts are the text itself, lone surrogates apart, so that their lengths give offsets. */
function isExact(groups: readonly SegmentToken[], text: string): boolean {
  let at = 0;
  for (const [part] of groups) {
    if (!text.startsWith(part, at) && !isReplaced(text, at, part)) return false;
    at += part.length;
  }
  return at === text.length;
}

/** Whether `part` is the text at `at` with U+FFFD for lone surrogates. */
function isReplaced(text: string, at: number, part: string): boolean {
  for (let index = 0; index < part.length; index++) {
    const code = text.charCodeAt(at + index);
    if (part.charCodeAt(index) === code) continue;
    if (part[index] !== '\ufffd' || !(isHighSurrogate(code) || isLowSurrogate(code))) return false;
  }
  return true;
}

/** The largest number in [low, high] for which `holds`, which turns false only once; `low` is taken to hold. */
function* largest(low: number, high: number, holds: (value: number) => Steps<boolean>): Steps<number> {
  let least = low;
  let most = high;
  while (least < most) {
    const middle = least + Math.ceil((most - least) / 2);
    if (yield* holds(middle)) least = middle;
    else most = middle - 1;
  }
  return least;
}

/** First guess of characters per token; the window doubles until it holds enough tokens. */
const FIRST_GUESS = 6;

/**
 * Words cut by the window's edge are encoded differently: tokens at least this far from it are reliable. For few tokens
 * windows are small, because text without spaces would otherwise be encoded hundreds of times.
 */
const edgeOf = (count: number): number => Math.min(256, 8 + 4 * count);

/** Places tried one after the other before the rest are searched by halves. */
const TRIED = 8;

/**
 * End of the first `count` tokens of text[from, to), moved back to a grapheme boundary. The part, encoded alone, has at
 * most `count` tokens; it is empty if the first grapheme cluster has more.
 *
 * @param guess characters per token, if known.
 */
export function* headEnd(
  tokenizer: SegmentTokenizer,
  text: string,
  from: number,
  to: number,
  count: number,
  guess = FIRST_GUESS,
): Steps<number> {
  const fits = function* (cut: number): Steps<boolean> {
    return (yield* countSteps(tokenizer, text.slice(from, cut))) <= count;
  };
  const edge = edgeOf(count);
  for (let size = Math.ceil(count * guess) + 2 * edge; ; size *= 2) {
    const end = from + size >= to ? to : lastBoundary(text, from, from + size);
    const window = text.slice(from, end);
    const ids = yield* encodeSteps(tokenizer, window);
    if (ids.length <= count) {
      if (end >= to) return to;
      continue;
    }
    const groups = yield* groupTokens(tokenizer, ids);
    let cut = from;
    if (isExact(groups, window)) {
      let tokens = 0;
      for (const [part, partIds] of groups) {
        tokens += partIds.length;
        if (tokens > count) break;
        cut += part.length;
      }
      if (end < to && cut > end - edge) continue;
    } else {
      cut = yield* largest(from, end - 1, fits);
    }
    // A part cut out of its context can have more tokens than it had there.
    for (let tried = 0; cut > from; cut--) {
      const boundary = lastBoundary(text, from, cut);
      cut = boundary > cut ? from : boundary;
      if (cut === from || (yield* fits(cut))) break;
      if (++tried % TRIED === 0) cut = 1 + (yield* largest(from, cut - 1, fits));
    }
    return Math.max(cut, from);
  }
}

/**
 * Start of the last `count` tokens of text[from, to), moved on to a grapheme boundary. The part, encoded
 * alone, has at most `count` tokens; it may be empty.
 */
export function* tailStart(
  tokenizer: SegmentTokenizer,
  text: string,
  from: number,
  to: number,
  count: number,
): Steps<number> {
  const fits = function* (cut: number): Steps<boolean> {
    return (yield* countSteps(tokenizer, text.slice(cut, to))) <= count;
  };
  const edge = edgeOf(count);
  for (let size = count * FIRST_GUESS + 2 * edge; ; size *= 2) {
    const start = to - size <= from ? from : nextBoundary(text, from, to - size, to);
    const window = text.slice(start, to);
    const ids = yield* encodeSteps(tokenizer, window);
    if (ids.length <= count) {
      if (start === from) return from;
      continue;
    }
    const groups = yield* groupTokens(tokenizer, ids);
    let cut = to;
    if (isExact(groups, window)) {
      let tokens = 0;
      for (let index = groups.length - 1; index >= 0; index--) {
        tokens += groups[index]![1].length;
        if (tokens > count) break;
        cut -= groups[index]![0].length;
      }
      if (start > from && cut < start + edge) continue;
    } else {
      cut =
        to -
        (yield* largest(0, to - start - 1, function* (length) {
          return yield* fits(to - length);
        }));
    }
    for (let tried = 0; cut < to; cut++) {
      cut = nextBoundary(text, from, cut, to);
      if (cut === to || (yield* fits(cut))) break;
      if (++tried % TRIED === 0) {
        const first = cut + 1;
        cut =
          to -
          1 -
          (yield* largest(0, to - first, function* (length) {
            return yield* fits(to - length);
          }));
      }
    }
    return Math.min(cut, to);
  }
}
