/**
 * Re-writes dynamically quantised int8 graphs, as the usual quantisers publish them, so that activations get
 * one scale per token instead of one per tensor. With one scale per tensor a text's vector depends on its
 * neighbours in the batch; with one per token it does not, and it comes closer to float32.
 *
 * Per tensor: `DynamicQuantizeLinear(x) → q, s, z`, `MatMulInteger(q, W, z, zw)`, `Cast`, `Mul` by `s · sw`.
 * Per token, over the last axis of x: `m = min x`, `s = (max x - m) / 255`, `q = uint8(round((x - m) / s))`,
 * so that x ≈ q·s + m and x·W ≈ `MatMulInteger(q, W, 0, zw)` · `sw` · `s` + m · (column sums of W) · `sw`.
 * The column sums are written as nodes over constants, which the runtime computes once, at load.
 *
 * A minimum per token instead of a zero point of 128 halves the rounding error where the largest numbers lie
 * on one side, as after GELU and in the outlier channels of BERT models. The activations stay unsigned
 * because int8 × int8 products take a slow path on CPUs. The product with the scales stays in two steps
 * because onnxruntime fuses `Mul(Cast(y), Mul(s, sw))` into MatMulIntegerToFloat, which reads only the first
 * number of `s`.
 */

import { type ModelSummary, type NodeSummary, readAttributes, subgraphOperators } from '../read/model.ts';
import { ELEMENT_TYPES } from '../types.ts';
import type { GraphBuilder, NodeOptions } from '../write/graph-builder.ts';
import { int64Tensor, tensor } from '../write/tensor.ts';
import type { ModelAddition } from './addition.ts';
import { GraphEdit } from './graph-edit.ts';

/** Result of {@link rewritePerToken}. */
export type PerTokenRewrite =
  | {
      /** Nothing in the graph is quantised with one scale per tensor at run time. */
      readonly status: 'not-needed';
    }
  | {
      /** It is, but in a form that is not re-written: batches mix their texts' vectors. */
      readonly status: 'unrecognised';
      /** Why, naming the node. */
      readonly reason: string;
    }
  | ({
      readonly status: 'rewritten';
      /** Activations that are now quantised per token. */
      readonly quantisations: number;
      /** Integer matrix products that read them. */
      readonly products: number;
    } & ModelAddition);

const MICROSOFT_DOMAIN = 'com.microsoft';

/** Quantising operators whose scale covers a whole tensor and that this rewrite cannot take apart. */
const OTHER_QUANTISERS = new Set(['DynamicQuantizeLSTM', 'QAttention', 'QEmbedLayerNormalization']);

/** Operators of a subgraph that quantises, or reads quantised values of the graph around it. */
const INTEGER_OPERATORS = new Set([
  'DynamicQuantizeLinear',
  'MatMulInteger',
  'ConvInteger',
  `${MICROSOFT_DOMAIN}.DynamicQuantizeMatMul`,
  `${MICROSOFT_DOMAIN}.MatMulIntegerToFloat`,
]);

class Unrecognised extends Error {}

/**
 * Plans the rewrite. Old nodes are hidden by changing one byte each, the new ones come in the appended
 * message; no weight is moved or copied, and nothing is changed here: see `applyAdditions`.
 *
 * Recognised: `DynamicQuantizeLinear` whose outputs go only into `MatMulInteger` with constant weights
 * (int8 or uint8, one scale per tensor or per column) or the fused `MatMulIntegerToFloat`, and the fused
 * `DynamicQuantizeMatMul`. One quantised value may feed several products.
 *
 * @param bytes the model's bytes, unchanged since `model` was read from them.
 * @throws {ProtobufError} on malformed node attributes.
 */
export function rewritePerToken(bytes: Uint8Array, model: ModelSummary): PerTokenRewrite {
  try {
    return new Rewriter(bytes, model).rewrite();
  } catch (error) {
    if (error instanceof Unrecognised) return { status: 'unrecognised', reason: error.message };
    throw error;
  }
}

/** Names of a quantised activation's parts: it is `values × scales + minimums`, per token. */
interface QuantisedTokens {
  readonly values: string;
  readonly scales: string;
  readonly minimums: string;
}

/** Names and inner size of a product's constant side. */
interface QuantisedWeight {
  readonly weight: string;
  /** Rows of the weight: numbers per token. */
  readonly rows: number;
  readonly weightScale: string;
  /** `''` when the weights have no zero point. */
  readonly weightZeroPoint: string;
}

