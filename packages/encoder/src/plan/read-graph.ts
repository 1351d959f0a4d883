/** Reads a graph node by node and says what its output is made of. */
import {
  type ModelSummary,
  type NodeSummary,
  ProtobufError,
  readAttributes,
  readModel,
  type WeightFiles,
} from '@nearfield/onnx';
import { type Attribute, type HostTensor, integers } from './host.ts';
import { HOST_OPERATORS } from './host-operators.ts';
import * as arithmetic from './operators/arithmetic.ts';
import { softmax, where } from './operators/attention.ts';
import { cast, dynamicQuantizeLinear, matMulInteger } from './operators/integers.ts';
import { clip, gatherND, reduceL2, reduceSum } from './operators/pooling.ts';
import { dequantizedWeights, gemm, matMul, matMulBits } from './operators/products.ts';
import { concat, rotaryEmbedding } from './operators/rotary.ts';
import { expand, identity, reshape, splitNode, squeeze, transpose, unsqueeze } from './operators/shapes.ts';
import { dequantizeLinear, gather, gatherBlockQuantized, slice } from './operators/tables.ts';
import { PROBED_INPUTS, PROBES } from './probes.ts';
import { Refusal, refuse } from './refusal.ts';
import { inputsOf, type Rows } from './rows.ts';
import { computed, type Operator, Step, type StepContext, sameForAll } from './step.ts';
import { type HostValue, type Size, sizesFor, sizesOf, type Value } from './values.ts';
import { Constants } from './weights.ts';

/** Plan of a graph's output, or the reason why the kernels do not compute it. */
export type Reading =
  | { readonly rows: Rows; readonly masksPadding: boolean; readonly dims: readonly Size[] }
  | { readonly refused: string };

/** Operators of the standard domain on vectors. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  Abs: arithmetic.plain,
  Add: arithmetic.add,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  DequantizeLinear: (step) => dequantizedWeights(step) ?? dequantizeLinear(step),
  Div: arithmetic.divide,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  Erf: arithmetic.erf,
  Expand: expand,
  Gather: gather,
  GatherND: gatherND,
  Gelu: arithmetic.gelu,
  Gemm: gemm,
  Identity: identity,
  LayerNormalization: arithmetic.layerNormalisation,
  // onnxruntime's, which its optimiser writes into the standard domain.
  SimplifiedLayerNormalization: arithmetic.layerNormalisation,
  MatMul: matMul,
  MatMulInteger: matMulInteger,
  Max: arithmetic.plain,
  Mul: arithmetic.multiply,
  Neg: arithmetic.plain,
  Pow: arithmetic.power,
  ReduceL2: reduceL2,
  ReduceMax: arithmetic.reduce,
  ReduceMean: arithmetic.reduce,
  ReduceMin: arithmetic.reduce,
  ReduceSum: reduceSum,
  Relu: arithmetic.relu,
  Reshape: reshape,
  Round: arithmetic.plain,
  Sigmoid: arithmetic.sigmoid,
  Slice: slice,
  Softmax: softmax,
  Split: splitNode,
  Sqrt: arithmetic.plain,
  Squeeze: squeeze,
  Sub: arithmetic.subtract,
  Tanh: arithmetic.tanh,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Where: where,
};

/** Operators of onnxruntime's own domain. */
const CONTRIBUTED: Readonly<Record<string, Operator>> = {
  BiasGelu: arithmetic.gelu,
  FastGelu: arithmetic.gelu,
  GatherBlockQuantized: gatherBlockQuantized,
  Gelu: arithmetic.gelu,
  MatMulNBits: matMulBits,
  RotaryEmbedding: rotaryEmbedding,
  SkipLayerNormalization: arithmetic.skipLayerNormalisation,
  SkipSimplifiedLayerNormalization: arithmetic.skipLayerNormalisation,
};

/** Operators that look things up: their constants are tables, which need not be computed for probes. */
const LOOKS_UP: ReadonlySet<string> = new Set([
  'Gather',
  'Slice',
  'DequantizeLinear',
  'GatherBlockQuantized',
]);

/**
 * Reads what one output of a graph is made of.
 *
 * @param bytes the file; weights are referred to, not copied, until they are packed.
 * @param output name of a graph output with vectors of tokens or of texts.
 * @param files weights beside the graph, by the name under which it refers to them.
 * @param adapted reads adapters of low rank: `adapted` of `@nearfield/encoder/adapters`. Default: they are refused.
 */
