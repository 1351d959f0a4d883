/** Queries, keys, values: how heads are scored, what hides tokens and shifts scores, and what comes of it. */
import { reader } from '../host.ts';
import { PROBES } from '../probes.ts';
import type { Rows } from '../rows.ts';
import type { Operator, Step } from '../step.ts';
import {
  type HeadAxis,
  type HeadsValue,
  type HostValue,
  type ScoresValue,
  scalar,
  type Value,
} from '../values.ts';

const isOrder = (axes: readonly HeadAxis[], ...order: readonly HeadAxis[]): boolean =>
  axes.length === order.length && axes.every((axis, at) => axis === order[at]);

/** The axis of heads: with their copies where they have some. */
const headsOf = ({ axes }: HeadsValue): HeadAxis => (axes.includes('all') ? 'all' : 'heads');

/** Queries times keys. */
export function scored(query: HeadsValue, key: HeadsValue): ScoresValue | undefined {
  if (!isOrder(query.axes, 'batch', 'heads', 'sequence', 'size') || query.copies !== 1) return undefined;
  if (!isOrder(key.axes, 'batch', headsOf(key), 'size', 'sequence')) return undefined;
  if (query.size !== key.size || query.heads !== key.heads * key.copies) return undefined;
  return { kind: 'scores', query, key, factor: query.factor * key.factor, added: [] };
}

export function scaledScores(scores: ScoresValue, factor: number): Value | undefined {
  if (scores.shares) return undefined;
  const added = scores.added.map((each) => ({ ...each, factor: each.factor * factor }));
  return { ...scores, factor: scores.factor * factor, added };
}

/** Scores plus a mask or what positions say. */
export function scoresPlus(scores: ScoresValue, other: Value): ScoresValue | undefined {
  if (scores.shares || other.kind !== 'host') return undefined;
  return { ...scores, added: [...scores.added, { value: other, factor: 1 }] };
}

/** `Where(visible, scores, low)` and its opposite. */
export const where: Operator = (step) => {
  const [condition, yes, no] = step.inputs as [Value, Value, Value];
  const scores = [yes, no].find((value): value is ScoresValue => value.kind === 'scores');
  const low = scalar(scores === yes ? no : yes);
  if (condition.kind !== 'host' || !scores || scores.shares || low === undefined || low > HIDDEN)
    return undefined;
  // What is taken instead of a score is as low as what is added to one.
  const hidden: HostValue = {
    kind: 'host',
    isConstant: condition.isConstant,
    probes: () =>
      condition.probes().map((each) => ({
        type: 'float',
        dims: each.dims,
        data: Float64Array.from(each.data, (value) => ((value !== 0) === (scores === yes) ? 0 : low)),
      })),
  };
  return { ...scores, added: [...scores.added, { value: hidden, factor: 1 }] };
};

/** A shift of all scores of a token leaves their softmax as it is, as long as float32 keeps their digits. */
const LARGEST_SHIFT = 1000;

/** A score this far below those beside it weighs nothing: e^-9000 is 0 in float32 and float64. */
const HIDDEN = -9000;

/** Both spellings of the softmax over keys. */
export const softmax: Operator = (step) => {
  const [scores] = step.inputs as [Value];
  if (scores.kind !== 'scores' || scores.shares) return undefined;
  const axis = step.number('axis', -1);
  if (axis !== -1 && axis !== 3) return step.refuse('runs over another axis than the keys');
  // Layers share their mask: it is looked at once.
  const key = `shares ${scores.query.heads} ${scores.added.map((each) => each.factor).join(' ')}`;
  const masks = scores.added.map((each) => each.value);
  return { ...scores, shares: step.once(key, masks, () => sharesOf(step, scores)) };
};

/** Meaning of the numbers added to scores: hidden tokens, and ALiBi's slopes. */
function sharesOf(step: Step, { added, query }: ScoresValue): NonNullable<ScoresValue['shares']> {
  const { heads } = query;
  const readers = PROBES.map((_, probe) =>
    added.map(({ value, factor }) => {
      const tensor = value.probes()[probe]!;
      if (tensor.dims.length > 4) step.refuse('has a mask of another rank');
      checkShape(step, tensor.dims, probe, heads);
      const read = reader(tensor, 4);
      return (index: readonly number[]) => read(index) * factor;
    }),
  );
  /** Sum added to a score. Hidden twice is hidden. */
  const sum = (probe: number, ...index: number[]): number =>
    readers[probe]!.reduce((total, read) => total + read(index), 0);
  const causal = isHiddenBeside(sum(0, 0, 0, 0, 1), sum(0, 0, 0, 0, 0));
  const slopes = Array.from({ length: heads }, (_, head) => sum(0, 0, head, 1, 1) - sum(0, 0, head, 1, 0));
  const isFlat = slopes.every((slope) => slope === 0);
  for (const [probe, { batch, sequence, seen }] of PROBES.entries()) {
    for (let text = 0; text < batch; text++) {
      for (let head = 0; head < heads; head++) {
        for (let from = 0; from < seen[text]!; from++) {
          // A shift of all scores of a token is none.
          const own = sum(probe, text, head, from, from);
          if (!(Math.abs(own) <= LARGEST_SHIFT))
            step.refuse('shifts scores so far that they lose their digits');
          for (let to = 0; to < sequence; to++) {
            const value = sum(probe, text, head, from, to);
            if (Number.isNaN(value)) step.refuse('adds values that are no numbers');
            const mayHide = step.masksPadding && to >= seen[text]!;
            if (mayHide || (causal && to > from)) {
              if (!isHiddenBeside(value, own))
                step.refuse(`does not hide ${mayHide ? 'padding' : 'later tokens'}`);
            } else {
              const expected = own - slopes[head]! * Math.abs(from - to);
              const tolerance = 1e-3 * (Math.abs(slopes[head]!) * Math.abs(from - to)) + 1e-6;
              if (!(Math.abs(value - expected) <= tolerance)) {
                step.refuse('shifts scores by something else than a slope times the distance');
              }
            }
          }
        }
      }
    }
  }
  return { causal, slopes: isFlat ? undefined : slopes };
}

const isHiddenBeside = (value: number, own: number): boolean => value - own <= HIDDEN;

function checkShape(step: Step, dims: readonly number[], probe: number, heads: number): void {
  const { batch, sequence } = PROBES[probe]!;
  const full = [batch, heads, sequence, sequence].slice(4 - dims.length);
  if (dims.some((size, axis) => size !== 1 && size !== full[axis])) {
    step.refuse(`has a mask of another shape, [${dims}]`);
  }
}

/** Shares times values. */
export function attended(scores: ScoresValue, value: HeadsValue): HeadsValue | undefined {
  const { query, key, shares, factor } = scores;
  if (!shares || !isOrder(value.axes, 'batch', headsOf(value), 'sequence', 'size')) return undefined;
  if (value.heads !== key.heads || value.copies !== key.copies) return undefined;
  if (query.parts !== 1 || key.parts !== 1 || value.parts !== 1) return undefined;
  const { heads, size } = query;
  // Keys share the size of queries; values may have their own, which the kernel has not.
  if (value.size !== size || size % 8 !== 0) return undefined;
  const rows: Rows = {
    ...{ op: 'attend', query: query.rows, key: key.rows, value: value.rows },
    form: { heads, shared: key.copies, size, scale: factor, ...shares },
    ...{ width: heads * size, per: 'token' },
  } as Rows;
  return { ...query, rows, factor: value.factor };
}
