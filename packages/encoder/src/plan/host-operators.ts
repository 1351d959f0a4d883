/**
 * The part of a graph that tells shapes, positions and masks: it depends on the inputs' sizes and on whole numbers, not
 * on vectors. It is computed as it stands, for several probes, so that it does not matter how an exporter wrote it.
 */
import {
  type Attributes,
  axisOf,
  broadcast,
  type HostTensor,
  integers,
  listOf,
  make,
  numberOf,
  reader,
  reshaped,
  steps,
  unsqueezed,
} from './host.ts';
import { refuse } from './refusal.ts';

function elementwise(
  type: HostTensor['type'],
  inputs: readonly HostTensor[],
  compute: (...values: number[]) => number,
): HostTensor {
  const dims = broadcast(...inputs.map((each) => each.dims));
  const readers = inputs.map((each) => reader(each, dims.length));
  return make(type, dims, (index) => compute(...readers.map((read) => read(index))));
}

function transposed(tensor: HostTensor, permutation?: readonly number[]): HostTensor {
  const { dims } = tensor;
  const order = permutation ?? dims.map((_, axis) => dims.length - 1 - axis);
  const strides = steps(dims);
  return make(
    tensor.type,
    order.map((axis) => dims[axis]!),
    (index) => tensor.data[order.reduce((at, axis, position) => at + index[position]! * strides[axis]!, 0)]!,
  );
}

function gathered(table: HostTensor, indices: HostTensor, axis: number): HostTensor {
  const { dims } = table;
  const along = axisOf(axis, dims.length);
  const size = dims[along]!;
  const strides = steps(dims);
  const shape = [...dims.slice(0, along), ...indices.dims, ...dims.slice(along + 1)];
  const rank = indices.dims.length;
  const own = steps(indices.dims);
  return make(table.type, shape, (index) => {
    const which = own.reduce((at, step, position) => at + index[along + position]! * step, 0);
    let chosen = indices.data[which]!;
    if (chosen < 0) chosen += size;
    if (!(chosen >= 0 && chosen < size)) refuse(`row ${chosen} of ${size} is read in it`);
    let at = chosen * strides[along]!;
    dims.forEach((_, position) => {
      if (position !== along)
        at += index[position < along ? position : position + rank - 1]! * strides[position]!;
    });
    return table.data[at]!;
  });
}

