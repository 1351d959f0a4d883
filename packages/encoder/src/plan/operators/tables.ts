/** Looking up: words, segments and positions, and the tables' forms. */
import type { TensorSummary } from '@nearfield/onnx';
import { axisOf, countOf, type HostTensor } from '../host.ts';
import { PROBES } from '../probes.ts';
import type { LookUpKey, Rows, Table } from '../rows.ts';
import { columnsOf } from '../rows.ts';
import { type Operator, rowsLike, type Step } from '../step.ts';
import {
  type HostValue,
  isAbout,
  type RawValue,
  type RowsValue,
  type Size,
  scalar,
  symbolic,
  type Value,
} from '../values.ts';
import { floatTable, nibbleTable } from '../weights.ts';
import { pooled } from './pooling.ts';
import { partOf, within } from './rotary.ts';

/** How numbers choose rows; undefined if they do it in another way. */
export function keyOf(indices: HostValue): { by: LookUpKey; offset: number } | undefined {
  const all = indices.probes();
  const isTask = ({ dims, data }: HostTensor, probe: number): boolean =>
    dims.length === 0 && data[0] === PROBES[probe]!.inputs.task_id!.data[0];
  if (all.every(isTask) && !indices.isConstant) return { by: 'task', offset: 0 };
  const every = (value: (row: number, at: number, probe: number) => number): boolean =>
    all.every(({ dims, data }, probe) => {
      const { batch, sequence } = PROBES[probe]!;
      const rows = countOf(dims) / sequence;
      // Per text, or the same for all texts.
      if ((rows !== batch && rows !== 1) || dims.at(-1) !== sequence) return false;
      return Array.from(data).every(
        (each, index) => each === value(Math.floor(index / sequence), index % sequence, probe),
      );
    });
  const input = (name: string) => (row: number, at: number, probe: number) =>
    PROBES[probe]!.inputs[name]!.data[row * PROBES[probe]!.sequence + at]!;
  if (every(input('input_ids'))) return { by: 'words', offset: 0 };
  if (every(input('token_type_ids'))) return { by: 'types', offset: 0 };
  const first = all[0]!.data[0]!;
  if (every((_, at) => at + first)) return { by: 'positions', offset: first };
  if (every(() => first)) return { by: 'fixed', offset: first };
  return undefined;
}

/** Rows of a table. */
export function lookUp(table: Table, indices: HostValue): RowsValue | undefined {
  const key = keyOf(indices);
  const dims = symbolic(indices.probes().map((each) => each.dims));
  if (!key || !dims || key.offset < 0 || table.width % 8 !== 0) return undefined;
  const rows: Rows = { op: 'lookUp', table, ...key, width: table.width, per: 'token' };
  return { kind: 'rows', rows, dims: [...dims, table.width] };
}

/** Rows of a table, one number of a vector, a text's first token, or one of several parts of heads. */
export const gather: Operator = (step) => {
  const [data, indices] = step.inputs as [Value, Value];
  if (indices.kind !== 'host') return undefined;
  const axis = step.number('axis', 0);
  if (data.kind === 'rows') return firstToken(data, indices, axis);
  if (data.kind === 'heads') {
    const at = axisOf(axis, data.axes.length);
    const part = scalar(indices);
    if (data.axes[at] !== 'parts' || part === undefined || indices.probes()[0]!.dims.length > 0)
      return undefined;
    const width = data.heads * data.size;
    const rows = columnsOf(data.rows, (part < 0 ? part + data.parts : part) * width, width);
    return rows && { ...data, rows, parts: 1, axes: data.axes.filter((_, each) => each !== at) };
  }
  const tensor = step.tensor(0);
  if (data.kind !== 'host' || !tensor || axis !== 0) return undefined;
  const table = floatTable(step.constants, tensor);
  if (table && table.width > 1) return lookUp(table, indices);
  return step.raw(
    'Gather',
    [data, indices],
    symbolic(indices.probes().map((each) => each.dims))!.concat(tensor.dims.slice(1)),
  );
};

function firstToken(data: RowsValue, indices: HostValue, axis: number): RowsValue | undefined {
  const along = axisOf(axis, data.dims.length);
  const [{ dims, data: chosen }] = indices.probes() as [HostTensor];
  if (!indices.isConstant || data.dims[along] !== 'sequence' || countOf(dims) !== 1 || chosen[0] !== 0)
    return undefined;
  const kept: Size[] = dims.map(() => 1);
  return pooled(data, 'first', [...data.dims.slice(0, along), ...kept, ...data.dims.slice(along + 1)]);
}

const isRaw = (value: Value | undefined, operator: string): value is RawValue =>
  value?.kind === 'raw' && value.operator === operator;

/** A table of bytes whose rows were looked up by these numbers. */
function byteRows(
  step: Pick<Step, 'constants'>,
  tensor: TensorSummary,
  scales: ArrayLike<number>,
): Table | undefined {
  const [rows, width, ...rest] = tensor.dims;
  if ((tensor.type !== 'int8' && tensor.type !== 'uint8') || !width || rest.length > 0) return undefined;
  if (scales.length !== 1 && scales.length !== rows) return undefined;
  return {
    form: 'bytes',
    rows: rows!,
    width,
    bytes: step.constants.raw(tensor),
    isUnsigned: tensor.type === 'uint8',
    scales: scales.length === 1 ? new Float32Array(rows!).fill(scales[0]!) : Float32Array.from(scales),
  };
}

