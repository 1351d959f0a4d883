import type { Manifest } from '../format/manifest.ts';
import type { IndexFiles } from '../index-files.ts';
import { basesOf } from './derived-words.ts';
import { piecesOf, type RareTokens } from './rare-tokens.ts';
import { addRow, checkRow, type RowShape, rowBytes } from './token-rows.ts';
import { basicTokens, wordPieces } from './word-piece.ts';

type TableFacts = NonNullable<NonNullable<Manifest['meaning']>['table']>;

/** Scores of a query's tokens go together a little: measured over questions of five sets of documentation. */
const TOGETHER = 1.18;
/** Words that may be among the rare tokens: a table of another script or of numbers is no help. */
const LETTERS = /^[a-z]{2,}$/;

/** How near each passage is to a query, by the rows of its tokens. */
export interface TableScores {
  /** One for each passage; undefined if no token of the query is in the table. */
  readonly scores: Float32Array | undefined;
  /** Standard deviation that the scores have over all passages, about: rows have the greatest alone. */
  readonly deviation: number;
  readonly tokens: readonly string[];
  /** Tokens whose rows were left for a later query: those of rare words, where the host serves no parts. */
  readonly missing: readonly string[];
}

/** Data of an index's table that is here from the start. */
export interface KnownTokens {
  /** Rows of the tokens that are known. */
  readonly first: ReadonlyMap<string, number>;
  /** The others. */
  readonly rare: RareTokens;
  /** Whether a word is one of the site's: its pieces are among the known tokens. */
  readonly isSiteWord: (word: string) => boolean;
}

/** Scores passages by the rows of an index's table, which it loads as they are needed. */
export class TableReader {
  readonly #files: IndexFiles;
  readonly #table: TableFacts;
  readonly #shape: RowShape;
  readonly #known: KnownTokens;
  readonly #rows = new Map<string, Uint8Array>();

  constructor(files: IndexFiles, table: TableFacts, passages: number, known: KnownTokens) {
    this.#files = files;
    this.#table = table;
    this.#shape = { top: table.top, passages };
    this.#known = known;
  }

  /** Whether a word is one of the tokens that are known from the start: the most common ones are. */
  isCommon(word: string): boolean {
    return this.#known.first.has(word);
  }

  /**
   * Whether a word is one in general, once {@link prepare} knows it: a token of the table, as every word is that is not
   * very rare, or one with a regular ending.
   */
  isWord(word: string): boolean {
    return [word, ...basesOf(word)].some((token) => this.#has(token));
  }

  /**
   * Loads what tells which tokens a text has.
   * @param isReplaced whether a word that is none will be replaced by another: its pieces are then not needed.
   */
  async prepare(text: string, isReplaced: (word: string) => boolean = () => false): Promise<void> {
    const pieces: string[] = [];
    for (const word of basicTokens(text)) {
      if (!LETTERS.test(word) || this.isCommon(word) || this.#known.isSiteWord(word)) continue;
      pieces.push(...(isReplaced(word) ? [word, ...basesOf(word)] : piecesOf(word)));
    }
    await this.#known.rare.load(pieces);
  }

  async of(query: string): Promise<TableScores> {
    await this.prepare(query);
    const tokens = wordPieces(query, (token) => this.#has(token));
    const needed = [...new Set(tokens)].filter((token) => !this.#rows.has(token));
    if (needed.length > 0) await this.#loadRows(needed);
    const scores = new Float32Array(this.#shape.passages);
    const missing: string[] = [];
    let variance = 0;
    for (const token of tokens) {
      const row = this.#rows.get(token);
      if (row === undefined) missing.push(token);
      else variance += addRow(scores, row, this.#shape) ** 2;
    }
    const deviation = TOGETHER * Math.sqrt(variance);
    return { scores: tokens.length > missing.length ? scores : undefined, deviation, tokens, missing };
  }

  #has(token: string): boolean {
    return this.#rowOf(token) !== undefined;
  }

  #rowOf(token: string): number | undefined {
    const { first, rare } = this.#known;
    const known = first.get(token);
    if (known !== undefined) return known;
    const place = rare.placeOf(token);
    return place === undefined ? undefined : first.size + place;
  }

  async #loadRows(tokens: readonly string[]): Promise<void> {
    const width = rowBytes(this.#shape);
    const { rows } = this.#table;
    const numbered = tokens
      .map((token) => ({ token, row: this.#rowOf(token)! }))
      .sort((left, right) => left.row - right.row);
    const parts = await this.#files.parts(
      rows,
      numbered.map(({ row }) => [row * width, (row + 1) * width] as const),
    );
    if (parts !== undefined) {
      for (const [index, { token }] of numbered.entries()) this.#keep(token, parts[index]!);
      return;
    }
    // The likeliest rows come first in the file: the beginning will do for most queries.
    const common = numbered.filter(({ row }) => row < this.#known.first.size);
    const chosen = common.length > 0 ? common : numbered;
    const beginning = await this.#files.beginning(rows, (chosen.at(-1)!.row + 1) * width);
    for (const { token, row } of chosen) {
      this.#keep(token, beginning.subarray(row * width, (row + 1) * width));
    }
  }

  /** A row that is not the token's is not kept: the next query loads it anew. */
  #keep(token: string, row: Uint8Array): void {
    checkRow(row, this.#shape, token, this.#table.rows.name);
    // A view would keep all that was loaded with it.
    this.#rows.set(token, row.slice());
  }
}
