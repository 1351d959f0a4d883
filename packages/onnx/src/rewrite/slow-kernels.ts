/**
 * Re-writes operators whose kernels are slow in onnxruntime's WebAssembly build. Measured on 1,024 tokens of
 * a BERT with 384 channels, one thread:
 *
 * - LayerNormalization sums one number after the other: 2.7 times as long as the same arithmetic in single
 *   operators, which are vectorised. The runtime fuses exporters' chains into it; written with `d · d` for
 *   `d²`, the chain stays.
 * - GELU by the error function takes 2.3 times as long as by tanh (Hendrycks and Gimpel 2016, section 2; at most
 *   0.0005 apart). That is used only where the result is then rounded to 8 bits, which moves it about ten
 *   times as far; elsewhere GELU stays exact.
 *
 * - Rounding to 8 bits in two operators, and scaling an integer product after it was converted, pass over the
 *   numbers twice where QuantizeLinear and MatMulIntegerToFloat do it once.
 *
 * Together they make an int8 encoder about an eighth faster.
 */

import { type ModelSummary, type NodeSummary, readAttributes, type TensorSummary } from '../read/model.ts';
import { ELEMENT_TYPES, type ElementType } from '../types.ts';
import type { GraphBuilder } from '../write/graph-builder.ts';
import { int64Tensor, tensor } from '../write/tensor.ts';
import type { ModelAddition } from './addition.ts';
import { GraphEdit } from './graph-edit.ts';

/** A change to a model, with what it replaces. */
export interface SlowKernelRewrite extends ModelAddition {
  /** LayerNormalization nodes taken apart, and squares that kept the runtime from building one. */
  readonly normalisations: number;
  /** GELUs computed by tanh. */
  readonly gelus: number;
  /** Pairs of operators of a quantised product that became one. */
  readonly fusions: number;
}

const MICROSOFT_DOMAIN = 'com.microsoft';

/** Readers that only round a value to 8 bits: the usual quantisers, and a rewrite per token. */
const ROUNDING_CONSUMERS = new Set(['DynamicQuantizeLinear', 'DynamicQuantizeMatMul']);
const PER_TOKEN_CONSUMERS = ['ReduceMin', 'ReduceMax', 'Sub'];

/**
 * Plans the rewrite; undefined when there is nothing to gain. Only float32 parts of the graph are touched, and
 * no weight is moved or copied: see `applyAdditions`. A pattern that is not recognised stays as it is.
 *
 * @param bytes the model's bytes, unchanged since `model` was read from them.
 * @throws {ProtobufError} on malformed node attributes.
 */
