/** Vectors split into heads, joined, turned, and given or spared axes of size 1. */
import { axisOf, broadcast, listOf, unsqueezed } from '../host.ts';
import { columnsOf } from '../rows.ts';
import type { Operator, Step } from '../step.ts';
import {
  type HeadAxis,
  type HeadsValue,
  type RowsValue,
  reshapedSizes,
  type Size,
  sizesFor,
  sizesOf,
  symbolic,
  type Value,
} from '../values.ts';
import { expandedLength } from './pooling.ts';
import { transposedWeights } from './products.ts';
import { partOf, within } from './rotary.ts';

const areEqual = (left: readonly Size[], right: readonly Size[]): boolean =>
  left.length === right.length && left.every((size, axis) => size === right[axis]);

export const reshape: Operator = (step) => {
  const [input, target] = step.inputs as [Value, Value];
  if (input.kind === 'host' || target.kind !== 'host') return undefined;
  step.only('allowzero');
  if (step.number('allowzero', 0) !== 0) return undefined;
  const dims = reshapedSizes(sizesOf(input), target);
  if (!dims) return undefined;
  if (areEqual(dims, sizesOf(input))) return input;
  if (input.kind === 'rows') return split(input, dims) ?? withSizes(input, dims);
  return input.kind === 'heads' ? (joined(input, dims) ?? withCopies(input, dims)) : undefined;
};

/** [batch, sequence, width] as [batch, sequence, (parts,) heads, size]. */
function split({ rows, dims: from }: RowsValue, dims: readonly Size[]): HeadsValue | undefined {
  if (!areEqual(from, ['batch', 'sequence', rows.width])) return undefined;
  const [batch, sequence, ...rest] = dims;
  if (batch !== 'batch' || sequence !== 'sequence' || rest.length < 2 || rest.length > 3) return undefined;
  const [size, heads, parts = 1] = [...rest].reverse() as number[];
  const axes: HeadAxis[] = [
    'batch',
    'sequence',
    ...(rest.length === 3 ? ['parts' as const] : []),
    'heads',
    'size',
  ];
  return { kind: 'heads', rows, parts, heads: heads!, size: size!, copies: 1, axes, factor: 1 };
}

/** Heads side by side again. */
function joined(
  { rows, axes, heads, size, parts, copies, factor }: HeadsValue,
  dims: readonly Size[],
): RowsValue | undefined {
  const isTogether = axes.join() === 'batch,sequence,heads,size';
  if (!isTogether || parts !== 1 || copies !== 1 || factor !== 1) return undefined;
  const found: RowsValue = { kind: 'rows', rows, dims: ['batch', 'sequence', heads * size] };
  return areEqual(dims, found.dims) ? found : undefined;
}

/** The same vectors with axes of size 1 more or less. */
function withSizes(value: RowsValue, dims: readonly Size[]): RowsValue | undefined {
  const real = (sizes: readonly Size[]): Size[] => sizes.filter((size) => size !== 1);
  return dims.at(-1) === value.rows.width && areEqual(real(dims), real(value.dims))
    ? { ...value, dims }
    : undefined;
}

/** Heads and their copies as so many heads. */
function withCopies(value: HeadsValue, dims: readonly Size[]): HeadsValue | undefined {
  const at = value.axes.indexOf('copies');
  if (at < 1 || value.axes[at - 1] !== 'heads') return undefined;
  const axes: HeadAxis[] = [...value.axes.slice(0, at - 1), 'all', ...value.axes.slice(at + 1)];
  const found = { ...value, axes };
  return areEqual(dims, sizesOf(found)) ? found : undefined;
}

/** Heads of keys or values, repeated for the heads of queries that share them. */
export const expand: Operator = (step) => {
  const [input, target] = step.inputs as [Value, Value];
  if (input.kind === 'raw') return expandedLength(step, input);
  const isSingle = input.kind === 'heads' && input.axes.includes('copies') && input.copies === 1;
  if (!isSingle || target.kind !== 'host') return undefined;
  const all = target
    .probes()
    .map(({ data }, probe) => broadcast(sizesFor(sizesOf(input), probe), Array.from(data)));
  const dims = symbolic(all);
  const copies = dims?.[input.axes.indexOf('copies')];
  if (!dims || typeof copies !== 'number') return undefined;
  const found = { ...input, copies };
  return areEqual(dims, sizesOf(found)) ? found : undefined;
};