export function readGraph(
  bytes: Uint8Array,
  output: string,
  files: WeightFiles = new Map(),
  adapted?: Operator,
): Reading {
  try {
    return new GraphReader(bytes, files, adapted).read(output);
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    // Damaged files and weights that are not there: the other runtime has its own words for them.
    if (error instanceof RangeError || error instanceof ProtobufError) return { refused: error.message };
    throw error;
  }
}

class GraphReader {
  readonly #bytes: Uint8Array;
  readonly #model: ModelSummary;
  readonly #producers = new Map<string, NodeSummary>();
  readonly #values = new Map<string, Value>();
  readonly #context: StepContext;
  readonly #adapted: Operator | undefined;

  constructor(bytes: Uint8Array, files: WeightFiles, adapted: Operator | undefined) {
    this.#adapted = adapted;
    this.#bytes = bytes;
    this.#model = readModel(bytes);
    for (const node of this.#model.nodes) for (const name of node.outputs) this.#producers.set(name, node);
    this.#context = {
      constants: new Constants(bytes, files),
      raws: new Map(),
      numbers: new Map(),
      findings: new Map(),
      masksPadding: this.#model.inputs.some(({ name }) => name === 'attention_mask'),
    };
  }

  read(output: string): Reading {
    const { inputs, outputs } = this.#model;
    if (!outputs.some(({ name }) => name === output)) refuse(`it has no output ${output}`);
    const unknown = inputs.find(({ name }) => !PROBED_INPUTS.includes(name));
    if (unknown) refuse(`it has the input ${unknown.name}`);
    const value = this.#valueOf(output);
    if (value.kind === 'raw') refuse(`${value.node} is in it`);
    if (value.kind !== 'rows') refuse(`${output} holds no vectors`);
    requireKernels(value.rows, new Set());
    return { rows: value.rows, masksPadding: this.#context.masksPadding, dims: value.dims };
  }

  /** Value of a name. Nodes are read in an order in which their inputs come first, without recursion. */
  #valueOf(output: string): Value {
    const open = [output];
    while (open.length > 0) {
      const name = open.at(-1)!;
      if (this.#values.has(name)) {
        open.pop();
        continue;
      }
      const producer = this.#producers.get(name);
      const missing = producer?.inputs.filter((input) => input !== '' && !this.#values.has(input)) ?? [];
      if (missing.length > 0) {
        if (open.length > this.#producers.size * 4 + 16) refuse('its nodes wait for each other');
        open.push(...missing);
        continue;
      }
      open.pop();
      if (producer) this.#readNode(producer);
      else this.#values.set(name, this.#source(name));
    }
    return this.#values.get(output)!;
  }

  /** A graph input or a weight. */
  #source(name: string): HostValue {
    const tensor = this.#model.initializers.get(name);
    if (tensor) return this.#constant(tensor);
    if (!this.#model.inputs.some((input) => input.name === name)) refuse(`nothing gives ${name}`);
    return { kind: 'host', isConstant: false, probes: () => PROBES.map(({ inputs }) => inputs[name]!) };
  }

  #constant(tensor: NonNullable<HostValue['tensor']>): HostValue {
    let read: readonly HostTensor[] | undefined;
    return {
      kind: 'host',
      isConstant: true,
      tensor,
      probes: () => {
        read ??= sameForAll(this.#tensor(tensor));
        return read;
      },
    };
  }

  #tensor(tensor: NonNullable<HostValue['tensor']>): HostTensor {
    const isFloat = /^b?float/.test(tensor.type ?? '');
    const type = tensor.type === 'bool' ? 'boolean' : isFloat ? 'float' : 'integer';
    return { type, dims: tensor.dims, data: this.#context.constants.numbers(tensor) };
  }

  #attributes(node: NodeSummary): Map<string, Attribute> {
    const attributes = new Map<string, Attribute>();
    for (const [name, attribute] of readAttributes(this.#bytes, node)) {
      if (attribute.kind === 'int') attributes.set(name, Number(attribute.value));
      else if (attribute.kind === 'ints') attributes.set(name, attribute.value.map(Number));
      else if (attribute.kind === 'tensor') attributes.set(name, this.#tensor(attribute.value));
      else if (attribute.kind === 'graph' || attribute.kind === 'other') attributes.set(name, undefined);
      else attributes.set(name, attribute.value);
    }
    return attributes;
  }

  #readNode(node: NodeSummary): void {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : this.#values.get(name)!));
    const found = this.#meaning(node, inputs);
    if (!found) refuse(`${node.opType} '${node.name || node.outputs[0]}' is used in a way that is not known`);
    const values = Array.isArray(found) ? (found as readonly Value[]) : [found as Value];
    node.outputs.forEach((name, index) => {
      if (name !== '' && values[index]) this.#values.set(name, values[index]);
      else if (name !== '')
        this.#values.set(name, { kind: 'raw', operator: 'Unused', inputs: [], dims: [], node: name });
    });
  }

  #meaning(node: NodeSummary, inputs: readonly (Value | undefined)[]): Value | readonly Value[] | undefined {
    const attributes = this.#attributes(node);
    const { opType, domain } = node;
    if (domain !== '' && domain !== 'com.microsoft') refuse(`it has operators of ${domain}`);
    if (opType === 'Constant' && domain === '') return this.#constantNode(node, attributes);
    const operators = domain === '' ? OPERATORS : CONTRIBUTED;
    const operator = Object.hasOwn(operators, opType) ? operators[opType] : undefined;
    const step = new Step(node, inputs, attributes, this.#context);
    const adapter = domain === '' ? this.#adapted?.(step) : undefined;
    if (adapter) return adapter;
    const isKnown = inputs.every((input) => input === undefined || input.kind === 'host');
    if (isKnown && opType === 'Shape') return hostShape(inputs[0] as HostValue, attributes);
    if (isKnown && operator && LOOKS_UP.has(opType)) {
      const found = operator(step);
      if (found) return found;
    }
    const host = domain === '' && Object.hasOwn(HOST_OPERATORS, opType) ? HOST_OPERATORS[opType] : undefined;
    if (isKnown && host) return this.#hostNode(inputs as readonly HostValue[], attributes, host);
    if (opType === 'Shape') return this.#shapeOf(inputs[0]!, attributes);
    if (!operator) refuse(`${opType} '${node.name || node.outputs[0]}' is in it`);
    return operator(step);
  }

  #constantNode(node: NodeSummary, attributes: ReadonlyMap<string, Attribute>): HostValue {
    const written = readAttributes(this.#bytes, node).get('value');
    if (written?.kind === 'tensor') return this.#constant(written.value);
    for (const [name, type] of [
      ['value_float', 'float'],
      ['value_int', 'integer'],
      ['value_floats', 'float'],
      ['value_ints', 'integer'],
    ] as const) {
      const value = attributes.get(name);
      if (typeof value === 'number' || Array.isArray(value)) {
        const data = typeof value === 'number' ? [value] : (value as readonly number[]);
        const dims = typeof value === 'number' ? [] : [data.length];
        return { kind: 'host', isConstant: true, probes: () => sameForAll({ type, dims, data }) };
      }
    }
    return refuse(`Constant '${node.outputs[0]}' has an unknown form`);
  }

  #hostNode(
    inputs: readonly HostValue[],
    attributes: ReadonlyMap<string, Attribute>,
    operator: (inputs: readonly HostTensor[], attributes: ReadonlyMap<string, Attribute>) => HostTensor,
  ): HostValue {
    return computed(
      inputs.filter((input) => input !== undefined),
      (probe) =>
        operator(
          inputs.map((input) => input?.probes()[probe] as HostTensor),
          attributes,
        ),
    );
  }

  #shapeOf(value: Exclude<Value, HostValue> | Value, attributes: ReadonlyMap<string, Attribute>): Value {
    if (value.kind === 'host') return hostShape(value, attributes);
    const dims = sizesOf(value);
    const all = PROBES.map((_, probe) =>
      HOST_OPERATORS.Shape!([{ ...integers([]), dims: sizesFor(dims, probe) }], attributes),
    );
    const isConstant = dims.every((size) => typeof size === 'number');
    return { kind: 'host', isConstant, isOfSizes: true, probes: () => all };
  }
}

/** The sizes of known numbers, without reading them. */
function hostShape(value: HostValue, attributes: ReadonlyMap<string, Attribute>): HostValue {
  return computed(
    [value],
    (probe) => {
      const dims = value.tensor?.dims ?? value.probes()[probe]!.dims;
      return HOST_OPERATORS.Shape!([{ type: 'integer', dims, data: [] }], attributes);
    },
    true,
  );
}

/** Refuses what was only half of a form. */
function requireKernels(rows: Rows, seen: Set<Rows>): void {
  const open = [rows];
  for (let each = open.pop(); each; each = open.pop()) {
    if (seen.has(each)) continue;
    seen.add(each);
    if (each.op === 'pending') refuse(`${each.node} is in it`);
    open.push(...inputsOf(each));
  }
}
