/** Vectors in numbers of 16 bits: half the size of floats, and equal to them in any ranking. */

const GREATEST = 32_767;

/** A vector of length 1: its numbers are `numbers × scale`. */
export interface QuantizedVector {
  readonly numbers: Int16Array;
  readonly scale: number;
}

/** A vector scaled to length 1, in 16 bits a number. */
export function quantize(vector: ArrayLike<number>): QuantizedVector {
  let squares = 0;
  let greatest = 0;
  for (let at = 0; at < vector.length; at++) {
    squares += vector[at]! * vector[at]!;
    greatest = Math.max(greatest, Math.abs(vector[at]!));
  }
  const numbers = new Int16Array(vector.length);
  if (greatest === 0) return { numbers, scale: 0 };
  const factor = GREATEST / greatest;
  for (let at = 0; at < vector.length; at++) numbers[at] = Math.round(vector[at]! * factor);
  return { numbers, scale: 1 / (factor * Math.sqrt(squares)) };
}

export const dequantize = ({ numbers, scale }: QuantizedVector): Float32Array<ArrayBuffer> =>
  Float32Array.from(numbers, (value) => value * scale);

/** The sum of products of a query and the numbers that begin at `start`. */
export function dotRow(numbers: Int16Array, start: number, query: Float32Array): number {
  let even = 0;
  let odd = 0;
  const { length } = query;
  const pairs = length - (length % 2);
  for (let at = 0; at < pairs; at += 2) {
    even += numbers[start + at]! * query[at]!;
    odd += numbers[start + at + 1]! * query[at + 1]!;
  }
  if (pairs < length) even += numbers[start + pairs]! * query[pairs]!;
  return even + odd;
}
