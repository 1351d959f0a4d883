/**
 * Writes ONNX models. Values of a graph are their names, so a graph reads as a list of assignments:
 *
 * ```ts
 * const graph = new GraphBuilder('double');
 * const x = graph.input('x', 'float32', ['batch', 4]);
 * const two = graph.constant('two', tensor('float32', [], [2]));
 * graph.output(graph.op('Mul', [x, two], { output: 'y' }), 'float32', ['batch', 4]);
 * const bytes = encodeModel(graph, { opset: 17 });
 * ```
 *
 * The same calls always give the same bytes. Field numbers are those of onnx.proto (IR version 3 and later).
 */
import { ProtobufWriter } from '../protobuf.ts';
import { ELEMENT_TYPES } from '../types.ts';
import type { AttributeValue, GraphBuilder, NodeDescription, ValueDescription } from './graph-builder.ts';
import { FloatAttribute, type TensorValue } from './tensor.ts';

/** Fields of a model file around its graph. */
export interface ModelOptions {
  /** Version of the standard operators. */
  readonly opset: number;
  /** Versions of other operator domains. `com.microsoft` defaults to 1 when a node uses it. */
  readonly opsets?: Readonly<Record<string, number>>;
  /** Default 8, which every onnxruntime since 1.10 reads. 10 is needed for 4-bit tensors. */
  readonly irVersion?: number;
  /** Default `nearfield`. */
  readonly producer?: string;
  /** Written as `metadata_props`, in the given order. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Encodes a whole model as a writer, for streaming `writer.chunks()` to a file without joining them. */
export function writeModel(graph: GraphBuilder, options: ModelOptions): ProtobufWriter {
  const opsets = new Map<string, number>([['', options.opset]]);
  for (const node of graph.nodes) {
    const domain = ('opType' in node && node.domain) || '';
    if (opsets.has(domain)) continue;
    const version = options.opsets?.[domain] ?? (domain === 'com.microsoft' ? 1 : undefined);
    if (version === undefined) throw new RangeError(`No opset version was given for the domain ${domain}`);
    opsets.set(domain, version);
  }
  const model = new ProtobufWriter()
    .int(1, options.irVersion ?? 8)
    .string(2, options.producer ?? 'nearfield');
  model.message(7, writeGraph(graph));
  for (const [domain, version] of opsets) model.message(8, writeOpset(domain, version));
  for (const [key, value] of Object.entries(options.metadata ?? {})) {
    model.message(14, writeEntry(key, value));
  }
  return model;
}

/** Encodes a whole model into one new buffer. @throws {RangeError} when a domain lacks an opset version. */
export function encodeModel(graph: GraphBuilder, options: ModelOptions): Uint8Array<ArrayBuffer> {
  return writeModel(graph, options).finish();
}

/**
 * Encodes only what a graph adds, as a `ModelProto` to append to an existing model's bytes: parsers merge
 * concatenated messages, so its nodes, initializers, inputs and outputs join those of the file.
 *
 * @param opsets operator domains that the file does not import yet.
 */
export function encodeAddition(
  graph: GraphBuilder,
  opsets: Readonly<Record<string, number>> = {},
): Uint8Array<ArrayBuffer> {
  const model = new ProtobufWriter().message(7, writeGraph(graph, false));
  for (const [domain, version] of Object.entries(opsets)) model.message(8, writeOpset(domain, version));
  return model.finish();
}

/** Encodes a `GraphProto`. Without its name when it is to be merged, as the later name would win. */
function writeGraph(graph: GraphBuilder, withName = true): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const node of graph.nodes) {
    if ('encoded' in node) writer.bytes(1, node.encoded);
    else writer.message(1, writeNode(node));
  }
  if (withName) writer.string(2, graph.name);
  for (const { name, value } of graph.initializers) writer.message(5, writeTensor(value, name));
  for (const input of graph.inputs) writer.message(11, writeValueInfo(input));
  for (const output of graph.outputs) writer.message(12, writeValueInfo(output));
  for (const hint of graph.hints) writer.message(13, writeValueInfo(hint));
  return writer;
}

/** Encodes one `NodeProto`. Attributes appear in the order of the record. */
function writeNode(node: NodeDescription): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const input of node.inputs) writer.string(1, input);
  for (const output of node.outputs) writer.string(2, output);
  if (node.name) writer.string(3, node.name);
  writer.string(4, node.opType);
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    writer.message(5, writeAttribute(name, value));
  }
  if (node.domain) writer.string(7, node.domain);
  return writer;
}

const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

function writeAttribute(name: string, value: AttributeValue): ProtobufWriter {
  const writer = new ProtobufWriter().string(1, name);
  if (value instanceof FloatAttribute) {
    for (const number of value.values) writer.float(value.isList ? 7 : 2, number);
    return writer.int(20, value.isList ? ATTRIBUTE_TYPE.floats : ATTRIBUTE_TYPE.float);
  }
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (typeof value === 'number' && !Number.isInteger(value)) {
      throw new RangeError(`Attribute ${name} is ${value}: mark floats with float()`);
    }
    return writer.int(3, value).int(20, ATTRIBUTE_TYPE.int);
  }
  if (typeof value === 'string') return writer.string(4, value).int(20, ATTRIBUTE_TYPE.string);
  if (isTensorValue(value)) return writer.message(5, writeTensor(value)).int(20, ATTRIBUTE_TYPE.tensor);
  for (const number of value) writer.int(8, number);
  return writer.int(20, ATTRIBUTE_TYPE.ints);
}

function isTensorValue(value: readonly number[] | TensorValue): value is TensorValue {
  return 'dims' in value;
}

/** Encodes a `TensorProto`, with its name when it is an initializer. */
function writeTensor(value: TensorValue, name?: string): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const dimension of value.dims) writer.int(1, dimension);
  writer.int(2, ELEMENT_TYPES[value.type]);
  if (name !== undefined) writer.string(8, name);
  if (value.data) writer.bytes(9, value.data);
  if (value.external) {
    const { location, offset, length } = value.external;
    writer.message(13, writeEntry('location', location));
    writer.message(13, writeEntry('offset', String(offset)));
    writer.message(13, writeEntry('length', String(length)));
    writer.int(14, 1);
  }
  return writer;
}

function writeValueInfo({ name, type, dims }: ValueDescription): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const dimension of dims) {
    const entry = new ProtobufWriter();
    if (typeof dimension === 'number') entry.int(1, dimension);
    else entry.string(2, dimension);
    shape.message(1, entry);
  }
  const tensorType = new ProtobufWriter().int(1, ELEMENT_TYPES[type]).message(2, shape);
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensorType));
}

function writeOpset(domain: string, version: number): ProtobufWriter {
  return new ProtobufWriter().string(1, domain).int(2, version);
}

function writeEntry(key: string, value: string): ProtobufWriter {
  return new ProtobufWriter().string(1, key).string(2, value);
}
