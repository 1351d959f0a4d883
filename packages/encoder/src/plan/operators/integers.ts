/**
 * Products of rounded numbers. Files that were quantised dynamically round activations to 8 bits before each product
 * and multiply with the scales afterwards. Here activations are rounded finer, and not per tensor: of such a form only
 * the product and its weights are kept. Every scale and zero point must be the one of the rounding.
 */

import type { Rows, Weights } from '../rows.ts';
import { type Operator, rowsLike, type Step } from '../step.ts';
import { type HostValue, isAbout, type RawValue, type RowsValue, scalar, type Value } from '../values.ts';
import { weightSums } from '../weight-sums.ts';
import { byteWeights } from '../weights.ts';

const isRaw = (value: Value | undefined, operator: string): value is RawValue =>
  value?.kind === 'raw' && value.operator === operator;

/** `DynamicQuantizeLinear`: rounded numbers, their scale and their zero point. */
export const dynamicQuantizeLinear: Operator = (step) => {
  const [input] = step.inputs as [Value];
  if (input.kind !== 'rows') return undefined;
  return [
    step.raw('Rounded', [input], input.dims),
    step.raw('RoundedScale', [input], []),
    step.raw('RoundedZero', [input], []),
  ];
};

/** Rounded vectors: what was rounded, and how. */
interface Rounding {
  readonly input: RowsValue;
  /** Whether this is the size of a step. */
  readonly isScale: (value: Value) => boolean;
  /** Whether this is what zero was rounded to; undefined stands for 0. */
  readonly isZero: (value: Value | undefined) => boolean;
  /** Difference to rounded × scale: each row's smallest number. */
  readonly minimum?: Value | undefined;
}

function roundingOf(value: Value): Rounding | undefined {
  if (value.kind !== 'raw') return undefined;
  if (value.operator === 'CastToBytes') return perToken(value.inputs[0]!);
  if (value.operator !== 'Rounded') return undefined;
  const [input] = value.inputs as [RowsValue];
  const isOutput =
    (operator: string) =>
    (each: Value | undefined): boolean =>
      isRaw(each, operator) && each.inputs[0] === input;
  return { input, isScale: isOutput('RoundedScale'), isZero: isOutput('RoundedZero') };
}

/** Whether a step is at least a tiny number, which keeps rows of zeros from dividing by zero. */
function floored(value: Value | undefined): Value | undefined {
  if (!isRaw(value, 'Max') || value.inputs.length !== 2) return undefined;
  const at = value.inputs.findIndex((input) => {
    const number = scalar(input);
    return number !== undefined && number >= 0 && number <= 1e-10;
  });
  return at < 0 ? undefined : value.inputs[1 - at];
}

function timesAbout(value: Value | undefined, number: number): Value | undefined {
  if (isRaw(value, 'Div') && isAbout(scalar(value.inputs[1]), 1 / number)) return value.inputs[0];
  if (!isRaw(value, 'Mul')) return undefined;
  const at = value.inputs.findIndex((input) => isAbout(scalar(input), number));
  return at < 0 ? undefined : value.inputs[1 - at];
}

/** One scale a token, spelled out: from minimum to maximum in 255 steps, or 127 steps on either side of 128. */
function perToken(value: Value): Rounding | undefined {
  const isAround = isRaw(value, 'Add');
  const middle = isAround ? value.inputs.findIndex((input) => scalar(input) === 128) : -1;
  if (isAround && middle < 0) return undefined;
  const round = isAround ? value.inputs[1 - middle] : value;
  const divided = isRaw(round, 'Round') ? round.inputs[0] : undefined;
  if (!isRaw(divided, 'Div')) return undefined;
  const [dividend, scale] = divided.inputs as [Value, Value];
  if (isAround) {
    const largest = timesAbout(floored(scale), 1 / 127);
    const magnitude = isRaw(largest, 'ReduceMax') ? largest.inputs[0] : undefined;
    if (dividend.kind !== 'rows' || !isRaw(magnitude, 'Abs') || magnitude.inputs[0] !== dividend)
      return undefined;
    return { input: dividend, isScale: (each) => each === scale, isZero: (zero) => scalar(zero) === 128 };
  }
  if (!isRaw(dividend, 'Sub')) return undefined;
  const [input, minimum] = dividend.inputs as [Value, Value];
  const range = timesAbout(floored(scale), 1 / 255);
  if (input.kind !== 'rows' || !isRaw(minimum, 'ReduceMin') || minimum.inputs[0] !== input) return undefined;
  if (!isRaw(range, 'Sub') || range.inputs[1] !== minimum) return undefined;
  const [largest] = range.inputs;
  if (!isRaw(largest, 'ReduceMax') || largest.inputs[0] !== input) return undefined;
  const isZero = (zero: Value | undefined): boolean => zero === undefined || scalar(zero) === 0;
  return { input, isScale: (each) => each === scale, isZero, minimum };
}

