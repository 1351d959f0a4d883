/**
 * Adapters of low rank: the task chooses two narrow matrices, whose product is added to weights. All tasks' matrices lie
 * side by side as one pair, and what is between the two is multiplied with the task's row of a table of ones and zeros:
 * with few tasks of low rank that costs next to nothing, and needs no weights that depend on the task.
 *
 * Few graphs have some. So this is a door of its own, and given to the reader of graphs where it is needed.
 */
import type { TensorSummary } from '@nearfield/onnx';
import { listOf } from '../host.ts';
import type { Rows, Table } from '../rows.ts';
import { type Operator, rowsLike, type Step } from '../step.ts';
import { constantRow, type HostValue, type RawValue, type RowsValue, scalar, type Value } from '../values.ts';
import { floatTable, floatWeights, isFloat } from '../weights.ts';
import { keyOf, lookUp } from './tables.ts';

/** The last two axes of a constant, as they lie or turned. */
interface Matrix {
  readonly tensor: TensorSummary;
  readonly isTurned: boolean;
}

/** The product of one or two of the task's matrices and a number, plus weights, as vectors may be multiplied with. */
interface Adapter {
  readonly input?: RowsValue | undefined;
  readonly matrices: readonly Matrix[];
  readonly factor: number;
  readonly base?: Matrix | undefined;
}

const ADAPTERS = new WeakMap<Value, Adapter>();

const turned = ({ tensor, isTurned }: Matrix): Matrix => ({ tensor, isTurned: !isTurned });

const transposed = ({ matrices, factor, base }: Adapter): Adapter => ({
  ...{ matrices: matrices.map(turned).reverse(), factor },
  base: base && turned(base),
});

/** Rows and columns. */
function sizesOf({ tensor, isTurned }: Matrix): [number, number] {
  const [rows, columns] = tensor.dims.slice(-2) as [number, number];
  return isTurned ? [columns, rows] : [rows, columns];
}

/** What a step makes of an adapter; undefined where it is none, or nothing that is known. */
export const adapted: Operator = (step) => {
  const [left, right] = step.inputs;
  const { opType } = step.node;
  const tensor = step.tensor(0);
  if (opType === 'Gather' && right?.kind === 'host' && step.number('axis', 0) === 0) {
    if (tensor?.dims.length === 3 && isFloat(tensor) && keyOf(right)?.by === 'task')
      return made(step, { matrices: [{ tensor, isTurned: false }], factor: 1 });
    const table = left && ADAPTERS.get(left);
    return table && adaptedTable(step, table, right);
  }
  if (opType === 'MatMul' || opType === 'Gemm') return product(step);
  const [value, other] = step.pair('raw') ?? [left];
  const adapter = value && ADAPTERS.get(value);
  if (!adapter) return undefined;
  const { factor, base, input } = adapter;
  if (opType === 'Transpose') {
    const isPlain = (listOf(step.attributes, 'perm') ?? [1, 0]).join() === '1,0';
    return input || !isPlain ? undefined : made(step, transposed(adapter));
  }
  if (base || other?.kind !== 'host') return undefined;
  const number = scalar(other);
  if (number && other.probes()[0]!.dims.length < 2) {
    if (opType === 'Mul') return made(step, { ...adapter, factor: factor * number });
    if (opType === 'Div' && value === left) return made(step, { ...adapter, factor: factor / number });
  }
  const weights = other.tensor;
  if (
    opType !== 'Add' ||
    input ||
    adapter.matrices.length < 2 ||
    weights?.dims.join() !== (value as RawValue).dims.join()
  )
    return undefined;
  return made(step, { ...adapter, base: { tensor: weights, isTurned: false } });
};

/** Vectors or a matrix times an adapter. */
function product(step: Step): Value | undefined {
  const [left, right, bias] = step.inputs as [Value, Value, Value | undefined];
  const given = ADAPTERS.get(right);
  const own = left.kind === 'rows' ? { input: left, matrices: [], factor: 1 } : ADAPTERS.get(left);
  if (!given || given.input || !own || own.base) return undefined;
  const [isTurned, ...others] = ['transB', 'transA'].map((name) => step.number(name, 0) === 1);
  if (others[0] || ['alpha', 'beta'].some((name) => step.number(name, 1) !== 1)) return undefined;
  const { matrices, base, factor } = isTurned ? transposed(given) : given;
  if (base && !(own.input && own.matrices.length === 0)) return undefined;
  const value = made(step, {
    ...{ input: own.input, matrices: [...own.matrices, ...matrices] },
    ...{ factor: own.factor * factor, base },
  });
  if (!bias) return value;
  if (value?.kind !== 'rows') return undefined;
  const { width, per } = value.rows;
  const row = constantRow(bias, width);
  return row && rowsLike(value, { op: 'shift', input: value.rows, row, how: 'add', width, per });
}

