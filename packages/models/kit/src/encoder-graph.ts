/**
 * The BERT encoder as ONNX nodes, in float32, float16 or dynamic int8: what the embedder and the reranker share. Where
 * their weights come from, and how these are multiplied, each says itself.
 *
 * The nodes keep the shapes that onnxruntime's optimiser looks for. Seen to match in 1.30 on CPU:
 * - `Add bias → Div √2 → Erf → Add 1 → Mul x → Mul ½` becomes `BiasGelu`;
 * - `MatMul → Div √headSize` of the scores becomes `FusedMatMul` with a scale.
 * The projections, mask and residuals also follow the layout of its `Attention` and `SkipLayerNormalization`
 * fusions (weights and biases as second inputs), which do not fire with the opset-17 LayerNormalization.
 */
import { float, type GraphBuilder, int64Tensor, type TensorValue, tensor, toHalf } from '@nearfield/onnx';
import type { NibbleMatrix } from './quantise.ts';

/** How weights are stored and matrix products computed. `q8e4` is `q8` with the words' table in 4 bits. */
export type EncoderPrecision = 'fp32' | 'fp16' | 'q8' | 'q8e4';

/** ONNX's numbers of element types, as `Cast` takes them. */
export const ELEMENT_TYPE = { float32: 1, uint8: 2, float16: 10 } as const;

/**
 * Added to the attention scores of padding. Large enough that `exp` gives zero, and inside the range of
 * half precision (±65504) with room for the score itself.
 */
const MASKED_SCORE = -10_000;

/** Sizes of an encoder. */
export interface EncoderShape {
  readonly hidden: number;
  readonly heads: number;
  readonly layers: number;
  /** Rows of the tables of positions and segments. */
  readonly positions: number;
  readonly segments: number;
  /** Of the layer normalisations. */
  readonly epsilon: number;
}

/** Source of an encoder's weights. They are named as in `transformers`' BertModel, without a prefix. */
export interface EncoderWeights {
  /** A vector or table in its source's layout: row-major. */
  values(name: string): Float32Array;
  /** The words' vectors: [batch, sequence] of ids → [batch, sequence, hidden]. */
  words(inputIds: string): string;
  /** `x · weightᵀ`: [batch, sequence, in] → [batch, sequence, out], and how many outputs that are. */
  product(input: string, name: string): { product: string; outputs: number };
  /** Attention scores divided by √headSize. */
  scaledScores(products: string, headSize: number): string;
}

/** Constants of a graph in its type of computation; each is written once. */
export class GraphConstants {
  readonly #graph: GraphBuilder;
  readonly #isHalf: boolean;
  readonly #shared = new Map<string, string>();

  constructor(graph: GraphBuilder, precision: EncoderPrecision) {
    this.#graph = graph;
    this.#isHalf = precision === 'fp16';
  }

  /** A weight. Halves that were widened come back to the bit. */
  weight(name: string, dims: readonly number[], values: Float32Array): string {
    return this.#graph.constant(name, this.#floats(dims, values));
  }

  scalar(name: string, value: number): string {
    return this.once(name, () => this.#floats([], [value]));
  }

  integers(name: string, values: readonly number[]): string {
    return this.once(name, () => int64Tensor(values));
  }

  once(name: string, make: () => TensorValue): string {
    const known = this.#shared.get(name) ?? this.#graph.constant(name, make());
    this.#shared.set(name, known);
    return known;
  }

  #floats(dims: readonly number[], values: Float32Array | readonly number[]): TensorValue {
    return this.#isHalf ? tensor('float16', dims, toHalf(values)) : tensor('float32', dims, values);
  }
}

/** Words' vectors from a table of int8 rows with one scale each; see {@link EncoderWeights.words}. */
export function quantisedWords(
  graph: GraphBuilder,
  inputIds: string,
  { name, rows, values, scales }: { name: string; rows: number; values: Int8Array; scales: Float32Array },
): string {
  const dims = [rows, values.length / rows];
  const table = graph.constant(`${name}_quantized`, tensor('int8', dims, values));
  const scale = graph.constant(`${name}_scale`, tensor('float32', [rows, 1], scales));
  const to = { attributes: { to: ELEMENT_TYPE.float32 } };
  const found = graph.op('Cast', [graph.op('Gather', [table, inputIds])], to);
  return graph.op('Mul', [found, graph.op('Gather', [scale, inputIds])]);
}

