/** Passages' vectors: sign bits that a page keeps, and rows of eight bits a number for the best of them. */
import { damaged } from '../errors.ts';
import { checksum } from '../format/sha256.ts';

/** Bytes of one vector's signs. */
export const signBytes = (dimensions: number): number => Math.ceil(dimensions / 8);

/** Sign bits of a vector, the first number's lowest: 1 for what is above 0. */
export function signs(vector: ArrayLike<number>): Uint8Array {
  const bits = new Uint8Array(signBytes(vector.length));
  for (let at = 0; at < vector.length; at++) if (vector[at]! > 0) bits[at >> 3]! |= 1 << (at & 7);
  return bits;
}

/**
 * Compares queries with vectors of signs. One look-up a byte: the sums of every combination of eight numbers are made
 * for each query, each from one that has a bit less.
 */
export class SignLookup {
  readonly #width: number;
  readonly #sums: Float32Array;

  constructor(dimensions: number) {
    this.#width = signBytes(dimensions);
    this.#sums = new Float32Array(this.#width * 256);
  }

  /** For each vector of signs, how well a query's numbers agree with it: near the cosine times √(2/π). */
  scores(query: Float32Array, bits: Uint8Array, scores: Float32Array): void {
    const width = this.#width;
    const sums = this.#sums;
    const scale = 1 / Math.sqrt(query.length);
    for (let byte = 0; byte < width; byte++) {
      const base = byte * 256;
      let none = 0;
      for (let bit = 0; bit < 8; bit++) none -= query[byte * 8 + bit] ?? 0;
      sums[base] = none * scale;
      for (let combination = 1; combination < 256; combination++) {
        const lowest = combination & -combination;
        const value = query[byte * 8 + 31 - Math.clz32(lowest)] ?? 0;
        sums[base + combination] = sums[base + (combination ^ lowest)]! + 2 * value * scale;
      }
    }
    for (let index = 0, at = 0; index < scores.length; index++) {
      let sum = 0;
      for (let byte = 0; byte < width; byte++) sum += sums[(byte << 8) | bits[at++]!]!;
      scores[index] = sum;
    }
  }
}

/** The scores of {@link SignLookup} for one query. */
export function signScores(query: Float32Array, bits: Uint8Array): Float32Array {
  const scores = new Float32Array(bits.length / signBytes(query.length));
  new SignLookup(query.length).scores(query, bits, scores);
  return scores;
}

/** Bytes of one row: checksum, scale, numbers. */
export const vectorRowBytes = (dimensions: number): number => 8 + dimensions;

/** A vector as a row; the checksum knows its passage. */
export function writeVectorRow(vector: ArrayLike<number>, passage: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(vectorRowBytes(vector.length));
  const view = new DataView(bytes.buffer);
  let greatest = 0;
  for (let at = 0; at < vector.length; at++) greatest = Math.max(greatest, Math.abs(vector[at]!));
  const scale = greatest / 127 || 1;
  view.setFloat32(4, scale, true);
  for (let at = 0; at < vector.length; at++) view.setInt8(8 + at, Math.round(vector[at]! / scale));
  view.setUint32(0, checksum(bytes.subarray(4), passage), true);
  return bytes;
}

/** A row's numbers. INTEGRITY_MISMATCH if the row is not the passage's. */
export function readVectorRow(bytes: Uint8Array, passage: number, file: string): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 8 || view.getUint32(0, true) !== checksum(bytes.subarray(4), passage)) {
    throw damaged(file, `the vector of passage ${passage} is damaged`);
  }
  const scale = view.getFloat32(4, true);
  return Float32Array.from({ length: bytes.length - 8 }, (_, at) => view.getInt8(8 + at) * scale);
}
