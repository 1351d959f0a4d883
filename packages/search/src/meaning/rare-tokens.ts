import { ByteReader } from '../format/bytes.ts';
import { readTokenBlock } from './token-order.ts';

/** Reads blocks of tokens by their numbers; what is asked for in one turn is one load. */
export type ReadTokenBlocks = (numbers: readonly number[]) => Promise<Map<number, Uint8Array>>;

/** The tokens that are not known from the start, as far as words needed them. */
export class RareTokens {
  readonly #first: readonly string[];
  readonly #read: ReadTokenBlocks;
  readonly #file: string;
  readonly #blocks = new Map<number, ReadonlyMap<string, number>>();

  /**
   * @param first the first token of each block.
   * @param file name of the blocks' file, for messages.
   */
  constructor(first: readonly string[], read: ReadTokenBlocks, file: string) {
    this.#first = first;
    this.#read = read;
    this.#file = file;
  }

  /** A token's place among the rare ones; undefined if it is none, or its block was not loaded. */
  placeOf(token: string): number | undefined {
    return this.#blocks.get(this.#blockOf(token))?.get(token);
  }

  /** Loads the blocks in which some tokens are, if they are tokens. */
  async load(tokens: Iterable<string>): Promise<void> {
    const unread = new Set<number>();
    for (const token of tokens) {
      const block = this.#blockOf(token);
      if (block >= 0 && !this.#blocks.has(block)) unread.add(block);
    }
    if (unread.size === 0) return;
    for (const [block, bytes] of await this.#read([...unread])) {
      this.#blocks.set(block, readTokenBlock(new ByteReader(bytes, this.#file)));
    }
  }

  #blockOf(token: string): number {
    let low = 0;
    let high = this.#first.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#first[middle]! <= token) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Every piece that a word might be put together of. */
export function* piecesOf(word: string): Generator<string> {
  const letters = [...word];
  for (let start = 0; start < letters.length; start++) {
    for (let end = start + 1; end <= letters.length; end++) {
      yield (start > 0 ? '##' : '') + letters.slice(start, end).join('');
    }
  }
}