export const unsqueeze: Operator = (step) => {
  const [input] = step.inputs as [Value];
  const axes = step.axes();
  if (input.kind === 'heads') {
    const place = input.axes.indexOf('heads') + 1;
    const isBehindHeads = axes?.length === 1 && axisOf(axes[0]!, input.axes.length + 1) === place;
    if (!isBehindHeads || input.copies !== 1 || input.axes.includes('copies')) return undefined;
    return { ...input, axes: [...input.axes.slice(0, place), 'copies', ...input.axes.slice(place)] };
  }
  if (input.kind !== 'rows' || !axes) return undefined;
  const marks = unsqueezed(
    input.dims.map((_, axis) => axis + 2),
    axes,
  );
  return withSizes(
    input,
    marks.map((mark) => (mark === 1 ? 1 : input.dims[mark - 2]!)),
  );
};

export const squeeze: Operator = (step) => {
  const [input] = step.inputs as [Value];
  if (input.kind !== 'rows') return undefined;
  const axes = step.axes()?.map((axis) => axisOf(axis, input.dims.length));
  const isGone = (size: Size, axis: number): boolean => (axes ? axes.includes(axis) : size === 1);
  if (input.dims.some((size, axis) => isGone(size, axis) && size !== 1)) return undefined;
  return withSizes(
    input,
    input.dims.filter((size, axis) => !isGone(size, axis)),
  );
};

export const transpose: Operator = (step) => {
  const [input] = step.inputs as [Value];
  if (input.kind === 'raw') return transposedWeights(step, input);
  if (input.kind !== 'heads') return undefined;
  const order = listOf(step.attributes, 'perm') ?? input.axes.map((_, axis) => input.axes.length - 1 - axis);
  return { ...input, axes: order.map((axis) => input.axes[axis]!) };
};

/** Vectors cut into parts along their numbers. */
export const splitNode: Operator = (step) => {
  const [input, sizes] = step.inputs as [Value, Value | undefined];
  const part = partOf(input);
  if (part) return splitPart(step, part, sizes);
  if (input.kind !== 'rows') return undefined;
  if (axisOf(step.number('axis', 0), input.dims.length) !== input.dims.length - 1) return undefined;
  const { width } = input.rows;
  const count = step.node.outputs.length;
  const given = sizes ? step.numbers(sizes) : listOf(step.attributes, 'split');
  const widths = given ? Array.from(given) : new Array<number>(count).fill(width / count);
  let from = 0;
  const parts = widths.map((each): RowsValue | undefined => {
    const rows = columnsOf(input.rows, from, each);
    from += each;
    return rows && { kind: 'rows', rows, dims: [...input.dims.slice(0, -1), each] };
  });
  return from === width && parts.every((part) => part !== undefined) ? (parts as RowsValue[]) : undefined;
};

function splitPart(
  step: Step,
  part: NonNullable<ReturnType<typeof partOf>>,
  sizes: Value | undefined,
): Value[] | undefined {
  const rank = part.of.axes.length;
  if (axisOf(step.number('axis', 0), rank) !== rank - 1) return undefined;
  const width = part.to - part.from;
  const count = step.node.outputs.length;
  const given = sizes ? step.numbers(sizes) : listOf(step.attributes, 'split');
  const widths = given ? Array.from(given) : new Array<number>(count).fill(width / count);
  const isWhole = widths.every((each) => Number.isInteger(each) && each > 0);
  if (!isWhole || widths.reduce((sum, each) => sum + each, 0) !== width) return undefined;
  let from = 0;
  return widths.map((each) => {
    const start = from;
    from += each;
    return within(step, part, start, from);
  });
}

/** A name for the same value. */
export const identity: Operator = (step) => step.inputs[0];
