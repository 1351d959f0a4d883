/** Sums, products and functions of vectors. */
import type { Activation } from '../../kernels.ts';
import { recognised } from '../forms.ts';
import type { Rows } from '../rows.ts';
import { type Operator, rowsLike, type Step } from '../step.ts';
import {
  constantRow,
  type HeadsValue,
  type RawValue,
  type RowsValue,
  scalar,
  sizesOf,
  type Value,
} from '../values.ts';
import { scaledScores, scoresPlus } from './attention.ts';
import { quantisedProduct, shiftedProduct } from './integers.ts';
import { dividedSum, meanOfAll, ofLengthOne } from './pooling.ts';
import { rotatedSum } from './rotary.ts';
import { lookUpScaled } from './tables.ts';

/** Whether vectors of these shapes are combined row by row: equal ones, or a table's rows by position for every text. */
function fits(left: RowsValue, right: RowsValue): boolean {
  if (left.rows.width !== right.rows.width) return false;
  const [a, b] = [left.dims, right.dims];
  if (a.length === b.length && a.every((size, axis) => size === b[axis])) return true;
  const isByPosition = right.rows.op === 'lookUp' && ['positions', 'task', 'fixed'].includes(right.rows.by);
  return (
    isByPosition &&
    a.at(-2) === 'sequence' &&
    a.length >= b.length &&
    b.slice(0, -2).every((size) => size === 1)
  );
}

function combined(left: Value, right: Value, how: 'add' | 'multiply'): RowsValue | undefined {
  if (left.kind !== 'rows' || right.kind !== 'rows') return undefined;
  const [wide, other] = fits(left, right) ? [left, right] : [right, left];
  if (!fits(wide, other)) return undefined;
  const { width, per } = wide.rows;
  const rows: Rows = { op: 'combine', left: wide.rows, right: other.rows, how, width, per };
  return rowsLike(wide, how === 'multiply' ? recognised(rows) : rows);
}

/** Vectors plus or times one row. */
function shifted(value: RowsValue, other: Value, how: 'add' | 'multiply'): RowsValue | undefined {
  const row = isWithin(other, value) ? constantRow(other, value.rows.width) : undefined;
  return row && withRow(value, row, how);
}

function withRow(value: RowsValue, row: Float32Array, how: 'add' | 'multiply'): RowsValue {
  const { rows } = value;
  if (row.every((each) => each === (how === 'add' ? 0 : 1))) return value;
  if (rows.op === 'product' && !rows.bias && how === 'add') return rowsLike(value, { ...rows, bias: row });
  if (rows.op === 'normalise' && !rows.bias && (how === 'add' || !rows.scale)) {
    return rowsLike(value, { ...rows, [how === 'add' ? 'bias' : 'scale']: row });
  }
  const made: Rows = { op: 'shift', input: rows, row, how, width: rows.width, per: rows.per };
  return rowsLike(value, how === 'multiply' ? recognised(made) : made);
}

/** Whether a constant broadcasts to vectors without giving them more axes. */
const isWithin = (constant: Value, { dims }: RowsValue): boolean =>
  constant.kind === 'host' && constant.isConstant && constant.probes()[0]!.dims.length <= dims.length;

export const add: Operator = (step) => {
  const [left, right] = step.inputs as [Value, Value];
  const scores = step.pair('scores');
  if (scores) return scoresPlus(...scores);
  const rows = step.pair('rows');
  return (
    (rows && shifted(...rows, 'add')) ??
    combined(left, right, 'add') ??
    shiftedProduct(step, left, right) ??
    rotatedSum(step, left, right) ??
    step.raw('Add', [left, right])
  );
};

export const subtract: Operator = (step) => {
  const [left, right] = step.inputs as [Value, Value];
  if (left.kind === 'rows' && isWithin(right, left)) {
    const row = constantRow(right, left.rows.width);
    if (row) {
      return withRow(
        left,
        row.map((value) => -value),
        'add',
      );
    }
  }
  return step.raw('Sub', [left, right]);
};

export const multiply: Operator = (step) => {
  const [left, right] = step.inputs as [Value, Value];
  const scores = step.pair('scores') ?? step.pair('heads');
  const factor = scores && scalar(scores[1]);
  if (scores && factor !== undefined) return scaled(scores[0], factor);
  const heads = step.pair('heads');
  const weighted = heads && weightedHeads(...heads);
  if (weighted) return weighted;
  const rows = step.pair('rows');
  return (
    lookUpScaled(step, left, right) ??
    normalised(left, right) ??
    quantisedProduct(step, left, right) ??
    (rows && shifted(...rows, 'multiply')) ??
    combined(left, right, 'multiply') ??
    step.raw('Mul', [left, right])
  );
};

/** Heads that were just normalised, times one row for all of them. */
function weightedHeads(value: HeadsValue, other: Value): HeadsValue | undefined {
  const { rows } = value;
  if (rows.op !== 'normalise' || rows.parts !== value.heads || rows.scale || rows.bias) return undefined;
  const row = value.axes.at(-1) === 'size' ? constantRow(other, value.size) : undefined;
  return row && { ...value, rows: { ...rows, scale: row } };
}

