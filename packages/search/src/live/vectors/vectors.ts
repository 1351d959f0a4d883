/** The vectors of a live index, wherever they are searched: in a worker of the page, or in this thread. */
import { normalise } from '@nearfield/spec';
import { dequantize, type QuantizedVector } from './quantized.ts';
import { type Nearest, type NearestOptions, VectorTable } from './vector-table.ts';

/** A vector for a row. */
export interface VectorRow extends QuantizedVector {
  readonly row: number;
}

export interface Vectors {
  set(rows: readonly VectorRow[]): Promise<void>;
  delete(rows: readonly number[]): Promise<void>;
  /** Vectors of rows that have one, which then have none. */
  take(rows: readonly number[]): Promise<QuantizedVector[]>;
  /** Moves rows to lower numbers; −1: the row goes. */
  renumber(numberOf: Int32Array): Promise<void>;
  /** @param query of length 1. */
  nearest(query: Float32Array, options: NearestOptions): Promise<Nearest>;
  /** The mean of rows' vectors, of length 1; undefined where none of them has one. */
  mean(rows: readonly number[]): Promise<Float32Array | undefined>;
  /** Bytes in memory. */
  bytes(): Promise<number>;
  close(): void;
}

/** Vectors in this thread. */
export class LocalVectors implements Vectors {
  readonly #table: VectorTable;

  constructor(dimensions: number) {
    this.#table = new VectorTable(dimensions);
  }

  async set(rows: readonly VectorRow[]): Promise<void> {
    for (const vector of rows) this.#table.set(vector.row, vector);
  }

  async delete(rows: readonly number[]): Promise<void> {
    for (const row of rows) this.#table.delete(row);
  }

  async take(rows: readonly number[]): Promise<QuantizedVector[]> {
    const vectors = rows.flatMap((row) => this.#table.get(row) ?? []);
    await this.delete(rows);
    return vectors;
  }

  async renumber(numberOf: Int32Array): Promise<void> {
    this.#table.renumber(numberOf);
  }

  async nearest(query: Float32Array, options: NearestOptions): Promise<Nearest> {
    return this.#table.nearest(query, options);
  }

  async mean(rows: readonly number[]): Promise<Float32Array | undefined> {
    const sum = new Float64Array(this.#table.dimensions);
    let count = 0;
    for (const row of rows) {
      const vector = this.#table.get(row);
      if (vector === undefined) continue;
      count++;
      for (const [at, value] of dequantize(vector).entries()) sum[at]! += value;
    }
    return count === 0 ? undefined : normalise(sum);
  }

  async bytes(): Promise<number> {
    return this.#table.bytes;
  }

  close(): void {}
}
