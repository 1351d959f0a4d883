/**
 * Writes the cross-encoder as an ONNX graph, in dynamic int8, float16 or float32.
 *
 * Inputs `input_ids`, `attention_mask`, `token_type_ids` int64 [batch, sequence]; output `logits` float32 [batch, 1].
 * What is computed follows the model's own `training/assemble.py`; the layout of nodes follows the embedder's graph,
 * where onnxruntime's optimiser finds what it knows.
 */
import type { SafeTensors } from '@nearfield/embedded-minilm';
import { float, GraphBuilder, int64Tensor, type TensorValue, tensor, toHalf } from '@nearfield/onnx';

/** How weights are stored and matrix products computed. */
export type CrossEncoderPrecision = 'q8' | 'fp16' | 'fp32';

const float32 = 1;
const uint8 = 2;
const float16 = 10;

const layers = 6;
const heads = 12;
const hiddenSize = 384;
const headSize = hiddenSize / heads;
const vocabulary = 30_522;
const positionCount = 512;

/** Added to the attention scores of padding: `exp` of it is zero, and half precision has room for it. */
const maskedScore = -10_000;

/**
 * Builds the graph.
 * @param base weights of all-MiniLM-L6-v2: its word and position embeddings were frozen in training
 * @param trained the reranker's own weights: int8 matrices [in, out] with one scale per output column
 * @throws {Error} when a tensor is missing or of another shape.
 */
export function buildCrossEncoder(
  base: SafeTensors,
  trained: SafeTensors,
  precision: CrossEncoderPrecision,
): GraphBuilder {
  return new CrossEncoderWriter(base, trained, precision).write();
}

/** Names of the parts of quantised activations. */
interface QuantisedTokens {
  readonly values: string;
  readonly scales: string;
}

class CrossEncoderWriter {
  readonly #graph = new GraphBuilder('minilm-reranker');
  readonly #base: SafeTensors;
  readonly #trained: SafeTensors;
  readonly #precision: CrossEncoderPrecision;
  readonly #shared = new Map<string, string>();
  /** Quantised activations by the value they come from, so that query, key and value share one. */
  readonly #quantised = new Map<string, QuantisedTokens>();

  constructor(base: SafeTensors, trained: SafeTensors, precision: CrossEncoderPrecision) {
    this.#base = base;
    this.#trained = trained;
    this.#precision = precision;
  }

  write(): GraphBuilder {
    const graph = this.#graph;
    const dims = ['batch', 'sequence'];
    const inputIds = graph.input('input_ids', 'int64', dims);
    const attentionMask = graph.input('attention_mask', 'int64', dims);
    const tokenTypeIds = graph.input('token_type_ids', 'int64', dims);
    let hidden = this.#embeddings(inputIds, tokenTypeIds);
    const mask = this.#attentionMask(attentionMask);
    for (let layer = 0; layer < layers; layer++) {
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
    this.#classifier(hidden);
    return graph;
  }

  /** The logit, from the first token's vector. */
  #classifier(hidden: string): void {
    const graph = this.#graph;
    const first = graph.op('Gather', [hidden, this.#once('first', () => tensor('int64', [], [0]))], {
      attributes: { axis: 1 },
    });
    const weight = this.#constant('classifier.weight', [1, hiddenSize]);
    const bias = this.#constant('classifier.bias', [1]);
    const logits = { output: 'logits' };
    const attributes = { transB: 1 };
    if (this.#precision === 'fp16') {
      const half = graph.op('Gemm', [first, weight, bias], { attributes });
      graph.op('Cast', [half], { ...logits, attributes: { to: float32 } });
    } else {
      graph.op('Gemm', [first, weight, bias], { ...logits, attributes });
    }
    graph.output('logits', 'float32', ['batch', 1]);
  }

