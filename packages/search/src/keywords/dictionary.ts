import { isWithinOneEdit } from '../analysis/one-edit.ts';

/** Expansions of one word at most; of many the first by length, then the alphabet. */
const MOST = 24;

/** Every folded word of an index, sorted by code units, in the page: finds beginnings and mistyped words. */
export class Dictionary {
  readonly #words: readonly string[];
  /** Words by their length in UTF-16 units, from the first look for mistyped ones on. */
  #byLength: readonly (readonly string[])[] | undefined;

  constructor(sorted: readonly string[]) {
    this.#words = sorted;
  }

  get size(): number {
    return this.#words.length;
  }

  has(word: string): boolean {
    return this.#words[this.#firstFrom(word)] === word;
  }

  /** Words that begin with a prefix and go on, the shortest first. */
  startingWith(prefix: string): string[] {
    const found: string[] = [];
    for (let at = this.#firstFrom(prefix); this.#words[at]?.startsWith(prefix); at++) {
      if (this.#words[at] !== prefix) found.push(this.#words[at]!);
    }
    return found.sort(byLength).slice(0, MOST);
  }

  /** Other words that one edit makes of a word. Those with the same first letter come first. */
  near(word: string): string[] {
    this.#byLength ??= byLengths(this.#words);
    const found: string[] = [];
    // A letter may have two units.
    for (let length = Math.max(1, word.length - 2); length <= word.length + 2; length++) {
      for (const other of this.#byLength[length] ?? []) {
        if (other !== word && isWithinOneEdit(word, other)) found.push(other);
      }
    }
    const other = (near: string): number => (near[0] === word[0] ? 0 : 1);
    return found.sort((left, right) => other(left) - other(right) || byLength(left, right)).slice(0, MOST);
  }

  #firstFrom(word: string): number {
    let low = 0;
    let high = this.#words.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#words[middle]! < word) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function byLengths(words: readonly string[]): string[][] {
  const lists: string[][] = [];
  for (const word of words) {
    lists[word.length] ??= [];
    lists[word.length]!.push(word);
  }
  return lists;
}

const byLength = (left: string, right: string): number =>
  left.length - right.length || (left < right ? -1 : 1);