function scaled(value: Extract<Value, { kind: 'scores' | 'heads' }>, factor: number): Value | undefined {
  return value.kind === 'scores' ? scaledScores(value, factor) : { ...value, factor: value.factor * factor };
}

export const divide: Operator = (step) => {
  const [left, right] = step.inputs as [Value, Value];
  const divisor = scalar(right);
  if (divisor) {
    if (left.kind === 'scores' || left.kind === 'heads') return scaled(left, 1 / divisor);
    if (left.kind === 'rows' && isWithin(right, left)) {
      return withRow(left, new Float32Array(left.rows.width).fill(1 / divisor), 'multiply');
    }
  }
  if (right.kind === 'raw' && scalar(left) === 1) return step.raw('Reciprocal', [right], right.dims);
  return (
    ofLengthOne(left, right) ??
    dividedSum(left, right) ??
    normalised(left, reciprocalOf(step, right)) ??
    step.raw('Div', [left, right])
  );
};

const reciprocalOf = (step: Step, value: Value): Value =>
  value.kind === 'raw' ? step.raw('Reciprocal', [value], value.dims) : value;

/** A function of vectors that the kernels have. */
const activation =
  (name: Exclude<Activation, 'none'>): Operator =>
  (step) => {
    const [input] = step.inputs as [Value];
    return input.kind === 'rows' ? activated(input, name) : step.raw(step.node.opType, [input]);
  };

function activated(value: RowsValue, name: Exclude<Activation, 'none'>): RowsValue {
  const { width, per } = value.rows;
  return rowsLike(value, { op: 'activate', input: value.rows, activation: name, width, per });
}

export const tanh = activation('tanh');
export const relu = activation('relu');

/** A function that the kernels have as part of a form. */
const pending =
  (name: 'Erf' | 'Sigmoid'): Operator =>
  (step) => {
    const [input] = step.inputs as [Value];
    if (input.kind !== 'rows') return undefined;
    const { width, per } = input.rows;
    return rowsLike(input, { op: 'pending', name, input: input.rows, node: step.name, width, per });
  };

export const erf = pending('Erf');
export const sigmoid = pending('Sigmoid');

/** A step of a normalisation or of a rounding. */
export const plain: Operator = (step) => step.raw(step.node.opType, step.inputs as Value[]);

export const power: Operator = (step) => {
  const [base, exponent] = step.inputs as [Value, Value];
  const value = scalar(exponent);
  if (value === 0.5) return step.raw('Sqrt', [base]);
  if (base.kind === 'rows' && (value === 2 || value === 3)) {
    const square = combined(base, base, 'multiply')!;
    return value === 2 ? square : combined(square, base, 'multiply');
  }
  return value === 2 ? step.raw('Mul', [base, base]) : undefined;
};

/** Means, largest and smallest numbers of each row. */
export const reduce: Operator = (step) => {
  const [input] = step.inputs as [Value];
  if (input.kind !== 'rows' && input.kind !== 'raw' && input.kind !== 'heads') return undefined;
  const dims = sizesOf(input);
  const mean = step.node.opType === 'ReduceMean' ? meanOfAll(step) : undefined;
  if (mean) return mean;
  if (!step.overLast(step.axes(), dims.length, step.number('keepdims', 1) === 1)) return undefined;
  return step.raw(step.node.opType, [input], [...dims.slice(0, -1), 1]);
};

const isRaw = (value: Value | undefined, operator: string): value is RawValue =>
  value?.kind === 'raw' && value.operator === operator;

const isSame = (left: Value | undefined, right: Value): boolean =>
  left === right || (left?.kind === 'rows' && right.kind === 'rows' && left.rows === right.rows);

/** Of √(mean of squares + epsilon): what was squared, and epsilon. */
function rootOfSquares(value: Value | undefined): { of: Value; epsilon: number } | undefined {
  if (!isRaw(value, 'Sqrt') || !isRaw(value.inputs[0], 'Add')) return undefined;
  const { inputs } = value.inputs[0];
  const at = inputs.findIndex((input) => scalar(input) !== undefined);
  const mean = inputs[1 - at];
  if (at < 0 || !isRaw(mean, 'ReduceMean')) return undefined;
  const [square] = mean.inputs as [Value];
  const epsilon = scalar(inputs[at])!;
  if (isRaw(square, 'Mul') && square.inputs[0] === square.inputs[1])
    return { of: square.inputs[0]!, epsilon };
  if (square.kind !== 'rows' || square.rows.op !== 'combine' || square.rows.how !== 'multiply')
    return undefined;
  const { left, right } = square.rows;
  return left === right ? { of: rowsLike(square, left), epsilon } : undefined;
}

