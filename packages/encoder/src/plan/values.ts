/** Value of a name of the graph while it is read. */
import type { TensorSummary } from '@nearfield/onnx';
import { type HostTensor, reshaped } from './host.ts';
import { PROBES } from './probes.ts';
import type { AttentionForm, Rows } from './rows.ts';

/** A size: a number, the number of texts, or of their tokens. */
export type Size = number | 'batch' | 'sequence';

/** Known numbers: constants, or those computed from the sizes and whole numbers of the inputs. */
export interface HostValue {
  readonly kind: 'host';
  /** For each probe. Read only where it is small. */
  readonly probes: () => readonly HostTensor[];
  /** The constant that it is. */
  readonly tensor?: TensorSummary | undefined;
  /** Whether it is the same for all inputs. */
  readonly isConstant: boolean;
  /** Whether it depends on the inputs' sizes alone. Default: no. */
  readonly isOfSizes?: boolean;
  /** Tables of floats that it is made of: more rows of them may be used than a probe shows. */
  readonly tables?: readonly TensorSummary[];
}

/** Vectors. */
export interface RowsValue {
  readonly kind: 'rows';
  readonly rows: Rows;
  /** [batch, sequence, width], or without sequence, or with a size of 1 in the place of either. */
  readonly dims: readonly Size[];
}

/** An axis of vectors that were split into heads. `all` are the heads with their copies. */
export type HeadAxis = 'batch' | 'sequence' | 'parts' | 'heads' | 'copies' | 'all' | 'size';

/** Vectors split into heads: parts × heads × size numbers each, in this order in their rows. */
export interface HeadsValue {
  readonly kind: 'heads';
  readonly rows: Rows;
  readonly parts: number;
  readonly heads: number;
  readonly size: number;
  /** How often each head stands beside itself, for as many heads of queries. */
  readonly copies: number;
  readonly axes: readonly HeadAxis[];
  /** Pending factor of every number. */
  readonly factor: number;
}

/** Queries times keys, [batch, heads, sequence, sequence], or their softmax. */
export interface ScoresValue {
  readonly kind: 'scores';
  readonly query: HeadsValue;
  readonly key: HeadsValue;
  readonly factor: number;
  /** Added value, times its factor. */
  readonly added: readonly { readonly value: HostValue; readonly factor: number }[];
  /** After the softmax: what it says of masks and positions. */
  readonly shares?: Pick<AttentionForm, 'causal' | 'slopes'> | undefined;
}

/** A step that means nothing by itself: part of a form that later steps may complete. */
export interface RawValue {
  readonly kind: 'raw';
  /** Operator, with what of its attributes matters. */
  readonly operator: string;
  readonly inputs: readonly Value[];
  readonly dims: readonly Size[];
  /** The node's name, for messages. */
  readonly node: string;
}

export type Value = HostValue | RowsValue | HeadsValue | ScoresValue | RawValue;

/** Sizes for one probe. */
export const sizesFor = (dims: readonly Size[], probe: number): number[] =>
  dims.map((size) => (typeof size === 'number' ? size : PROBES[probe]![size]));

/** Sizes that are these for each probe; undefined where some are neither constant nor those of the inputs. */
export function symbolic(concrete: readonly (readonly number[])[]): Size[] | undefined {
  const [first] = concrete as [readonly number[]];
  const dims: Size[] = [];
  for (let axis = 0; axis < first.length; axis++) {
    const is = (size: Size): boolean =>
      concrete.every(
        (each, probe) => each[axis] === (typeof size === 'number' ? size : PROBES[probe]![size]),
      );
    const size = ([first[axis]!, 'batch', 'sequence'] as const).find(is);
    if (size === undefined) return undefined;
    dims.push(size);
  }
  return dims;
}

/** Sizes of a value after `Reshape`. @throws Refusal if they do not fit. */
export function reshapedSizes(dims: readonly Size[], target: HostValue): Size[] | undefined {
  return symbolic(target.probes().map(({ data }, probe) => reshaped(sizesFor(dims, probe), data)));
}

/** Sizes of a value. */
export function sizesOf(value: Exclude<Value, HostValue>): readonly Size[] {
  switch (value.kind) {
    case 'rows':
    case 'raw':
      return value.dims;
    case 'heads':
      return value.axes.map((axis) => {
        if (axis === 'all') return value.heads * value.copies;
        return axis === 'batch' || axis === 'sequence' ? axis : value[axis];
      });
    case 'scores':
      return ['batch', value.query.heads, 'sequence', 'sequence'];
  }
}

/** Numbers that are the same for every token, as a row of this width; a single one is repeated. */
export function constantRow(value: Value | undefined, width: number): Float32Array | undefined {
  if (value?.kind !== 'host' || !value.isConstant) return undefined;
  const [{ dims, data }] = value.probes() as [HostTensor];
  const count = dims.reduce((product, size) => product * size, 1);
  if (count === 1) return new Float32Array(width).fill(data[0]!);
  return count === width && dims.at(-1) === width ? Float32Array.from(data) : undefined;
}

/** A constant of one number. */
export function scalar(value: Value | undefined): number | undefined {
  if (value?.kind !== 'host' || !value.isConstant) return undefined;
  if (value.tensor?.dims.some((size) => size !== 1)) return undefined;
  const [{ dims, data }] = value.probes() as [HostTensor];
  return dims.every((size) => size === 1) ? data[0] : undefined;
}

/** Constants of formulas, as files have them: rounded to float16 at worst. */
export const isAbout = (value: number | undefined, expected: number): boolean =>
  value !== undefined && Math.abs(value - expected) <= 5e-4 * Math.abs(expected);
