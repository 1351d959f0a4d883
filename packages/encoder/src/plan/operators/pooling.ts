/** One vector for each text, made in the graph: means, the first or last token, and vectors of length 1. */
import { axisOf, type HostTensor, reader } from '../host.ts';
import { PROBES } from '../probes.ts';
import type { PoolingForm } from '../rows.ts';
import { type Operator, rowsLike, type Step } from '../step.ts';
import {
  type HostValue,
  type RawValue,
  type RowsValue,
  type Size,
  scalar,
  sizesOf,
  type Value,
} from '../values.ts';

/** Weight of a token of a text. */
type TokenWeight = (probe: number, text: number, at: number) => number;

/** Sums over tokens that are still to be divided. */
const SUMS = new WeakMap<RawValue, { readonly of: RowsValue; readonly weight: TokenWeight }>();

/** Floors of lengths that keep vectors of zeros zeros, and change no other. */
const LARGEST_FLOOR = 1e-6;

const FLOORS = new WeakMap<RawValue, number>();

const isRaw = (value: Value | undefined, operator: string): value is RawValue =>
  value?.kind === 'raw' && value.operator === operator;

/** One row of each text. */
export function pooled({ rows }: RowsValue, how: PoolingForm, dims: readonly Size[]): RowsValue {
  return { kind: 'rows', rows: { op: 'pool', input: rows, how, width: rows.width, per: 'text' }, dims };
}

/** Which row, or mean of rows, these weights take; undefined if they take something else. */
function poolingOf(weight: TokenWeight): PoolingForm | undefined {
  const expected: Record<PoolingForm, (at: number, seen: number) => number> = {
    first: (at) => Number(at === 0),
    last: (at, seen) => Number(at === seen - 1),
    mean: (at, seen) => (at < seen ? 1 / seen : 0),
  };
  const isSame = (form: PoolingForm): boolean =>
    PROBES.every(({ seen, sequence }, probe) =>
      seen.every((count, text) =>
        Array.from({ length: sequence }, (_, at) => weight(probe, text, at)).every(
          (value, at) => Math.abs(value - expected[form](at, count)) <= 1e-6,
        ),
      ),
    );
  return (['first', 'last', 'mean'] as const).find(isSame);
}

/** Reads known numbers [batch, sequence, 1 or width], the same for all numbers of a vector. */
function perToken(value: HostValue, width: number): TokenWeight | undefined {
  const tensors = value.probes();
  const readers = tensors.map((tensor) => reader(tensor, 3));
  const weight: TokenWeight = (probe, text, at) => readers[probe]!([text, at, 0]);
  const fits = tensors.every(({ dims }, probe) => {
    const { batch, sequence } = PROBES[probe]!;
    const full = [batch, sequence, width].slice(3 - dims.length);
    if (dims.length > 3 || dims.some((size, axis) => size !== 1 && size !== full[axis])) return false;
    if (dims.at(-1) === 1) return true;
    const each = Array.from({ length: width }, (_, number) => number);
    return Array.from({ length: batch * sequence }, (_, index) => index).every((index) => {
      const [text, at] = [Math.floor(index / sequence), index % sequence];
      return each.every((number) => readers[probe]!([text, at, number]) === weight(probe, text, at));
    });
  });
  return fits ? weight : undefined;
}

/** Whether axes name the tokens of a text alone. */
function isOverTokens(axes: readonly number[] | undefined, dims: readonly Size[]): boolean {
  return axes?.length === 1 && dims.length === 3 && dims[axisOf(axes[0]!, 3)] === 'sequence';
}

/** `ReduceSum` of vectors times a weight for each token. */
export const reduceSum: Operator = (step) => {
  const [input] = step.inputs as [Value];
  if (!isRaw(input, 'Mul')) return undefined;
  const of = input.inputs.find((each): each is RowsValue => each.kind === 'rows');
  const factors = input.inputs.find((each): each is HostValue => each.kind === 'host');
  if (!of || !factors || of.rows.per !== 'token' || !isOverTokens(step.axes(), of.dims)) return undefined;
  const weight = perToken(factors, of.rows.width);
  if (!weight) return undefined;
  const isKept = step.number('keepdims', 1) === 1;
  const dims: Size[] = isKept ? ['batch', 1, of.rows.width] : ['batch', of.rows.width];
  const form = poolingOf(weight);
  if (form) return pooled(of, form, dims);
  const raw = step.raw(`Sum ${isKept}`, [of, factors], dims);
  SUMS.set(raw, { of, weight });
  return raw;
};

/** A sum over tokens by a number for each text: their mean. */
export function dividedSum(left: Value, right: Value): RowsValue | undefined {
  const sum = left.kind === 'raw' ? SUMS.get(left) : undefined;
  if (!sum || right.kind !== 'host') return undefined;
  const { dims } = left as RawValue;
  const { width } = sum.of.rows;
  const divisors = right.probes().map((tensor, probe) => perText(tensor, dims, PROBES[probe]!.batch, width));
  if (divisors.some((each) => !each)) return undefined;
  const form = poolingOf((probe, text, at) => sum.weight(probe, text, at) / divisors[probe]![text]!);
  return form && pooled(sum.of, form, dims);
}

