/** What the kernels compute, in float64, written as the formulas are. */
import type { Activation, Combination } from '../src/kernels.ts';

type Rows = readonly (readonly number[])[];

export const transpose = (matrix: Rows): number[][] =>
  matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));

/** `x · weights + bias`, weights as [inputs, outputs]. */
export const multiply = (x: Rows, weights: Rows, bias: readonly number[]): number[][] =>
  x.map((row) =>
    bias.map((shift, column) => row.reduce((sum, value, at) => sum + value * weights[at]![column]!, shift)),
  );

/** The error function, by its series of positive terms (Abramowitz and Stegun 7.1.6): no digits cancel. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const FUNCTIONS: Record<Activation, (x: number) => number> = {
  none: (x) => x,
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  geluTanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  relu: (x) => Math.max(0, x),
  silu: (x) => x / (1 + Math.exp(-x)),
  tanh: Math.tanh,
};

export const activate = (x: Rows, activation: Activation): number[][] =>
  x.map((row) => row.map(FUNCTIONS[activation]));

export const combine = (x: Rows, other: Rows, combination: Combination): number[][] =>
  x.map((row, index) =>
    row.map((value, at) => {
      if (combination === 'add') return value + other[index]![at]!;
      return combination === 'multiply' ? value * other[index]![at]! : value;
    }),
  );

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export const layerNorm = (
  x: Rows,
  scale: readonly number[],
  bias: readonly number[],
  epsilon: number,
): number[][] =>
  x.map((row) => {
    const middle = mean(row);
    const deviation = Math.sqrt(mean(row.map((value) => (value - middle) ** 2)) + epsilon);
    return row.map((value, at) => ((value - middle) / deviation) * scale[at]! + bias[at]!);
  });

export const rmsNorm = (x: Rows, scale: readonly number[], epsilon: number): number[][] =>
  x.map((row) => {
    const size = Math.sqrt(mean(row.map((value) => value ** 2)) + epsilon);
    return row.map((value, at) => (value / size) * scale[at]!);
  });

/** Number i of the first `rotary` of a head with number i + rotary ÷ 2, by the angle of the row's position. */
export function rotate(x: Rows, heads: number, rotary: number, angles: Rows, start: number): number[][] {
  const half = rotary / 2;
  return x.map((row, index) => {
    const turned = [...row];
    const size = row.length / heads;
    for (let head = 0; head < heads; head++) {
      for (let pair = 0; pair < half; pair++) {
        const angle = angles[start + index]![pair]!;
        const [left, right] = [head * size + pair, head * size + half + pair];
        turned[left] = row[left]! * Math.cos(angle) - row[right]! * Math.sin(angle);
        turned[right] = row[right]! * Math.cos(angle) + row[left]! * Math.sin(angle);
      }
    }
    return turned;
  });
}

export interface AttentionShape {
  readonly heads: number;
  /** Heads of queries that share a head of keys and values. */
  readonly shared: number;
  readonly scale: number;
  readonly causal: boolean;
  /** How many of the tokens, from the first, are seen. */
  readonly seen: number;
  /** ALiBi's, one a head. */
  readonly slopes?: readonly number[] | undefined;
}

/** Attention of one text. */
export function attend(
  queries: Rows,
  keys: Rows,
  values: Rows,
  { heads, shared, scale, causal, seen, slopes }: AttentionShape,
): number[][] {
  const size = queries[0]!.length / heads;
  return queries.map((query, from) => {
    const end = causal ? Math.min(from + 1, seen) : seen;
    return Array.from({ length: heads }, (_, head) => {
      const [own, other] = [head * size, Math.floor(head / shared) * size];
      const scores = keys.slice(0, end).map((key, to) => {
        let score = 0;
        for (let d = 0; d < size; d++) score += query[own + d]! * key[other + d]!;
        return score * scale - (slopes ? slopes[head]! * Math.abs(from - to) : 0);
      });
      const largest = Math.max(...scores);
      const weights = scores.map((score) => Math.exp(score - largest));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return Array.from({ length: size }, (_, d) =>
        weights.reduce((sum, weight, to) => sum + (weight / total) * values[to]![other + d]!, 0),
      );
    }).flat();
  });
}
