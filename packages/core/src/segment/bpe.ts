import { MinimumHeap } from '../text/minimum-heap.ts';

/** Ranks as gpt-tokenizer ships them: index = rank; a string where the bytes are UTF-8 text, else the bytes. */
export type Ranks = readonly (string | readonly number[] | undefined)[];

/** A byte string: each character is one byte. Strings hash fast and need no copy for ASCII text. */
type ByteString = string;

const utf8 = new TextEncoder();

/** Words repeat; short ones are worth remembering. */
const CACHED_PIECE_LENGTH = 48;
const CACHE_SIZE = 20_000;
/** Up to here a scan for the lowest rank beats a heap. */
const SCAN_LENGTH = 64;

const toByteString = (text: string): ByteString => {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) < 0x80) continue;
    const bytes = utf8.encode(text);
    let result = '';
    for (let start = 0; start < bytes.length; start += 8192) {
      result += String.fromCharCode(...bytes.subarray(start, start + 8192));
    }
    return result;
  }
  return text;
};

const toBytes = (bytes: ByteString): Uint8Array =>
  Uint8Array.from(bytes, (character) => character.charCodeAt(0));

/**
 * Byte-pair encoding by ranks: in each piece of the text the neighbours whose concatenation has the lowest
 * rank are merged, leftmost first, until no concatenation is a token.
 *
 * The libraries look for the lowest rank with a scan after each merge, which is quadratic in the length of a
 * piece: 16,000 letters without a space take a quarter of a second, 1,000,000 take a quarter of an hour. Here
 * long pieces go through a heap: n · log n.
 */
export class BytePairEncoder {
  readonly #ranks = new Map<ByteString, number>();
  readonly #tokens: (ByteString | undefined)[];
  readonly #pattern: RegExp;
  readonly #longest: number;
  readonly #cache = new Map<string, readonly number[]>();

  /** @param pattern splits text into pieces that are encoded apart; needs the flags `g` and `u`. */
  constructor(ranks: Ranks, pattern: RegExp) {
    this.#pattern = pattern;
    this.#tokens = new Array<ByteString | undefined>(ranks.length);
    let longest = 0;
    for (let rank = 0; rank < ranks.length; rank++) {
      const token = ranks[rank];
      if (token === undefined) continue;
      const bytes = typeof token === 'string' ? toByteString(token) : String.fromCharCode(...token);
      this.#ranks.set(bytes, rank);
      this.#tokens[rank] = bytes;
      if (bytes.length > longest) longest = bytes.length;
    }
    this.#longest = longest;
  }

  /** The bytes of a token; undefined for an id that does not exist. */
  bytesOf(id: number): Uint8Array | undefined {
    const token = this.#tokens[id];
    return token === undefined ? undefined : toBytes(token);
  }

  /** Appends the ids of `text` to `ids`. A lone surrogate is encoded as U+FFFD. */
  encodeInto(text: string, ids: number[]): void {
    for (const piece of text.match(this.#pattern) ?? []) {
      const known = this.#cache.get(piece);
      if (known !== undefined) {
        for (const id of known) ids.push(id);
        continue;
      }
      const bytes = toByteString(piece);
      const whole = this.#ranks.get(bytes);
      if (whole !== undefined) {
        ids.push(whole);
      } else if (bytes.length > SCAN_LENGTH) {
        this.#mergeLong(bytes, ids);
      } else {
        const from = ids.length;
        this.#mergeShort(bytes, ids);
        if (piece.length <= CACHED_PIECE_LENGTH) {
          if (this.#cache.size >= CACHE_SIZE) this.#cache.clear();
          this.#cache.set(piece, ids.slice(from));
        }
      }
    }
  }

  #rankOf(bytes: ByteString, start: number, end: number): number {
    if (end - start > this.#longest) return Number.POSITIVE_INFINITY;
    return this.#ranks.get(bytes.slice(start, end)) ?? Number.POSITIVE_INFINITY;
  }

  #mergeShort(bytes: ByteString, ids: number[]): void {
    /** Part i is bytes[starts[i], starts[i + 1]); ranks[i] is that of parts i and i + 1 together. */
    const starts: number[] = [];
    const ranks: number[] = [];
    for (let index = 0; index <= bytes.length; index++) starts.push(index);
    for (let index = 0; index + 2 < starts.length; index++) ranks.push(this.#rankOf(bytes, index, index + 2));
    while (true) {
      let lowest = Number.POSITIVE_INFINITY;
      let at = -1;
      for (let index = 0; index < ranks.length; index++) {
        if (ranks[index]! < lowest) {
          lowest = ranks[index]!;
          at = index;
        }
      }
      if (at < 0) break;
      starts.splice(at + 1, 1);
      ranks.splice(at, 1);
      if (at < ranks.length) ranks[at] = this.#rankOf(bytes, starts[at]!, starts[at + 2]!);
      if (at > 0) ranks[at - 1] = this.#rankOf(bytes, starts[at - 1]!, starts[at + 1]!);
    }
    for (let index = 0; index + 1 < starts.length; index++) {
      ids.push(this.#ranks.get(bytes.slice(starts[index], starts[index + 1]))!);
    }
  }

  #mergeLong(bytes: ByteString, ids: number[]): void {
    const { length } = bytes;
    /** Parts are a linked list over their start offsets; `next[i]` is also the end of part i. */
    const next = new Int32Array(length + 1);
    const previous = new Int32Array(length + 1);
    /** Rank of the pair that starts here, so that outdated heap entries are recognised. */
    const current = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
    const heap = new MinimumHeap(length);
    const consider = (at: number): void => {
      const middle = next[at]!;
      const rank = middle >= length ? Number.POSITIVE_INFINITY : this.#rankOf(bytes, at, next[middle]!);
      current[at] = rank;
      if (rank !== Number.POSITIVE_INFINITY) heap.push(rank * POSITION_SPACE + at);
    };
    for (let index = 0; index <= length; index++) {
      next[index] = index + 1;
      previous[index] = index - 1;
    }
    for (let index = 0; index + 1 < length; index++) consider(index);
    for (let key = heap.pop(); key !== undefined; key = heap.pop()) {
      const at = key % POSITION_SPACE;
      if (current[at] !== (key - at) / POSITION_SPACE) continue;
      const middle = next[at]!;
      const end = next[middle]!;
      current[middle] = Number.POSITIVE_INFINITY;
      next[at] = end;
      if (end <= length) previous[end] = at;
      consider(at);
      if (previous[at]! >= 0) consider(previous[at]!);
    }
    for (let at = 0; at < length; at = next[at]!) ids.push(this.#ranks.get(bytes.slice(at, next[at]))!);
  }
}

/** Room for positions below the rank in one double: ranks < 2^18, positions < 2^32, together < 2^53. */
const POSITION_SPACE = 2 ** 32;
