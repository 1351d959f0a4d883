/**
 * BERT computed directly from the source's weights in float64, one text at a time: slow, and independent of
 * the graphs and runtimes it is there to judge.
 */

import type { SafeTensors } from '@nearfield/model-kit';
import type { BertConfig } from './bert.ts';

/**
 * The error function, to about 1e-15: its Maclaurin series near zero and the continued fraction of erfc far
 * from it (Abramowitz and Stegun 7.1.6 and 7.1.14).
 */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 6) return Math.sign(x);
  if (magnitude < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = magnitude;
  for (let n = 80; n > 0; n--) fraction = magnitude + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-magnitude * magnitude) / (Math.sqrt(Math.PI) * fraction));
}

/** A float64 BERT over one model's weights. */
export class ReferenceBert {
  readonly #weights: SafeTensors;
  readonly #config: BertConfig;
  readonly #cache = new Map<string, Float64Array>();

  constructor(weights: SafeTensors, config: BertConfig) {
    this.#weights = weights;
    this.#config = config;
  }

  /** Mean-pooled, L2-normalised vector of one text's token ids (with its special tokens); [hidden]. */
  embed(ids: readonly number[]): Float64Array {
    const { hidden_size: hidden, num_hidden_layers } = this.#config;
    let states = this.#embeddings(ids);
    for (let layer = 0; layer < num_hidden_layers; layer++) {
      const prefix = `encoder.layer.${layer}`;
      const attended = this.#linear(
        this.#attention(states, `${prefix}.attention.self`),
        hidden,
        `${prefix}.attention.output.dense`,
      );
      states = this.#normalise(sum(attended, states), `${prefix}.attention.output.LayerNorm`);
      const inner = this.#linear(states, hidden, `${prefix}.intermediate.dense`).map(
        (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
      );
      const outer = this.#linear(inner, this.#config.intermediate_size, `${prefix}.output.dense`);
      states = this.#normalise(sum(outer, states), `${prefix}.output.LayerNorm`);
    }
    const pooled = new Float64Array(hidden);
    states.forEach((value, index) => {
      pooled[index % hidden] = pooled[index % hidden]! + value / ids.length;
    });
    const norm = Math.hypot(...pooled);
    return pooled.map((value) => value / norm);
  }

  #embeddings(ids: readonly number[]): Float64Array {
    const { hidden_size: hidden } = this.#config;
    const words = this.#weight('embeddings.word_embeddings.weight');
    const positions = this.#weight('embeddings.position_embeddings.weight');
    const types = this.#weight('embeddings.token_type_embeddings.weight');
    const states = new Float64Array(ids.length * hidden);
    ids.forEach((id, position) => {
      for (let d = 0; d < hidden; d++) {
        states[position * hidden + d] =
          words[id * hidden + d]! + positions[position * hidden + d]! + types[d]!;
      }
    });
    return this.#normalise(states, 'embeddings.LayerNorm');
  }

  #attention(states: Float64Array, prefix: string): Float64Array {
    const { hidden_size: hidden, num_attention_heads: heads } = this.#config;
    const length = states.length / hidden;
    const size = hidden / heads;
    const [query, key, value] = ['query', 'key', 'value'].map((part) =>
      this.#linear(states, hidden, `${prefix}.${part}`),
    ) as [Float64Array, Float64Array, Float64Array];
    const context = new Float64Array(states.length);
    for (let head = 0; head < heads; head++) {
      for (let from = 0; from < length; from++) {
        const scores = new Float64Array(length);
        for (let to = 0; to < length; to++) {
          for (let d = head * size; d < (head + 1) * size; d++) {
            scores[to] = scores[to]! + (query[from * hidden + d]! * key[to * hidden + d]!) / Math.sqrt(size);
          }
        }
        const largest = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - largest));
        const total = weights.reduce((a, b) => a + b, 0);
        for (let to = 0; to < length; to++) {
          for (let d = head * size; d < (head + 1) * size; d++) {
            const at = from * hidden + d;
            context[at] = context[at]! + (weights[to]! / total) * value[to * hidden + d]!;
          }
        }
      }
    }
    return context;
  }

  /** `x · weightᵀ + bias`, the weight in its source's [out, in] layout. */
  #linear(states: Float64Array, inputs: number, name: string): Float64Array {
    const weight = this.#weight(`${name}.weight`);
    const bias = this.#weight(`${name}.bias`);
    const outputs = bias.length;
    const length = states.length / inputs;
    const result = new Float64Array(length * outputs);
    for (let row = 0; row < length; row++) {
      for (let output = 0; output < outputs; output++) {
        let total = bias[output]!;
        const [left, right] = [row * inputs, output * inputs];
        for (let d = 0; d < inputs; d++) total += states[left + d]! * weight[right + d]!;
        result[row * outputs + output] = total;
      }
    }
    return result;
  }

  #normalise(states: Float64Array, name: string): Float64Array {
    const { hidden_size: hidden, layer_norm_eps } = this.#config;
    const scale = this.#weight(`${name}.weight`);
    const bias = this.#weight(`${name}.bias`);
    const result = new Float64Array(states.length);
    for (let start = 0; start < states.length; start += hidden) {
      const row = states.subarray(start, start + hidden);
      const mean = row.reduce((a, b) => a + b, 0) / hidden;
      const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / hidden;
      row.forEach((value, d) => {
        result[start + d] = ((value - mean) / Math.sqrt(variance + layer_norm_eps)) * scale[d]! + bias[d]!;
      });
    }
    return result;
  }

  #weight(name: string): Float64Array {
    let weight = this.#cache.get(name);
    if (!weight) {
      weight = Float64Array.from(this.#weights.float(name));
      this.#cache.set(name, weight);
    }
    return weight;
  }
}

function sum(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, index) => value + b[index]!);
}