/** Words' vectors from a table of 4 bits, with a scale and a zero point for each group of a row. */
export function nibbleWords(
  graph: GraphBuilder,
  inputIds: string,
  { name, rows, group, packed, scales, zeros }: NibbleMatrix & { name: string; rows: number },
): string {
  const table = graph.constant(`${name}_nibbles`, tensor('uint8', [rows, packed.length / rows], packed));
  const scale = graph.constant(`${name}_scale`, tensor('float16', [rows, scales.length / rows], scales));
  const zero = graph.constant(`${name}_zero`, tensor('uint8', [rows, zeros.length / rows], zeros));
  const found = graph.op('GatherBlockQuantized', [table, inputIds, scale, zero], {
    domain: 'com.microsoft',
    attributes: { gather_axis: 0, quantize_axis: 1, block_size: group, bits: 4 },
  });
  return graph.op('Cast', [found], { attributes: { to: ELEMENT_TYPE.float32 } });
}

interface EncoderOptions {
  graph: GraphBuilder;
  constants: GraphConstants;
  weights: EncoderWeights;
  shape: EncoderShape;
  precision: EncoderPrecision;
}

/**
 * Writes an encoder with the inputs `input_ids`, `attention_mask`, `token_type_ids`, int64 [batch, sequence].
 * @returns its last hidden states, [batch, sequence, hidden] in the type it computes in.
 */
export function writeEncoder(options: EncoderOptions): string {
  return new EncoderWriter(options).write();
}

class EncoderWriter {
  readonly #graph: GraphBuilder;
  readonly #constants: GraphConstants;
  readonly #weights: EncoderWeights;
  readonly #shape: EncoderShape;
  readonly #precision: EncoderPrecision;

  constructor({ graph, constants, weights, shape, precision }: EncoderOptions) {
    this.#graph = graph;
    this.#constants = constants;
    this.#weights = weights;
    this.#shape = shape;
    this.#precision = precision;
  }

