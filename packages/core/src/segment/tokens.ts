import type { SegmentToken } from '@nearfield/spec';
import { isHighSurrogate, isLowSurrogate } from './chunker/characters.ts';
import { lastBoundary, nextBoundary } from './chunker/graphemes.ts';
import type { SegmentTokenizer } from './tokenizers.ts';

const utf8 = new TextEncoder();

/**
 * Tokens with their texts: ids are collected until a streaming UTF-8 decoder emits text, as segment.jina.ai
 * does. A token that ends within a character thus gives the text before it (`[" ", [11410]]`), and the ids that
 * complete the character come with it (`["🚀", [248, 222]]`).
 */
export function groupTokens(tokenizer: SegmentTokenizer, ids: readonly number[]): SegmentToken[] {
  const groups: SegmentToken[] = [];
  let decoder: TextDecoder | undefined;
  let pending: number[] = [];
  /** Whether the decoder holds the beginning of a character. */
  let partial = false;
  for (const id of ids) {
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

/** Number of tokens of a text. */
export const countTokens = (tokenizer: SegmentTokenizer, text: string): number =>
  tokenizer.encode(text).length;

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
function largest(low: number, high: number, holds: (value: number) => boolean): number {
  let least = low;
  let most = high;
  while (least < most) {
    const middle = least + Math.ceil((most - least) / 2);
    if (holds(middle)) least = middle;
    else most = middle - 1;
  }
  return least;
}

/** Characters a token, at first guess; the window doubles until it holds enough tokens. */
const FIRST_GUESS = 6;

/** Words cut by the window's edge are encoded differently: so far from it tokens are taken as they are. */
const EDGE = 256;

/**
 * Where the first `count` tokens of text[from, to) end, moved back to a grapheme boundary. The part, encoded
 * alone, has at most `count` tokens; it is empty where the first grapheme cluster has more.
 */
export function headEnd(
  tokenizer: SegmentTokenizer,
  text: string,
  from: number,
  to: number,
  count: number,
): number {
  const fits = (cut: number): boolean => countTokens(tokenizer, text.slice(from, cut)) <= count;
  for (let size = count * FIRST_GUESS + 2 * EDGE; ; size *= 2) {
    const end = from + size >= to ? to : lastBoundary(text, from, from + size);
    const window = text.slice(from, end);
    const ids = tokenizer.encode(window);
    if (ids.length <= count) {
      if (end >= to) return to;
      continue;
    }
    const groups = groupTokens(tokenizer, ids);
    let cut = from;
    if (isExact(groups, window)) {
      let tokens = 0;
      for (const [part, partIds] of groups) {
        tokens += partIds.length;
        if (tokens > count) break;
        cut += part.length;
      }
      if (end < to && cut > end - EDGE) continue;
    } else {
      cut = largest(from, end - 1, fits);
    }
    // A part cut out of its context can have more tokens than it had there.
    for (; cut > from; cut--) {
      const boundary = lastBoundary(text, from, cut);
      cut = boundary > cut ? from : boundary;
      if (cut === from || fits(cut)) break;
    }
    return Math.max(cut, from);
  }
}

/**
 * Where the last `count` tokens of text[from, to) start, moved on to a grapheme boundary. The part, encoded
 * alone, has at most `count` tokens; it may be empty.
 */
export function tailStart(
  tokenizer: SegmentTokenizer,
  text: string,
  from: number,
  to: number,
  count: number,
): number {
  const fits = (cut: number): boolean => countTokens(tokenizer, text.slice(cut, to)) <= count;
  for (let size = count * FIRST_GUESS + 2 * EDGE; ; size *= 2) {
    const start = to - size <= from ? from : nextBoundary(text, from, to - size, to);
    const window = text.slice(start, to);
    const ids = tokenizer.encode(window);
    if (ids.length <= count) {
      if (start === from) return from;
      continue;
    }
    const groups = groupTokens(tokenizer, ids);
    let cut = to;
    if (isExact(groups, window)) {
      let tokens = 0;
      for (let index = groups.length - 1; index >= 0; index--) {
        tokens += groups[index]![1].length;
        if (tokens > count) break;
        cut -= groups[index]![0].length;
      }
      if (start > from && cut < start + EDGE) continue;
    } else {
      cut = to - largest(0, to - start - 1, (length) => fits(to - length));
    }
    for (; cut < to; cut++) {
      cut = nextBoundary(text, from, cut, to);
      if (cut === to || fits(cut)) break;
    }
    return Math.min(cut, to);
  }
}
