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
import { ProtobufWriter } from './protobuf.ts';
import { type ElementType, elementTypes, rawByteLength } from './types.ts';

/** A dimension: a fixed size or a symbolic name such as `batch`. */
export type Dimension = number | string;

/** Data of a tensor, or where an external file holds it. */
export interface TensorValue {
  readonly type: ElementType;
  /** Sizes; an empty list is a scalar. */
  readonly dims: readonly number[];
  /** Little-endian elements. Absent when `external` is given. */
  readonly data?: Uint8Array;
  readonly external?: ExternalData;
}

/** A byte range of a file beside the model. */
export interface ExternalData {
  /** Path relative to the model file. */
  readonly location: string;
  /** Bytes from the beginning of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** Numbers a tensor can be made from: a typed array of the element type's own layout, or plain numbers. */
export type TensorData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | readonly number[];

/**
 * Makes a tensor. A typed array is viewed, not copied, and must have the layout of `type`: `float16` and
 * `bfloat16` take raw bits in a `Uint16Array`, `bool` takes 0 and 1 in a `Uint8Array`, `int4` and `uint4`
 * take packed pairs, low nibble first, in a `Uint8Array`. Plain numbers work for every other type.
 *
 * @throws {RangeError} when the data's size does not match `dims`, or `type` is `string`.
 */
export function tensor(type: ElementType, dims: readonly number[], data: TensorData): TensorValue {
  const typed = ArrayBuffer.isView(data) ? data : fromNumbers(type, data as readonly number[]);
  const bytes = new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
  const count = dims.reduce((product, dimension) => product * dimension, 1);
  const expected = rawByteLength(type, count);
  if (bytes.length !== expected) {
    throw new RangeError(
      `A ${type} tensor [${dims.join(', ')}] needs ${expected} bytes, but its data has ${bytes.length}`,
    );
  }
  return { type, dims, data: bytes };
}

/** Makes a tensor whose data lies in another file; nothing about that file is checked here. */
export function externalTensor(
  type: ElementType,
  dims: readonly number[],
  external: ExternalData,
): TensorValue {
  return { type, dims, external };
}

/** Makes a one-dimensional int64 tensor, the form in which ONNX takes shapes, axes and indices. */
export function int64Tensor(values: readonly number[]): TensorValue {
  return tensor('int64', [values.length], values);
}

function fromNumbers(type: ElementType, values: readonly number[]): Exclude<TensorData, readonly number[]> {
  switch (type) {
    case 'float32':
      return Float32Array.from(values);
    case 'float64':
      return Float64Array.from(values);
    case 'int8':
      return Int8Array.from(values);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values);
    case 'int16':
      return Int16Array.from(values);
    case 'uint16':
      return Uint16Array.from(values);
    case 'int32':
      return Int32Array.from(values);
    case 'uint32':
      return Uint32Array.from(values);
    case 'int64':
      return BigInt64Array.from(values, BigInt);
    case 'uint64':
      return BigUint64Array.from(values, BigInt);
    default:
      throw new RangeError(`A ${type} tensor cannot be made from plain numbers`);
  }
}

/** A float attribute; plain numbers are integer attributes. */
export class FloatAttribute {
  readonly values: readonly number[];
  readonly isList: boolean;

  constructor(value: number | readonly number[]) {
    this.isList = typeof value !== 'number';
    this.values = typeof value === 'number' ? [value] : value;
  }
}

/** Marks a number, or a list of numbers, as a float attribute: `{ epsilon: float(1e-12) }`. */
export function float(value: number | readonly number[]): FloatAttribute {
  return new FloatAttribute(value);
}

/** Value of a node attribute: integer, integers, {@link float}(s), string, or tensor. */
export type AttributeValue = number | bigint | readonly number[] | FloatAttribute | string | TensorValue;

/** What a node may have besides its type and inputs. */
export interface NodeOptions {
  /** Name of the only output, or names of all. Default: invented from the operator type, unique. */
  readonly output?: string | readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Operator domain. Default `''`, the standard operators. */
  readonly domain?: string;
  /** Node name. Default: the first output's name. */
  readonly name?: string;
}

/** A node, ready to be written. */
export interface NodeDescription {
  readonly opType: string;
  /** Value names; an empty string leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly domain?: string;
  readonly name?: string;
}

/** Name, element type and shape of a graph input or output. */
export interface ValueDescription {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly Dimension[];
}

/** A node copied from another file: the bytes of its `NodeProto`. */
export interface EncodedNode {
  readonly encoded: Uint8Array;
}

/** Options of {@link GraphBuilder}, for graphs that will be merged into another. */
export interface GraphOptions {
  /** Value names that exist elsewhere and must be neither invented nor added. Default none. */
  readonly taken?: Iterable<string>;
  /** What invented value names begin with. Default `''`. */
  readonly prefix?: string;
}

/**
 * Collects a graph. Nodes must be added after the nodes they read, which falls out of using the returned
 * names. Every method that adds a value returns its name.
 */
export class GraphBuilder {
  readonly name: string;
  /** Nodes in order; those taken over from another file are already encoded. */
  readonly nodes: (NodeDescription | EncodedNode)[] = [];
  readonly initializers: { readonly name: string; readonly value: TensorValue }[] = [];
  readonly inputs: ValueDescription[] = [];
  readonly outputs: ValueDescription[] = [];
  /** Shape hints for inner values. */
  readonly hints: ValueDescription[] = [];
  readonly #prefix: string;
  readonly #names: Set<string>;
  readonly #counters = new Map<string, number>();

