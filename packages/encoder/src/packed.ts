/** Lays a plan's weights and tables into the kernels' memory, once each, or knows where they were laid. */
import type { Kernels } from './kernels.ts';
import { strideOf } from './kernels.ts';
import type { EncoderMemory } from './memory.ts';
import type { Table, Weights } from './plan/rows.ts';
import { panelBytes, type StagedWeights } from './staged-weights.ts';
import type { StagedRegion } from './weight-stage.ts';

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

/** Writes constants into a memory that has grown to hold them. */
type Write = (kernels: Kernels) => void;

/**
 * Assigns places to constants, the same object one place; then {@link fill} grows the memory, once, and puts them down.
 * Weights that lie in the memory already are packed in their own place where nothing else needs them.
 */
export class Packer implements Places {
  readonly #memory: EncoderMemory;
  readonly #staged: StagedWeights;
  readonly #known = new Map<object, Place>();
  readonly #places: Place[] = [];
  readonly #writes: Write[] = [];
  /** Writes over bytes that {@link #writes} may read: they come last. */
  readonly #changes: Write[] = [];
  /** Likewise, from a copy of the region. */
  readonly #overwrites = new Map<StagedRegion, ((kernels: Kernels, copy: number) => void)[]>();
  /** Bytes that a write needs for a while. */
  #scratch = 0;

  constructor(memory: EncoderMemory, staged: StagedWeights) {
    this.#memory = memory;
    this.#staged = staged;
  }

  /** All places so far, in the order in which they were asked for. */
  get places(): readonly Place[] {
    return this.#places;
  }

