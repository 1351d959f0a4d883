/**
 * Writes a BERT encoder as an ONNX graph, in float32, float16 or dynamic int8.
 *
 * Inputs `input_ids`, `attention_mask`, `token_type_ids` int64 [batch, sequence];
 * output `last_hidden_state` float32 [batch, sequence, hidden].
 *
 * The nodes keep the shapes that onnxruntime's optimiser looks for. Seen to match in 1.30 on CPU:
 * - `Add bias → Div √2 → Erf → Add 1 → Mul x → Mul ½` becomes `BiasGelu`;
 * - `MatMul → Div √headSize` of the scores becomes `FusedMatMul` with a scale.
 * The projections, mask and residuals also follow the layout of its `Attention` and `SkipLayerNormalization`
 * fusions (weights and biases as second inputs), which do not fire with the opset-17 LayerNormalization.
 */
import { float, GraphBuilder, int64Tensor, tensor, toHalf } from '@nearfield/onnx';
import { quantiseColumns, quantiseRows, transpose } from './quantise.ts';
import type { SafeTensors } from './safetensors.ts';

/** How weights are stored and matrix products computed. */
export type BertPrecision = 'fp32' | 'fp16' | 'q8';

/** The entries of a BERT `config.json` that shape the graph. */
export interface BertConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly num_hidden_layers: number;
  readonly vocab_size: number;
  readonly max_position_embeddings: number;
  readonly type_vocab_size: number;
  readonly layer_norm_eps: number;
}

const float32 = 1;
const uint8 = 2;
const float16 = 10;

/**
 * Added to the attention scores of padding. Large enough that `exp` gives zero, and inside the range of
 * half precision (±65504) with room for the score itself.
 */
const maskedScore = -10000;

/** Builds the graph. Weights are named as in `transformers`' BertModel, without a prefix. */
export function buildBert(weights: SafeTensors, config: BertConfig, precision: BertPrecision): GraphBuilder {
  return new BertWriter(weights, config, precision).write();
}

/** Names of the parts of a quantised activation. */
interface QuantisedTokens {
  readonly values: string;
  readonly scales: string;
  readonly minimums: string;
}

class BertWriter {
  readonly #graph = new GraphBuilder('bert');
  readonly #weights: SafeTensors;
  readonly #config: BertConfig;
  readonly #precision: BertPrecision;
  readonly #shared = new Map<string, string>();
  /** Quantised activations by the value they come from, so that query, key and value share one. */
  readonly #quantised = new Map<string, QuantisedTokens>();

  constructor(weights: SafeTensors, config: BertConfig, precision: BertPrecision) {
    this.#weights = weights;
    this.#config = config;
    this.#precision = precision;
  }

  write(): GraphBuilder {
    const graph = this.#graph;
    const { hidden_size, num_hidden_layers } = this.#config;
    const dims = ['batch', 'sequence'];
    const inputIds = graph.input('input_ids', 'int64', dims);
    const attentionMask = graph.input('attention_mask', 'int64', dims);
    const tokenTypeIds = graph.input('token_type_ids', 'int64', dims);

    let hidden = this.#embeddings(inputIds, tokenTypeIds);
    const mask = this.#attentionMask(attentionMask);
    for (let layer = 0; layer < num_hidden_layers; layer++) {
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
    const output = { output: 'last_hidden_state' };
    if (this.#precision === 'fp16') graph.op('Cast', [hidden], { ...output, attributes: { to: float32 } });
    else graph.op('Identity', [hidden], output);
    graph.output('last_hidden_state', 'float32', [...dims, hidden_size]);
    return graph;
  }

  #embeddings(inputIds: string, tokenTypeIds: string): string {
    const graph = this.#graph;
    const { hidden_size, max_position_embeddings, type_vocab_size } = this.#config;
    const words = this.#wordEmbeddings(inputIds);
    const types = this.#table('embeddings.token_type_embeddings.weight', [type_vocab_size, hidden_size]);
    const positions = this.#table('embeddings.position_embeddings.weight', [
      max_position_embeddings,
      hidden_size,
    ]);
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