/** Start, step and length of a slice along one axis. */
function sliceOf(size: number, start: number, end: number, step: number): { start: number; count: number } {
  const within = (value: number): number => {
    const low = step > 0 ? 0 : -1;
    const high = step > 0 ? size : size - 1;
    return Math.min(high, Math.max(low, value < 0 ? value + size : value));
  };
  const [first, last] = [within(start), within(end)];
  return { start: first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

function sliced([tensor, starts, ends, axes, jumps]: readonly HostTensor[]): HostTensor {
  const { dims } = tensor!;
  const [offset, jump] = [dims.map(() => 0), dims.map(() => 1)];
  const shape = [...dims];
  Array.from(starts!.data).forEach((start, position) => {
    const axis = axisOf(axes?.data[position] ?? position, dims.length);
    const step = jumps?.data[position] ?? 1;
    const found = sliceOf(dims[axis]!, start, ends!.data[position]!, step);
    offset[axis] = found.start;
    jump[axis] = step;
    shape[axis] = found.count;
  });
  const strides = steps(dims);
  return make(tensor!.type, shape, (index) =>
    Number(
      tensor!.data[
        index.reduce((at, each, axis) => at + (offset[axis]! + each * jump[axis]!) * strides[axis]!, 0)
      ],
    ),
  );
}

function concatenated(inputs: readonly HostTensor[], axis: number): HostTensor {
  const [first] = inputs as [HostTensor];
  const along = axisOf(axis, first.dims.length);
  const dims = first.dims.map((size, position) =>
    position === along ? inputs.reduce((sum, each) => sum + each.dims[along]!, 0) : size,
  );
  const strides = inputs.map((each) => steps(each.dims));
  return make(first.type, dims, (index) => {
    let place = index[along]!;
    let which = 0;
    while (place >= inputs[which]!.dims[along]!) place -= inputs[which++]!.dims[along]!;
    return inputs[which]!.data[
      index.reduce(
        (at, each, position) => at + (position === along ? place : each) * strides[which]![position]!,
        0,
      )
    ]!;
  });
}

function squeezed(tensor: HostTensor, axes: readonly number[] | undefined): HostTensor {
  const { dims } = tensor;
  const gone =
    axes?.map((axis) => axisOf(axis, dims.length)) ??
    dims.flatMap((size, axis) => (size === 1 ? [axis] : []));
  return { ...tensor, dims: dims.filter((_, axis) => !gone.includes(axis)) };
}

function multiplied(left: HostTensor, right: HostTensor): HostTensor {
  const [a, b] = [left.dims, right.dims];
  if (a.length < 2 || b.length < 2) refuse('a product of vectors is computed in it');
  const depth = a.at(-1)!;
  const outer = broadcast(a.slice(0, -2), b.slice(0, -2));
  const dims = [...outer, a.at(-2)!, b.at(-1)!];
  const [readLeft, readRight] = [reader(left, dims.length), reader(right, dims.length)];
  return make('float', dims, (index) => {
    let sum = 0;
    const [one, other] = [[...index], [...index]];
    for (let at = 0; at < depth; at++) {
      one[dims.length - 1] = at;
      other[dims.length - 2] = at;
      sum += readLeft(one) * readRight(other);
    }
    return sum;
  });
}

function triangle(tensor: HostTensor, diagonal: number, isUpper: boolean): HostTensor {
  const { dims, data } = tensor;
  const rank = dims.length;
  return make(tensor.type, dims, (index, at) => {
    const distance = index[rank - 1]! - index[rank - 2]!;
    return (isUpper ? distance >= diagonal : distance <= diagonal) ? data[at]! : 0;
  });
}

function summed(tensor: HostTensor, axis: number, attributes: Attributes): HostTensor {
  const { dims, data } = tensor;
  if (numberOf(attributes, 'exclusive', 0) || numberOf(attributes, 'reverse', 0))
    refuse('CumSum runs backwards');
  const along = axisOf(axis, dims.length);
  const step = steps(dims)[along]!;
  const result = new Float64Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const isFirst = Math.floor(at / step) % dims[along]! === 0;
    result[at] = data[at]! + (isFirst ? 0 : result[at - step]!);
  }
  return { type: tensor.type, dims, data: result };
}

function reduced(
  tensor: HostTensor,
  axes: readonly number[] | undefined,
  attributes: Attributes,
  combine: (left: number, right: number) => number,
): HostTensor {
  const { dims, data } = tensor;
  if (numberOf(attributes, 'noop_with_empty_axes', 0) !== 0) refuse('an empty reduction is left out in it');
  const gone = (axes ?? dims.map((_, axis) => axis)).map((axis) => axisOf(axis, dims.length));
  const kept = dims.map((size, axis) => (gone.includes(axis) ? 1 : size));
  const strides = steps(dims);
  const result = make(tensor.type, kept, (index) => {
    // All numbers whose places differ along the axes that go.
    let places = [index.reduce((at, each, axis) => at + each * strides[axis]!, 0)];
    for (const axis of gone) {
      places = places.flatMap((at) =>
        Array.from({ length: dims[axis]! }, (_, each) => at + each * strides[axis]!),
      );
    }
    return places.map((at) => data[at]!).reduce(combine);
  });
  const isKept = numberOf(attributes, 'keepdims', 1) === 1;
  return isKept ? result : { ...result, dims: dims.filter((_, axis) => !gone.includes(axis)) };
}

const reduction =
  (combine: (left: number, right: number) => number): Operator =>
  (inputs, attributes) =>
    reduced(inputs[0]!, axesOf(inputs, attributes), attributes, combine);

/** ONNX's numbers of element types, by what they are here. */
function typeOf(number: number): HostTensor['type'] {
  if (number === 9) return 'boolean';
  return [1, 10, 11, 16].includes(number) ? 'float' : 'integer';
}

type Operator = (inputs: readonly HostTensor[], attributes: Attributes) => HostTensor;

const numeric =
  (compute: (...values: number[]) => number): Operator =>
  (inputs) =>
    elementwise(inputs.some(({ type }) => type === 'float') ? 'float' : 'integer', inputs, compute);
const float =
  (compute: (value: number) => number): Operator =>
  (inputs) =>
    elementwise('float', inputs, compute);
const comparison =
  (compute: (left: number, right: number) => boolean): Operator =>
  (inputs) =>
    elementwise('boolean', inputs, (left, right) => Number(compute(left!, right!)));

const axesOf = (inputs: readonly HostTensor[], attributes: Attributes): readonly number[] | undefined =>
  inputs[1] ? Array.from(inputs[1].data) : listOf(attributes, 'axes');

/** Operators of the standard domain whose inputs are all known. */
export const HOST_OPERATORS: Readonly<Record<string, Operator>> = {
  Identity: ([input]) => input!,
  Add: numeric((a, b) => a! + b!),
  Sub: numeric((a, b) => a! - b!),
  Mul: numeric((a, b) => a! * b!),
  Div: (inputs) =>
    inputs.some(({ type }) => type === 'float')
      ? elementwise('float', inputs, (a, b) => a! / b!)
      : elementwise('integer', inputs, (a, b) => Math.trunc(a! / b!)),
  Mod: numeric((a, b) => ((a! % b!) + b!) % b!),
  Pow: numeric((a, b) => a! ** b!),
  Neg: numeric((a) => -a!),
  Abs: numeric((a) => Math.abs(a!)),
  Min: numeric(Math.min),
  Max: numeric(Math.max),
  Floor: float(Math.floor),
  Ceil: float(Math.ceil),
  Sqrt: float(Math.sqrt),
  Exp: float(Math.exp),
  Log: float(Math.log),
  Sin: float(Math.sin),
  Cos: float(Math.cos),
  Reciprocal: float((a) => 1 / a),
  Equal: comparison((a, b) => a === b),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  And: comparison((a, b) => a !== 0 && b !== 0),
  Or: comparison((a, b) => a !== 0 || b !== 0),
  Not: (inputs) => elementwise('boolean', inputs, (a) => Number(a === 0)),
  Where: (inputs) => elementwise(inputs[1]!.type, inputs, (choice, yes, no) => (choice ? yes! : no!)),
  Cast: ([input], attributes) => {
    const type = typeOf(numberOf(attributes, 'to', 0));
    if (type === 'float' || type === input!.type) return { ...input!, type };
    const convert = type === 'boolean' ? (value: number) => Number(value !== 0) : Math.trunc;
    return { type, dims: input!.dims, data: Float64Array.from(input!.data, convert) };
  },
  Shape: ([input], attributes) => {
    const { dims } = input!;
    return integers(dims.slice(numberOf(attributes, 'start', 0), numberOf(attributes, 'end', dims.length)));
  },
  Reshape: ([input, target]) => ({ ...input!, dims: reshaped(input!.dims, target!.data) }),
  Transpose: ([input], attributes) => transposed(input!, listOf(attributes, 'perm')),
  Gather: ([table, indices], attributes) => gathered(table!, indices!, numberOf(attributes, 'axis', 0)),
  Slice: sliced,
  Concat: (inputs, attributes) => concatenated(inputs, numberOf(attributes, 'axis', 0)),
  Unsqueeze: (inputs, attributes) => ({
    ...inputs[0]!,
    dims: unsqueezed(inputs[0]!.dims, axesOf(inputs, attributes) ?? []),
  }),
  Squeeze: (inputs, attributes) => squeezed(inputs[0]!, axesOf(inputs, attributes)),
  Expand: ([input, shape]) => {
    const dims = broadcast(input!.dims, Array.from(shape!.data));
    const read = reader(input!, dims.length);
    return make(input!.type, dims, read);
  },
  Range: ([start, limit, delta]) => {
    const step = delta!.data[0]!;
    const count = Math.max(0, Math.ceil((limit!.data[0]! - start!.data[0]!) / step));
    return make(start!.type, [count], (_, at) => start!.data[0]! + at * step);
  },
  ConstantOfShape: ([shape], attributes) => {
    const value = attributes.get('value');
    const fill = typeof value === 'object' && 'data' in value ? value : { type: 'float' as const, data: [0] };
    return make(fill.type, Array.from(shape!.data), () => fill.data[0]!);
  },
  MatMul: ([left, right]) => multiplied(left!, right!),
  Trilu: ([input, diagonal], attributes) =>
    triangle(input!, diagonal?.data[0] ?? 0, numberOf(attributes, 'upper', 1) !== 0),
  ReduceSum: reduction((a, b) => a + b),
  ReduceMax: reduction((a, b) => Math.max(a, b)),
  ReduceMin: reduction((a, b) => Math.min(a, b)),
  Clip: ([input, least, most]) => {
    const [low, high] = [least?.data[0] ?? -Infinity, most?.data[0] ?? Infinity];
    return make(input!.type, input!.dims, (_, at) => Math.min(high, Math.max(low, input!.data[at]!)));
  },
  CumSum: ([input, axis], attributes) => summed(input!, axis!.data[0]!, attributes),
};
