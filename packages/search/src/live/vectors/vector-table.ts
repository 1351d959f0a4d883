/** Vectors in memory, and the exact search among them. */
import { SIGN_SCALE, signBytes, signSums, writeSignScores } from '../../meaning/vectors.ts';
import { Best } from './best.ts';
import { highest } from './highest.ts';
import { dotRow, type QuantizedVector } from './quantized.ts';

/** Rows of one block: blocks are added as the table grows, so that nothing is ever copied to grow. */
const BLOCK = 8192;
/** Rows that are compared exactly before it is known how good the best are. */
const FIRST = 512;
/** Of all rows, at most this share is compared exactly… */
const MOST_SHARE = 0.1;
/** …or this number, if that is more. */
const MOST = 4096;
/**
 * How many standard deviations the signs may be wrong by, for a row to be compared exactly: one in 100 of the rows that
 * are just good enough is missed, and hardly one that is better.
 */
const CONFIDENCE = 2.33;

interface Block {
  readonly bits: Uint8Array;
  readonly numbers: Int16Array;
  readonly scales: Float32Array;
}

export interface NearestOptions {
  /** Rows at most. */
  readonly limit: number;
  /** One for each row: not 0 for rows that may be found. Default: all. */
  readonly allowed?: Uint8Array | undefined;
  /** One for each row: not 0 for rows that mean and deviation are of. Default: all. */
  readonly over?: Uint8Array | undefined;
  /** Rows whose similarity is wanted however small it is. */
  readonly also?: Uint32Array | undefined;
}

export interface Nearest {
  /** The nearest rows, best first, then those of `also` that have a vector. A row may come twice. */
  readonly rows: Uint32Array;
  /** Cosines, one for each of `rows`. */
  readonly similarities: Float32Array;
  /** Of `rows`, how many are the nearest. */
  readonly found: number;
  /** Rows that mean and deviation are of. */
  readonly count: number;
  /** Mean of the cosine over these rows, as their signs tell it where there are many. */
  readonly mean: number;
  /** Its standard deviation. */
  readonly deviation: number;
}

/**
 * Vectors of length 1 by row: signs that every query is compared with, and numbers of 16 bits for those that come near.
 *
 * A search is exact: it compares the signs of all rows, and then with their numbers all rows that could be among the
 * best, by how far signs can be wrong. For a row at cosine c, the score of its signs has mean c · √(2/π) and variance
 * (1 − 2/π) / dimensions (Charikar, "Similarity estimation techniques from rounding algorithms", 2002, for one side
 * rounded).
 */
export class VectorTable {
  readonly dimensions: number;
  readonly #blocks: Block[] = [];
  #present = new Uint8Array(BLOCK);
  /** Rows, with those that have no vector. */
  #length = 0;
  #scores = new Float32Array(0);

  constructor(dimensions: number) {
    this.dimensions = dimensions;
  }

  /** Bytes in memory. */
  get bytes(): number {
    const row = signBytes(this.dimensions) + this.dimensions * 2 + 4;
    return this.#blocks.length * BLOCK * row + this.#present.length + this.#scores.length * 4;
  }

  set(row: number, { numbers, scale }: QuantizedVector): void {
    const { bits, numbers: all, scales, at } = this.#place(row);
    all.set(numbers, at * this.dimensions);
    scales[at] = scale;
    const width = signBytes(this.dimensions);
    bits.fill(0, at * width, (at + 1) * width);
    for (let index = 0; index < numbers.length; index++) {
      if (numbers[index]! > 0) bits[at * width + (index >> 3)]! |= 1 << (index & 7);
    }
    this.#length = Math.max(this.#length, row + 1);
    this.#present[row] = 1;
  }

