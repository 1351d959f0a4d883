import { normalise } from '@nearfield/spec';
import { damaged } from '../errors.ts';
import { ByteReader, readSorted } from '../format/bytes.ts';
import type { Manifest } from '../format/manifest.ts';
import type { IndexFiles } from '../index-files.ts';
import { addRow, rowBytes } from './table-rows.ts';
import { wordPieces } from './word-piece.ts';

type TableFiles = NonNullable<NonNullable<Manifest['meaning']>['table']>;

/** Files of rows that one query may load where the host serves no parts. */
const MOST_SHARDS = 2;

/** A query's vector and what it was made of. */
export interface QueryVector {
  /** Of length 1; undefined if no token of the query is in the table. */
  readonly vector: Float32Array | undefined;
  readonly tokens: readonly string[];
  /** Tokens whose rows were left for a later query, so that this one takes no more than two requests. */
  readonly missing: readonly string[];
}

/** Makes vectors of queries from the rows of an index's table, which it loads as they are needed. */
export class QueryVectors {
  readonly #files: IndexFiles;
  readonly #table: TableFiles;
  readonly #dimensions: number;
  readonly #rows = new Map<string, Uint8Array>();
  #order: Promise<ReadonlyMap<string, number>> | undefined;

  constructor(files: IndexFiles, table: TableFiles, dimensions: number) {
    this.#files = files;
    this.#table = table;
    this.#dimensions = dimensions;
  }

  async of(query: string): Promise<QueryVector> {
    const order = await this.#rowNumbers();
    const tokens = wordPieces(query, (token) => order.has(token));
    const needed = [...new Set(tokens)].filter((token) => !this.#rows.has(token));
    if (needed.length > 0) await this.#loadRows(needed, order);
    const sum = new Float64Array(this.#dimensions);
    const missing: string[] = [];
    for (const token of tokens) {
      const row = this.#rows.get(token);
      if (row === undefined) missing.push(token);
      else addRow(sum, row, token, this.#table.rows.name);
    }
    return { vector: tokens.length > missing.length ? normalise(sum) : undefined, tokens, missing };
  }

  /** Tokens of the table: every common word is one. */
  async words(): Promise<Pick<ReadonlyMap<string, number>, 'has'>> {
    return this.#rowNumbers();
  }

  #rowNumbers(): Promise<ReadonlyMap<string, number>> {
    this.#order ??= this.#readTokens();
    this.#order.catch(() => {
      this.#order = undefined;
    });
    return this.#order;
  }

  async #readTokens(): Promise<ReadonlyMap<string, number>> {
    const { tokens, shards, rows } = this.#table;
    const reader = new ByteReader(await this.#files.unpacked(tokens), tokens.name);
    const all = shards.flatMap(() => readSorted(reader));
    if (all.length * rowBytes(this.#dimensions) !== rows.bytes) {
      throw damaged(tokens.name, 'it has another number of tokens than there are rows');
    }
    return new Map(all.map((token, row) => [token, row]));
  }

  async #loadRows(tokens: readonly string[], order: ReadonlyMap<string, number>): Promise<void> {
    const width = rowBytes(this.#dimensions);
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
    addRow(new Float64Array(this.#dimensions), row, token, this.#table.rows.name);
    this.#rows.set(token, row);
  }
}