/** Rows of bytes, looked up, times their scales, looked up by the same numbers: [rows, 1]. */
export function lookUpScaled(step: Step, left: Value, right: Value): RowsValue | undefined {
  if (!isRaw(left, 'Gather') || !isRaw(right, 'Gather') || left.inputs[1] !== right.inputs[1])
    return undefined;
  const tensors = [left, right].map(({ inputs }) => (inputs[0] as HostValue).tensor!);
  const [bytes, scales] = tensors[0]!.type === 'int8' ? tensors : tensors.reverse();
  if (bytes!.type !== 'int8' || scales!.dims.length !== 2 || scales!.dims[1] !== 1) return undefined;
  const table = byteRows(step, bytes!, step.constants.numbers(scales!));
  return table && lookUp(table, left.inputs[1] as HostValue);
}

/** Looked-up bytes, or weights of bytes, as floats. */
export const dequantizeLinear: Operator = (step) => {
  const [data, scale, zero] = step.inputs as [Value, Value, Value | undefined];
  const [scales, zeros] = [step.numbers(scale), zero ? step.numbers(zero) : undefined];
  if (!scales || (zero && !zeros) || !isRaw(data, 'Gather') || scales.length !== 1) return undefined;
  const [table, indices] = data.inputs as [HostValue, HostValue];
  const rows = byteRows(step, table.tensor!, scales);
  const found = rows && lookUp(rows, indices);
  if (!rows || !found) return undefined;
  const middle = table.tensor!.type === 'uint8' ? 128 : 0;
  const shift = (middle - (zeros?.[0] ?? 0)) * scales[0]!;
  if (isAbout(shift, 0) || shift === 0) return found;
  const row = new Float32Array(rows.width).fill(shift);
  return rowsLike(found, {
    op: 'shift',
    input: found.rows,
    row,
    how: 'add',
    width: rows.width,
    per: 'token',
  });
};

/** `GatherBlockQuantized` along a table's rows. */
export const gatherBlockQuantized: Operator = (step) => {
  const [packed, scales, zeros] = [step.tensor(0), step.tensor(2), step.tensor(3)];
  const indices = step.inputs[1];
  step.only('gather_axis', 'quantize_axis', 'block_size', 'bits');
  if (!packed || !scales || indices?.kind !== 'host' || (step.inputs[3] && !zeros)) return undefined;
  if (step.number('gather_axis', 0) !== 0 || step.number('bits', 4) !== 4) return undefined;
  if (axisOf(step.number('quantize_axis', 1), 2) !== 1) return undefined;
  return lookUp(
    nibbleTable(step.constants, { packed, scales, zeros }, step.number('block_size', 128)),
    indices,
  );
};

/** Rows of a table from one on: those of the positions; of vectors the first token, or some of their numbers. */
export const slice: Operator = (step) => {
  const [data, starts, ends, axes, jumps] = step.inputs as Value[];
  const known = [starts, ends, axes, jumps].filter((each) => each !== undefined);
  if (!data || known.some((each) => each.kind !== 'host')) return undefined;
  const part = partOf(data);
  if (part) return slicedPart(step, part);
  const [start, jump] = [step.numbers(starts), jumps ? step.numbers(jumps) : [1]];
  if (start?.length !== 1 || jump?.[0] !== 1) return undefined;
  const given = axes ? step.numbers(axes) : [0];
  if (!given || !ends || ends.kind !== 'host') return undefined;
  const end = ends.probes().map((each) => each.data[0]!);
  if (data.kind === 'host') return positions(step, data, start[0]!, end, given[0]!);
  if (data.kind !== 'rows') return undefined;
  const rank = data.dims.length;
  const along = axisOf(given[0]!, rank);
  const to = end[0]!;
  if (end.some((each) => each !== to)) return undefined;
  if (along === rank - 1) {
    const { width } = data.rows;
    const within = (value: number): number => Math.min(width, value < 0 ? Math.max(0, value + width) : value);
    const rows = columnsOf(data.rows, within(start[0]!), within(to) - within(start[0]!));
    return rows && rowsLike(data, rows);
  }
  if (data.dims[along] !== 'sequence' || start[0] !== 0 || to !== 1) return undefined;
  return pooled(data, 'first', [...data.dims.slice(0, along), 1, ...data.dims.slice(along + 1)]);
};

/** Some numbers of each head. */
function slicedPart(step: Step, part: NonNullable<ReturnType<typeof partOf>>): Value | undefined {
  const [, starts, ends, axes, jumps] = step.inputs as Value[];
  const [start, end] = [step.numbers(starts), step.numbers(ends)];
  const [axis, jump] = [axes ? step.numbers(axes) : [0], jumps ? step.numbers(jumps) : [1]];
  const count = part.to - part.from;
  if (start?.length !== 1 || end?.length !== 1 || axis?.length !== 1 || jump?.[0] !== 1) return undefined;
  const rank = part.of.axes.length;
  if (axisOf(axis[0]!, rank) !== rank - 1) return undefined;
  const place = (value: number): number => Math.min(count, value < 0 ? Math.max(0, value + count) : value);
  const [from, to] = [place(start[0]!), place(end[0]!)];
  return from < to ? within(step, part, from, to) : undefined;
}

/** `table[start : start + sequence]`, rows for the positions. */
function positions(
  step: Step,
  data: HostValue,
  start: number,
  ends: readonly number[],
  axis: number,
): RowsValue | undefined {
  const table = data.tensor && floatTable(step.constants, data.tensor);
  if (
    !table ||
    axis !== 0 ||
    start < 0 ||
    ends.some((end, probe) => end - start !== PROBES[probe]!.sequence)
  ) {
    return undefined;
  }
  const rows: Rows = {
    op: 'lookUp',
    table,
    by: 'positions',
    offset: start,
    width: table.width,
    per: 'token',
  };
  return { kind: 'rows', rows, dims: ['sequence', table.width] };
}
