import { mergePairs, type Pairs } from './merge-pairs.ts';
import { byteIds, type TokenModel, type Vocabulary } from './token-model.ts';

export interface BytePairOptions {
  /** Pairs of tokens that are joined, the first ones first. */
  readonly merges: readonly (readonly [left: string, right: string])[];
  readonly unknown: number | undefined;
  /** Prefix of every character of a piece but the first. */
  readonly prefix: string;
  /** Suffix of the last character of a piece. */
  readonly suffix: string;
  readonly fuseUnknown: boolean;
  /** Whether unknown characters are spelled in bytes. */
  readonly byteFallback: boolean;
  /** Whether a piece that is a token is that token, regardless of merges. */
  readonly ignoreMerges: boolean;
}

/** Ids are below this, so that two of them fit into one number. */
export const ID_LIMIT = 2 ** 26;

/** Pieces repeat; short ones are worth remembering. */
const CACHED_PIECE = 64;
const CACHE_SIZE = 10_000;

/** Symbols of one piece and the merges of its tokenizer. Each part has its id at its start. */
class SymbolPairs implements Pairs {
  constructor(
    readonly ids: number[],
    readonly ranks: ReadonlyMap<number, number>,
    readonly results: Int32Array,
  ) {}

  rank(start: number, middle: number): number {
    return this.ranks.get(this.ids[start]! * ID_LIMIT + this.ids[middle]!) ?? Number.POSITIVE_INFINITY;
  }

  merged(start: number, rank: number): void {
    this.ids[start] = this.results[rank]!;
  }
}

/** Byte-pair encoding by a list of merges: the earliest in the list first, the leftmost of the same first. */
export class BytePairs implements TokenModel {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #tokens: ReadonlyMap<number, string>;
  readonly #options: BytePairOptions;
  /** Rank of each pair, by left · ID_LIMIT + right. */
  readonly #ranks = new Map<number, number>();
  /** Result of each rank's merge. */
  readonly #merged: Int32Array;
  /** UTF-16 units of the longest token. */
  readonly #longest: number;
  readonly #cache = new Map<string, readonly number[]>();

  /** @throws Error if a merge's tokens are not in the vocabulary. */
  constructor({ ids, tokens }: Vocabulary, options: BytePairOptions) {
    this.#ids = ids;
    this.#tokens = tokens;
    this.#options = options;
    this.#merged = new Int32Array(options.merges.length);
    const idOf = (token: string): number => {
      const id = ids.get(token);
      if (id === undefined)
        throw new Error(`its merges have the token '${token}', which its vocabulary lacks`);
      return id;
    };
    for (const [rank, [left, right]] of options.merges.entries()) {
      this.#ranks.set(idOf(left) * ID_LIMIT + idOf(right), rank);
      this.#merged[rank] = idOf(left + right.slice(options.prefix.length));
    }
    let longest = 1;
    for (const token of tokens.values()) longest = Math.max(longest, token.length);
    this.#longest = longest;
  }

  encodeInto(piece: string, found: number[]): void {
    if (piece === '') return;
    if (this.#options.ignoreMerges) {
      const id = this.#ids.get(piece);
      if (id !== undefined) {
        found.push(id);
        return;
      }
    }
    const known = this.#cache.get(piece);
    if (known) {
      for (const id of known) found.push(id);
      return;
    }
    const from = found.length;
    this.#merge(this.#symbols(piece), found);
    if (piece.length > CACHED_PIECE) return;
    if (this.#cache.size >= CACHE_SIZE) this.#cache.clear();
    this.#cache.set(piece, found.slice(from));
  }

  encodeStart(start: string, found: number[]): void {
    const { suffix, prefix } = this.#options;
    // If the last character of a piece is spelled otherwise, its end is not that of a longer one's beginning.
    if (suffix !== '' || prefix !== '' || start.length < 4 * this.#longest) return;
    const symbols = this.#symbols(start);
    // Positions in text and symbols are the same only if every character is a symbol of its own.
    if (symbols.length !== start.length || symbols.some((id) => this.#tokens.get(id)!.length !== 1)) return;
    const ids: number[] = [];
    this.#merge([...symbols], ids);
    // A token reaches at most `longest` characters, so one of a longer piece's tokens ends at one of the last
    // `longest` positions, and up to there its tokens are those of the text up to there: every beginning of an encoding
    // is the encoding of its text. If those encodings all begin alike, so does the longer piece's.
    let border = ids.length;
    let at = symbols.length;
    const wanted = symbols.length - 2 * this.#longest;
    while (border > 0 && at > wanted) at -= this.#tokens.get(ids[--border]!)!.length;
    while (border > 0 && !this.#holds(symbols, at, ids[border - 1]!)) {
      at -= this.#tokens.get(ids[--border]!)!.length;
    }
    for (let index = 0; index < border; index++) found.push(ids[index]!);
  }

  /** Whether the encodings up to each of the last positions have a border at `at`, after the token `last`. */
  #holds(symbols: readonly number[], at: number, last: number): boolean {
    for (let end = Math.max(at + 1, symbols.length - this.#longest + 1); end <= symbols.length; end++) {
      const rest: number[] = [];
      this.#merge(symbols.slice(at, end), rest);
      // Tokens are an encoding if each two neighbours are one.
      if (!this.#areNeighbours(last, rest[0]!)) return false;
    }
    return true;
  }

  #areNeighbours(left: number, right: number): boolean {
    const found: number[] = [];
    this.#merge(this.#symbols(this.#tokens.get(left)! + this.#tokens.get(right)!), found);
    return found.length === 2 && found[0] === left && found[1] === right;
  }

  /** Ids of a piece's characters. */
  #symbols(piece: string): number[] {
    const { prefix, suffix, unknown, byteFallback, fuseUnknown } = this.#options;
    const symbols: number[] = [];
    let isUnknown = false;
    for (let at = 0; at < piece.length; ) {
      const first = at === 0;
      const character = String.fromCodePoint(piece.codePointAt(at)!);
      at += character.length;
      const text = (first ? '' : prefix) + character + (at === piece.length ? suffix : '');
      const id = this.#ids.get(text);
      const wasUnknown = isUnknown;
      isUnknown = false;
      if (id !== undefined) {
        symbols.push(id);
        continue;
      }
      const spelled = byteFallback ? byteIds(text, this.#ids) : undefined;
      if (spelled) {
        symbols.push(...spelled);
        continue;
      }
      if (unknown === undefined) continue;
      isUnknown = true;
      if (!wasUnknown || !fuseUnknown) symbols.push(unknown);
    }
    return symbols;
  }

  /** Appends the ids of a piece. @param symbols are overwritten. */
  #merge(symbols: number[], found: number[]): void {
    const starts = mergePairs(symbols.length, new SymbolPairs(symbols, this.#ranks, this.#merged));
    for (let index = 0; index + 1 < starts.length; index++) found.push(symbols[starts[index]!]!);
  }
}
