/**
 * Re-writes dynamically quantised int8 graphs, as the usual quantisers publish them, so that activations get
 * one scale per token instead of one per tensor. With one scale per tensor a text's vector depends on its
 * neighbours in the batch; with one per token it does not, and it comes closer to float32.
 *
 * Per tensor: `DynamicQuantizeLinear(x) → q, s, z`, `MatMulInteger(q, W, z, zw)`, `Cast`, `Mul` by `s · sw`.
 * Per token, over the last axis of x: `s = max|x| / 127`, `q = uint8(round(x / s) + 128)`,
 * `MatMulInteger(q, W, 128, zw)`, `Cast`, `Mul` by `sw`, `Mul` by `s`.
 *
 * The activations stay unsigned because int8 × int8 products take a slow path on CPUs. The product with the
 * scales stays in two steps because onnxruntime fuses `Mul(Cast(y), Mul(s, sw))` into MatMulIntegerToFloat,
 * which reads only the first number of `s`.
 */
import type { ByteEdit, ModelAddition } from './addition.ts';
import {
  type ModelSummary,
  type NodeSummary,
  readAttributes,
  subgraphOperators,
  valueNames,
} from './model.ts';
import { elementTypes } from './types.ts';
import { encodeAddition, GraphBuilder, int64Tensor, tensor } from './writer.ts';

/** What {@link rewritePerToken} found. */
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

const microsoft = 'com.microsoft';

/** A reserved field number of GraphProto: parsers skip it. Tag of a length-delimited field 9. */
const skippedTag = (9 << 3) | 2;
const nodeTag = (1 << 3) | 2;
const valueInfoTag = (13 << 3) | 2;

/** Quantising operators whose scale covers a whole tensor and that this rewrite cannot take apart. */
const otherQuantisers = new Set(['DynamicQuantizeLSTM', 'QAttention', 'QEmbedLayerNormalization']);

