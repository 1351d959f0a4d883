/** Products of vectors with weights. */
import type { Rows, Weights } from '../rows.ts';
import { type Operator, rowsLike, type Step } from '../step.ts';
import { constantRow, type RawValue, type RowsValue, type Value } from '../values.ts';
import { byteWeights, floatWeights, nibbleWeights } from '../weights.ts';
import { attended, scored } from './attention.ts';

function product(step: Step, input: RowsValue, weights: Weights): RowsValue {
  if (weights.inputs !== input.rows.width) step.refuse('multiplies vectors of another width');
  const { per } = input.rows;
  const width = weights.outputs;
  return rowsLike(input, { op: 'product', input: input.rows, weights, bias: undefined, width, per });
}

/** Weights of an input: floats, or bytes that are made floats just before. */
function weightsOf(step: Step, input: number, isTransposed: boolean): Weights | undefined {
  const tensor = step.tensor(input);
  if (tensor) return floatWeights(step.constants, tensor, isTransposed);
  const value = step.inputs[input];
  const parts = value?.kind === 'raw' ? DEQUANTISED.get(value) : undefined;
  const isTurned = value?.kind === 'raw' && value.operator === 'TransposedWeights';
  return parts?.(isTransposed !== isTurned);
}

/** Weights that were made floats: what they are, as they lie or transposed. */
const DEQUANTISED = new WeakMap<RawValue, (isTransposed: boolean) => Weights>();

/** Constant weights of 8 bits as floats: one scale, or one an output. Undefined if they are no constant matrix. */
export const dequantizedWeights: Operator = (step) => {
  const tensor = step.tensor(0);
  const [data, scale, zero] = step.inputs as [Value, Value, Value | undefined];
  const [scales, zeros] = [step.numbers(scale), zero ? step.numbers(zero) : undefined];
  if (tensor?.dims.length !== 2 || !scales || (zero && !zeros)) return undefined;
  const axis = step.number('axis', 1);
  const raw = step.raw('Weights', [data, scale, ...(zero ? [zero] : [])], tensor.dims);
  DEQUANTISED.set(raw, (isTransposed) => {
    // Scales are along the outputs, wherever these are.
    if (scales.length > 1 && (axis < 0 ? axis + 2 : axis) !== (isTransposed ? 0 : 1)) {
      step.refuse('has scales along the inputs');
    }
    return byteWeights(step.constants, tensor, { scales, ...(zeros && { zeros }), isTransposed });
  });
  return raw;
};

/** `Transpose` of weights. */
export function transposedWeights(step: Step, value: RawValue): RawValue | undefined {
  const parts = value.operator === 'Weights' ? DEQUANTISED.get(value) : undefined;
  if (!parts) return undefined;
  const raw = step.raw('TransposedWeights', [value], [...value.dims].reverse());
  DEQUANTISED.set(raw, parts);
  return raw;
}

export const matMul: Operator = (step) => {
  const [left, right] = step.inputs as [Value, Value];
  if (left.kind === 'heads' && right.kind === 'heads') return scored(left, right);
  if (left.kind === 'scores' && right.kind === 'heads') return attended(left, right);
  const weights = left.kind === 'rows' ? weightsOf(step, 1, false) : undefined;
  return left.kind === 'rows' && weights ? product(step, left, weights) : undefined;
};

export const gemm: Operator = (step) => {
  const [left, , bias] = step.inputs as [Value, Value, Value | undefined];
  step.only('alpha', 'beta', 'transA', 'transB');
  if (left.kind !== 'rows' || left.dims.length !== 2 || step.number('transA', 0) !== 0) return undefined;
  if (step.number('alpha', 1) !== 1 || (bias && step.number('beta', 1) !== 1)) return undefined;
  const weights = weightsOf(step, 1, step.number('transB', 0) === 1);
  if (!weights) return undefined;
  const value = product(step, left, weights);
  if (!bias) return value;
  const row = constantRow(bias, value.rows.width);
  return row && rowsLike(value, { ...value.rows, bias: row } as Rows);
};

/** `MatMulNBits` with 4 bits. */
export const matMulBits: Operator = (step) => {
  const [left] = step.inputs as [Value];
  const [packed, scales, zeros] = [step.tensor(1), step.tensor(2), step.tensor(3)];
  step.only('K', 'N', 'bits', 'block_size', 'accuracy_level');
  const isPlain = step.inputs.slice(3).every((input, at) => input === undefined || (at === 0 && zeros));
  if (left.kind !== 'rows' || !packed || !scales || !isPlain || step.number('bits', 4) !== 4)
    return undefined;
  const [inputs, outputs, block] = [step.number('K', 0), step.number('N', 0), step.number('block_size', 0)];
  return product(
    step,
    left,
    nibbleWeights(step.constants, { packed, scales, zeros }, { inputs, outputs, block }),
  );
};
