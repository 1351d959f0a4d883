/**
 * Replacing nodes of a graph without touching its weights: old nodes are hidden by changing one byte each,
 * the new ones come in an appended message.
 */

import { type ModelSummary, type NodeSummary, valueNames } from '../read/model.ts';
import { encodeAddition } from '../write/encode.ts';
import { GraphBuilder } from '../write/graph-builder.ts';
import type { TensorValue } from '../write/tensor.ts';
import type { ByteEdit, ModelAddition } from './addition.ts';

/** A reserved field number of GraphProto: parsers skip it. Tag of a length-delimited field 9. */
const skippedTag = (9 << 3) | 2;
const nodeTag = (1 << 3) | 2;
const valueInfoTag = (13 << 3) | 2;

/** Writes the replacement of a node into the new graph. */
export type Replacement = (graph: GraphBuilder) => void;

/** A plan of replacements in one graph. Nothing is changed until its addition is applied. */
export class GraphEdit {
  readonly #bytes: Uint8Array;
  readonly #model: ModelSummary;
  readonly #prefix: string;
  readonly #consumers = new Map<string, NodeSummary[]>();
  readonly #producers = new Map<string, NodeSummary>();
  readonly #graphOutputs: ReadonlySet<string>;
  readonly #replacements = new Map<NodeSummary, Replacement>();
  /** Values the new nodes define under their old names, or that are gone. */
  readonly #redefined = new Set<string>();
  /** Values whose shape changes or that are gone: their shape hints no longer hold. */
  readonly #reshaped = new Set<string>();
  readonly #constants = new Map<string, string>();

  /**
   * @param bytes the model's bytes, unchanged since `model` was read from them.
   * @param prefix of the names that new values get.
   */
  constructor(bytes: Uint8Array, model: ModelSummary, prefix: string) {
    this.#bytes = bytes;
    this.#model = model;
    this.#prefix = prefix;
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

  /** Whether nothing was planned. */
  get isEmpty(): boolean {
    return this.#replacements.size === 0;
  }

  /** The node that writes a value; undefined for inputs and initializers. */
  producerOf(name: string): NodeSummary | undefined {
    return this.#producers.get(name);
  }

  consumersOf(name: string): readonly NodeSummary[] {
    return this.#consumers.get(name) ?? [];
  }

  isGraphOutput(name: string): boolean {
    return this.#graphOutputs.has(name);
  }

  isReplaced(node: NodeSummary): boolean {
    return this.#replacements.has(node);
  }

  /** Plans a node's replacement, which defines the node's outputs under their old names, or drops them. */
  replace(node: NodeSummary, replacement: Replacement): void {
    this.#replacements.set(node, replacement);
    for (const name of node.outputs) this.#redefined.add(name);
  }

  /** Plans a node's removal: nothing that stays reads its outputs. */
  remove(node: NodeSummary): void {
    this.replace(node, () => {});
  }

  /** Notes that shape hints of these values no longer hold. */
  reshape(...names: readonly string[]): void {
    for (const name of names) this.#reshaped.add(name);
  }

  /** A constant of the new graph, written once for each name. */
  constant(graph: GraphBuilder, name: string, make: () => TensorValue): string {
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
   * Operator domains that the file does not import yet are imported in version 1.
   * @throws {RangeError} when a node cannot be hidden, because its tag is of unusual length.
   */
  finish(): ModelAddition {
    const taken = valueNames(this.#model);
    for (const name of this.#redefined) taken.delete(name);
    const graph = new GraphBuilder('', { taken, prefix: this.#prefix });
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
    const missing = graph.nodes
      .map((node) => ('opType' in node && node.domain) || '')
      .filter((domain) => domain !== '' && !this.#model.opsets.has(domain));
    const opsets = Object.fromEntries(missing.map((domain) => [domain, 1]));
    return { appended: encodeAddition(graph, opsets), edits };
  }

  #hide(offset: number, from: number, edits: ByteEdit[]): void {
    if (this.#bytes[offset] !== from) {
      throw new RangeError(`The field at byte ${offset} has a tag of unusual length`);
    }
    edits.push({ offset, from, to: skippedTag });
  }
}
