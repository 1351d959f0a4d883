/** Lays a plan's weights and tables into the kernels' memory, once each, or knows where they were laid. */
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

/** A constant's place: an address, or a matrix's or table's parts. */
export type Place = number | PackedWeights | PackedTable;

/** Says where a plan's constants lie. */
export interface Places {
  /** A row of numbers, filled up with zeros. Undefined: the same number throughout. */
  row(values: Float32Array | undefined, width: number, otherwise: number): number;
  /** Numbers as they are. */
  floats(values: readonly number[]): number;
  integers(values: readonly number[]): number;
  weights(weights: Weights): PackedWeights;
  table(table: Table): PackedTable;
}

/**
 * The places of constants in a memory that was packed before, in the order in which they were asked for: the same plan
 * asks for the same ones.
 */
export class KnownPlaces implements Places {
  readonly #places: readonly Place[];
  #next = 0;

  constructor(places: readonly Place[]) {
    this.#places = places;
  }

  row(): number {
    return this.#take<number>();
  }

  floats(): number {
    return this.#take<number>();
  }

  integers(): number {
    return this.#take<number>();
  }

  weights(): PackedWeights {
    return this.#take<PackedWeights>();
  }

  table(): PackedTable {
    return this.#take<PackedTable>();
  }

  #take<Kind extends Place>(): Kind {
    return this.#places[this.#next++] as Kind;
  }
}

/** Puts constants down. The same object is put down once. */
export class Packer implements Places {
  readonly #kernels: Kernels;
  readonly #memory: EncoderMemory;
  readonly #known = new Map<object, Place>();
  readonly #places: Place[] = [];

  constructor(kernels: Kernels, memory: EncoderMemory) {
    this.#kernels = kernels;
    this.#memory = memory;
  }

  /** All places so far, in the order in which they were asked for. */
  get places(): readonly Place[] {
    return this.#places;
  }

  row(values: Float32Array | undefined, width: number, otherwise: number): number {
    const stride = strideOf(width);
    if (values) return this.#once(values, () => this.#memory.putFloats(values, stride));
    return this.#noted(this.#memory.putFloats(new Float32Array(width).fill(otherwise), stride));
  }

  floats(values: readonly number[]): number {
    return this.#once(values, () => this.#memory.putFloats(values));
  }

  integers(values: readonly number[]): number {
    return this.#noted(this.#memory.putIntegers(values));
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

  #once<Packed extends Place>(key: object, pack: () => Packed): Packed {
    if (!this.#known.has(key)) this.#known.set(key, pack());
    return this.#noted(this.#known.get(key) as Packed);
  }

  #noted<Packed extends Place>(place: Packed): Packed {
    this.#places.push(place);
    return place;
  }
}

/** Elements from a matrix's first to its last. */
const spanOf = ({ inputs, outputs, inputStep, outputStep }: Weights): number =>
  (inputs - 1) * inputStep + (outputs - 1) * outputStep + 1;