function made(step: Step, adapter: Adapter): Value | undefined {
  const { input, matrices, base } = adapter;
  const [[height, columns], second] = matrices.map(sizesOf) as [[number, number], [number, number]?];
  if (matrices.length > 2 || (second && columns !== second[0]) || (input && input.rows.width !== height))
    return undefined;
  if (input && second) {
    const change = changeOf(step, input, adapter);
    if (!base) return change;
    const weights = floatWeights(step.constants, base.tensor, base.isTurned);
    const [{ rows }, width] = [input, second[1]];
    return (
      change &&
      weights &&
      plus(change, { op: 'product', input: rows, weights, bias: undefined, width, per: rows.per })
    );
  }
  const dims = [...(input ? input.dims.slice(0, -1) : [height]), second?.[1] ?? columns];
  const raw = step.raw(`Adapter ${step.node.opType}`, step.inputs as Value[], dims);
  ADAPTERS.set(raw, adapter);
  return raw;
}

/** Rows of a table and of the matrices that the task adds to it. */
function adaptedTable(step: Step, adapter: Adapter, indices: HostValue): RowsValue | undefined {
  const { base } = adapter;
  const table = base && !base.isTurned ? floatTable(step.constants, base.tensor) : undefined;
  const value = table && lookUp(table, indices);
  const change = value && changeOf(step, indices, adapter);
  return change && plus(change, value.rows);
}

/** The change on the left: the product on the right is computed first, and both round the same vectors once. */
function plus(change: RowsValue, right: Rows): RowsValue {
  const { width, per } = right;
  return rowsLike(change, { op: 'combine', left: change.rows, right, how: 'add', width, per });
}

/** The change that an adapter with two matrices makes. @param input vectors, or numbers of the first one's rows. */
function changeOf(
  step: Step,
  input: RowsValue | HostValue,
  { matrices, factor }: Adapter,
): RowsValue | undefined {
  const [first, second] = matrices as [Matrix, Matrix?];
  const [tasks] = first.tensor.dims as [number];
  if (second?.tensor.dims[0] !== tasks) return undefined;
  const [[rows, rank], [, outputs]] = [sizesOf(first), sizesOf(second)];
  const width = Math.ceil((tasks * rank) / 8) * 8;
  const { constants } = step;
  const reader = ({ tensor, isTurned }: Matrix) => {
    const [numbers, [, count, step]] = [constants.numbers(tensor), tensor.dims as [number, number, number]];
    return (at: number, row: number, column: number): number =>
      numbers[Math.floor(at / rank) * count * step + (isTurned ? column * step + row : row * step + column)]!;
  };
  /** All tasks' matrices beside each other. Rows of the second are made equally large, for they share one scale. */
  const numbers = (): [Float32Array, Float32Array] => {
    const [narrow, wide] = [reader(first), reader(second)];
    const [down, up] = [new Float32Array(rows * width), new Float32Array(width * outputs)];
    for (let at = 0; at < tasks * rank; at++) {
      const row = Float32Array.from({ length: outputs }, (_, output) => wide(at, at % rank, output));
      const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
      up.set(
        row.map((value) => value / largest),
        at * outputs,
      );
      for (let each = 0; each < rows; each++)
        down[each * width + at] = narrow(at, each, at % rank) * largest * factor;
    }
    return [down, up];
  };
  const floats = (): Float32Array => numbers()[0];
  const value = input.kind === 'rows' ? input : lookUp({ form: 'floats', rows, width, floats }, input);
  if (!value) return undefined;
  const { per } = value.rows;
  const product = (of: Rows, inputs: number, width: number, which: 0 | 1): Rows => ({
    ...{ op: 'product', input: of, bias: undefined, width, per },
    weights: {
      ...{ form: 'floats', inputs, outputs: width, inputStep: width, outputStep: 1 },
      floats: () => numbers()[which],
    },
  });
  const ones = step.once(`task ${tasks} ${rank} ${per}`, [], (): Rows => {
    const floats = (): Float32Array =>
      Float32Array.from({ length: tasks * width }, (_, at) =>
        Number(Math.floor((at % width) / rank) === Math.floor(at / width)),
      );
    const table: Table = { form: 'floats', rows: tasks, width, floats };
    return { op: 'lookUp', table, by: 'task', offset: 0, width, per };
  });
  const left = input.kind === 'rows' ? product(value.rows, rows, width, 0) : value.rows;
  const chosen: Rows = { op: 'combine', left, right: ones, how: 'multiply', width, per };
  return rowsLike(value, product(chosen, width, outputs, 1));
}
