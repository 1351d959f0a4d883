/** Byte-level BPE: its alphabet, a small trainer, and an encoder written from the algorithm's definition. */

/** The character that stands for each byte: printable bytes stand for themselves, others for U+0100 and up. */
export const BYTE_CHARACTERS: readonly string[] = (() => {
  const isPrintable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++));
})();

/** A text's bytes as their characters. */
export const toByteCharacters = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => BYTE_CHARACTERS[byte]).join('');

/** GPT-2's word pattern, as the ByteLevel pre-tokenizer has it: its `\s` is Unicode's White_Space. */
export const GPT2_WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** Qwen's word pattern as it is spelled in tokenizer.json. */
export const QWEN_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** The same for JavaScript. */
export const QWEN_WORDS =
  /'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*|\p{White_Space}*[\r\n]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

export type Merge = readonly [left: string, right: string];

/** The `count` merges that shorten a corpus most, one after the other. */
export function trainMerges(corpus: string, words: RegExp, count: number): Merge[] {
  const counts = new Map<string, number>();
  for (const word of corpus.match(words) ?? []) {
    const characters = toByteCharacters(word);
    counts.set(characters, (counts.get(characters) ?? 0) + 1);
  }
  const pieces = [...counts].map(([word, times]) => ({ parts: [...word], times }));
  const merges: Merge[] = [];
  while (merges.length < count) {
    const pairs = new Map<string, number>();
    for (const { parts, times } of pieces) {
      for (let at = 0; at + 1 < parts.length; at++) {
        const pair = `${parts[at]} ${parts[at + 1]}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + times);
      }
    }
    let best: [string, number] | undefined;
    for (const pair of pairs) if (!best || pair[1] > best[1]) best = pair;
    if (!best) break;
    const [left, right] = best[0].split(' ') as [string, string];
    merges.push([left, right]);
    for (const piece of pieces) piece.parts = merged(piece.parts, left, right);
  }
  return merges;
}

/** Tokens of a word: the earliest merge first, everywhere it fits, until none fits. */
export function mergeWord(word: string, ranks: ReadonlyMap<string, number>): string[] {
  let parts = [...word];
  for (;;) {
    let best: { rank: number; at: number } | undefined;
    for (let at = 0; at + 1 < parts.length; at++) {
      const rank = ranks.get(`${parts[at]} ${parts[at + 1]}`);
      if (rank !== undefined && (!best || rank < best.rank)) best = { rank, at };
    }
    if (!best) return parts;
    parts = merged(parts, parts[best.at]!, parts[best.at + 1]!);
  }
}

function merged(parts: readonly string[], left: string, right: string): string[] {
  const result: string[] = [];
  for (let at = 0; at < parts.length; at++) {
    if (parts[at] === left && parts[at + 1] === right) {
      result.push(left + right);
      at++;
    } else {
      result.push(parts[at]!);
    }
  }
  return result;
}