/** One number a text, from [batch, (1,) 1 or width]. */
function perText(
  tensor: HostTensor,
  dims: readonly Size[],
  batch: number,
  width: number,
): number[] | undefined {
  const full = dims
    .map((size) => (size === 'batch' ? batch : Number(size)))
    .slice(dims.length - tensor.dims.length);
  const isLess = tensor.dims.length <= dims.length;
  if (!isLess || tensor.dims.some((size, axis) => size !== 1 && size !== full[axis])) return undefined;
  const read = reader(tensor, dims.length);
  const rest = dims.length === 3 ? [0] : [];
  const all = Array.from({ length: batch }, (_, text) =>
    Array.from({ length: tensor.dims.at(-1) === 1 ? 1 : width }, (__, number) =>
      read([text, ...rest, number]),
    ),
  );
  return all.every((row) => row.every((value) => value === row[0]))
    ? all.map(([value]) => value!)
    : undefined;
}

/** The mean over all tokens of graphs that know of no padding. */
export function meanOfAll(step: Step): RowsValue | undefined {
  const [input] = step.inputs as [Value];
  if (input.kind !== 'rows' || input.rows.per !== 'token' || step.masksPadding) return undefined;
  if (!isOverTokens(step.axes(), input.dims)) return undefined;
  const { width } = input.rows;
  return pooled(input, 'mean', step.number('keepdims', 1) === 1 ? ['batch', 1, width] : ['batch', width]);
}

/** One token's vector of each text, by its position. */
export const gatherND: Operator = (step) => {
  const [data, indices] = step.inputs as [Value, Value];
  step.only('batch_dims');
  if (data.kind !== 'rows' || data.rows.per !== 'token' || indices.kind !== 'host') return undefined;
  if (data.dims.length !== 3 || data.dims[0] !== 'batch' || data.dims[1] !== 'sequence') return undefined;
  const { width } = data.rows;
  const batched = step.number('batch_dims', 0);
  const tensors = indices.probes();
  const rank = tensors[0]!.dims.length;
  // [batch, 1, 1] or [batch, 1] within each text; or [batch, 2], the text's number first.
  const shape = (batch: number): string =>
    batched === 1 ? [batch, 1, ...(rank === 3 ? [1] : [])].join() : [batch, 2].join();
  if (tensors.some(({ dims }, probe) => dims.join() !== shape(PROBES[probe]!.batch))) return undefined;
  const chosen = (probe: number, text: number): number => {
    const numbers = tensors[probe]!.data;
    if (batched === 1) return numbers[text]!;
    return numbers[2 * text] === text ? numbers[2 * text + 1]! : Number.NaN;
  };
  const form = poolingOf((probe, text, at) => {
    const { sequence } = PROBES[probe]!;
    const place = chosen(probe, text);
    return Number((place < 0 ? place + sequence : place) === at);
  });
  return form && pooled(data, form, batched === 1 && rank === 3 ? ['batch', 1, width] : ['batch', width]);
};

/** Lengths of vectors. */
export const reduceL2: Operator = (step) => {
  const [input] = step.inputs as [Value];
  if (input.kind !== 'rows') return undefined;
  if (!step.overLast(step.axes(), input.dims.length, step.number('keepdims', 1) === 1)) return undefined;
  const raw = step.raw('Length', [input], [...input.dims.slice(0, -1), 1]);
  FLOORS.set(raw, 0);
  return raw;
};

/** Lengths with a floor that keeps vectors of zeros from dividing by zero. */
export const clip: Operator = (step) => {
  const [input, least, most] = step.inputs as [Value, Value | undefined, Value | undefined];
  const floor = least ? scalar(least) : undefined;
  if (!isRaw(input, 'Length') || most || floor === undefined || !(floor >= 0 && floor <= LARGEST_FLOOR))
    return undefined;
  const raw = step.raw(`Floored ${floor}`, [input], input.dims);
  FLOORS.set(raw, floor);
  return raw;
};

/** Lengths repeated for each number of a vector. */
export function expandedLength(step: Step, value: RawValue): RawValue | undefined {
  const floor = FLOORS.get(value);
  const target = step.inputs[1];
  if (floor === undefined || target?.kind !== 'host') return undefined;
  const raw = step.raw(`Expanded ${floor}`, [value], sizesOf(value));
  FLOORS.set(raw, floor);
  return raw;
}

/** The vector whose length a value is. */
function measured(value: Value | undefined): RowsValue | undefined {
  if (value?.kind !== 'raw' || !FLOORS.has(value)) return undefined;
  const [input] = value.inputs as [Value];
  return input.kind === 'rows' ? input : measured(input);
}

/** Vectors by their own length. */
export function ofLengthOne(left: Value, right: Value): RowsValue | undefined {
  if (left.kind !== 'rows' || measured(right) !== left) return undefined;
  const { width, per } = left.rows;
  const floor = FLOORS.get(right as RawValue)!;
  // x ÷ √(sum of squares) is x ÷ √(mean of squares) × √(1 ÷ width).
  return rowsLike(left, {
    ...{ op: 'normalise', input: left.rows, parts: 1, kind: 'rms', epsilon: floor ** 2 / width },
    ...{ scale: new Float32Array(width).fill(Math.sqrt(1 / width)), bias: undefined, width, per },
  } as const);
}