export function rewriteSlowKernels(bytes: Uint8Array, model: ModelSummary): SlowKernelRewrite | undefined {
  const edit = new GraphEdit(bytes, model, 'nearfield_kernel_');
  const graph = new Patterns(bytes, model, edit);
  let normalisations = 0;
  let gelus = 0;
  let fusions = 0;
  for (const node of model.nodes) {
    if (graph.layerNormalisation(node) || graph.square(node)) normalisations++;
    else if (graph.gelu(node)) gelus++;
    else if (graph.rounding(node) || graph.integerProduct(node)) fusions++;
  }
  if (edit.isEmpty) return undefined;
  try {
    return { normalisations, gelus, fusions, ...edit.finish() };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

class Patterns {
  readonly #bytes: Uint8Array;
  readonly #model: ModelSummary;
  readonly #edit: GraphEdit;

  constructor(bytes: Uint8Array, model: ModelSummary, edit: GraphEdit) {
    this.#bytes = bytes;
    this.#model = model;
    this.#edit = edit;
  }

  /** LayerNormalization over the last axis: taken apart. */
  layerNormalisation(node: NodeSummary): boolean {
    if (!isOperator(node, 'LayerNormalization')) return false;
    const attributes = readAttributes(this.#bytes, node);
    const axis = attributes.get('axis');
    const epsilon = attributes.get('epsilon');
    if (axis && !(axis.kind === 'int' && axis.value === -1n)) return false;
    if (node.outputs.slice(1).some((name) => name !== '')) return false;
    const [input = '', scale = '', bias = ''] = node.inputs;
    if (this.#constant(scale)?.type !== 'float32') return false;
    const floor = epsilon?.kind === 'float' ? epsilon.value : 1e-5;
    this.#edit.replace(node, (graph) => {
      const distance = graph.op('Sub', [input, this.#mean(graph, input)]);
      const variance = this.#mean(graph, graph.op('Mul', [distance, distance]));
      const epsilonName = this.#edit.constant(graph, `epsilon_${floor}`, () =>
        tensor('float32', [], [floor]),
      );
      const deviation = graph.op('Sqrt', [graph.op('Add', [variance, epsilonName])]);
      const output = { output: node.outputs[0]!, name: node.name };
      const scaled = [graph.op('Div', [distance, deviation]), scale];
      if (bias === '') graph.op('Mul', scaled, output);
      else graph.op('Add', [graph.op('Mul', scaled), bias], output);
    });
    return true;
  }

  /** The square in an exporter's chain of a normalisation: `Pow(d, 2)` that a mean is taken of. */
  square(node: NodeSummary): boolean {
    if (!isOperator(node, 'Pow')) return false;
    const [base = '', exponent = ''] = node.inputs;
    const [output = ''] = node.outputs;
    if (this.#scalar(exponent) !== 2 || this.#edit.isGraphOutput(output)) return false;
    const consumers = this.#edit.consumersOf(output);
    if (consumers.length === 0 || !consumers.every((each) => isOperator(each, 'ReduceMean'))) return false;
    this.#edit.replace(node, (graph) => {
      graph.op('Mul', [base, base], { output, name: node.name });
    });
    return true;
  }

  /** A GELU, as one node or as an exporter's chain, whose result is rounded to 8 bits. */
  gelu(node: NodeSummary): boolean {
    if (isOperator(node, 'Erf')) return this.#geluChain(node);
    const isContributed =
      isOperator(node, 'Gelu', MICROSOFT_DOMAIN) || isOperator(node, 'BiasGelu', MICROSOFT_DOMAIN);
    if (!isContributed && !isOperator(node, 'Gelu')) return false;
    const approximate = readAttributes(this.#bytes, node).get('approximate');
    if (approximate && !(approximate.kind === 'string' && approximate.value === 'none')) return false;
    const output = node.outputs[0]!;
    if (!this.#isRounded(output)) return false;
    this.#replaceByTanh(node, node.inputs);
    return true;
  }

  /** `x · ½ · (1 + erf(x / √2))`, in the orders in which exporters multiply. */
  #geluChain(error: NodeSummary): boolean {
    const inner = this.#edit.producerOf(error.inputs[0]!);
    if (!inner || this.#onlyConsumer(inner) !== error) return false;
    const input = isOperator(inner, 'Div')
      ? this.#operandBeside(inner, Math.SQRT2, [1])
      : isOperator(inner, 'Mul')
        ? this.#operandBeside(inner, Math.SQRT1_2)
        : undefined;
    const sum = this.#onlyConsumer(error);
    if (input === undefined || !sum || !isOperator(sum, 'Add')) return false;
    if (this.#operandBeside(sum, 1) === undefined) return false;
    const first = this.#onlyConsumer(sum);
    if (!first || !isOperator(first, 'Mul')) return false;

    const chain = [inner, error, sum];
    const beside = first.inputs.find((name) => name !== sum.outputs[0]);
    const half = beside === undefined ? undefined : this.#edit.producerOf(beside);
    let last = first;
    if (half && isOperator(half, 'Mul') && this.#operandBeside(half, 0.5) === input) {
      // (½ · x) · (1 + erf)
      if (this.#onlyConsumer(half) !== first) return false;
      chain.push(half);
    } else {
      // (x · (1 + erf)) · ½ or x · ((1 + erf) · ½)
      const second = this.#onlyConsumer(first);
      if (!second || !isOperator(second, 'Mul')) return false;
      const halvedLast = beside === input && this.#operandBeside(second, 0.5) === first.outputs[0];
      const halvedFirst =
        this.#operandBeside(first, 0.5) === sum.outputs[0] &&
        second.inputs.includes(input) &&
        second.inputs.includes(first.outputs[0]!);
      if (!halvedLast && !halvedFirst) return false;
      chain.push(first);
      last = second;
    }
    if (!this.#isRounded(last.outputs[0]!)) return false;
    for (const node of chain) this.#edit.remove(node);
    this.#replaceByTanh(last, [input]);
    return true;
  }

  /** `Cast(Round(x))` to uint8: one operator rounds the same way, to even, and converts. */
  rounding(node: NodeSummary): boolean {
    if (!isOperator(node, 'Round')) return false;
    const cast = this.#onlyConsumer(node);
    if (!cast || !isOperator(cast, 'Cast') || !this.#castsTo(cast, 'uint8')) return false;
    this.#edit.remove(node);
    this.#edit.replace(cast, (graph) => {
      const one = this.#edit.constant(graph, 'one', () => tensor('float32', [], [1]));
      const zero = this.#edit.constant(graph, 'zero_uint8', () => tensor('uint8', [], [0]));
      graph.op('QuantizeLinear', [node.inputs[0]!, one, zero], { output: cast.outputs[0]!, name: cast.name });
    });
    return true;
  }

  /** `Mul(Cast(MatMulInteger(q, W)), scale)` with a constant scale: one operator. */
  integerProduct(node: NodeSummary): boolean {
    if (!isOperator(node, 'MatMulInteger')) return false;
    const cast = this.#onlyConsumer(node);
    if (!cast || !isOperator(cast, 'Cast') || !this.#castsTo(cast, 'float32')) return false;
    const scaled = this.#onlyConsumer(cast);
    if (!scaled || !isOperator(scaled, 'Mul')) return false;
    const scale = scaled.inputs.find((name) => name !== cast.outputs[0]);
    if (scale === undefined || !this.#isWeightScale(scale)) return false;
    const [values = '', weight = '', zeroPoint = '', weightZeroPoint = ''] = node.inputs;
    this.#edit.remove(node);
    this.#edit.remove(cast);
    this.#edit.replace(scaled, (graph) => {
      const one = this.#edit.constant(graph, 'one', () => tensor('float32', [], [1]));
      const inputs = [values, weight, one, scale, zeroPoint, weightZeroPoint];
      while (inputs.at(-1) === '') inputs.pop();
      const output = { output: scaled.outputs[0]!, name: scaled.name, domain: MICROSOFT_DOMAIN };
      graph.op('MatMulIntegerToFloat', inputs, output);
    });
    return true;
  }

  #castsTo(cast: NodeSummary, type: ElementType): boolean {
    const to = readAttributes(this.#bytes, cast).get('to');
    return to?.kind === 'int' && Number(to.value) === ELEMENT_TYPES[type];
  }

  /** A constant with one number, or one for each column. */
  #isWeightScale(name: string): boolean {
    const value = this.#constant(name);
    return value?.type === 'float32' && value.dims.length <= 1;
  }

  #replaceByTanh(node: NodeSummary, inputs: readonly string[]): void {
    const [output = ''] = node.outputs;
    this.#edit.replace(node, (graph) => {
      graph.op('FastGelu', inputs, { output, name: node.name, domain: MICROSOFT_DOMAIN });
    });
  }

  /** Whether all that becomes of a value, at most multiplied by a gate, is a rounding to 8 bits. */
  #isRounded(name: string, throughGate = true): boolean {
    if (this.#edit.isGraphOutput(name)) return false;
    const consumers = this.#edit.consumersOf(name);
    if (consumers.length === 0) return false;
    const types = consumers.map(({ opType }) => opType);
    if (types.every((type) => ROUNDING_CONSUMERS.has(type))) return true;
    if (
      types.length === PER_TOKEN_CONSUMERS.length &&
      PER_TOKEN_CONSUMERS.every((type) => types.includes(type))
    ) {
      return true;
    }
    const [gate, ...more] = consumers;
    return (
      throughGate &&
      more.length === 0 &&
      isOperator(gate!, 'Mul') &&
      this.#isRounded(gate!.outputs[0]!, false)
    );
  }

  /** Over the last axis, kept as size 1. The axes moved from an attribute to an input in opset 18. */
  #mean(graph: GraphBuilder, input: string): string {
    if ((this.#model.opsets.get('') ?? 0) < 18) {
      return graph.op('ReduceMean', [input], { attributes: { axes: [-1] } });
    }
    const axis = this.#edit.constant(graph, 'last_axis', () => int64Tensor([-1]));
    return graph.op('ReduceMean', [input, axis]);
  }

  /** The node's operand whose other one is about this number; undefined when neither is. */
  #operandBeside(
    { inputs }: NodeSummary,
    value: number,
    positions: readonly number[] = [0, 1],
  ): string | undefined {
    const position = positions.find((index) => {
      const scalar = this.#scalar(inputs[index] ?? '');
      return scalar !== undefined && Math.abs(scalar - value) < 1e-4;
    });
    return position === undefined ? undefined : inputs[1 - position];
  }

  #onlyConsumer({ outputs }: NodeSummary): NodeSummary | undefined {
    const [output = ''] = outputs;
    if (this.#edit.isGraphOutput(output)) return undefined;
    const [consumer, ...more] = this.#edit.consumersOf(output);
    return more.length === 0 ? consumer : undefined;
  }

  /** A float32 constant of one number. */
  #scalar(name: string): number | undefined {
    const value = this.#constant(name);
    if (value?.type !== 'float32' || !value.data || value.data.end - value.data.start !== 4) return undefined;
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + value.data.start, 4).getFloat32(0, true);
  }

  #constant(name: string): TensorSummary | undefined {
    const initializer = this.#model.initializers.get(name);
    if (initializer) return initializer;
    const producer = this.#edit.producerOf(name);
    if (!producer || !isOperator(producer, 'Constant')) return undefined;
    const value = readAttributes(this.#bytes, producer).get('value');
    return value?.kind === 'tensor' ? value.value : undefined;
  }
}

function isOperator(node: NodeSummary, opType: string, domain = ''): boolean {
  return node.opType === opType && node.domain === domain;
}
