/** A model file as nodes that can be changed and written again. */
import {
  type AttributeValue,
  encodeModel,
  float,
  GraphBuilder,
  type ModelSummary,
  readAttributes,
  readModel,
  type TensorSummary,
  type TensorValue,
  tensorBytes,
} from '@nearfield/onnx';

/** A node; change it in place. */
export interface EditableNode {
  opType: string;
  inputs: string[];
  outputs: string[];
  domain: string;
  attributes: Record<string, AttributeValue>;
}

export interface EditableModel {
  readonly summary: ModelSummary;
  nodes: EditableNode[];
  constants: Map<string, TensorValue>;
}

/** Takes a file apart. Its weights must lie in it. */
export function editable(bytes: Uint8Array): EditableModel {
  const summary = readModel(bytes);
  const value = (tensor: TensorSummary): TensorValue => ({
    type: tensor.type!,
    dims: tensor.dims,
    data: tensorBytes(bytes, tensor).slice(),
  });
  const nodes = summary.nodes.map((node): EditableNode => {
    const attributes: Record<string, AttributeValue> = {};
    for (const [name, attribute] of readAttributes(bytes, node)) {
      if (attribute.kind === 'float') attributes[name] = float(attribute.value);
      else if (attribute.kind === 'tensor') attributes[name] = value(attribute.value);
      else if (attribute.kind === 'int' || attribute.kind === 'string') attributes[name] = attribute.value;
      else if (attribute.kind === 'ints') attributes[name] = attribute.value.map(Number);
      else throw new TypeError(`${node.opType} has an attribute of kind ${attribute.kind}`);
    }
    const { opType, domain } = node;
    return { opType, domain, inputs: [...node.inputs], outputs: [...node.outputs], attributes };
  });
  const constants = new Map([...summary.initializers].map(([name, tensor]) => [name, value(tensor)]));
  return { summary, nodes, constants };
}

/** Writes a model; nodes may be in any order in which their inputs come first. */
export function written({ summary, nodes, constants }: EditableModel): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('edited');
  for (const { name, type, dims } of summary.inputs) graph.input(name, type!, dims as string[]);
  for (const [name, constant] of constants) graph.constant(name, constant);
  for (const { opType, inputs, outputs, domain, attributes } of nodes) {
    graph.ops(opType, inputs, outputs.length, { output: outputs, domain, attributes });
  }
  for (const { name, type, dims } of summary.outputs) graph.output(name, type!, dims as string[]);
  return encodeModel(graph, { opset: summary.opsets.get('')! });
}