  /** @param name the graph's name. */
  constructor(name: string, { taken = [], prefix = '' }: GraphOptions = {}) {
    this.name = name;
    this.#prefix = prefix;
    this.#names = new Set(taken);
  }

  /** Adds a graph input. @throws {RangeError} when the name is taken. */
  input(name: string, type: ElementType, dims: readonly Dimension[]): string {
    this.#claim(name);
    this.inputs.push({ name, type, dims });
    return name;
  }

  /** Declares an existing value as a graph output. */
  output(name: string, type: ElementType, dims: readonly Dimension[]): string {
    this.outputs.push({ name, type, dims });
    return name;
  }

  /** Notes the type and shape of an inner value (`value_info`), as exporters do after shape inference. */
  hint(name: string, type: ElementType, dims: readonly Dimension[]): void {
    this.hints.push({ name, type, dims });
  }

  /** Adds a weight or other constant (an initializer). @throws {RangeError} when the name is taken. */
  constant(name: string, value: TensorValue): string {
    this.#claim(name);
    this.initializers.push({ name, value });
    return name;
  }

  /**
   * Adds a node with one output and returns that output's name.
   *
   * @throws {RangeError} when an output name is taken.
   */
  op(opType: string, inputs: readonly string[], options: NodeOptions = {}): string {
    return this.ops(opType, inputs, 1, options)[0]!;
  }

  /**
   * Adds a node with `count` outputs and returns their names.
   *
   * @throws {RangeError} when an output name is taken or `options.output` has another length than `count`.
   */
  ops(opType: string, inputs: readonly string[], count: number, options: NodeOptions = {}): string[] {
    const { output, attributes, domain, name } = options;
    const outputs = output === undefined ? this.#invent(opType, count) : [output].flat();
    if (outputs.length !== count) {
      throw new RangeError(`${opType} was given ${outputs.length} output names instead of ${count}`);
    }
    for (const value of outputs) if (value !== '') this.#claim(value);
    this.nodes.push({
      opType,
      inputs: [...inputs],
      outputs,
      name: name ?? outputs[0]!,
      ...(attributes && { attributes }),
      ...(domain && { domain }),
    });
    return outputs;
  }

  /** Adds a node that is already encoded. Its names are not checked. The bytes are not copied. */
  encodedNode(encoded: Uint8Array): void {
    this.nodes.push({ encoded });
  }

  #claim(name: string): void {
    if (name === '') throw new RangeError('A value needs a name');
    if (this.#names.has(name)) throw new RangeError(`The graph already has a value named ${name}`);
    this.#names.add(name);
  }

  /**
   * A name that no value has yet: the graph's prefix, `stem`, and a number from the second on. It is not
   * reserved until a value is added under it.
   */
  freeName(stem: string): string {
    for (let number = 0; ; number++) {
      const name = number === 0 ? `${this.#prefix}${stem}` : `${this.#prefix}${stem}_${number}`;
      if (!this.#names.has(name)) return name;
    }
  }

  #invent(opType: string, count: number): string[] {
    return Array.from({ length: count }, () => {
      for (;;) {
        const number = this.#counters.get(opType) ?? 0;
        this.#counters.set(opType, number + 1);
        const name = `${this.#prefix}${opType}_${number}`;
        if (!this.#names.has(name)) return name;
      }
    });
  }
}

/** What a model file says around its graph. */
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

const attributeType = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

function writeAttribute(name: string, value: AttributeValue): ProtobufWriter {
  const writer = new ProtobufWriter().string(1, name);
  if (value instanceof FloatAttribute) {
    for (const number of value.values) writer.float(value.isList ? 7 : 2, number);
    return writer.int(20, value.isList ? attributeType.floats : attributeType.float);
  }
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (typeof value === 'number' && !Number.isInteger(value)) {
      throw new RangeError(`Attribute ${name} is ${value}: mark floats with float()`);
    }
    return writer.int(3, value).int(20, attributeType.int);
  }
  if (typeof value === 'string') return writer.string(4, value).int(20, attributeType.string);
  if (isTensorValue(value)) return writer.message(5, writeTensor(value)).int(20, attributeType.tensor);
  for (const number of value) writer.int(8, number);
  return writer.int(20, attributeType.ints);
}

function isTensorValue(value: readonly number[] | TensorValue): value is TensorValue {
  return 'dims' in value;
}

/** Encodes a `TensorProto`, with its name when it is an initializer. */
function writeTensor(value: TensorValue, name?: string): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const dimension of value.dims) writer.int(1, dimension);
  writer.int(2, elementTypes[value.type]);
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
  const tensorType = new ProtobufWriter().int(1, elementTypes[type]).message(2, shape);
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensorType));
}

function writeOpset(domain: string, version: number): ProtobufWriter {
  return new ProtobufWriter().string(1, domain).int(2, version);
}

function writeEntry(key: string, value: string): ProtobufWriter {
  return new ProtobufWriter().string(1, key).string(2, value);
}
