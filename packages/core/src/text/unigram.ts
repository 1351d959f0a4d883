import { byteIds, type TokenModel, type Vocabulary } from './token-model.ts';
import { Trie } from './trie.ts';

export interface UnigramOptions {
  /** Logarithms of the pieces' probabilities, by id. */
  readonly scores: Float64Array;
  readonly unknown: number | undefined;
  /** Whether unknown characters are spelled in bytes. */
  readonly byteFallback: boolean;
}

/** Cost of an unknown character beyond the least likely piece. */
const UNKNOWN_PENALTY = 10;

/** SentencePiece's Unigram: the pieces whose scores have the largest sum (Viterbi, from left to right). */
export class Unigram implements TokenModel {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #options: UnigramOptions;
  readonly #trie: Trie;
  readonly #unknownScore: number;
  /** UTF-16 units of the longest piece. */
  readonly #longest: number;

  constructor({ ids, tokens }: Vocabulary, options: UnigramOptions) {
    this.#ids = ids;
    this.#options = options;
    this.#trie = new Trie(ids);
    this.#unknownScore =
      options.scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY) -
      UNKNOWN_PENALTY;
    let longest = 2;
    for (const piece of tokens.values()) longest = Math.max(longest, piece.length);
    this.#longest = longest;
  }

  encodeInto(piece: string, found: number[]): void {
    const paths = this.#paths(piece);
    this.#backtrack(piece, paths, piece.length, found);
  }

  encodeStart(start: string, found: number[]): void {
    // Where a longer piece's best path goes on, it leaves one of the last positions here; up to the position that the
    // paths to all of those share, it is decided.
    const paths = this.#paths(start);
    const { starts } = paths;
    const ends: number[] = [];
    for (let at = Math.max(0, start.length - this.#longest + 1); at <= start.length; at++) {
      if (at === 0 || starts[at]! >= 0) ends.push(at);
    }
    while (ends.length > 1) {
      // Each path is ascending: the farthest end cannot be a point of the others' paths, so it steps back.
      let farthest = 0;
      for (let index = 1; index < ends.length; index++) {
        if (ends[index]! > ends[farthest]!) farthest = index;
      }
      const before = starts[ends[farthest]!]!;
      if (ends.includes(before)) ends.splice(farthest, 1);
      else ends[farthest] = before;
    }
    let shared = ends[0]!;
    // Unknown characters after it would join those before it.
    while (shared > 0 && paths.ids[shared] === this.#options.unknown) shared = starts[shared]!;
    this.#backtrack(start, paths, shared, found);
  }

  /** The last piece of the best path to each position: its start (−1: no path ends here), and its id. */
  #paths(piece: string): { starts: Int32Array; ids: Int32Array } {
    const { length } = piece;
    const { scores, unknown = -1 } = this.#options;
    const trie = this.#trie;
    const starts = new Int32Array(length + 1).fill(-1);
    const ids = new Int32Array(length + 1);
    const best = new Float64Array(length + 1);
    const consider = (from: number, to: number, id: number, score: number): void => {
      const sum = best[from]! + score;
      if (starts[to]! >= 0 && sum <= best[to]!) return;
      best[to] = sum;
      starts[to] = from;
      ids[to] = id;
    };
    for (let from = 0; from < length; ) {
      const single = from + (piece.codePointAt(from)! > 0xffff ? 2 : 1);
      let hasSingle = false;
      let node = 0;
      for (let to = from; to < length; ) {
        node = trie.next(node, piece.charCodeAt(to++));
        if (node === 0) break;
        const id = trie.valueAt(node);
        if (id < 0) continue;
        consider(from, to, id, scores[id]!);
        if (to === single) hasSingle = true;
      }
      if (!hasSingle) consider(from, single, unknown, this.#unknownScore);
      from = single;
    }
    return { starts, ids };
  }

  /** Appends the ids of the best path to `end`; unknown characters beside each other are one. */
  #backtrack(
    piece: string,
    { starts, ids }: { starts: Int32Array; ids: Int32Array },
    end: number,
    found: number[],
  ): void {
    const { unknown = -1, byteFallback } = this.#options;
    const reversed: number[] = [];
    for (let to = end; to > 0; ) {
      const id = ids[to]!;
      let from = starts[to]!;
      if (id !== unknown) {
        reversed.push(id);
        to = from;
        continue;
      }
      while (from > 0 && ids[from] === unknown) from = starts[from]!;
      const text = piece.slice(from, to);
      const known = this.#ids.get(text);
      const spelled = known === undefined && byteFallback ? byteIds(text, this.#ids) : undefined;
      if (known !== undefined) reversed.push(known);
      else if (spelled) for (let at = spelled.length - 1; at >= 0; at--) reversed.push(spelled[at]!);
      else if (unknown >= 0) reversed.push(unknown);
      to = from;
    }
    for (let at = reversed.length - 1; at >= 0; at--) found.push(reversed[at]!);
  }
}
