/**
 * Writes the cross-encoder as an ONNX graph, in dynamic int8, float16 or float32.
 *
 * Inputs `input_ids`, `attention_mask`, `token_type_ids` int64 [batch, sequence]; output `logits` float32 [batch, 1].
 * What is computed follows the model's own `training/assemble.py`.
 */
import {
  ELEMENT_TYPE,
  type EncoderPrecision,
  type EncoderWeights,
  GraphConstants,
  quantisedWords,
  type SafeTensors,
  writeEncoder,
} from '@nearfield/model-kit';
import { GraphBuilder, tensor } from '@nearfield/onnx';

const VOCABULARY_SIZE = 30_522;
const HIDDEN_SIZE = 384;
const SHAPE = {
  hidden: HIDDEN_SIZE,
  heads: 12,
  layers: 6,
  positions: 512,
  segments: 2,
  epsilon: 1e-12,
} as const;

/**
 * Builds the graph.
 * @param base weights of all-MiniLM-L6-v2: its word and position embeddings were frozen in training
 * @param trained the reranker's own weights: int8 matrices [in, out] with one scale per output column
 * @throws {Error} when a tensor is missing or of another shape.
 */
export function buildCrossEncoder(
  base: SafeTensors,
  trained: SafeTensors,
  precision: EncoderPrecision,
): GraphBuilder {
  const graph = new GraphBuilder('minilm-reranker');
  const constants = new GraphConstants(graph, precision);
  const weights = new CrossEncoderWeights(graph, constants, { base, trained, precision });
  const hidden = writeEncoder({ graph, constants, weights, shape: SHAPE, precision });
  writeClassifier(graph, constants, { hidden, trained, precision });
  return graph;
}

/** The logit, from the first token's vector. */
function writeClassifier(
  graph: GraphBuilder,
  constants: GraphConstants,
  { hidden, trained, precision }: { hidden: string; trained: SafeTensors; precision: EncoderPrecision },
): void {
  const first = graph.op('Gather', [hidden, constants.once('first', () => tensor('int64', [], [0]))], {
    attributes: { axis: 1 },
  });
  const weight = constants.weight('classifier.weight', [1, HIDDEN_SIZE], trained.float('classifier.weight'));
  const bias = constants.weight('classifier.bias', [1], trained.float('classifier.bias'));
  const logits = { output: 'logits' };
  const attributes = { transB: 1 };
  if (precision === 'fp16') {
    const half = graph.op('Gemm', [first, weight, bias], { attributes });
    graph.op('Cast', [half], { ...logits, attributes: { to: ELEMENT_TYPE.float32 } });
  } else {
    graph.op('Gemm', [first, weight, bias], { ...logits, attributes });
  }
  graph.output('logits', 'float32', ['batch', 1]);
}

/** Names of the parts of quantised activations. */
interface QuantisedTokens {
  readonly values: string;
  readonly scales: string;
}

interface CrossEncoderSource {
  base: SafeTensors;
  trained: SafeTensors;
  precision: EncoderPrecision;
}

class CrossEncoderWeights implements EncoderWeights {
  readonly #graph: GraphBuilder;
  readonly #constants: GraphConstants;
  readonly #source: CrossEncoderSource;
  /** Quantised activations by the value they come from, so that query, key and value share one. */
  readonly #quantised = new Map<string, QuantisedTokens>();

  constructor(graph: GraphBuilder, constants: GraphConstants, source: CrossEncoderSource) {
    this.#graph = graph;
    this.#constants = constants;
    this.#source = source;
  }

  values(name: string): Float32Array {
    const { base, trained } = this.#source;
    return (name === 'embeddings.position_embeddings.weight' ? base : trained).float(name);
  }

  /** The training saw the words' vectors rounded to int8 by rows, so every precision has them so. */
  words(inputIds: string): string {
    const name = 'embeddings.word_embeddings.weight';
    const rows = VOCABULARY_SIZE;
    const { values, scales } = quantiseWords(this.#source.base.float(name));
    if (this.#source.precision === 'q8') {
      return quantisedWords(this.#graph, inputIds, { name, rows, values, scales });
    }
    const rounded = Float32Array.from(
      values,
      (value, index) => value * scales[Math.floor(index / HIDDEN_SIZE)]!,
    );
    const table = this.#constants.weight(name, [rows, HIDDEN_SIZE], rounded);
    return this.#graph.op('Gather', [table, inputIds]);
  }

  product(input: string, name: string): { product: string; outputs: number } {
    const graph = this.#graph;
    const { trained, precision } = this.#source;
    const weight = `${name}.weight`;
    const quantised = trained.int8(`${weight}_q`);
    const scales = trained.float(`${weight}_scale`);
    const outputs = scales.length;
    const dims = [quantised.length / outputs, outputs];
    if (precision === 'q8') {
      const matrix = graph.constant(`${weight}_quantized`, tensor('int8', dims, quantised));
      const scale = graph.constant(`${weight}_scale`, tensor('float32', [outputs], scales));
      return { product: this.#quantisedProduct(input, matrix, scale), outputs };
    }
    const values = Float32Array.from(quantised, (value, index) => value * scales[index % outputs]!);
    const matrix = this.#constants.weight(weight, dims, values);
    return { product: graph.op('MatMul', [input, matrix]), outputs };
  }

  scaledScores(products: string, headSize: number): string {
    return this.#graph.op('Mul', [products, this.#constants.scalar('head_scale', 1 / Math.sqrt(headSize))]);
  }

  #quantisedProduct(input: string, weight: string, weightScales: string): string {
    const graph = this.#graph;
    const activations = this.#quantiseTokens(input);
    const zeroPoint = this.#constants.once('activation_zero_point', () => tensor('uint8', [], [128]));
    const products = graph.op('MatMulInteger', [activations.values, weight, zeroPoint]);
    const floats = graph.op('Cast', [products], { attributes: { to: ELEMENT_TYPE.float32 } });
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
      graph.op('Mul', [largest, this.#constants.scalar('one_over_127', 1 / 127)]),
      this.#constants.scalar('smallest_scale', 1e-30),
    ]);
    const rounded = graph.op('Round', [graph.op('Div', [input, scales])]);
    const moved = graph.op('Add', [rounded, this.#constants.scalar('middle', 128)]);
    const values = graph.op('Cast', [moved], { attributes: { to: ELEMENT_TYPE.uint8 } });
    const result = { values, scales };
    this.#quantised.set(input, result);
    return result;
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
  const scales = new Float32Array(words.length / HIDDEN_SIZE);
  for (let row = 0; row < scales.length; row++) {
    const start = row * HIDDEN_SIZE;
    let largest = 0;
    for (let at = start; at < start + HIDDEN_SIZE; at++) largest = Math.max(largest, Math.abs(words[at]!));
    const scale = Math.fround(largest / 127) || Math.fround(1e-8);
    scales[row] = scale;
    for (let at = start; at < start + HIDDEN_SIZE; at++) {
      values[at] = roundToEven(Math.fround(words[at]! / scale));
    }
  }
  return { values, scales };
}

function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
