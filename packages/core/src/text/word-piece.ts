import type { TokenModel, Vocabulary } from './token-model.ts';

export interface WordPieceOptions {
  readonly unknown: number;
  /** Prefix of a piece inside a word. */
  readonly prefix: string;
  /** Maximum characters per word; longer words are unknown. */
  readonly longestWord: number;
}

/** BERT's WordPiece: the longest known beginning of each word, then the longest of the rest. */
export class WordPiece implements TokenModel {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #options: WordPieceOptions;
  readonly #longestPiece: number;

  constructor({ ids }: Vocabulary, options: WordPieceOptions) {
    this.#ids = ids;
    this.#options = options;
    let longest = 0;
    for (const piece of ids.keys()) longest = Math.max(longest, piece.length);
    this.#longestPiece = longest;
  }

  encodeInto(word: string, found: number[]): void {
    const { unknown, prefix } = this.#options;
    if (this.#isTooLong(word)) {
      found.push(unknown);
      return;
    }
    const before = found.length;
    for (let start = 0; start < word.length; ) {
      let end = Math.min(word.length, start + this.#longestPiece);
      let id: number | undefined;
      for (; end > start; end--) {
        // A piece never ends within a surrogate pair.
        if (isWithinPair(word, end)) continue;
        const piece = word.slice(start, end);
        id = this.#ids.get(start > 0 ? prefix + piece : piece);
        if (id !== undefined) break;
      }
      if (id === undefined) {
        found.length = before;
        found.push(unknown);
        return;
      }
      found.push(id);
      start = end;
    }
  }

  encodeStart(start: string, found: number[]): void {
    // Of other words the last letter can decide that nothing of them is known.
    if (this.#isTooLong(start)) found.push(this.#options.unknown);
  }

  #isTooLong(word: string): boolean {
    const { longestWord } = this.#options;
    if (word.length <= longestWord) return false;
    let characters = 0;
    for (let at = 0; at < word.length && characters <= longestWord; at++) {
      if (!isWithinPair(word, at)) characters++;
    }
    return characters > longestWord;
  }
}

/** Whether a position lies between the halves of one character. */
function isWithinPair(text: string, at: number): boolean {
  if ((text.charCodeAt(at) & 0xfc00) !== 0xdc00 || at === 0) return false;
  return (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
}
