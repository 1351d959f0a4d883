/**
 * Rotary positions, as exporters write them: `x · cos + turned(x) · sin`, where `turned` puts the second half of a head's
 * numbers, negated, before the first; the two halves by themselves; or one node. The first numbers of a head may be
 * turned alone.
 */
import { axisOf, reader } from '../host.ts';
import { PROBES } from '../probes.ts';
import { fittedRotation, requireTurns, type TurnReader } from '../rotation.ts';
import type { Rotation, Rows } from '../rows.ts';
import { type Operator, rowsLike, type Step } from '../step.ts';
import type { HeadAxis, HeadsValue, HostValue, RawValue, Size, Value } from '../values.ts';
import { sizesOf } from '../values.ts';

/** Some numbers of each head. */
interface Part {
  readonly of: HeadsValue;
  readonly from: number;
  readonly to: number;
}

const PARTS = new WeakMap<RawValue, Part>();

/** Parts that were turned, before the rest of each head is put behind them. */
const TURNED = new WeakMap<RawValue, { readonly part: Part; readonly rotation: Rotation }>();

const isRaw = (value: Value | undefined, operator: string): value is RawValue =>
  value?.kind === 'raw' && value.operator === operator;

/** The numbers of heads that a value is; all of them, or some. */
export function partOf(value: Value | undefined): Part | undefined {
  if (value?.kind === 'raw') return PARTS.get(value);
  const isWhole = value?.kind === 'heads' && value.axes.at(-1) === 'size' && value.parts === 1;
  return isWhole && value.copies === 1 ? { of: value, from: 0, to: value.size } : undefined;
}

/** Numbers `from` to `to` of a part, as a value. */
export function within(step: Step, { of, from: start }: Part, from: number, to: number): Value {
  const part = { of, from: start + from, to: start + to };
  if (part.from === 0 && part.to === of.size) return of;
  const dims: Size[] = [...sizesOf(of).slice(0, -1), to - from];
  const raw = step.raw(`Part ${part.from} ${part.to}`, [of], dims);
  PARTS.set(raw, part);
  return raw;
}

const isPart = (left: Part | undefined, of: HeadsValue, from: number, to: number): boolean =>
  left?.of === of && left.from === from && left.to === to;

/** What was turned by a right angle: the second half, negated, before the first. */
function turnedBack(value: Value | undefined): Part | undefined {
  if (!isRaw(value, 'Joined') || value.inputs.length !== 2) return undefined;
  const [first, second] = value.inputs as [Value, Value];
  const high = isRaw(first, 'Neg') ? partOf(first.inputs[0]) : undefined;
  const low = partOf(second);
  if (!high || !low || high.of !== low.of || high.from !== low.to) return undefined;
  const part = { of: low.of, from: low.from, to: high.to };
  return high.to - high.from === low.to - low.from ? part : undefined;
}

/** A value times known numbers. */
function timesKnown(value: Value | undefined): { readonly value: Value; readonly by: HostValue } | undefined {
  if (!isRaw(value, 'Mul')) return undefined;
  const [left, right] = value.inputs as [Value, Value];
  if (right.kind === 'host' && left.kind !== 'host') return { value: left, by: right };
  return left.kind === 'host' && right.kind !== 'host' ? { value: right, by: left } : undefined;
}

/** `x · cos + turned(x) · sin`, in either order. */
export function rotatedSum(step: Step, left: Value, right: Value): Value | undefined {
  for (const [first, second] of [
    [left, right],
    [right, left],
  ] as const) {
    const [straight, across] = [timesKnown(first), timesKnown(second)];
    if (!straight || !across) continue;
    const [part, turned] = [partOf(straight.value), turnedBack(across.value)];
    if (!part || !turned || !isPart(part, turned.of, turned.from, turned.to)) continue;
    const count = part.to - part.from;
    const rotation = rotationOf(step, part, straight.by, across.by, count);
    return rotation && rotated(step, part, rotation);
  }
  return undefined;
}

