/** Small tensors of known numbers: shapes, positions and masks. */
import { refuse } from './refusal.ts';

/** A small tensor of numbers; booleans are 0 and 1. */
export interface HostTensor {
  readonly type: 'float' | 'integer' | 'boolean';
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

export const countOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1);

export const integers = (values: readonly number[]): HostTensor => ({
  type: 'integer',
  dims: [values.length],
  data: values,
});

export type Attribute = number | readonly number[] | string | HostTensor | undefined;
export type Attributes = ReadonlyMap<string, Attribute>;

export const numberOf = (attributes: Attributes, name: string, otherwise: number): number => {
  const value = attributes.get(name);
  return typeof value === 'number' ? value : otherwise;
};

export const listOf = (attributes: Attributes, name: string): readonly number[] | undefined => {
  const value = attributes.get(name);
  return Array.isArray(value) ? (value as readonly number[]) : undefined;
};

/** Tensors above this many numbers are no shapes, positions or masks of a probe. */
const LARGEST = 2 ** 22;

/** Distances in elements from an index to the next along each axis. */
export function steps(dims: readonly number[]): number[] {
  const result = new Array<number>(dims.length);
  let step = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    result[axis] = step;
    step *= dims[axis]!;
  }
  return result;
}

export function make(
  type: HostTensor['type'],
  dims: readonly number[],
  value: (index: readonly number[], at: number) => number,
): HostTensor {
  const count = countOf(dims);
  if (count > LARGEST) refuse(`a mask or position of ${count} numbers is computed in it`);
  const data = new Float64Array(count);
  const index = new Array<number>(dims.length).fill(0);
  for (let at = 0; at < count; at++) {
    data[at] = value(index, at);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < dims[axis]!) break;
      index[axis] = 0;
    }
  }
  return { type, dims, data };
}

/** The shape to which all broadcast. */
export function broadcast(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    let size = 1;
    for (const dims of shapes) {
      const own = dims[axis - rank + dims.length] ?? 1;
      if (own === 1) continue;
      if (size !== 1 && size !== own)
        refuse(`shapes do not fit: ${shapes.map((each) => `[${each}]`).join(' ')}`);
      size = own;
    }
    return size;
  });
}

/** Reads a tensor at an index of a shape that it broadcasts to. */
export function reader({ dims, data }: HostTensor, rank: number): (index: readonly number[]) => number {
  const strides = steps(dims);
  const shift = rank - dims.length;
  return (index) => {
    let at = 0;
    for (let axis = 0; axis < dims.length; axis++)
      if (dims[axis] !== 1) at += index[axis + shift]! * strides[axis]!;
    return data[at]!;
  };
}

export const axisOf = (axis: number, rank: number): number => {
  const found = axis < 0 ? axis + rank : axis;
  return found >= 0 && found < rank
    ? found
    : refuse(`axis ${axis} of a tensor of rank ${rank} is used in it`);
};

/** Sizes that `Reshape` means: 0 copies, −1 takes what is left. */
export function reshaped(from: readonly number[], target: ArrayLike<number>): number[] {
  const dims = Array.from(target, (size, axis) => (size === 0 ? (from[axis] ?? 0) : size));
  const open = dims.indexOf(-1);
  if (open >= 0) dims[open] = countOf(from) / -countOf(dims);
  if (countOf(dims) !== countOf(from) || dims.some((size) => !Number.isInteger(size))) {
    refuse(`[${from}] is reshaped to [${Array.from(target)}] in it`);
  }
  return dims;
}

export function unsqueezed(dims: readonly number[], axes: readonly number[]): number[] {
  const rank = dims.length + axes.length;
  const added = axes.map((axis) => axisOf(axis, rank));
  const rest = [...dims];
  return Array.from({ length: rank }, (_, axis) => (added.includes(axis) ? 1 : rest.shift()!));
}
