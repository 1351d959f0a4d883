import { MinimumHeap } from './minimum-heap.ts';

/** Up to this number of symbols, a scan for the lowest rank beats a heap. */
const SCAN_LENGTH = 64;
/** Room for a position below a rank in one double: ranks < 2^21, positions < 2^32. */
const POSITIONS = 2 ** 32;

/** The merges of a byte-pair encoding, applied to the symbols of one piece. */
export interface Pairs {
  /**
   * Rank of merging two neighbours, the parts [start, middle) and [middle, end) of the symbols. Infinity if they are
   * never merged.
   */
  rank(start: number, middle: number, end: number): number;
  /** Called when the pair that begins at `start` has become one part. */
  merged?(start: number, rank: number): void;
}

/**
 * Byte-pair encoding: merges the neighbours with the lowest rank, leftmost first, until no pair has a rank.
 *
 * A scan for the lowest rank after each merge is quadratic in the length of a piece: 16,000 letters without a space
 * would take a quarter of a second, 1,000,000 a quarter of an hour. Long pieces therefore go through a heap: n · log n.
 *
 * @param length number of symbols.
 * @returns starts of the parts, and last `length`.
 */
export const mergePairs = (length: number, pairs: Pairs): number[] =>
  length > SCAN_LENGTH ? mergeMany(length, pairs) : mergeFew(length, pairs);

function mergeFew(length: number, pairs: Pairs): number[] {
  /** Part i is [starts[i], starts[i + 1]); ranks[i] is that of parts i and i + 1. */
  const starts: number[] = [];
  const ranks: number[] = [];
  for (let at = 0; at <= length; at++) starts.push(at);
  for (let at = 0; at + 1 < length; at++) ranks.push(pairs.rank(at, at + 1, at + 2));
  while (true) {
    let lowest = Number.POSITIVE_INFINITY;
    let at = -1;
    for (let index = 0; index < ranks.length; index++) {
      if (ranks[index]! < lowest) {
        lowest = ranks[index]!;
        at = index;
      }
    }
    if (at < 0) return starts;
    starts.splice(at + 1, 1);
    ranks.splice(at, 1);
    pairs.merged?.(starts[at]!, lowest);
    if (at < ranks.length) ranks[at] = pairs.rank(starts[at]!, starts[at + 1]!, starts[at + 2]!);
    if (at > 0) ranks[at - 1] = pairs.rank(starts[at - 1]!, starts[at]!, starts[at + 1]!);
  }
}

function mergeMany(length: number, pairs: Pairs): number[] {
  /** Parts are a linked list over their starts; `next[i]` is also the end of part i. */
  const next = new Int32Array(length + 1);
  const previous = new Int32Array(length + 1);
  /** Rank of the pair that starts here, so that outdated entries of the heap are recognised. */
  const current = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
  const heap = new MinimumHeap(length);
  const consider = (at: number): void => {
    const middle = next[at]!;
    const rank = middle >= length ? Number.POSITIVE_INFINITY : pairs.rank(at, middle, next[middle]!);
    current[at] = rank;
    if (rank !== Number.POSITIVE_INFINITY) heap.push(rank * POSITIONS + at);
  };
  for (let at = 0; at <= length; at++) {
    next[at] = at + 1;
    previous[at] = at - 1;
  }
  for (let at = 0; at + 1 < length; at++) consider(at);
  for (let key = heap.pop(); key !== undefined; key = heap.pop()) {
    const at = key % POSITIONS;
    const rank = (key - at) / POSITIONS;
    if (current[at] !== rank) continue;
    const middle = next[at]!;
    const end = next[middle]!;
    current[middle] = Number.POSITIVE_INFINITY;
    next[at] = end;
    if (end <= length) previous[end] = at;
    pairs.merged?.(at, rank);
    consider(at);
    if (previous[at]! >= 0) consider(previous[at]!);
  }
  const starts: number[] = [];
  for (let at = 0; at <= length; at = next[at]!) starts.push(at);
  return starts;
}
