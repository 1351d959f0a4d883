/** Symmetric int8 quantisation of weights: `weight ≈ quantised × scale`, no zero point. */

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