class Rewriter {
  readonly #bytes: Uint8Array;
  readonly #model: ModelSummary;
  readonly #edit: GraphEdit;
  /** Quantised activations by the name of their `values`, or of a fused operator's float input. */
  readonly #quantised = new Map<string, QuantisedTokens>();
  #quantisations = 0;
  #products = 0;

  constructor(bytes: Uint8Array, model: ModelSummary) {
    this.#bytes = bytes;
    this.#model = model;
    this.#edit = new GraphEdit(bytes, model, 'nearfield_per_token_');
  }

  rewrite(): PerTokenRewrite {
    for (const node of this.#model.nodes) this.#plan(node);
    if (this.#edit.isEmpty) return { status: 'not-needed' };
    try {
      const addition = this.#edit.finish();
      const [quantisations, products] = [this.#quantisations, this.#products];
      return { status: 'rewritten', quantisations, products, ...addition };
    } catch (error) {
      if (error instanceof RangeError) throw new Unrecognised(error.message);
      throw error;
    }
  }

  #plan(node: NodeSummary): void {
    const operator = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`;
    if (node.domain === MICROSOFT_DOMAIN && OTHER_QUANTISERS.has(node.opType)) {
      throw new Unrecognised(`${describe(node)} quantises its activations itself`);
    }
    for (const inner of node.attributes.length > 0 ? subgraphOperators(this.#bytes, node) : []) {
      if (INTEGER_OPERATORS.has(inner))
        throw new Unrecognised(`${describe(node)} has ${inner} in a subgraph`);
    }
    if (operator === 'DynamicQuantizeLinear') this.#planQuantiser(node);
    else if (operator === `${MICROSOFT_DOMAIN}.DynamicQuantizeMatMul`) this.#planFusedQuantiser(node);
  }

  #planQuantiser(node: NodeSummary): void {
    const input = node.inputs[0]!;
    const [values = '', scales = '', zeroPoint = ''] = node.outputs;
    this.#requireInner(node, [values, scales, zeroPoint]);
    const products = this.#edit.consumersOf(values);
    for (const product of products) {
      if (product.domain === '' && product.opType === 'MatMulInteger') {
        this.#planProduct(product, values, scales, zeroPoint);
      } else if (product.domain === MICROSOFT_DOMAIN && product.opType === 'MatMulIntegerToFloat') {
        this.#planFusedProduct(product, values, scales, zeroPoint);
      } else {
        throw new Unrecognised(`${describe(node)} feeds ${describe(product)}`);
      }
    }
    for (const consumer of this.#edit.consumersOf(zeroPoint)) {
      if (!products.includes(consumer)) {
        throw new Unrecognised(`The zero point of ${describe(node)} feeds ${describe(consumer)}`);
      }
    }
    for (const consumer of this.#edit.consumersOf(scales)) {
      if (!this.#edit.isReplaced(consumer)) {
        throw new Unrecognised(`The scale of ${describe(node)} feeds ${describe(consumer)}`);
      }
    }
    this.#edit.reshape(scales, zeroPoint);
    this.#edit.replace(node, (graph) => {
      this.#quantised.set(values, this.#quantise(graph, input, { values, scales }));
    });
  }

  /** `MatMulInteger → Cast → Mul(Mul(scales, weightScales))`. */
  #planProduct(product: NodeSummary, values: string, scales: string, zeroPoint: string): void {
    const [left, weight = '', leftZeroPoint = '', weightZeroPoint = ''] = product.inputs;
    if (left !== values || leftZeroPoint !== zeroPoint || weight === values) {
      throw new Unrecognised(
        `${describe(product)} does not take its activations as the quantiser writes them`,
      );
    }
    this.#requireConstant(product, weightZeroPoint);
    const rows = this.#weightRows(product, weight);
    const sums = product.outputs[0]!;
    this.#requireInner(product, [sums]);
    const cast = this.#onlyConsumer(product, sums);
    if (cast.domain !== '' || cast.opType !== 'Cast' || this.#castTarget(cast) !== ELEMENT_TYPES.float32) {
      throw new Unrecognised(`${describe(product)} feeds ${describe(cast)} instead of a Cast to float`);
    }
    const floats = cast.outputs[0]!;
    this.#requireInner(cast, [floats]);
    const scaling = this.#onlyConsumer(cast, floats);
    const scale = scaling.inputs.find((name) => name !== floats);
    const scaleProduct = scale === undefined ? undefined : this.#edit.producerOf(scale);
    if (!isMul(scaling) || scale === undefined || !scaleProduct || !isMul(scaleProduct)) {
      throw new Unrecognised(`${describe(cast)} is not multiplied by a product of scales`);
    }
    const weightScale = scaleProduct.inputs.find((name) => name !== scales);
    if (!scaleProduct.inputs.includes(scales) || weightScale === undefined) {
      throw new Unrecognised(`${describe(scaleProduct)} is not a product with the activations' scale`);
    }
    this.#requireConstant(scaleProduct, weightScale);
    this.#requireInner(scaleProduct, [scale]);
    for (const consumer of this.#edit.consumersOf(scale)) {
      // Two products may share one scale product when their weights are tied; both have to be re-written.
      const other = consumer.inputs
        .map((name) => this.#edit.producerOf(name))
        .find((node) => node?.opType === 'Cast');
      const sumsOf = other && this.#edit.producerOf(other.inputs[0]!);
      if (!isMul(consumer) || sumsOf?.opType !== 'MatMulInteger' || sumsOf.inputs[0] !== values) {
        throw new Unrecognised(`${describe(scaleProduct)} also feeds ${describe(consumer)}`);
      }
    }
    this.#edit.reshape(scale);
    this.#products++;
    const constant = { weight, rows, weightScale, weightZeroPoint };
    this.#edit.replace(product, (graph) => {
      graph.op('MatMulInteger', integerInputs(values, constant), { output: sums, name: product.name });
    });
    this.#edit.remove(scaleProduct);
    this.#edit.replace(scaling, (graph) => {
      const output = { output: scaling.outputs[0]!, name: scaling.name };
      this.#scale(graph, floats, this.#quantised.get(values)!, constant, output);
    });
  }

  /** `MatMulIntegerToFloat(values, weight, scales, weightScale, zeroPoint?, weightZeroPoint?, bias?)`. */
  #planFusedProduct(product: NodeSummary, values: string, scales: string, zeroPoint: string): void {
    const [left, weight = '', leftScale, weightScale = '', leftZeroPoint, weightZeroPoint = '', bias = ''] =
      product.inputs;
    if (left !== values || leftScale !== scales || leftZeroPoint !== zeroPoint) {
      throw new Unrecognised(
        `${describe(product)} does not take its activations as the quantiser writes them`,
      );
    }
    this.#requireConstant(product, weightScale, weightZeroPoint);
    const rows = this.#weightRows(product, weight);
    this.#products++;
    this.#edit.replace(product, (graph) => {
      const constant = { weight, rows, weightScale, weightZeroPoint };
      this.#product(graph, this.#quantised.get(values)!, constant, bias, product.outputs[0]!);
    });
  }

  /** `DynamicQuantizeMatMul(x, weight, weightScale, weightZeroPoint?, bias?)`. */
  #planFusedQuantiser(node: NodeSummary): void {
    const [input = '', weight = '', weightScale = '', weightZeroPoint = '', bias = ''] = node.inputs;
    this.#requireConstant(node, weightScale, weightZeroPoint);
    const rows = this.#weightRows(node, weight);
    this.#products++;
    this.#edit.replace(node, (graph) => {
      const activations = this.#quantised.get(input) ?? this.#quantise(graph, input);
      this.#quantised.set(input, activations);
      const constant = { weight, rows, weightScale, weightZeroPoint };
      this.#product(graph, activations, constant, bias, node.outputs[0]!);
    });
  }

  #product(
    graph: GraphBuilder,
    activations: QuantisedTokens,
    constant: QuantisedWeight,
    bias: string,
    output: string,
  ): void {
    const sums = graph.op('MatMulInteger', integerInputs(activations.values, constant));
    const floats = graph.op('Cast', [sums], { attributes: { to: ELEMENT_TYPES.float32 } });
    if (bias === '') this.#scale(graph, floats, activations, constant, { output });
    else graph.op('Add', [this.#scale(graph, floats, activations, constant), bias], { output });
  }

  /** `floats · weightScale · scales + minimums · columnSums`. */
  #scale(
    graph: GraphBuilder,
    floats: string,
    { scales, minimums }: QuantisedTokens,
    constant: QuantisedWeight,
    options: NodeOptions = {},
  ): string {
    const { rows, weightScale } = constant;
    const ones = this.#edit.constant(graph, `ones_${rows}`, () =>
      tensor('uint8', [rows], new Uint8Array(rows).fill(1)),
    );
    const columns = graph.op('MatMulInteger', integerInputs(ones, constant));
    const columnFloats = graph.op('Cast', [columns], { attributes: { to: ELEMENT_TYPES.float32 } });
    const columnSums = graph.op('Mul', [columnFloats, weightScale]);
    const scaled = graph.op('Mul', [graph.op('Mul', [floats, weightScale]), scales]);
    return graph.op('Add', [scaled, graph.op('Mul', [minimums, columnSums])], options);
  }

  #quantise(graph: GraphBuilder, input: string, names?: { values: string; scales: string }): QuantisedTokens {
    this.#quantisations++;
    const minimums = this.#reduce(graph, 'ReduceMin', input);
    const range = graph.op('Sub', [this.#reduce(graph, 'ReduceMax', input), minimums]);
    const step = this.#edit.constant(graph, 'step', () => tensor('float32', [], [1 / 255]));
    // The floor keeps a row of equal numbers from dividing by zero.
    const floor = this.#edit.constant(graph, 'floor', () => tensor('float32', [], [1e-30]));
    const scales = graph.op('Max', [graph.op('Mul', [range, step]), floor], {
      ...(names && { output: names.scales }),
    });
    const steps = graph.op('Div', [graph.op('Sub', [input, minimums]), scales]);
    const values = graph.op('Cast', [graph.op('Round', [steps])], {
      attributes: { to: ELEMENT_TYPES.uint8 },
      ...(names && { output: names.values }),
    });
    return { values, scales, minimums };
  }

  /** Over the last axis, kept as size 1. The axes moved from an attribute to an input in opset 18. */
  #reduce(graph: GraphBuilder, opType: 'ReduceMin' | 'ReduceMax', input: string): string {
    if ((this.#model.opsets.get('') ?? 0) < 18)
      return graph.op(opType, [input], { attributes: { axes: [-1] } });
    return graph.op(opType, [input, this.#edit.constant(graph, 'last_axis', () => int64Tensor([-1]))]);
  }

  #onlyConsumer(node: NodeSummary, name: string): NodeSummary {
    const [consumer, ...more] = this.#edit.consumersOf(name);
    if (!consumer || more.length > 0) {
      throw new Unrecognised(
        `${describe(node)} feeds ${more.length + (consumer ? 1 : 0)} nodes instead of one`,
      );
    }
    return consumer;
  }

  /** Values that will have another shape or meaning must not be seen from outside. */
  #requireInner(node: NodeSummary, names: readonly string[]): void {
    const seen = names.find((name) => this.#edit.isGraphOutput(name));
    if (seen !== undefined) throw new Unrecognised(`${describe(node)} writes the graph output ${seen}`);
  }

  #requireConstant(node: NodeSummary, ...names: readonly string[]): void {
    for (const name of names) {
      if (name === '' || this.#model.initializers.has(name)) continue;
      if (this.#edit.producerOf(name)?.opType === 'Constant') continue;
      throw new Unrecognised(`${describe(node)} takes ${name}, which is not constant`);
    }
  }

  /** Inner size of a product with a constant matrix. */
  #weightRows(node: NodeSummary, name: string): number {
    this.#requireConstant(node, name);
    const producer = this.#edit.producerOf(name);
    const value = producer && readAttributes(this.#bytes, producer).get('value');
    const tensor = value?.kind === 'tensor' ? value.value : this.#model.initializers.get(name);
    if (tensor?.dims.length !== 2)
      throw new Unrecognised(`${describe(node)} takes ${name}, which is no matrix`);
    return tensor.dims[0]!;
  }

  #castTarget(node: NodeSummary): number | undefined {
    const to = readAttributes(this.#bytes, node).get('to');
    return to?.kind === 'int' ? Number(to.value) : undefined;
  }
}

/** Inputs of MatMulInteger with an activation zero point of 0. */
function integerInputs(values: string, { weight, weightZeroPoint }: QuantisedWeight): string[] {
  return weightZeroPoint === '' ? [values, weight] : [values, weight, '', weightZeroPoint];
}

function isMul(node: NodeSummary): boolean {
  return node.domain === '' && node.opType === 'Mul';
}

function describe(node: NodeSummary): string {
  return `${node.opType} ${node.name || node.outputs[0] || ''}`.trimEnd();
}