/** Operands of a product of integers whose scales are still unknown. */
const PRODUCTS = new WeakMap<RawValue, { rounding: Rounding; weight: Step; zeros: Value | undefined }>();

export const matMulInteger: Operator = (step) => {
  const [values, weight, zero, weightZeros] = step.inputs as [
    Value,
    Value,
    Value | undefined,
    Value | undefined,
  ];
  const rounding = roundingOf(values);
  const tensor = step.tensor(1);
  if (!rounding || !tensor || weight.kind !== 'host') return undefined;
  if (!rounding.isZero(zero)) step.refuse('has another zero point than its activations were rounded with');
  if (weightZeros && (weightZeros.kind !== 'host' || !weightZeros.isConstant)) return undefined;
  const inputs = [values, weight, ...(zero ? [zero] : []), ...(weightZeros ? [weightZeros] : [])];
  const raw = step.raw('MatMulInteger', inputs, [...rounding.input.dims.slice(0, -1), tensor.dims[1]!]);
  PRODUCTS.set(raw, { rounding, weight: step, zeros: weightZeros });
  return raw;
};

/** Factors of a product, those of inner products among them. */
function factorsOf(value: Value): Value[] {
  return isRaw(value, 'Mul') ? value.inputs.flatMap(factorsOf) : [value];
}

/** A product of integers times all its scales: a product of vectors. */
export function quantisedProduct(step: Step, left: Value, right: Value): Value | undefined {
  const factors = [...factorsOf(left), ...factorsOf(right)];
  const product = factors.find((each): each is RawValue => isRaw(each, 'MatMulInteger'));
  const parts = product && PRODUCTS.get(product);
  if (!product || !parts) return undefined;
  const { rounding, weight, zeros } = parts;
  const rest = factors.filter((each) => each !== product);
  const constants = rest.filter((each): each is HostValue => each.kind === 'host' && each.isConstant);
  const scales = rest.filter(rounding.isScale);
  if (scales.length !== 1 || constants.length + 1 !== rest.length) return undefined;
  const outputs = weight.tensor(1)!.dims[1]!;
  const all = new Float64Array(outputs).fill(1);
  for (const constant of constants) {
    const numbers = step.numbers(constant)!;
    if (numbers.length !== 1 && numbers.length !== outputs) return undefined;
    for (let output = 0; output < outputs; output++)
      all[output]! *= numbers[numbers.length === 1 ? 0 : output]!;
  }
  const weights = byteWeights(step.constants, weight.tensor(1)!, {
    scales: all,
    ...(zeros && { zeros: step.numbers(zeros)! }),
    isTransposed: false,
  });
  if (weights.inputs !== rounding.input.rows.width) step.refuse('multiplies vectors of another width');
  const { per } = rounding.input.rows;
  const rows: Rows = {
    op: 'product',
    input: rounding.input.rows,
    weights,
    bias: undefined,
    width: outputs,
    per,
  };
  if (!rounding.minimum) return rowsLike(rounding.input, rows);
  const raw = step.raw('WithoutMinimum', [product, ...rest], [...rounding.input.dims.slice(0, -1), outputs]);
  PARTIAL.set(raw, { rows, weights, rounding });
  return raw;
}

/** Products of vectors less their smallest number, to which the smallest number times the weights' sums is added. */
const PARTIAL = new WeakMap<RawValue, { rows: Rows; weights: Weights; rounding: Rounding }>();

export function shiftedProduct(step: Step, left: Value, right: Value): RowsValue | undefined {
  for (const [product, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const parts = isRaw(product, 'WithoutMinimum') ? PARTIAL.get(product) : undefined;
    if (!parts) continue;
    const { rounding, weights, rows } = parts;
    if (!isRaw(other, 'Mul') || !other.inputs.includes(rounding.minimum!)) continue;
    const sums = step.numbers(other.inputs.find((each) => each !== rounding.minimum));
    if (!sums || !areSums(sums, weights)) step.refuse('adds other sums than those of its weights');
    return rowsLike(rounding.input, rows);
  }
  return undefined;
}

/** Whether these are the sums of the weights of each output, times its scale: to a quarter of a weight's last digit. */
function areSums(sums: ArrayLike<number>, weights: Weights): boolean {
  if (sums.length !== weights.outputs || weights.form !== 'bytes') return false;
  const { scales } = weights;
  return weightSums(weights).every(
    (sum, output) =>
      Math.abs(sum * scales[output]! - sums[output]!) <= (0.25 + 1e-6 * Math.abs(sum)) * scales[output]!,
  );
}

/** Casts of rounded numbers to bytes and of their products to floats; vectors stay what they are. */
export const cast: Operator = (step) => {
  const [input] = step.inputs as [Value];
  const to = step.number('to', 0);
  const isFloat = [1, 10, 11].includes(to);
  if (input.kind === 'raw' && to === 2) return step.raw('CastToBytes', [input], input.dims);
  return isFloat ? input : undefined;
};