  /** Puts all down. @throws OutOfEncoderMemory */
  fill(kernels: Kernels): void {
    const memory = this.#memory;
    memory.cover(this.#scratch);
    for (const write of this.#writes.splice(0)) write(kernels);
    for (const change of this.#changes.splice(0)) change(kernels);
    for (const [{ address, length }, writes] of this.#overwrites) {
      const copy = memory.take(length);
      memory.bytes(copy, length).set(memory.bytes(address, length));
      for (const write of writes) write(kernels, copy);
      memory.release(copy);
    }
    this.#overwrites.clear();
  }

  row(values: Float32Array | undefined, width: number, otherwise: number): number {
    const stride = strideOf(width);
    if (values) return this.#once(values, () => this.#floats(values, stride));
    return this.#noted(this.#floats(new Float32Array(width).fill(otherwise), stride));
  }

  floats(values: readonly number[]): number {
    return this.#once(values, () => this.#floats(values));
  }

  integers(values: readonly number[]): number {
    const address = this.#memory.assign(values.length * 4);
    this.#writes.push(() => this.#memory.integers(address, values.length).set(values));
    return this.#noted(address);
  }

  weights(weights: Weights): PackedWeights {
    return this.#once(weights, () => {
      const { inputs, outputs, inputStep, outputStep } = weights;
      const [depth, columns] = [strideOf(inputs), strideOf(outputs)];
      const own = this.#staged.ownPlaceOf(weights);
      const packed = own?.address ?? this.#memory.assign(panelBytes(weights));
      const scales = this.#memory.assign(columns * 4);
      const place = [inputStep, outputStep, inputs, outputs] as const;
      const cleared = (): void => {
        this.#memory.bytes(packed, depth * columns).fill(0);
        this.#memory.floats(scales, columns).fill(0);
      };
      if (weights.form === 'floats') {
        this.#writes.push((kernels) => {
          cleared();
          const floats = weights.floats();
          const isHere = ArrayBuffer.isView(floats) ? this.#staged.addressOf(floats) : undefined;
          const mark = this.#memory.mark;
          const source = isHere ?? this.#memory.putFloats(floats);
          kernels.packFloats(source, ...place, depth, packed, scales);
          this.#memory.release(mark);
        });
        return { panels: columns / 8, depth, weights: packed, scales };
      }
      const { bytes, isUnsigned } = weights;
      const pack = (kernels: Kernels, source: number): void => {
        cleared();
        kernels.packBytes(source, ...place, isUnsigned ? 0x80 : 0, depth, packed);
        this.#memory.floats(scales, outputs).set(weights.scales);
      };
      const source = this.#staged.addressOf(bytes);
      if (own) {
        this.#overwrite(own.region, (kernels, copy) => pack(kernels, copy + source! - own.region.address));
      } else if (source !== undefined) this.#writes.push((kernels) => pack(kernels, source));
      else {
        const span = spanOf(weights);
        this.#scratch = Math.max(this.#scratch, span);
        this.#writes.push((kernels) => {
          const copy = this.#memory.putBytes(bytes.subarray(0, span));
          pack(kernels, copy);
          this.#memory.release(copy);
        });
      }
      return { panels: columns / 8, depth, weights: packed, scales };
    });
  }

  table(table: Table): PackedTable {
    return this.#once(table, () => {
      const none = { rows: table.rows, scales: 0, minimums: 0 };
      switch (table.form) {
        case 'floats': {
          const floats = table.floats();
          const here = floats instanceof Float32Array ? this.#staged.addressOf(floats) : undefined;
          return { ...none, data: here ?? this.#floats(floats) };
        }
        case 'bytes':
          return { ...none, data: this.#tableBytes(table), scales: this.#floats(table.scales) };
        case 'nibbles':
          return {
            rows: table.rows,
            data: this.#staged.addressOf(table.bytes) ?? this.#bytes(table.bytes, 0),
            scales: this.#floats(table.scales),
            minimums: this.#floats(table.minimums),
          };
      }
    });
  }

  /** int8 rows stay where they are; uint8 ones become int8. */
  #tableBytes(table: Table & { form: 'bytes' }): number {
    const { bytes, isUnsigned } = table;
    const here = this.#staged.addressOf(bytes);
    if (here === undefined) return this.#bytes(bytes, isUnsigned ? 0x80 : 0);
    if (!isUnsigned) return here;
    const { length } = bytes;
    if (this.#staged.ownPlaceOf(table)) {
      this.#changes.push(() => flip(this.#memory.bytes(here, length), 0x80));
      return here;
    }
    const data = this.#memory.assign(length);
    this.#writes.push(() => {
      this.#memory.bytes(data, length).set(this.#memory.bytes(here, length));
      flip(this.#memory.bytes(data, length), 0x80);
    });
    return data;
  }

  #bytes(values: Uint8Array, mask: number): number {
    const address = this.#memory.assign(values.length);
    this.#writes.push(() => {
      const room = this.#memory.bytes(address, values.length);
      room.set(values);
      if (mask) flip(room, mask);
    });
    return address;
  }

  #floats(values: ArrayLike<number>, count = values.length): number {
    const address = this.#memory.assign(count * 4);
    // Views of a memory end when it grows.
    const isView = ArrayBuffer.isView(values) && this.#staged.addressOf(values) !== undefined;
    const kept = isView ? Float32Array.from(values) : values;
    this.#writes.push(() => {
      const room = this.#memory.floats(address, count);
      room.set(kept);
      room.fill(0, kept.length);
    });
    return address;
  }

  #overwrite(region: StagedRegion, write: (kernels: Kernels, copy: number) => void): void {
    const writes = this.#overwrites.get(region) ?? [];
    writes.push(write);
    this.#overwrites.set(region, writes);
    this.#scratch = Math.max(this.#scratch, region.length);
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

function flip(bytes: Uint8Array, mask: number): void {
  for (let at = 0; at < bytes.length; at++) bytes[at]! ^= mask;
}

/** Elements from a matrix's first to its last. */
const spanOf = ({ inputs, outputs, inputStep, outputStep }: Weights): number =>
  (inputs - 1) * inputStep + (outputs - 1) * outputStep + 1;
