/** Orders a plan's rows into calls of kernels, and gives each a place that others use again. */
import type { Activation, ActivationBits, Combination } from './kernels.ts';
import {
  type AttentionForm,
  inputsOf,
  type LookUpKey,
  type PoolingForm,
  type Rotation,
  type Rows,
  type Table,
  type Weights,
} from './plan/rows.ts';

/** Place of rows while they are needed: `width` numbers for each token or text. */
export interface Slot {
  readonly per: Rows['per'];
  width: number;
}

/** One kernel's work for all texts of a batch. Slots are indices into {@link Program.slots}. */
export type Instruction = { readonly target: number; readonly width: number; readonly per: Rows['per'] } & (
  | {
      readonly op: 'lookUp';
      readonly table: Table;
      readonly by: LookUpKey;
      readonly offset: number;
      /** Whether the rows are added to what is there. */
      readonly isAdded: boolean;
    }
  | {
      readonly op: 'product';
      readonly input: number;
      readonly inputWidth: number;
      /** Whether the input's rounding is still there from the product before. */
      readonly isRounded: boolean;
      /** To how many bits its input is rounded. */
      readonly bits: ActivationBits;
      readonly weights: Weights;
      readonly bias: Float32Array | undefined;
      readonly activation: Activation;
      readonly combination: Combination;
      readonly other: number;
    }
  | {
      readonly op: 'map';
      readonly input: number;
      readonly activation: Activation;
      readonly combination: Combination;
      /** Rows of a slot, or one row for all. */
      readonly other: number | Float32Array;
    }
  | {
      readonly op: 'normalise';
      readonly input: number;
      readonly parts: number;
      readonly kind: 'layer' | 'rms';
      readonly epsilon: number;
      readonly scale: Float32Array | undefined;
      readonly bias: Float32Array | undefined;
    }
  | {
      readonly op: 'attend';
      readonly query: number;
      readonly key: number;
      readonly value: number;
      readonly form: AttentionForm;
    }
  | {
      readonly op: 'rotate';
      readonly input: number;
      readonly heads: number;
      readonly rotation: Rotation;
    }
  | { readonly op: 'pool'; readonly input: number; readonly how: PoolingForm }
);

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly slots: readonly Slot[];
  /** Slot of the result. */
  readonly result: number;
}

/** An instruction without where its result goes and what that is. */
type Draft<Each> = Each extends Instruction ? Omit<Each, 'target' | 'width' | 'per'> : never;

/**
 * Orders rows. What several others are made from is computed once.
 * @param bits to which products round their inputs. Rows of whole texts are few, and keep 14.
 */
export function programOf(rows: Rows, bits: ActivationBits): Program {
  return new Compiler(rows, bits).compile();
}

class Compiler {
  readonly #result: Rows;
  /** How many rows are made from each. */
  readonly #uses = new Map<Rows, number>();
  readonly #places = new Map<Rows, number>();
  readonly #instructions: Instruction[] = [];
  readonly #slots: Slot[] = [];
  readonly #free: number[] = [];
  /** Uses of each slot's content that are still to come. */
  readonly #pending = new Map<number, number>();
  #rounded: Rows | undefined;
  readonly #bits: ActivationBits;

  constructor(result: Rows, bits: ActivationBits) {
    this.#result = result;
    this.#bits = bits;
    const open = [result];
    this.#uses.set(result, 1);
    for (let rows = open.pop(); rows; rows = open.pop()) {
      for (const input of inputsOf(rows)) {
        const uses = this.#uses.get(input) ?? 0;
        this.#uses.set(input, uses + 1);
        if (uses === 0) open.push(input);
      }
    }
  }

  compile(): Program {
    const result = this.#place(this.#result);
    return { instructions: this.#instructions, slots: this.#slots, result };
  }

  /** Makes rows, unless they are made, and says where they lie. */
  #place(rows: Rows): number {
    const known = this.#places.get(rows);
    if (known !== undefined) return known;
    const place = this.#make(rows);
    this.#places.set(rows, place);
    this.#pending.set(place, this.#uses.get(rows)!);
    return place;
  }

