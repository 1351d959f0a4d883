import { mergePairs, type Pairs } from '../text/merge-pairs.ts';

/** Ranks as gpt-tokenizer ships them: index = rank; a string where the bytes are UTF-8 text, else the bytes. */
export type Ranks = readonly (string | readonly number[] | undefined)[];

/** A byte string: each character is one byte. Strings hash fast and need no copy for ASCII text. */
type ByteString = string;

const utf8 = new TextEncoder();

/** Words repeat; short ones are worth remembering. */
const CACHED_PIECE_LENGTH = 48;
const CACHE_SIZE = 20_000;

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

/** Bytes of one piece and the ranks of its tokenizer. Neighbours merge if their concatenation is a token. */
class BytePieces implements Pairs {
  constructor(
    readonly bytes: ByteString,
    readonly ranks: ReadonlyMap<ByteString, number>,
    readonly longest: number,
  ) {}

  rank(start: number, _middle: number, end: number): number {
    if (end - start > this.longest) return Number.POSITIVE_INFINITY;
    return this.ranks.get(this.bytes.slice(start, end)) ?? Number.POSITIVE_INFINITY;
  }
}

/**
 * Byte-pair encoding by ranks: in each piece of the text the neighbours whose concatenation has the lowest rank are
 * merged, leftmost first, until no concatenation is a token (see {@link mergePairs}).
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
      } else {
        const from = ids.length;
        this.#merge(bytes, ids);
        if (piece.length <= CACHED_PIECE_LENGTH) {
          if (this.#cache.size >= CACHE_SIZE) this.#cache.clear();
          this.#cache.set(piece, ids.slice(from));
        }
      }
    }
  }

  #merge(bytes: ByteString, ids: number[]): void {
    const starts = mergePairs(bytes.length, new BytePieces(bytes, this.#ranks, this.#longest));
    for (let index = 0; index + 1 < starts.length; index++) {
      ids.push(this.#ranks.get(bytes.slice(starts[index], starts[index + 1]))!);
    }
  }
}
