import { ByteReader } from '../format/bytes.ts';
import type { Manifest } from '../format/manifest.ts';
import type { IndexFiles } from '../index-files.ts';
import { readOtherTokens } from './token-order.ts';
import { addRow, checkRow, type RowShape, rowBytes } from './token-rows.ts';
import { basicTokens, wordPieces } from './word-piece.ts';

type TableFiles = NonNullable<NonNullable<Manifest['meaning']>['table']>;

/** Files of rows that one query may load where the host serves no parts. */
const MOST_SHARDS = 2;
/** Scores of a query's tokens go together a little: measured over questions of five sets of documentation. */
const TOGETHER = 1.18;
/** Words that may be among the tokens of the other file: a table of another script or of numbers is no help. */
const LETTERS = /^[a-z]{2,}$/;

/** How near each passage is to a query, by the rows of its tokens. */
export interface TableScores {
  /** One for each passage; undefined if no token of the query is in the table. */
  readonly scores: Float32Array | undefined;
  /** Standard deviation that the scores have over all passages, about: rows have the greatest alone. */
  readonly deviation: number;
  readonly tokens: readonly string[];
  /** Tokens whose rows were left for a later query, so that this one takes no more than two requests. */
  readonly missing: readonly string[];
}

/** Scores passages by the rows of an index's table, which it loads as they are needed. */
export class TableReader {
  readonly #files: IndexFiles;
  readonly #table: TableFiles;
  readonly #shape: RowShape;
  readonly #first: ReadonlyMap<string, number>;
  readonly #isSiteWord: (word: string) => boolean;
  readonly #rows = new Map<string, Uint8Array>();
  #all: Promise<ReadonlyMap<string, number>> | undefined;

  /**
   * @param first rows of the tokens that are known from the start.
   * @param isSiteWord whether a word is one of the site's: its pieces are among those tokens.
   */
  constructor(
    files: IndexFiles,
    table: TableFiles,
    passages: number,
    first: ReadonlyMap<string, number>,
    isSiteWord: (word: string) => boolean,
  ) {
    this.#isSiteWord = isSiteWord;
    this.#files = files;
    this.#table = table;
    this.#shape = { top: table.top, passages };
    this.#first = first;
  }

  /** Whether a word is one of the tokens that are known from the start: the most common ones are. */
  isCommon(word: string): boolean {
    return this.#first.has(word);
  }

  /** Whether a word is a token of the table as a whole: every word that is not very rare is one. */
  async has(word: string): Promise<boolean> {
    return (await this.#rowsFor(word)).has(word);
  }

  async of(query: string): Promise<TableScores> {
    const order = await this.#rowsFor(query);
    const tokens = wordPieces(query, (token) => order.has(token));
    const needed = [...new Set(tokens)].filter((token) => !this.#rows.has(token));
    if (needed.length > 0) await this.#loadRows(needed, order);
    const scores = new Float32Array(this.#shape.passages);
    const missing: string[] = [];
    let variance = 0;
    for (const token of tokens) {
      const row = this.#rows.get(token);
      if (row === undefined) missing.push(token);
      else variance += addRow(scores, row, this.#shape, token, this.#table.rows.name) ** 2;
    }
    const deviation = TOGETHER * Math.sqrt(variance);
    return { scores: tokens.length > missing.length ? scores : undefined, deviation, tokens, missing };
  }

  /** Rows of tokens: those of the start, and all where a word is not among them. */
  async #rowsFor(text: string): Promise<ReadonlyMap<string, number>> {
    const isRare = basicTokens(text).some(
      (word) => LETTERS.test(word) && !this.#first.has(word) && !this.#isSiteWord(word),
    );
    if (!isRare) return this.#first;
    this.#all ??= this.#readTokens();
    this.#all.catch(() => {
      this.#all = undefined;
    });
    return this.#all;
  }

  async #readTokens(): Promise<ReadonlyMap<string, number>> {
    const { tokens } = this.#table;
    return readOtherTokens(new ByteReader(await this.#files.unpacked(tokens), tokens.name), this.#first);
  }

  async #loadRows(tokens: readonly string[], order: ReadonlyMap<string, number>): Promise<void> {
    const width = rowBytes(this.#shape);
    const { rows, shards } = this.#table;
    const sorted = tokens.toSorted((left, right) => order.get(left)! - order.get(right)!);
    const ranges = sorted.map(
      (token) => [order.get(token)! * width, (order.get(token)! + 1) * width] as const,
    );
    const parts = await this.#files.parts(rows, ranges);
    if (parts !== undefined) {
      for (const [index, token] of sorted.entries()) this.#keep(token, parts[index]!);
      return;
    }
    const shardOf = (token: string): TableFiles['shards'][number] => {
      const row = order.get(token)!;
      return shards.findLast(({ first }) => first <= row)!;
    };
    const byShard = new Map<TableFiles['shards'][number], string[]>();
    for (const token of sorted) {
      const shard = shardOf(token);
      byShard.set(shard, [...(byShard.get(shard) ?? []), token]);
    }
    let requests = 0;
    const chosen = [...byShard].filter(([shard]) => this.#files.has(shard) || requests++ < MOST_SHARDS);
    await Promise.all(
      chosen.map(async ([shard, inShard]) => {
        const bytes = await this.#files.whole(shard);
        for (const token of inShard) {
          const at = (order.get(token)! - shard.first) * width;
          this.#keep(token, bytes.subarray(at, at + width));
        }
      }),
    );
  }

  /** A row that is not the token's is not kept: the next query loads it anew. */
  #keep(token: string, row: Uint8Array): void {
    checkRow(row, this.#shape, token, this.#table.rows.name);
    this.#rows.set(token, row);
  }
}