/** Both halves by themselves: `low · cos − high · sin` before `high · cos + low · sin`. */
function rotatedHalves(step: Step, first: Value, second: Value): Value | undefined {
  if (!isRaw(first, 'Sub') || !isRaw(second, 'Add')) return undefined;
  const [a, b] = first.inputs.map(timesKnown);
  const [low, high] = [a && partOf(a.value), b && partOf(b.value)];
  if (!a || !b || !low || !high || low.of !== high.of || low.to !== high.from) return undefined;
  const count = low.to - low.from;
  if (high.to - high.from !== count) return undefined;
  const products = second.inputs.map(timesKnown);
  const hasProduct = (of: Part, by: HostValue): boolean =>
    products.some((each) => each?.by === by && isPart(partOf(each.value), of.of, of.from, of.to));
  if (!hasProduct(high, a.by) || !hasProduct(low, b.by)) return undefined;
  const part = { of: low.of, from: low.from, to: high.to };
  const rotation = rotationOf(step, part, a.by, b.by, count);
  return rotation && rotated(step, part, rotation);
}

/** A part turned: whole heads, or what is still to be put before the rest of each head. */
function rotated(step: Step, part: Part, rotation: Rotation): Value | undefined {
  const { of, from, to } = part;
  if (from !== 0) return undefined;
  if (to === of.size) return turnedHeads(of, rotation);
  const raw = step.raw(`Turned ${to}`, [of], [...sizesOf(of).slice(0, -1), to]);
  TURNED.set(raw, { part, rotation });
  return raw;
}

function turnedHeads(of: HeadsValue, rotation: Rotation): HeadsValue {
  const { rows, heads } = of;
  const turned: Rows = { op: 'rotate', input: rows, heads, rotation, width: rows.width, per: rows.per };
  return { ...of, rows: turned };
}

/** Values side by side along the last axis. */
export const concat: Operator = (step) => {
  const inputs = step.inputs as readonly Value[];
  const [first, second] = inputs;
  if (inputs.length !== 2 || !first || !second) return undefined;
  if (first.kind !== 'raw' && first.kind !== 'heads') return undefined;
  const rank = sizesOf(first).length;
  if (axisOf(step.number('axis', 0), rank) !== rank - 1 || second.kind === 'host') return undefined;
  const turned = first.kind === 'raw' ? TURNED.get(first) : undefined;
  const rest = partOf(second);
  if (turned && isPart(rest, turned.part.of, turned.part.to, turned.part.of.size)) {
    return turnedHeads(turned.part.of, turned.rotation);
  }
  const halves = rotatedHalves(step, first, second);
  if (halves) return halves;
  const [one, other] = [sizesOf(first).at(-1)!, sizesOf(second).at(-1)!];
  if (typeof one !== 'number' || typeof other !== 'number') return undefined;
  return step.raw('Joined', inputs, [...sizesOf(first).slice(0, -1), one + other]);
};

/** The rotation of numbers by these cosines and sines, each `width` numbers: one a pair, or the same twice. */
function rotationOf(
  step: Step,
  { of, from, to }: Part,
  cosines: HostValue,
  sines: HostValue,
  width: number,
): Rotation | undefined {
  const pairs = (to - from) / 2;
  // The kernel turns four pairs at a time.
  if (pairs % 4 !== 0) return undefined;
  const key = `rotation ${of.axes.join()} ${pairs} ${width}`;
  return step.once(key, [cosines, sines], () => {
    const [cosine, sine] = [cosines, sines].map((value) => turnReader(value, of.axes, pairs, width));
    const last = PROBES.at(-1)!.seen[0]! - 1;
    const rotation = cosine && sine ? fittedRotation(cosine, sine, { pairs, last }) : undefined;
    if (!rotation) return undefined;
    for (const tensor of new Set([...(cosines.tables ?? []), ...(sines.tables ?? [])])) {
      requireTurns(rotation, { dims: tensor.dims, numbers: () => step.constants.numbers(tensor) });
    }
    return rotation;
  });
}

