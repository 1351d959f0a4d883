/**
 * Cuts a graph down to what some of its outputs need. A file that holds two models, such as the text and picture
 * towers of a CLIP model, makes a session of either, without the other's inputs, weights and work.
 */

import { type ProtobufField, ProtobufWriter, readFields, readString, WIRE_TYPE } from '../protobuf.ts';
import type { ModelSummary, NodeSummary } from '../read/model.ts';

/** Fields of GraphProto. */
const FIELDS = {
  node: 1,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  sparseInitializer: 15,
} as const;

/**
 * The model with only these outputs, the nodes they need, and the inputs and weights those need.
 *
 * @param bytes the whole file; not changed. Weights that stay are copied: detach large ones first.
 * @param model its summary.
 * @throws {RangeError} when an output does not exist.
 */
export function keepOutputs(
  bytes: Uint8Array,
  model: ModelSummary,
  outputs: readonly string[],
): Uint8Array<ArrayBuffer> {
  const unknown = outputs.find((name) => !model.outputs.some((output) => output.name === name));
  if (unknown !== undefined) throw new RangeError(`The model has no output ${unknown}`);
  const { values, nodes } = whatIsNeeded(bytes, model, outputs);
  const kept = new ProtobufWriter();
  for (const part of readFields(bytes)) {
    if (part.field !== 7 || part.wireType !== WIRE_TYPE.bytes) {
      kept.encoded(bytes.subarray(part.tag, part.end));
      continue;
    }
    const graph = new ProtobufWriter();
    for (const field of readFields(bytes, part.start, part.end)) {
      if (isKept(bytes, field, values, nodes, outputs)) graph.encoded(bytes.subarray(field.tag, field.end));
    }
    kept.message(7, graph);
  }
  return kept.finish();
}

function isKept(
  bytes: Uint8Array,
  { field, start, end }: ProtobufField,
  values: ReadonlySet<string>,
  nodes: ReadonlySet<number>,
  outputs: readonly string[],
): boolean {
  switch (field) {
    case FIELDS.node:
      return nodes.has(start);
    case FIELDS.output:
      return outputs.includes(nameIn(bytes, start, end, 1));
    case FIELDS.input:
    case FIELDS.valueInfo:
      return values.has(nameIn(bytes, start, end, 1));
    case FIELDS.initializer:
      return values.has(nameIn(bytes, start, end, 8));
    default:
      return true;
  }
}

function nameIn(bytes: Uint8Array, start: number, end: number, field: number): string {
  for (const part of readFields(bytes, start, end)) {
    if (part.field === field) return readString(bytes, part.start, part.end);
  }
  return '';
}

/** Names of all values that the outputs come from, and where their nodes start. */
function whatIsNeeded(
  bytes: Uint8Array,
  model: ModelSummary,
  outputs: readonly string[],
): { values: Set<string>; nodes: Set<number> } {
  const producers = new Map<string, NodeSummary>();
  for (const node of model.nodes) for (const output of node.outputs) producers.set(output, node);
  const values = new Set<string>();
  const nodes = new Set<number>();
  const waiting = [...outputs];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === '' || values.has(name)) continue;
    values.add(name);
    const node = producers.get(name);
    if (!node || nodes.has(node.start)) continue;
    nodes.add(node.start);
    waiting.push(...node.inputs, ...capturedNames(bytes, node));
    // Its other outputs keep their hints and stay where they are.
    for (const output of node.outputs) values.add(output);
  }
  return { values, nodes };
}

/**
 * Names that a node's subgraphs (branches of `If`, bodies of loops) read, at any depth. Those that the subgraph makes
 * itself are among them: names are unique in a model, so they keep nothing else alive.
 */
function capturedNames(bytes: Uint8Array, { attributes }: Pick<NodeSummary, 'attributes'>): string[] {
  const names: string[] = [];
  const visit = (ranges: readonly { start: number; end: number }[]): void => {
    for (const { start, end } of ranges) {
      for (const attribute of readFields(bytes, start, end)) {
        // `g`, one graph, and `graphs`.
        if (attribute.wireType !== WIRE_TYPE.bytes || (attribute.field !== 6 && attribute.field !== 11))
          continue;
        for (const field of readFields(bytes, attribute.start, attribute.end)) {
          if (field.field === FIELDS.output) names.push(nameIn(bytes, field.start, field.end, 1));
          if (field.field !== FIELDS.node || field.wireType !== WIRE_TYPE.bytes) continue;
          const inner: { start: number; end: number }[] = [];
          for (const part of readFields(bytes, field.start, field.end)) {
            if (part.field === 1) names.push(readString(bytes, part.start, part.end));
            else if (part.field === 5) inner.push({ start: part.start, end: part.end });
          }
          visit(inner);
        }
      }
    }
  };
  visit(attributes);
  return names;
}

/** Bytes of all weights of a model, wherever they lie. */
export function weightBytes(model: Pick<ModelSummary, 'initializers'>): number {
  let sum = 0;
  for (const { data, external } of model.initializers.values()) {
    sum += external?.length ?? (data ? data.end - data.start : 0);
  }
  return sum;
}