  /** The vector of a row, as it was set; undefined where there is none. */
  get(row: number): QuantizedVector | undefined {
    if (this.#present[row] !== 1) return undefined;
    const { numbers, scales, at } = this.#place(row);
    return {
      numbers: numbers.slice(at * this.dimensions, (at + 1) * this.dimensions),
      scale: scales[at]!,
    };
  }

  delete(row: number): void {
    if (row < this.#length) this.#present[row] = 0;
  }

  /** Moves rows to lower numbers; those without a new number go. */
  renumber(numberOf: Int32Array): void {
    const { length } = this;
    for (let row = 0; row < length; row++) {
      const to = numberOf[row] ?? -1;
      if (to === row) continue;
      const vector = to < 0 ? undefined : this.get(row);
      this.#present[row] = 0;
      if (vector !== undefined) this.set(to, vector);
    }
    let end = length;
    while (end > 0 && this.#present[end - 1] !== 1) end--;
    this.#length = end;
    this.#blocks.length = Math.ceil(end / BLOCK);
  }

  get length(): number {
    return this.#length;
  }

  /** @param query of length 1. */
  nearest(query: Float32Array, { limit, allowed, over, also }: NearestOptions): Nearest {
    const scores = this.#scan(query);
    // So few are all compared exactly: then nothing is taken from their signs.
    if (this.#length <= FIRST) {
      for (let row = 0; row < scores.length; row++) scores[row] = this.#similarity(query, row) * SIGN_SCALE;
    }
    const { mean, deviation, present, count } = this.#exclude(scores, allowed, over);
    const best = new Best(limit);
    const compare = (rows: Uint32Array): void => {
      for (const row of rows) {
        best.offer(row, this.#similarity(query, row));
        scores[row] = Number.NEGATIVE_INFINITY;
      }
    };
    compare(highest(scores, Math.min(count, Math.max(FIRST, limit * 4))));
    if (best.isFull) {
      const noise = Math.sqrt((1 - 2 / Math.PI) / this.dimensions);
      const least = SIGN_SCALE * best.worst - CONFIDENCE * noise;
      const most = Math.max(MOST, Math.ceil(count * MOST_SHARE));
      compare(highest(scores, Math.min(count, most), least));
    }
    const wanted = (also ?? new Uint32Array(0)).filter((row) => this.#present[row] === 1);
    const rows = [...best.rows, ...wanted];
    const similarities = [...best.similarities, ...Array.from(wanted, (row) => this.#similarity(query, row))];
    return {
      rows: Uint32Array.from(rows),
      similarities: Float32Array.from(similarities),
      found: best.rows.length,
      count: present,
      mean,
      deviation,
    };
  }

  #scan(query: Float32Array): Float32Array {
    if (this.#scores.length < this.#length) this.#scores = new Float32Array(this.#blocks.length * BLOCK);
    const sums = signSums(query);
    for (const [index, { bits }] of this.#blocks.entries()) {
      const start = index * BLOCK;
      writeSignScores(sums, bits, this.#scores.subarray(start, Math.min(start + BLOCK, this.#length)));
    }
    return this.#scores.subarray(0, this.#length);
  }

  /** Mean and deviation over vectors; scores of rows that may not be found become −∞. */
  #exclude(scores: Float32Array, allowed: Uint8Array | undefined, over: Uint8Array | undefined) {
    let present = 0;
    let count = 0;
    let sum = 0;
    let squares = 0;
    for (let row = 0; row < scores.length; row++) {
      if (this.#present[row] !== 1) {
        scores[row] = Number.NEGATIVE_INFINITY;
        continue;
      }
      const score = scores[row]!;
      if (over === undefined || over[row]) {
        present++;
        sum += score;
        squares += score * score;
      }
      if (allowed === undefined || allowed[row]) count++;
      else scores[row] = Number.NEGATIVE_INFINITY;
    }
    const mean = present === 0 ? 0 : sum / present;
    const variance = present === 0 ? 0 : Math.max(0, squares / present - mean * mean);
    return { mean: mean / SIGN_SCALE, deviation: Math.sqrt(variance) / SIGN_SCALE, present, count };
  }

  #similarity(query: Float32Array, row: number): number {
    const { numbers, scales, at } = this.#place(row);
    return dotRow(numbers, at * this.dimensions, query) * scales[at]!;
  }

  #place(row: number): Block & { at: number } {
    const index = Math.floor(row / BLOCK);
    while (this.#blocks.length <= index) {
      this.#blocks.push({
        bits: new Uint8Array(BLOCK * signBytes(this.dimensions)),
        numbers: new Int16Array(BLOCK * this.dimensions),
        scales: new Float32Array(BLOCK),
      });
    }
    if (this.#present.length < this.#blocks.length * BLOCK) {
      const larger = new Uint8Array(this.#blocks.length * 2 * BLOCK);
      larger.set(this.#present);
      this.#present = larger;
    }
    return { ...this.#blocks[index]!, at: row - index * BLOCK };
  }
}