/** Reads one number a position and pair; undefined where texts, heads or the two of a pair have different ones. */
function turnReader(
  value: HostValue,
  axes: readonly HeadAxis[],
  pairs: number,
  width: number,
): TurnReader | undefined {
  const rank = axes.length;
  const [batchAxis, sequenceAxis] = [axes.indexOf('batch'), axes.indexOf('sequence')];
  const readers = value.probes().map((tensor) => {
    if (tensor.dims.length > rank || tensor.dims.at(-1) !== width) return undefined;
    const sizes = [...new Array<number>(rank - tensor.dims.length).fill(1), ...tensor.dims];
    const isOfHeads = sizes.some(
      (size, axis) => size !== 1 && axis !== batchAxis && axis !== sequenceAxis && axis !== rank - 1,
    );
    if (isOfHeads) return undefined;
    const read = reader(tensor, rank);
    const index = new Array<number>(rank).fill(0);
    return (text: number, position: number, number: number): number => {
      [index[batchAxis], index[sequenceAxis], index[rank - 1]] = [text, position, number];
      return read(index);
    };
  });
  const longest = readers.at(-1);
  if (!longest) return undefined;
  const isSame = PROBES.every(({ batch, seen }, probe) => {
    const own = readers[probe];
    if (!own) return false;
    for (let text = 0; text < batch; text++) {
      for (let position = 0; position < seen[text]!; position++) {
        for (let number = 0; number < width; number++) {
          if (own(text, position, number) !== longest(0, position, number % pairs)) return false;
        }
      }
    }
    return true;
  });
  return isSame ? (position, pair) => longest(0, position, pair) : undefined;
}

/** onnxruntime's node: input, positions, cosines and sines [positions, pairs]. */
export const rotaryEmbedding: Operator = (step) => {
  const [input, positions] = step.inputs as [Value, Value];
  step.only('interleaved', 'num_heads', 'rotary_embedding_dim', 'scale', 'is_packed_batching');
  const isPlain =
    step.number('interleaved', 0) === 0 &&
    step.number('scale', 1) === 1 &&
    step.number('is_packed_batching', 0) === 0;
  const [cosines, sines] = [step.tensor(2), step.tensor(3)];
  if (!isPlain || !cosines || !sines || positions?.kind !== 'host' || !countsUp(positions)) return undefined;
  const [rows, pairs] = cosines.dims as [number, number];
  if (cosines.dims.length !== 2 || sines.dims.join() !== cosines.dims.join() || pairs % 4 !== 0)
    return undefined;
  const rotation = step.once(
    `rotation of ${cosines.name} ${sines.name}`,
    [step.inputs[2]!, step.inputs[3]!],
    () => {
      const [cosine, sine] = [cosines, sines].map((tensor): TurnReader => {
        const numbers = step.constants.numbers(tensor);
        return (position, pair) => numbers[position * pairs + pair]!;
      }) as [TurnReader, TurnReader];
      return fittedRotation(cosine, sine, { pairs, last: rows - 1 });
    },
  );
  const rotary = step.number('rotary_embedding_dim', 0);
  if (!rotation || (rotary !== 0 && rotary !== 2 * pairs)) return undefined;
  if (input.kind === 'heads') {
    const isKnown = input.axes.join() === 'batch,heads,sequence,size' && input.size >= 2 * pairs;
    const fits = rotary !== 0 || input.size === 2 * pairs;
    return isKnown && fits && partOf(input) ? turnedHeads(input, rotation) : undefined;
  }
  if (input.kind !== 'rows' || input.dims.join() !== `batch,sequence,${input.rows.width}`) return undefined;
  const { width, per } = input.rows;
  const heads = rotary === 0 ? width / (2 * pairs) : step.number('num_heads', 0);
  if (!Number.isInteger(heads) || heads < 1 || width % (heads * 8) !== 0) return undefined;
  return rowsLike(input, { op: 'rotate', input: input.rows, heads, rotation, width, per });
};

/** Whether positions are those of the tokens: 0, 1, 2, … in each text, or 0 for the first of all. */
function countsUp(positions: HostValue): boolean {
  return positions.probes().every(({ dims, data }, probe) => {
    const { batch, sequence, seen } = PROBES[probe]!;
    if (dims.join() === '1') return data[0] === 0;
    if (dims.join() !== `${batch},${sequence}`) return false;
    return seen.every((count, text) =>
      Array.from({ length: count }, (_, at) => data[text * sequence + at] === at).every(Boolean),
    );
  });
}
