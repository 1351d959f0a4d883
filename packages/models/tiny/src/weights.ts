/** Pseudo-random weights, the same each time, shared by the graph writer and the reference. */

/** How the weights of matrix products and of the word embeddings are stored. */
export type WeightForm = 'float32' | 'q8' | 'q4';

/** A matrix [rows, columns] that vectors are multiplied with from the left. */
export interface Matrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** Values to compute with, dequantised if the form is quantised. Row by row. */
  readonly values: Float32Array;
  readonly quantised?: QuantisedMatrix | undefined;
}

/** Integers and scales of a {@link Matrix}. */
interface QuantisedMatrix {
  /** q8: int8 [rows, columns]. q4: unsigned 0 … 15 with zero point 8, in the layout of `values`. */
  readonly integers: Int8Array | Uint8Array;
  /** q8: one a column. q4: one a block, of {@link BLOCK} along `blockAxis`. */
  readonly scales: Float32Array;
}

/** Numbers that share a scale in q4. */
export const BLOCK = 16;

/** Draws every weight of one model from one sequence of numbers. */
export class WeightSource {
  #state: number;
  readonly form: WeightForm;

  constructor(seed: number, form: WeightForm) {
    this.#state = seed >>> 0;
    this.form = form;
  }

  /** Numbers in (-scale, scale): a linear congruential generator with the constants of Numerical Recipes. */
  numbers(count: number, scale: number): Float32Array {
    return Float32Array.from({ length: count }, () => {
      this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
      return (this.#state / 2 ** 31 - 1) * scale;
    });
  }

  /** A weight matrix, quantised along its rows (q4: blocks within a column). */
  matrix(name: string, rows: number, columns: number, form: WeightForm = this.form): Matrix {
    const values = this.numbers(rows * columns, 1.5 / Math.sqrt(rows));
    if (form === 'q8') return quantiseColumns(name, rows, columns, values);
    if (form === 'q4') return quantiseBlocks(name, rows, columns, values, 'rows');
    return { name, rows, columns, values };
  }

  /** A table of vectors that is looked up, one a row (q4: blocks within a row). */
  table(name: string, rows: number, columns: number): Matrix {
    const values = this.numbers(rows * columns, 1);
    if (this.form === 'q4') return quantiseBlocks(name, rows, columns, values, 'columns');
    return { name, rows, columns, values };
  }
}

function quantiseColumns(name: string, rows: number, columns: number, source: Float32Array): Matrix {
  const scales = new Float32Array(columns);
  source.forEach((value, index) => {
    const column = index % columns;
    scales[column] = Math.max(scales[column]!, Math.abs(value) / 127);
  });
  const integers = Int8Array.from(source, (value, index) => Math.round(value / scales[index % columns]!));
  const values = Float32Array.from(integers, (value, index) => value * scales[index % columns]!);
  return { name, rows, columns, values, quantised: { integers, scales } };
}

function quantiseBlocks(
  name: string,
  rows: number,
  columns: number,
  source: Float32Array,
  axis: 'rows' | 'columns',
): Matrix {
  const blocksPerLine = (axis === 'rows' ? rows : columns) / BLOCK;
  if (!Number.isInteger(blocksPerLine))
    throw new RangeError(`${name} does not divide into blocks of ${BLOCK}`);
  const blockOf = (index: number): number => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    return axis === 'rows'
      ? column * blocksPerLine + Math.floor(row / BLOCK)
      : row * blocksPerLine + Math.floor(column / BLOCK);
  };
  const scales = new Float32Array((rows * columns) / BLOCK);
  source.forEach((value, index) => {
    const block = blockOf(index);
    scales[block] = Math.max(scales[block]!, Math.abs(value) / 7);
  });
  const integers = Uint8Array.from(source, (value, index) => Math.round(value / scales[blockOf(index)]!) + 8);
  const values = Float32Array.from(integers, (value, index) => (value - 8) * scales[blockOf(index)]!);
  return { name, rows, columns, values, quantised: { integers, scales } };
}
