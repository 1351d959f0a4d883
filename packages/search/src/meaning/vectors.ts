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

/** Average ratio of a score of signs to the cosine, so that scores of both kinds can be compared. */
export const SIGN_SCALE = Math.sqrt(2 / Math.PI);

/**
 * For each vector of signs, how well a query's numbers agree with it: near the cosine times {@link SIGN_SCALE}. One
 * look-up a byte.
 */
export function signScores(query: Float32Array, bits: Uint8Array): Float32Array {
  const scores = new Float32Array(bits.length / signBytes(query.length));
  writeSignScores(signSums(query), bits, scores);
  return scores;
}

/** For each byte of signs, what each of its 256 combinations makes of eight numbers of a query: bytes × 256. */
export function signSums(query: Float32Array): Float32Array {
  const width = signBytes(query.length);
  const scale = 1 / Math.sqrt(query.length);
  const sums = new Float32Array(width * 256);
  for (let byte = 0; byte < width; byte++) {
    const first = byte * 256;
    let none = 0;
    for (let bit = 0; bit < 8; bit++) none -= query[byte * 8 + bit] ?? 0;
    sums[first] = none * scale;
    for (let combination = 1; combination < 256; combination++) {
      const lowest = 31 - Math.clz32(combination & -combination);
      const rest = sums[first + (combination & (combination - 1))]!;
      sums[first + combination] = rest + 2 * scale * (query[byte * 8 + lowest] ?? 0);
    }
  }
  return sums;
}

/** Writes the score of each vector of signs, as many as `scores` has room for. */
export function writeSignScores(sums: Float32Array, bits: Uint8Array, scores: Float32Array): void {
  const end = sums.length;
  const isOdd = (end / 256) % 2 === 1;
  for (let index = 0, at = 0; index < scores.length; index++) {
    // Two sums that do not wait for each other.
    let even = 0;
    let odd = isOdd ? sums[bits[at++]!]! : 0;
    for (let byte = isOdd ? 256 : 0; byte < end; byte += 512, at += 2) {
      even += sums[byte + bits[at]!]!;
      odd += sums[byte + 256 + bits[at + 1]!]!;
    }
    scores[index] = even + odd;
  }
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