  write(): string {
    const graph = this.#graph;
    const dims = ['batch', 'sequence'];
    const inputIds = graph.input('input_ids', 'int64', dims);
    const attentionMask = graph.input('attention_mask', 'int64', dims);
    const tokenTypeIds = graph.input('token_type_ids', 'int64', dims);
    let hidden = this.#embeddings(inputIds, tokenTypeIds);
    const mask = this.#attentionMask(attentionMask);
    for (let layer = 0; layer < this.#shape.layers; layer++) {
      const prefix = `encoder.layer.${layer}`;
      const attended = this.#linear(
        this.#attention(hidden, mask, prefix),
        `${prefix}.attention.output.dense`,
      );
      hidden = this.#addAndNormalise(attended, hidden, `${prefix}.attention.output.LayerNorm`);
      const inner = this.#gelu(this.#linear(hidden, `${prefix}.intermediate.dense`));
      const outer = this.#linear(inner, `${prefix}.output.dense`);
      hidden = this.#addAndNormalise(outer, hidden, `${prefix}.output.LayerNorm`);
    }
    return hidden;
  }

  #embeddings(inputIds: string, tokenTypeIds: string): string {
    const graph = this.#graph;
    const { hidden, positions: positionRows, segments } = this.#shape;
    const words = this.#weights.words(inputIds);
    const types = this.#table('embeddings.token_type_embeddings.weight', [segments, hidden]);
    const positions = this.#table('embeddings.position_embeddings.weight', [positionRows, hidden]);
    // Positions are 0, 1, 2, …: the first `sequence` rows, so a slice instead of a gather.
    const sequence = graph.op('Slice', [
      graph.op('Shape', [inputIds]),
      this.#constants.integers('one_vector', [1]),
      this.#constants.integers('two_vector', [2]),
    ]);
    const start = this.#constants.integers('zero_vector', [0]);
    const used = graph.op('Slice', [positions, start, sequence]);
    const sum = graph.op('Add', [words, graph.op('Gather', [types, tokenTypeIds])]);
    return this.#layerNormalisation(graph.op('Add', [sum, used]), 'embeddings.LayerNorm');
  }

  /** 0 where the mask is 1, {@link MASKED_SCORE} where it is 0; [batch, 1, 1, sequence]. */
  #attentionMask(attentionMask: string): string {
    const graph = this.#graph;
    const wide = graph.op('Unsqueeze', [attentionMask, this.#constants.integers('one_vector', [1])]);
    const wider = graph.op('Unsqueeze', [wide, this.#constants.integers('two_vector', [2])]);
    const to = this.#precision === 'fp16' ? ELEMENT_TYPE.float16 : ELEMENT_TYPE.float32;
    const kept = graph.op('Cast', [wider], { attributes: { to } });
    const dropped = graph.op('Sub', [this.#constants.scalar('one', 1), kept]);
    return graph.op('Mul', [dropped, this.#constants.scalar('masked_score', MASKED_SCORE)]);
  }

  #attention(hidden: string, mask: string, prefix: string): string {
    const graph = this.#graph;
    const { hidden: size, heads } = this.#shape;
    const headSize = size / heads;
    const split = this.#constants.integers('split_heads', [0, 0, heads, headSize]);
    const part = (name: string, perm: readonly number[]): string => {
      const projected = this.#linear(hidden, `${prefix}.attention.self.${name}`);
      return graph.op('Transpose', [graph.op('Reshape', [projected, split])], { attributes: { perm } });
    };
    const query = part('query', [0, 2, 1, 3]);
    const keyTransposed = part('key', [0, 2, 3, 1]);
    const value = part('value', [0, 2, 1, 3]);
    const scores = this.#weights.scaledScores(graph.op('MatMul', [query, keyTransposed]), headSize);
    const probabilities = graph.op('Softmax', [graph.op('Add', [scores, mask])], { attributes: { axis: 3 } });
    const context = graph.op('Transpose', [graph.op('MatMul', [probabilities, value])], {
      attributes: { perm: [0, 2, 1, 3] },
    });
    return graph.op('Reshape', [context, this.#constants.integers('join_heads', [0, 0, size])]);
  }

  /** `x · weightᵀ + bias`: [batch, sequence, in] → [batch, sequence, out]. */
  #linear(input: string, name: string): string {
    const { product, outputs } = this.#weights.product(input, name);
    return this.#graph.op('Add', [product, this.#table(`${name}.bias`, [outputs])]);
  }

  #gelu(input: string): string {
    const graph = this.#graph;
    const root = this.#constants.scalar('square_root_of_two', Math.SQRT2);
    const error = graph.op('Erf', [graph.op('Div', [input, root])]);
    const doubled = graph.op('Mul', [input, graph.op('Add', [error, this.#constants.scalar('one', 1)])]);
    return graph.op('Mul', [doubled, this.#constants.scalar('half', 0.5)]);
  }

  #addAndNormalise(input: string, residual: string, name: string): string {
    return this.#layerNormalisation(this.#graph.op('Add', [input, residual]), name);
  }

  /**
   * In half precision this stays one node: onnxruntime's kernels (CPU and WebGPU) accumulate mean and
   * variance in float32 and keep epsilon there, so neither overflows nor vanishes.
   */
  #layerNormalisation(input: string, name: string): string {
    const { hidden, epsilon } = this.#shape;
    const scale = this.#table(`${name}.weight`, [hidden]);
    const bias = this.#table(`${name}.bias`, [hidden]);
    return this.#graph.op('LayerNormalization', [input, scale, bias], {
      attributes: { axis: -1, epsilon: float(epsilon) },
    });
  }

  #table(name: string, dims: readonly number[]): string {
    return this.#constants.weight(name, dims, this.#weights.values(name));
  }
}