  #wordEmbeddings(inputIds: string): string {
    const graph = this.#graph;
    const name = 'embeddings.word_embeddings.weight';
    const { vocab_size, hidden_size } = this.#config;
    if (this.#precision !== 'q8') {
      return graph.op('Gather', [this.#table(name, [vocab_size, hidden_size]), inputIds]);
    }
    const { values, scales } = quantiseRows(this.#weights.float(name), vocab_size, hidden_size);
    const table = graph.constant(`${name}_quantized`, tensor('int8', [vocab_size, hidden_size], values));
    const scale = graph.constant(`${name}_scale`, tensor('float32', [vocab_size, 1], scales));
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
    const { hidden_size, num_attention_heads } = this.#config;
    const headSize = hidden_size / num_attention_heads;
    const split = this.#integers('split_heads', [0, 0, num_attention_heads, headSize]);
    const heads = (part: string, perm: readonly number[]): string => {
      const projected = this.#linear(hidden, `${prefix}.attention.self.${part}`);
      return graph.op('Transpose', [graph.op('Reshape', [projected, split])], { attributes: { perm } });
    };
    const query = heads('query', [0, 2, 1, 3]);
    const keyTransposed = heads('key', [0, 2, 3, 1]);
    const value = heads('value', [0, 2, 1, 3]);
    const scores = graph.op('Div', [
      graph.op('MatMul', [query, keyTransposed]),
      this.#scalar('head_scale', Math.sqrt(headSize)),
    ]);
    const probabilities = graph.op('Softmax', [graph.op('Add', [scores, mask])], { attributes: { axis: 3 } });
    const context = graph.op('Transpose', [graph.op('MatMul', [probabilities, value])], {
      attributes: { perm: [0, 2, 1, 3] },
    });
    return graph.op('Reshape', [context, this.#integers('join_heads', [0, 0, hidden_size])]);
  }

  /** `x · weightᵀ + bias`: [batch, sequence, in] → [batch, sequence, out]. */
  #linear(input: string, name: string): string {
    const graph = this.#graph;
    const source = this.#weights.half(`${name}.weight`);
    const [outputs, inputs] = source.shape as [number, number];
    const weight = `${name}.weight`;
    let product: string;
    if (this.#precision === 'q8') {
      product = this.#quantisedProduct(input, weight, inputs, outputs);
    } else {
      const value =
        this.#precision === 'fp16'
          ? tensor('float16', [inputs, outputs], transpose(source.halves, outputs, inputs))
          : tensor('float32', [inputs, outputs], transpose(this.#weights.float(weight), outputs, inputs));
      product = graph.op('MatMul', [input, graph.constant(weight, value)]);
    }
    return graph.op('Add', [product, this.#table(`${name}.bias`, [outputs])]);
  }

  #quantisedProduct(input: string, weight: string, inputs: number, outputs: number): string {
    const graph = this.#graph;
    const matrix = transpose(this.#weights.float(weight), outputs, inputs);
    const { values, scales } = quantiseColumns(matrix, outputs);
    const sums = new Float32Array(outputs);
    values.forEach((value, index) => {
      sums[index % outputs] = sums[index % outputs]! + value;
    });
    const quantised = graph.constant(`${weight}_quantized`, tensor('int8', [inputs, outputs], values));
    const weightScales = graph.constant(`${weight}_scale`, tensor('float32', [outputs], scales));
    const columnSums = graph.constant(
      `${weight}_sum`,
      tensor(
        'float32',
        [outputs],
        sums.map((sum, column) => sum * scales[column]!),
      ),
    );
    const activations = this.#quantiseTokens(input);
    const products = graph.op('MatMulInteger', [activations.values, quantised]);
    const floats = graph.op('Cast', [products], { attributes: { to: float32 } });
    // Two products on purpose: `floats * (scale * scale)` would be fused into MatMulIntegerToFloat, which
    // reads only the first activation scale.
    const scaled = graph.op('Mul', [graph.op('Mul', [floats, weightScales]), activations.scales]);
    return graph.op('Add', [scaled, graph.op('Mul', [activations.minimums, columnSums])]);
  }

  /**
   * Quantises activations to uint8 with one scale and one minimum per token, so that a token's numbers do
   * not depend on its neighbours in the batch: `x ≈ values × scale + minimum`. Using the range from minimum
   * to maximum halves the rounding error of a range around zero: the largest activations of this model lie
   * on one side. Unsigned, because int8 × int8 products are slow on CPUs.
   */
  #quantiseTokens(input: string): QuantisedTokens {
    const known = this.#quantised.get(input);
    if (known) return known;
    const graph = this.#graph;
    const lastAxis = { attributes: { axes: [-1] } };
    const minimums = graph.op('ReduceMin', [input], lastAxis);
    const range = graph.op('Sub', [graph.op('ReduceMax', [input], lastAxis), minimums]);
    // The floor keeps a row of equal numbers from dividing by zero.
    const scales = graph.op('Max', [
      graph.op('Mul', [range, this.#scalar('one_over_255', 1 / 255)]),
      this.#scalar('smallest_scale', 1e-30),
    ]);
    const steps = graph.op('Div', [graph.op('Sub', [input, minimums]), scales]);
    const values = graph.op('Cast', [graph.op('Round', [steps])], { attributes: { to: uint8 } });
    const result = { values, scales, minimums };
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

  /**
   * In half precision this stays one node: onnxruntime's kernels (CPU and WebGPU) accumulate mean and
   * variance in float32 and keep epsilon there, so neither overflows nor vanishes.
   */
  #layerNormalisation(input: string, name: string): string {
    const { hidden_size, layer_norm_eps } = this.#config;
    const scale = this.#table(`${name}.weight`, [hidden_size]);
    const bias = this.#table(`${name}.bias`, [hidden_size]);
    return this.#graph.op('LayerNormalization', [input, scale, bias], {
      attributes: { axis: -1, epsilon: float(layer_norm_eps) },
    });
  }

  /** A weight in the compute type of the graph, in its source's layout. */
  #table(name: string, dims: readonly number[]): string {
    const value =
      this.#precision === 'fp16'
        ? tensor('float16', dims, this.#weights.half(name).halves)
        : tensor('float32', dims, this.#weights.float(name));
    return this.#graph.constant(name, value);
  }

  #scalar(name: string, value: number): string {
    return this.#once(name, () =>
      this.#precision === 'fp16' ? tensor('float16', [], toHalf([value])) : tensor('float32', [], [value]),
    );
  }

  #integers(name: string, values: readonly number[]): string {
    return this.#once(name, () => int64Tensor(values));
  }

  #once(name: string, make: () => ReturnType<typeof tensor>): string {
    const known = this.#shared.get(name) ?? this.#graph.constant(name, make());
    this.#shared.set(name, known);
    return known;
  }
}
