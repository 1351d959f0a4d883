/** The tiny transformer in float64, one text at a time, without padding, masks or runtimes. */
import { EPSILON, type Layer, type Linear, type Normalisation, type Transformer } from './transformer.ts';
import type { Matrix } from './weights.ts';

/** Rows of numbers. */
export type Rows = number[][];

export interface ForwardOptions {
  segments?: readonly number[];
  /** Index of the adapter, for models that have some. */
  adapter?: number;
  /** Tokens that no token attends to. */
  unseen?: readonly boolean[];
}

/** Vectors of the tokens. */
export function forward(model: Transformer, ids: readonly number[], options: ForwardOptions = {}): Rows {
  const { hidden } = model.shape;
  let states: Rows = ids.map((id, position) => {
    const vector = row(model.words.values, id, hidden);
    const extra = [
      ...(model.positions.length > 0 ? [row(model.positions, position, hidden)] : []),
      ...(model.segments.length > 0 ? [row(model.segments, options.segments?.[position] ?? 0, hidden)] : []),
    ];
    return normalise(
      vector.map((value, index) => value + extra.reduce((sum, each) => sum + each[index]!, 0)),
      model.embedding,
    );
  });
  for (const layer of model.layers) states = block(model, layer, states, options);
  return states;
}

function block(model: Transformer, layer: Layer, states: Rows, { adapter, unseen }: ForwardOptions): Rows {
  const { hidden, heads, causal } = model.shape;
  const size = hidden / heads;
  const shift = adapter === undefined ? undefined : row(layer.adapters, adapter, hidden);
  const queries = states.map((state) => {
    const change = lowRankChange(model, layer, state, adapter);
    return apply(layer.query, state).map((value, at) => value + (shift?.[at] ?? 0) + (change?.[at] ?? 0));
  });
  const keys = states.map((state) => apply(layer.key, state));
  const values = states.map((state) => apply(layer.value, state));
  return states.map((state, from) => {
    const context = new Array<number>(hidden).fill(0);
    for (let head = 0; head < heads; head++) {
      const part = (vector: readonly number[]): number[] => vector.slice(head * size, (head + 1) * size);
      const seen = states.flatMap((_, to) => ((causal && to > from) || unseen?.[to] ? [] : [to]));
      const scores = seen.map((to) => dot(part(queries[from]!), part(keys[to]!)) / Math.sqrt(size));
      const largest = Math.max(...scores);
      const weights = scores.map((score) => Math.exp(score - largest));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      seen.forEach((to, index) => {
        part(values[to]!).forEach((value, at) => {
          context[head * size + at]! += (weights[index]! / total) * value;
        });
      });
    }
    const attended = normalise(plus(state, apply(layer.output, context)), layer.afterAttention);
    const widened = apply(layer.up, attended).map((value) => Math.max(0, value));
    return normalise(plus(attended, apply(layer.down, widened)), layer.afterInner);
  });
}

/** What an adapter of low rank adds to queries. */
function lowRankChange(
  { shape: { hidden, rank } }: Transformer,
  { lowRank: [narrow, wide] }: Layer,
  state: readonly number[],
  adapter: number | undefined,
): number[] | undefined {
  if (adapter === undefined || rank === 0) return undefined;
  const between = Array.from({ length: rank }, (_, at) =>
    dot(state, row(narrow, adapter * rank + at, hidden)),
  );
  return state.map((_, at) => dot(between, row(wide, adapter * hidden + at, rank)));
}

/** `vector · weight + bias`. */
export function apply({ weight, bias }: Linear, vector: readonly number[]): number[] {
  return multiply(vector, weight).map((value, index) => value + bias[index]!);
}

/** `vector · matrix`. */
export function multiply(vector: readonly number[], { rows, columns, values }: Matrix): number[] {
  if (vector.length !== rows) throw new RangeError(`${vector.length} numbers for a matrix of ${rows} rows`);
  return Array.from({ length: columns }, (_, column) =>
    vector.reduce((sum, value, index) => sum + value * values[index * columns + column]!, 0),
  );
}

function normalise(vector: readonly number[], { scale, bias }: Normalisation): number[] {
  const mean = vector.reduce((sum, value) => sum + value, 0) / vector.length;
  const variance = vector.reduce((sum, value) => sum + (value - mean) ** 2, 0) / vector.length;
  return vector.map(
    (value, index) => ((value - mean) / Math.sqrt(variance + EPSILON)) * scale[index]! + bias[index]!,
  );
}

const row = (table: Float32Array, index: number, width: number): number[] => {
  const found = Array.from(table.subarray(index * width, (index + 1) * width));
  if (found.length !== width) throw new RangeError(`Row ${index} is outside its table`);
  return found;
};

const plus = (left: readonly number[], right: readonly number[]): number[] =>
  left.map((value, index) => value + right[index]!);

export const dot = (left: readonly number[], right: readonly number[]): number =>
  left.reduce((sum, value, index) => sum + value * right[index]!, 0);

/** The mean of some rows. */
export const mean = (rows: Rows): number[] =>
  rows[0]!.map((_, index) => rows.reduce((sum, each) => sum + each[index]!, 0) / rows.length);

/** The first `dimensions` numbers, scaled to length 1. */
export function cutAndScale(vector: readonly number[], dimensions = vector.length): number[] {
  const cut = vector.slice(0, dimensions);
  const length = Math.sqrt(dot(cut, cut));
  return cut.map((value) => value / length);
}

export const cosine = (left: readonly number[], right: readonly number[]): number =>
  dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right));

export const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
