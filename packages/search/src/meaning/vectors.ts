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
 * For each vector of signs, how well a query's numbers agree with it: near the cosine times √(2/π). One look-up a byte:
 * a table of the sums of every combination of eight numbers is made for each query.
 */
export function signScores(query: Float32Array, bits: Uint8Array): Float32Array {
  const width = signBytes(query.length);
  const sums = new Float32Array(width * 256);
  for (let byte = 0; byte < width; byte++) {
    for (let combination = 0; combination < 256; combination++) {
      let sum = 0;
      for (let bit = 0; bit < 8; bit++) {
        const value = query[byte * 8 + bit] ?? 0;
        sum += combination & (1 << bit) ? value : -value;
      }
      sums[byte * 256 + combination] = sum;
    }
  }
  const scores = new Float32Array(bits.length / width);
  const scale = 1 / Math.sqrt(query.length);
  for (let index = 0, at = 0; index < scores.length; index++) {
    let sum = 0;
    for (let byte = 0; byte < width; byte++) sum += sums[byte * 256 + bits[at++]!]!;
    scores[index] = sum * scale;
  }
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