/** `(x − mean) ÷ √(mean of (x − mean)² + epsilon)` or `x ÷ √(mean of x² + epsilon)`, one operand being the reciprocal. */
function normalised(left: Value, right: Value): RowsValue | HeadsValue | undefined {
  for (const [value, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const root = isRaw(other, 'Reciprocal') ? rootOfSquares(other.inputs[0]) : undefined;
    if (!root || !isSame(root.of, value)) continue;
    const empty = { scale: undefined, bias: undefined };
    const form = { op: 'normalise', parts: 1, epsilon: root.epsilon, ...empty } as const;
    if (value.kind === 'rows') {
      const { width, per } = value.rows;
      return rowsLike(value, { ...form, kind: 'rms', input: value.rows, width, per });
    }
    if (value.kind === 'heads') return normalisedHeads(value, { ...form, kind: 'rms' });
    if (!isRaw(value, 'Sub')) continue;
    const [input, middle] = value.inputs;
    if (input?.kind !== 'rows' || !isRaw(middle, 'ReduceMean') || !isSame(middle.inputs[0], input)) continue;
    const { width, per } = input.rows;
    return rowsLike(input, { ...form, kind: 'layer', input: input.rows, width, per });
  }
  return undefined;
}

/** Heads, each normalised by itself. */
function normalisedHeads(
  value: HeadsValue,
  form: Pick<Extract<Rows, { op: 'normalise' }>, 'kind' | 'epsilon' | 'scale' | 'bias'>,
): HeadsValue | undefined {
  const { rows, heads, size, parts, copies, factor, axes } = value;
  const isPlain = parts === 1 && copies === 1 && factor === 1 && axes.at(-1) === 'size' && size % 8 === 0;
  if (!isPlain) return undefined;
  const { width, per } = rows;
  return { ...value, rows: { ...form, op: 'normalise', parts: heads, input: rows, width, per } };
}

/** One node for a GELU, with or without a bias. */
export const gelu: Operator = (step) => {
  const [input, bias] = step.inputs as [Value, Value | undefined];
  if (input?.kind !== 'rows') return undefined;
  step.only('approximate');
  const approximate = step.attributes.get('approximate') ?? 'none';
  if (approximate !== 'none' && approximate !== 'tanh') step.refuse(`approximates by ${String(approximate)}`);
  const isTanh = step.node.opType === 'FastGelu' || approximate === 'tanh';
  const sum = bias ? shifted(input, bias, 'add') : input;
  return sum && activated(sum, isTanh ? 'geluTanh' : 'gelu');
};

/** `LayerNormalization` and `SimplifiedLayerNormalization`, over the last axis. */
export const layerNormalisation: Operator = (step) => {
  const [input, scale, bias] = step.inputs as [Value, Value, Value | undefined];
  if (input.kind !== 'rows' && input.kind !== 'heads') return undefined;
  step.only('axis', 'epsilon', 'stash_type');
  const axis = step.number('axis', -1);
  if (axis !== -1 && axis !== sizesOf(input).length - 1) return undefined;
  const kind = step.node.opType === 'LayerNormalization' ? 'layer' : 'rms';
  if (input.kind === 'rows') return normalisedRows(step, input, scale, bias, kind);
  const [factors, shift] = [constantRow(scale, input.size), bias && constantRow(bias, input.size)];
  if (!factors || (bias && !shift)) return undefined;
  return normalisedHeads(input, { kind, epsilon: step.number('epsilon', 1e-5), scale: factors, bias: shift });
};

/** `SkipLayerNormalization` and its simplified form: the sum of two, and a bias, normalised. */
export const skipLayerNormalisation: Operator = (step) => {
  const isSimplified =
    step.node.opType.startsWith('Simplified') || step.node.opType.startsWith('SkipSimplified');
  const [input, skip, scale, ...rest] = step.inputs as [Value, Value, Value, ...(Value | undefined)[]];
  const [shift, bias] = isSimplified ? [undefined, rest[0]] : rest;
  step.only('epsilon');
  let sum = combined(input, skip, 'add');
  if (sum && bias) sum = shifted(sum, bias, 'add');
  const result = sum && normalisedRows(step, sum, scale, shift, isSimplified ? 'rms' : 'layer');
  if (!sum || !result || step.node.outputs.slice(1, 3).some((name) => name !== '')) return undefined;
  return step.node.outputs.length > 3 ? [result, result, result, sum] : result;
};

function normalisedRows(
  step: Step,
  input: RowsValue,
  scale: Value,
  bias: Value | undefined,
  kind: 'layer' | 'rms',
): RowsValue | undefined {
  const { width, per } = input.rows;
  const [factors, shift] = [constantRow(scale, width), bias && constantRow(bias, width)];
  if (!factors || (bias && !shift)) return undefined;
  const epsilon = step.number('epsilon', 1e-5);
  return rowsLike(input, {
    ...{ op: 'normalise', input: input.rows, parts: 1, kind, epsilon, scale: factors, bias: shift },
    ...{ width, per },
  } as Rows);
}
