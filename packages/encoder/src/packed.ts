/** Lays a plan's weights and tables into the kernels' memory, once each. */
import type { Kernels } from './kernels.ts';
import { strideOf } from './kernels.ts';
import type { EncoderMemory } from './memory.ts';
import type { Table, Weights } from './plan/rows.ts';

/** A matrix in panels; see `multiply` in assembly/gemm.ts. */
export interface PackedWeights {
  readonly panels: number;
  /** Rows of the matrix, filled up. */
  readonly depth: number;
  readonly weights: number;
  readonly scales: number;
}

/** A table's parts. */
export interface PackedTable {
  readonly rows: number;
  readonly data: number;
  readonly scales: number;
  readonly minimums: number;
}

/** Puts constants down. The same object is put down once. */
export class Packer {
  readonly #kernels: Kernels;
  readonly #memory: EncoderMemory;
  readonly #known = new Map<object, unknown>();

  constructor(kernels: Kernels, memory: EncoderMemory) {
    this.#kernels = kernels;
    this.#memory = memory;
  }

  /** A row of numbers, filled up with zeros. Undefined: the same number throughout. */
  row(values: Float32Array | undefined, width: number, otherwise: number): number {
    const stride = strideOf(width);
    if (values) return this.#once(values, () => this.#memory.putFloats(values, stride));
    return this.#memory.putFloats(new Float32Array(width).fill(otherwise), stride);
  }

  /** Numbers as they are. */
  floats(values: readonly number[]): number {
    return this.#once(values, () => this.#memory.putFloats(values));
  }

  weights(weights: Weights): PackedWeights {
    return this.#once(weights, () => {
      const { inputs, outputs, inputStep, outputStep } = weights;
      const [depth, columns] = [strideOf(inputs), strideOf(outputs)];
      // Behind the panels a number for each column, which relaxed vectors need.
      const packed = this.#memory.take(depth * columns + columns * 4);
      const scales = this.#memory.take(columns * 4);
      this.#memory.bytes(packed, depth * columns).fill(0);
      this.#memory.floats(scales, columns).fill(0);
      const mark = this.#memory.mark;
      const place = [inputStep, outputStep, inputs, outputs] as const;
      if (weights.form === 'bytes') {
        const source = this.#memory.putBytes(weights.bytes.subarray(0, spanOf(weights)));
        this.#kernels.packBytes(source, ...place, weights.isUnsigned ? 0x80 : 0, depth, packed);
        this.#memory.floats(scales, outputs).set(weights.scales);
      } else {
        const floats = weights.floats();
        const source = this.#memory.putFloats(floats);
        this.#kernels.packFloats(source, ...place, depth, packed, scales);
      }
      this.#memory.release(mark);
      return { panels: columns / 8, depth, weights: packed, scales };
    });
  }

  table(table: Table): PackedTable {
    return this.#once(table, () => {
      const none = { rows: table.rows, scales: 0, minimums: 0 };
      switch (table.form) {
        case 'floats':
          return { ...none, data: this.#memory.putFloats(table.floats()) };
        case 'bytes': {
          const data = this.#memory.putBytes(table.bytes);
          if (table.isUnsigned) {
            const bytes = this.#memory.bytes(data, table.bytes.length);
            for (let at = 0; at < bytes.length; at++) bytes[at]! ^= 0x80;
          }
          return { ...none, data, scales: this.#memory.putFloats(table.scales) };
        }
        case 'nibbles':
          return {
            rows: table.rows,
            data: this.#memory.putBytes(table.bytes),
            scales: this.#memory.putFloats(table.scales),
            minimums: this.#memory.putFloats(table.minimums),
          };
      }
    });
  }

  #once<Packed>(key: object, pack: () => Packed): Packed {
    if (!this.#known.has(key)) this.#known.set(key, pack());
    return this.#known.get(key) as Packed;
  }
}

/** Elements from a matrix's first to its last. */
const spanOf = ({ inputs, outputs, inputStep, outputStep }: Weights): number =>
  (inputs - 1) * inputStep + (outputs - 1) * outputStep + 1;
