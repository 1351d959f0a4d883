/** The tiny transformer that every text model here is: its shape and its weights. */
import { type Matrix, type WeightForm, WeightSource } from './weights.ts';

/** Differences between the models. */
export interface TransformerShape {
  readonly vocabulary: number;
  /** Size of token vectors. */
  readonly hidden: number;
  readonly heads: number;
  readonly inner: number;
  readonly layers: number;
  /** Rows of the table of positions; 0: none. */
  readonly positions: number;
  /** Rows of the table of segments; 0: none. */
  readonly segments: number;
  /** Whether a token sees only those before it. */
  readonly causal: boolean;
  /** Task adapters; 0: none. Each adds a vector of its own to every layer's queries. */
  readonly adapters: number;
  /** Of what each adapter also adds to the queries' weights; 0: nothing. */
  readonly rank: number;
  readonly seed: number;
  readonly form: WeightForm;
}

/** Large enough to distinguish right from wrong, small enough for WebGPU in software. */
export const SMALL = {
  hidden: 32,
  heads: 4,
  inner: 48,
  layers: 2,
  positions: 0,
  segments: 0,
  causal: false,
  adapters: 0,
  rank: 0,
  seed: 1,
  form: 'float32',
} as const;

export interface Linear {
  readonly weight: Matrix;
  readonly bias: Float32Array;
}

export interface Normalisation {
  readonly name: string;
  readonly scale: Float32Array;
  readonly bias: Float32Array;
}

export interface Layer {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
  readonly up: Linear;
  readonly down: Linear;
  readonly afterAttention: Normalisation;
  readonly afterInner: Normalisation;
  /** [adapters, hidden] */
  readonly adapters: Float32Array;
  /** [adapters, rank, hidden] and [adapters, hidden, rank]: the second times the first is added to the queries' weights. */
  readonly lowRank: readonly [Float32Array, Float32Array];
}

export interface Transformer {
  readonly shape: TransformerShape;
  readonly source: WeightSource;
  readonly words: Matrix;
  readonly positions: Float32Array;
  readonly segments: Float32Array;
  readonly embedding: Normalisation;
  readonly layers: readonly Layer[];
}

/** Added to the attention scores of tokens that must not be seen. */
export const MASKED = -10_000;

/** Added to the variance before the square root. */
export const EPSILON = 1e-5;

/** Draws the weights of a transformer. */
export function transformer(shape: TransformerShape): Transformer {
  const source = new WeightSource(shape.seed, shape.form);
  const { hidden, inner, vocabulary } = shape;
  const words = source.table('words', vocabulary, hidden);
  const positions = source.numbers(shape.positions * hidden, 0.5);
  const segments = source.numbers(shape.segments * hidden, 0.5);
  const embedding = normalisation(source, 'embedding', hidden);
  const layers = Array.from({ length: shape.layers }, (_, index): Layer => {
    const part = (name: string, from: number, to: number): Linear =>
      linear(source, `${index}.${name}`, from, to);
    return {
      query: part('query', hidden, hidden),
      key: part('key', hidden, hidden),
      value: part('value', hidden, hidden),
      output: part('output', hidden, hidden),
      up: part('up', hidden, inner),
      down: part('down', inner, hidden),
      afterAttention: normalisation(source, `${index}.after_attention`, hidden),
      afterInner: normalisation(source, `${index}.after_inner`, hidden),
      adapters: source.numbers(shape.adapters * hidden, 1),
      lowRank: [
        source.numbers(shape.adapters * shape.rank * hidden, 1.5 / Math.sqrt(hidden)),
        source.numbers(shape.adapters * hidden * shape.rank, 1),
      ],
    };
  });
  return { shape, source, words, positions, segments, embedding, layers };
}

/** A linear map with bias. */
export const linear = (source: WeightSource, name: string, from: number, to: number): Linear => ({
  weight: source.matrix(name, from, to),
  bias: source.numbers(to, 0.1),
});

const normalisation = (source: WeightSource, name: string, size: number): Normalisation => ({
  name,
  scale: source.numbers(size, 0.2).map((value) => 1 + value),
  bias: source.numbers(size, 0.1),
});