  #isOnlyHere(rows: Rows): boolean {
    return this.#uses.get(rows) === 1 && !this.#places.has(rows);
  }

  #make(rows: Rows): number {
    switch (rows.op) {
      case 'lookUp':
        return this.#lookUp(rows, undefined);
      case 'product':
        return this.#product(rows, rows, 'none', undefined);
      case 'activate': {
        const { input, activation } = rows;
        if (input.op === 'product' && this.#isOnlyHere(input)) {
          return this.#product(rows, input, activation, undefined);
        }
        const from = this.#place(input);
        const draft = { op: 'map', input: from, activation, combination: 'none', other: -1 } as const;
        return this.#write(rows, draft, [from]);
      }
      case 'combine':
        return this.#combine(rows);
      case 'shift': {
        const from = this.#place(rows.input);
        const { how: combination, row: other } = rows;
        return this.#write(rows, { op: 'map', input: from, activation: 'none', combination, other }, [from]);
      }
      case 'normalise': {
        const { kind, parts, epsilon, scale, bias } = rows;
        const from = this.#place(rows.input);
        const draft = { op: 'normalise', input: from, kind, parts, epsilon, scale, bias } as const;
        return this.#write(rows, draft, [from]);
      }
      case 'attend': {
        const [query, key, value] = [rows.query, rows.key, rows.value].map((each) => this.#place(each));
        const places = [query!, key!, value!] as const;
        return this.#write(
          rows,
          { op: 'attend', query: places[0], key: places[1], value: places[2], form: rows.form },
          [],
          places,
        );
      }
      case 'rotate': {
        const { heads, rotation } = rows;
        const from = this.#place(rows.input);
        return this.#write(rows, { op: 'rotate', input: from, heads, rotation }, [from]);
      }
      case 'pool': {
        const from = this.#place(rows.input);
        return this.#write(rows, { op: 'pool', input: from, how: rows.how }, [], [from]);
      }
      case 'pending':
        throw new TypeError(`${rows.node} has no kernel`);
    }
  }

  #combine(rows: Rows & { op: 'combine' }): number {
    const { left, right, how } = rows;
    for (const [first, other] of [
      [left, right],
      [right, left],
    ] as const) {
      if (first === other || !this.#isOnlyHere(first)) continue;
      if (first.op === 'lookUp' && how === 'add' && this.#uses.get(other) === 1) {
        return this.#lookUp(first, this.#place(other), rows);
      }
      if (first.op === 'product') return this.#product(rows, first, 'none', { rows: other, how });
      if (first.op === 'activate' && first.input.op === 'product' && this.#isOnlyHere(first.input)) {
        return this.#product(rows, first.input, first.activation, { rows: other, how });
      }
    }
    const [input, other] = [this.#place(left), this.#place(right)];
    return this.#write(rows, { op: 'map', input, activation: 'none', combination: how, other }, [
      input,
      other,
    ]);
  }

  #lookUp(rows: Rows & { op: 'lookUp' }, onto: number | undefined, result: Rows = rows): number {
    const { table, by, offset, width, per } = rows;
    const isAdded = onto !== undefined;
    const target = onto ?? this.#take(result);
    this.#instructions.push({ op: 'lookUp', table, by, offset, isAdded, target, width, per });
    return target;
  }

  #product(
    rows: Rows,
    product: Rows & { op: 'product' },
    activation: Activation,
    combined: { readonly rows: Rows; readonly how: Combination } | undefined,
  ): number {
    // The other operand first: its own products would round something else.
    const other = combined ? this.#place(combined.rows) : -1;
    const input = this.#place(product.input);
    const isRounded = this.#rounded === product.input;
    this.#rounded = product.input;
    const bits = product.input.per === 'text' ? 14 : this.#bits;
    const { weights, bias } = product;
    const combination = combined?.how ?? 'none';
    const inputWidth = product.input.width;
    return this.#write(
      rows,
      { op: 'product', input, inputWidth, isRounded, bits, weights, bias, activation, combination, other },
      other < 0 ? [] : [other],
      [input],
    );
  }

  /** @param over places that the result may be written over; @param read places that it may not. */
  #write(
    { width, per }: Rows,
    draft: Draft<Instruction>,
    over: readonly number[],
    read: readonly number[] = [],
  ): number {
    for (const place of over) this.#use(place);
    const target = this.#take({ width, per });
    for (const place of read) this.#use(place);
    this.#instructions.push({ ...draft, target, width, per } as Instruction);
    return target;
  }

  #use(place: number): void {
    const left = this.#pending.get(place)! - 1;
    this.#pending.set(place, left);
    if (left === 0) this.#free.push(place);
  }

  #take({ width, per }: Pick<Rows, 'width' | 'per'>): number {
    const at = this.#free.findIndex((place) => this.#slots[place]!.per === per);
    const place = at < 0 ? this.#slots.push({ per, width }) - 1 : this.#free.splice(at, 1)[0]!;
    const slot = this.#slots[place]!;
    slot.width = Math.max(slot.width, width);
    return place;
  }
}
