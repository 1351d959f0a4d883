/** Weights in fewer bits: int8 around zero, and 4 bits around a zero point for each group. */
import { floatToHalf, halfToFloat } from '@nearfield/onnx';

/** A quantised matrix, row-major, with the shape of its source. */
export interface QuantisedMatrix {
  readonly values: Int8Array<ArrayBuffer>;
  /** One scale per row or per column. */
  readonly scales: Float32Array<ArrayBuffer>;
}

/** Quantises a `[rows, columns]` matrix with one scale per row: `max|row| / 127`. */
export function quantiseRows(matrix: Float32Array, rows: number, columns: number): QuantisedMatrix {
  return quantise(matrix, rows, (index) => Math.floor(index / columns));
}

/** Quantises a `[rows, columns]` matrix with one scale per column: `max|column| / 127`. */
export function quantiseColumns(matrix: Float32Array, columns: number): QuantisedMatrix {
  return quantise(matrix, columns, (index) => index % columns);
}

function quantise(matrix: Float32Array, groups: number, groupOf: (index: number) => number): QuantisedMatrix {
  const scales = new Float32Array(groups);
  for (let index = 0; index < matrix.length; index++) {
    const group = groupOf(index);
    scales[group] = Math.max(scales[group]!, Math.abs(matrix[index]!));
  }
  // A group of zeros gets scale 1: its values are zero under any scale, and zero must not divide.
  for (let group = 0; group < groups; group++) scales[group] = scales[group]! / 127 || 1;
  const values = new Int8Array(matrix.length);
  for (let index = 0; index < matrix.length; index++) {
    const rounded = Math.round(matrix[index]! / scales[groupOf(index)]!);
    values[index] = Math.max(-127, Math.min(127, rounded));
  }
  return { values, scales };
}

/** Turns a row-major `[rows, columns]` matrix into its row-major `[columns, rows]` transpose. */
export function transpose<Matrix extends Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>>(
  matrix: Matrix,
  rows: number,
  columns: number,
): Matrix {
  const result = matrix.slice() as Matrix;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = matrix[row * columns + column]!;
    }
  }
  return result;
}

/** A matrix in 4 bits: `weight ≈ (number − zero) × scale` of its group. Numbers and zeros lie two to a byte, the first low. */
export interface NibbleMatrix {
  /** Numbers of a row that share a scale. */
  readonly group: number;
  readonly packed: Uint8Array<ArrayBuffer>;
  /** float16, one a group. */
  readonly scales: Uint16Array<ArrayBuffer>;
  readonly zeros: Uint8Array<ArrayBuffer>;
}

/** Shares of a group's range that are tried as the range of its 16 steps: what lies outside is cut. */
const RANGES = [1, 0.95, 0.9, 0.85] as const;

/**
 * Quantises a matrix to 4 bits by groups of so many numbers of a row. Of several ranges each group gets the one with the
 * least squared error.
 *
 * @throws {Error} unless groups fill a row, an even number of them.
 */
export function quantiseGroups(matrix: Float32Array, columns: number, group: number): NibbleMatrix {
  if ((columns / group) % 2 !== 0) throw new Error(`Rows of ${columns} are not filled by pairs of ${group}`);
  const groups = matrix.length / group;
  const packed = new Uint8Array(matrix.length / 2);
  const scales = new Uint16Array(groups);
  const zeros = new Uint8Array(groups / 2);
  for (let which = 0; which < groups; which++) {
    const values = matrix.subarray(which * group, (which + 1) * group);
    const { scale, zero } = bestSteps(values);
    scales[which] = scale.half;
    zeros[which >> 1]! |= zero << ((which & 1) * 4);
    values.forEach((value, at) => {
      const index = which * group + at;
      packed[index >> 1]! |= stepOf(value, scale.value, zero) << ((index & 1) * 4);
    });
  }
  return { group, packed, scales, zeros };
}

interface Steps {
  readonly scale: { readonly half: number; readonly value: number };
  readonly zero: number;
}

const stepOf = (value: number, scale: number, zero: number): number =>
  Math.min(15, Math.max(0, Math.round(value / scale) + zero));

function bestSteps(values: Float32Array): Steps {
  let [least, most] = [0, 0];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  let best: Steps | undefined;
  let bestError = Number.POSITIVE_INFINITY;
  for (const range of RANGES) {
    const half = floatToHalf(((most - least) * range) / 15);
    // A group of zeros, or of numbers too small for float16: its numbers are the zero point under any scale.
    const value = halfToFloat(half) || 1;
    const zero = Math.min(15, Math.max(0, Math.round((-least * range) / value)));
    let error = 0;
    for (const each of values) error += ((stepOf(each, value, zero) - zero) * value - each) ** 2;
    if (error < bestError) {
      bestError = error;
      best = { scale: { half: value === 1 && half === 0 ? ONE_AS_HALF : half, value }, zero };
    }
  }
  return best!;
}

/** 1 as float16. */
const ONE_AS_HALF = 0x3c00;