  #embeddings(inputIds: string, tokenTypeIds: string): string {
    const graph = this.#graph;
    const words = this.#wordEmbeddings(inputIds);
    const types = this.#constant('embeddings.token_type_embeddings.weight', [2, hiddenSize]);
    const positions = this.#constant(
      'embeddings.position_embeddings.weight',
      [positionCount, hiddenSize],
      this.#base,
    );
    // Positions are 0, 1, 2, …: the first `sequence` rows, so a slice instead of a gather.
    const sequence = graph.op('Slice', [
      graph.op('Shape', [inputIds]),
      this.#integers('one_vector', [1]),
      this.#integers('two_vector', [2]),
    ]);
    const positionRows = graph.op('Slice', [positions, this.#integers('zero_vector', [0]), sequence]);
    const sum = graph.op('Add', [words, graph.op('Gather', [types, tokenTypeIds])]);
    return this.#layerNormalisation(graph.op('Add', [sum, positionRows]), 'embeddings.LayerNorm');
  }

  /** The training saw the words' vectors rounded to int8 by rows, so every precision has them so. */
  #wordEmbeddings(inputIds: string): string {
    const graph = this.#graph;
    const name = 'embeddings.word_embeddings.weight';
    const { values, scales } = quantiseWords(this.#base.float(name));
    if (this.#precision !== 'q8') {
      const rows = Float32Array.from(
        values,
        (value, index) => value * scales[Math.floor(index / hiddenSize)]!,
      );
      return graph.op('Gather', [
        graph.constant(name, this.#float([vocabulary, hiddenSize], rows)),
        inputIds,
      ]);
    }
    const table = graph.constant(`${name}_quantized`, tensor('int8', [vocabulary, hiddenSize], values));
    const scale = graph.constant(`${name}_scale`, tensor('float32', [vocabulary, 1], scales));
    const rows = graph.op('Cast', [graph.op('Gather', [table, inputIds])], { attributes: { to: float32 } });
    return graph.op('Mul', [rows, graph.op('Gather', [scale, inputIds])]);
  }

  /** 0 where the mask is 1, {@link maskedScore} where it is 0; [batch, 1, 1, sequence]. */
  #attentionMask(attentionMask: string): string {
    const graph = this.#graph;
    const wide = graph.op('Unsqueeze', [attentionMask, this.#integers('one_vector', [1])]);
    const wider = graph.op('Unsqueeze', [wide, this.#integers('two_vector', [2])]);
    const to = this.#precision === 'fp16' ? float16 : float32;
    const kept = graph.op('Cast', [wider], { attributes: { to } });
    const dropped = graph.op('Sub', [this.#scalar('one', 1), kept]);
    return graph.op('Mul', [dropped, this.#scalar('masked_score', maskedScore)]);
  }

  #attention(hidden: string, mask: string, prefix: string): string {
    const graph = this.#graph;
    const split = this.#integers('split_heads', [0, 0, heads, headSize]);
    const part = (name: string, perm: readonly number[]): string => {
      const projected = this.#linear(hidden, `${prefix}.attention.self.${name}`);
      return graph.op('Transpose', [graph.op('Reshape', [projected, split])], { attributes: { perm } });
    };
    const query = part('query', [0, 2, 1, 3]);
    const keyTransposed = part('key', [0, 2, 3, 1]);
    const value = part('value', [0, 2, 1, 3]);
    const scores = graph.op('Mul', [
      graph.op('MatMul', [query, keyTransposed]),
      this.#scalar('head_scale', 1 / Math.sqrt(headSize)),
    ]);
    const probabilities = graph.op('Softmax', [graph.op('Add', [scores, mask])], { attributes: { axis: 3 } });
    const context = graph.op('Transpose', [graph.op('MatMul', [probabilities, value])], {
      attributes: { perm: [0, 2, 1, 3] },
    });
    return graph.op('Reshape', [context, this.#integers('join_heads', [0, 0, hiddenSize])]);
  }

  /** `x · weight + bias`: [batch, sequence, in] → [batch, sequence, out]. */
  #linear(input: string, name: string): string {
    const graph = this.#graph;
    const weight = `${name}.weight`;
    const quantised = this.#trained.int8(`${weight}_q`);
    const scales = this.#trained.float(`${weight}_scale`);
    const outputs = scales.length;
    const dims = [quantised.length / outputs, outputs];
    let product: string;
    if (this.#precision === 'q8') {
      const matrix = graph.constant(`${weight}_quantized`, tensor('int8', dims, quantised));
      product = this.#quantisedProduct(
        input,
        matrix,
        graph.constant(`${weight}_scale`, tensor('float32', [outputs], scales)),
      );
    } else {
      const values = Float32Array.from(quantised, (value, index) => value * scales[index % outputs]!);
      product = graph.op('MatMul', [input, graph.constant(weight, this.#float(dims, values))]);
    }
    return graph.op('Add', [product, this.#constant(`${name}.bias`, [outputs])]);
  }

  #quantisedProduct(input: string, weight: string, weightScales: string): string {
    const graph = this.#graph;
    const activations = this.#quantiseTokens(input);
    const zeroPoint = this.#once('activation_zero_point', () => tensor('uint8', [], [128]));
    const products = graph.op('MatMulInteger', [activations.values, weight, zeroPoint]);
    const floats = graph.op('Cast', [products], { attributes: { to: float32 } });
    // Two products on purpose: `floats * (scale * scale)` would be fused into MatMulIntegerToFloat, which reads
    // only the first activation scale.
    return graph.op('Mul', [graph.op('Mul', [floats, weightScales]), activations.scales]);
  }

  /**
   * Quantises activations to uint8 around 128 with one scale per token, as in training: a token's numbers do not
   * depend on its neighbours in the batch.
   */
  #quantiseTokens(input: string): QuantisedTokens {
    const known = this.#quantised.get(input);
    if (known) return known;
    const graph = this.#graph;
    const largest = graph.op('ReduceMax', [graph.op('Abs', [input])], { attributes: { axes: [-1] } });
    // The floor keeps a row of zeros from dividing by zero.
    const scales = graph.op('Max', [
      graph.op('Mul', [largest, this.#scalar('one_over_127', 1 / 127)]),
      this.#scalar('smallest_scale', 1e-30),
    ]);
    const rounded = graph.op('Round', [graph.op('Div', [input, scales])]);
    const moved = graph.op('Add', [rounded, this.#scalar('middle', 128)]);
    const values = graph.op('Cast', [moved], { attributes: { to: uint8 } });
    const result = { values, scales };
    this.#quantised.set(input, result);
    return result;
  }

  #gelu(input: string): string {
    const graph = this.#graph;
    const error = graph.op('Erf', [graph.op('Div', [input, this.#scalar('square_root_of_two', Math.SQRT2)])]);
    const doubled = graph.op('Mul', [input, graph.op('Add', [error, this.#scalar('one', 1)])]);
    return graph.op('Mul', [doubled, this.#scalar('half', 0.5)]);
  }

  #addAndNormalise(input: string, residual: string, name: string): string {
    return this.#layerNormalisation(this.#graph.op('Add', [input, residual]), name);
  }

  #layerNormalisation(input: string, name: string): string {
    const scale = this.#constant(`${name}.weight`, [hiddenSize]);
    const bias = this.#constant(`${name}.bias`, [hiddenSize]);
    return this.#graph.op('LayerNormalization', [input, scale, bias], {
      attributes: { axis: -1, epsilon: float(1e-12) },
    });
  }

  /** A weight in the compute type of the graph, in its source's layout. */
  #constant(name: string, dims: readonly number[], source = this.#trained): string {
    return this.#graph.constant(name, this.#float(dims, source.float(name)));
  }

  #float(dims: readonly number[], values: Float32Array | readonly number[]): TensorValue {
    return this.#precision === 'fp16'
      ? tensor('float16', dims, toHalf(values))
      : tensor('float32', dims, values);
  }

  #scalar(name: string, value: number): string {
    return this.#once(name, () => this.#float([], [value]));
  }

  #integers(name: string, values: readonly number[]): string {
    return this.#once(name, () => int64Tensor(values));
  }

  #once(name: string, make: () => TensorValue): string {
    const known = this.#shared.get(name) ?? this.#graph.constant(name, make());
    this.#shared.set(name, known);
    return known;
  }
}

/**
 * Word vectors as int8 with one scale per word, to the bit as training had them: division in float32, ties to even.
 * A single value that falls on the other side moves a logit by up to 0.05.
 */
function quantiseWords(words: Float32Array): {
  values: Int8Array<ArrayBuffer>;
  scales: Float32Array<ArrayBuffer>;
} {
  const values = new Int8Array(words.length);
  const scales = new Float32Array(words.length / hiddenSize);
  for (let row = 0; row < scales.length; row++) {
    const start = row * hiddenSize;
    let largest = 0;
    for (let at = start; at < start + hiddenSize; at++) largest = Math.max(largest, Math.abs(words[at]!));
    const scale = Math.fround(largest / 127) || Math.fround(1e-8);
    scales[row] = scale;
    for (let at = start; at < start + hiddenSize; at++) {
      values[at] = roundToEven(Math.fround(words[at]! / scale));
    }
  }
  return { values, scales };
}

function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
