/**
 * Writes a BERT encoder as an ONNX graph, in float32, float16 or dynamic int8.
 *
 * Inputs `input_ids`, `attention_mask`, `token_type_ids` int64 [batch, sequence];
 * output `last_hidden_state` float32 [batch, sequence, hidden].
 */

import type { SafeTensors } from '@nearfield/model-kit';
import {
  ELEMENT_TYPE,
  type EncoderPrecision,
  type EncoderWeights,
  GraphConstants,
  nibbleWords,
  quantiseColumns,
  quantisedWords,
  quantiseGroups,
  quantiseRows,
  transpose,
  writeEncoder,
} from '@nearfield/model-kit';
import { GraphBuilder, tensor } from '@nearfield/onnx';

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

/** Builds the graph. Weights are named as in `transformers`' BertModel, without a prefix. */
export function buildBert(
  weights: SafeTensors,
  config: BertConfig,
  precision: EncoderPrecision,
): GraphBuilder {
  const graph = new GraphBuilder('bert');
  const constants = new GraphConstants(graph, precision);
  const hidden = writeEncoder({
    graph,
    constants,
    precision,
    weights: new BertWeights(graph, constants, { weights, config, precision }),
    shape: {
      hidden: config.hidden_size,
      heads: config.num_attention_heads,
      layers: config.num_hidden_layers,
      positions: config.max_position_embeddings,
      segments: config.type_vocab_size,
      epsilon: config.layer_norm_eps,
    },
  });
  const output = { output: 'last_hidden_state' };
  if (precision === 'fp16') {
    graph.op('Cast', [hidden], { ...output, attributes: { to: ELEMENT_TYPE.float32 } });
  } else {
    graph.op('Identity', [hidden], output);
  }
  graph.output('last_hidden_state', 'float32', ['batch', 'sequence', config.hidden_size]);
  return graph;
}

/** Numbers of a word's vector that share a scale in 4 bits. */
const WORD_GROUP = 32;

/** Names of the parts of a quantised activation. */
interface QuantisedTokens {
  readonly values: string;
  readonly scales: string;
  readonly minimums: string;
}

interface BertSource {
  weights: SafeTensors;
  config: BertConfig;
  precision: EncoderPrecision;
}

class BertWeights implements EncoderWeights {
  readonly #graph: GraphBuilder;
  readonly #constants: GraphConstants;
  readonly #source: BertSource;
  /** Quantised activations by the value they come from, so that query, key and value share one. */
  readonly #quantised = new Map<string, QuantisedTokens>();

  constructor(graph: GraphBuilder, constants: GraphConstants, source: BertSource) {
    this.#graph = graph;
    this.#constants = constants;
    this.#source = source;
  }

  values(name: string): Float32Array {
    return this.#source.weights.float(name);
  }

  words(inputIds: string): string {
    const name = 'embeddings.word_embeddings.weight';
    const { vocab_size: rows, hidden_size: hidden } = this.#source.config;
    const values = this.values(name);
    if (this.#source.precision === 'q8e4') {
      return nibbleWords(this.#graph, inputIds, {
        name,
        rows,
        ...quantiseGroups(values, hidden, WORD_GROUP),
      });
    }
    if (this.#source.precision !== 'q8') {
      return this.#graph.op('Gather', [this.#constants.weight(name, [rows, hidden], values), inputIds]);
    }
    return quantisedWords(this.#graph, inputIds, { name, rows, ...quantiseRows(values, rows, hidden) });
  }

  product(input: string, name: string): { product: string; outputs: number } {
    const weight = `${name}.weight`;
    const [outputs, inputs] = this.#source.weights.half(weight).shape as [number, number];
    const matrix = transpose(this.#source.weights.float(weight), outputs, inputs);
    const product =
      this.#source.precision === 'q8' || this.#source.precision === 'q8e4'
        ? this.#quantisedProduct(input, weight, matrix, [inputs, outputs])
        : this.#graph.op('MatMul', [input, this.#constants.weight(weight, [inputs, outputs], matrix)]);
    return { product, outputs };
  }

  scaledScores(products: string, headSize: number): string {
    return this.#graph.op('Div', [products, this.#constants.scalar('head_scale', Math.sqrt(headSize))]);
  }

  #quantisedProduct(
    input: string,
    weight: string,
    matrix: Float32Array<ArrayBuffer>,
    [inputs, outputs]: [number, number],
  ): string {
    const graph = this.#graph;
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
    const floats = graph.op('Cast', [products], { attributes: { to: ELEMENT_TYPE.float32 } });
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
      graph.op('Mul', [range, this.#constants.scalar('one_over_255', 1 / 255)]),
      this.#constants.scalar('smallest_scale', 1e-30),
    ]);
    const steps = graph.op('Div', [graph.op('Sub', [input, minimums]), scales]);
    const values = graph.op('Cast', [graph.op('Round', [steps])], { attributes: { to: ELEMENT_TYPE.uint8 } });
    const result = { values, scales, minimums };
    this.#quantised.set(input, result);
    return result;
  }
}