/** What shows that a subgraph quantises, or reads quantised values of the graph around it. */
const integerOperators = new Set([
  'DynamicQuantizeLinear',
  'MatMulInteger',
  'ConvInteger',
  `${microsoft}.DynamicQuantizeMatMul`,
  `${microsoft}.MatMulIntegerToFloat`,
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

/** What a node is replaced by; called with the new graph to write into. */
type Replacement = (graph: GraphBuilder) => void;

class Rewriter {
  readonly #bytes: Uint8Array;
  readonly #model: ModelSummary;
  readonly #consumers = new Map<string, NodeSummary[]>();
  readonly #producers = new Map<string, NodeSummary>();
  readonly #graphOutputs: ReadonlySet<string>;
  readonly #replacements = new Map<NodeSummary, Replacement>();
  /** Values the new nodes define under their old names, or that are gone. */
  readonly #redefined = new Set<string>();
  /** Values whose shape changes or that are gone: their shape hints no longer hold. */
  readonly #reshaped = new Set<string>();
  readonly #constants = new Map<string, string>();
  /** Inputs of fused operators that were quantised already, for several products of one input. */
  readonly #quantised = new Map<string, { values: string; scales: string }>();
  #quantisations = 0;
  #products = 0;

  constructor(bytes: Uint8Array, model: ModelSummary) {
    this.#bytes = bytes;
    this.#model = model;
    this.#graphOutputs = new Set(model.outputs.map(({ name }) => name));
    for (const node of model.nodes) {
      for (const name of node.outputs) if (name !== '') this.#producers.set(name, node);
      for (const name of new Set(node.inputs)) {
        if (name === '') continue;
        const consumers = this.#consumers.get(name);
        if (consumers) consumers.push(node);
        else this.#consumers.set(name, [node]);
      }
    }
  }

  rewrite(): PerTokenRewrite {
    for (const node of this.#model.nodes) this.#plan(node);
    if (this.#replacements.size === 0) return { status: 'not-needed' };
    return this.#emit();
  }

  #plan(node: NodeSummary): void {
    const operator = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`;
    if (node.domain === microsoft && otherQuantisers.has(node.opType)) {
      throw new Unrecognised(`${describe(node)} quantises its activations itself`);
    }
    for (const inner of node.attributes.length > 0 ? subgraphOperators(this.#bytes, node) : []) {
      if (integerOperators.has(inner)) throw new Unrecognised(`${describe(node)} has ${inner} in a subgraph`);
    }
    if (operator === 'DynamicQuantizeLinear') this.#planQuantiser(node);
    else if (operator === `${microsoft}.DynamicQuantizeMatMul`) this.#planFusedQuantiser(node);
  }

  #planQuantiser(node: NodeSummary): void {
    const input = node.inputs[0]!;
    const [values = '', scales = '', zeroPoint = ''] = node.outputs;
    this.#requireInner(node, [values, scales, zeroPoint]);
    const products = this.#consumersOf(values);
    for (const product of products) {
      if (product.domain === '' && product.opType === 'MatMulInteger') {
        this.#planProduct(product, values, scales, zeroPoint);
      } else if (product.domain === microsoft && product.opType === 'MatMulIntegerToFloat') {
        this.#planFusedProduct(product, values, scales, zeroPoint);
      } else {
        throw new Unrecognised(`${describe(node)} feeds ${describe(product)}`);
      }
    }
    for (const consumer of this.#consumersOf(zeroPoint)) {
      if (!products.includes(consumer)) {
        throw new Unrecognised(`The zero point of ${describe(node)} feeds ${describe(consumer)}`);
      }
    }
    for (const consumer of this.#consumersOf(scales)) {
      if (!this.#replacements.has(consumer)) {
        throw new Unrecognised(`The scale of ${describe(node)} feeds ${describe(consumer)}`);
      }
    }
    this.#reshaped.add(scales).add(zeroPoint);
    this.#replace(node, (graph) => {
      this.#quantise(graph, input, { values, scales });
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
    this.#requireConstant(product, weight, weightZeroPoint);
    const sums = product.outputs[0]!;
    this.#requireInner(product, [sums]);
    const cast = this.#onlyConsumer(product, sums);
    if (cast.domain !== '' || cast.opType !== 'Cast' || this.#castTarget(cast) !== elementTypes.float32) {
      throw new Unrecognised(`${describe(product)} feeds ${describe(cast)} instead of a Cast to float`);
    }
    const floats = cast.outputs[0]!;
    this.#requireInner(cast, [floats]);
    const scaling = this.#onlyConsumer(cast, floats);
    const scale = scaling.inputs.find((name) => name !== floats);
    const scaleProduct = scale === undefined ? undefined : this.#producers.get(scale);
    if (!isMul(scaling) || scale === undefined || !scaleProduct || !isMul(scaleProduct)) {
      throw new Unrecognised(`${describe(cast)} is not multiplied by a product of scales`);
    }
    const weightScale = scaleProduct.inputs.find((name) => name !== scales);
    if (!scaleProduct.inputs.includes(scales) || weightScale === undefined) {
      throw new Unrecognised(`${describe(scaleProduct)} is not a product with the activations' scale`);
    }
    this.#requireConstant(scaleProduct, weightScale);
    this.#requireInner(scaleProduct, [scale]);
    for (const consumer of this.#consumersOf(scale)) {
      // Two products may share one scale product when their weights are tied; both have to be re-written.
      const other = consumer.inputs
        .map((name) => this.#producers.get(name))
        .find((node) => node?.opType === 'Cast');
      const sumsOf = other && this.#producers.get(other.inputs[0]!);
      if (!isMul(consumer) || sumsOf?.opType !== 'MatMulInteger' || sumsOf.inputs[0] !== values) {
        throw new Unrecognised(`${describe(scaleProduct)} also feeds ${describe(consumer)}`);
      }
    }
    this.#reshaped.add(scale);
    this.#products++;
    this.#replace(product, (graph) => {
      const inputs = [values, weight, this.#zeroPoint(graph)];
      if (weightZeroPoint !== '') inputs.push(weightZeroPoint);
      graph.op('MatMulInteger', inputs, { output: sums, name: product.name });
    });
    this.#replace(scaleProduct, () => {});
    this.#replace(scaling, (graph) => {
      const weighted = graph.op('Mul', [floats, weightScale]);
      graph.op('Mul', [weighted, scales], { output: scaling.outputs[0]!, name: scaling.name });
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
    this.#requireConstant(product, weight, weightScale, weightZeroPoint);
    this.#products++;
    this.#replace(product, (graph) => {
      const output = product.outputs[0]!;
      this.#product(graph, { values, scales }, { weight, weightScale, weightZeroPoint, bias, output });
    });
  }

  /** `DynamicQuantizeMatMul(x, weight, weightScale, weightZeroPoint?, bias?)`. */
  #planFusedQuantiser(node: NodeSummary): void {
    const [input = '', weight = '', weightScale = '', weightZeroPoint = '', bias = ''] = node.inputs;
    this.#requireConstant(node, weight, weightScale, weightZeroPoint);
    this.#products++;
    this.#replace(node, (graph) => {
      const activations = this.#quantised.get(input) ?? this.#quantise(graph, input);
      this.#quantised.set(input, activations);
      const output = node.outputs[0]!;
      this.#product(graph, activations, { weight, weightScale, weightZeroPoint, bias, output });
    });
  }

  #product(
    graph: GraphBuilder,
    { values, scales }: { values: string; scales: string },
    to: { weight: string; weightScale: string; weightZeroPoint: string; bias: string; output: string },
  ): void {
    const inputs = [values, to.weight, this.#zeroPoint(graph)];
    if (to.weightZeroPoint !== '') inputs.push(to.weightZeroPoint);
    const sums = graph.op('MatMulInteger', inputs);
    const floats = graph.op('Cast', [sums], { attributes: { to: elementTypes.float32 } });
    const weighted = graph.op('Mul', [floats, to.weightScale]);
    if (to.bias === '') graph.op('Mul', [weighted, scales], { output: to.output });
    else graph.op('Add', [graph.op('Mul', [weighted, scales]), to.bias], { output: to.output });
  }

  #quantise(
    graph: GraphBuilder,
    input: string,
    names?: { values: string; scales: string },
  ): { values: string; scales: string } {
    this.#quantisations++;
    const magnitudes = graph.op('Abs', [input]);
    // The axes of ReduceMax moved from an attribute to an input in opset 18.
    const largest =
      (this.#model.opsets.get('') ?? 0) >= 18
        ? graph.op('ReduceMax', [magnitudes, this.#constant(graph, 'last_axis', () => int64Tensor([-1]))])
        : graph.op('ReduceMax', [magnitudes], { attributes: { axes: [-1] } });
    const step = this.#constant(graph, 'step', () => tensor('float32', [], [1 / 127]));
    // The floor keeps a row of zeros from dividing by zero.
    const floor = this.#constant(graph, 'floor', () => tensor('float32', [], [1e-30]));
    const scales = graph.op('Max', [graph.op('Mul', [largest, step]), floor], {
      ...(names && { output: names.scales }),
    });
    const shift = this.#constant(graph, 'shift', () => tensor('float32', [], [128]));
    const rounded = graph.op('Round', [graph.op('Div', [input, scales])]);
    const values = graph.op('Cast', [graph.op('Add', [rounded, shift])], {
      attributes: { to: elementTypes.uint8 },
      ...(names && { output: names.values }),
    });
    return { values, scales };
  }

  #zeroPoint(graph: GraphBuilder): string {
    return this.#constant(graph, 'zero_point', () => tensor('uint8', [], [128]));
  }

  #constant(graph: GraphBuilder, name: string, make: () => ReturnType<typeof tensor>): string {
    let value = this.#constants.get(name);
    if (value === undefined) {
      value = graph.freeName(name);
      graph.constant(value, make());
      this.#constants.set(name, value);
    }
    return value;
  }

  /**
   * Writes everything from the first changed node on anew, so that nodes still follow those they read.
   * Nodes without inputs (constants, possibly large) stay where they are.
   */
  #emit(): PerTokenRewrite {
    const taken = valueNames(this.#model);
    for (const name of this.#redefined) taken.delete(name);
    const graph = new GraphBuilder('', { taken, prefix: 'nearfield_per_token_' });
    const edits: ByteEdit[] = [];
    let changed = false;
    for (const node of this.#model.nodes) {
      const replacement = this.#replacements.get(node);
      changed ||= replacement !== undefined;
      if (!changed || (!replacement && node.inputs.length === 0 && node.opType === 'Constant')) continue;
      this.#hide(node.tag, nodeTag, edits);
      if (replacement) replacement(graph);
      else graph.encodedNode(this.#bytes.subarray(node.start, node.end));
    }
    for (const { name, tag } of this.#model.valueInfos) {
      if (this.#reshaped.has(name)) this.#hide(tag, valueInfoTag, edits);
    }
    return {
      status: 'rewritten',
      quantisations: this.#quantisations,
      products: this.#products,
      appended: encodeAddition(graph),
      edits,
    };
  }

  #hide(offset: number, from: number, edits: ByteEdit[]): void {
    if (this.#bytes[offset] !== from) {
      throw new Unrecognised(`The field at byte ${offset} has a tag of unusual length`);
    }
    edits.push({ offset, from, to: skippedTag });
  }

  #replace(node: NodeSummary, replacement: Replacement): void {
    this.#replacements.set(node, replacement);
    for (const name of node.outputs) this.#redefined.add(name);
  }

  #consumersOf(name: string): readonly NodeSummary[] {
    return this.#consumers.get(name) ?? [];
  }

  #onlyConsumer(node: NodeSummary, name: string): NodeSummary {
    const [consumer, ...more] = this.#consumersOf(name);
    if (!consumer || more.length > 0) {
      throw new Unrecognised(
        `${describe(node)} feeds ${more.length + (consumer ? 1 : 0)} nodes instead of one`,
      );
    }
    return consumer;
  }

  /** Values that will have another shape or meaning must not be seen from outside. */
  #requireInner(node: NodeSummary, names: readonly string[]): void {
    const seen = names.find((name) => this.#graphOutputs.has(name));
    if (seen !== undefined) throw new Unrecognised(`${describe(node)} writes the graph output ${seen}`);
  }

  #requireConstant(node: NodeSummary, ...names: readonly string[]): void {
    for (const name of names) {
      if (name === '' || this.#model.initializers.has(name)) continue;
      if (this.#producers.get(name)?.opType === 'Constant') continue;
      throw new Unrecognised(`${describe(node)} takes ${name}, which is not constant`);
    }
  }

  #castTarget(node: NodeSummary): number | undefined {
    const to = readAttributes(this.#bytes, node).get('to');
    return to?.kind === 'int' ? Number(to.value) : undefined;
  }
}

function isMul(node: NodeSummary): boolean {
  return node.domain === '' && node.opType === 'Mul';
}

function describe(node: NodeSummary): string {
  return `${node.opType} ${node.name || node.outputs[0] || ''}`.trimEnd();
}
