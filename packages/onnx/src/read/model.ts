/**
 * Reads what an ONNX file says about itself — inputs, outputs, nodes, where weights lie — by walking its
 * bytes. Weights are skipped over, never read or copied, so a summary costs about as much as the graph.
 *
 * Field numbers are those of onnx.proto.
 */
import {
  ProtobufError,
  type ProtobufField,
  readFields,
  readFloat,
  readFloats,
  readInt64,
  readInt64s,
  readString,
  readVarint,
  WIRE_TYPE,
} from '../protobuf.ts';
import type { ExternalData } from '../types.ts';
import { type ElementType, elementTypeName } from '../types.ts';

/** A byte range of the model's buffer. */
export interface ByteRange {
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
}

/** A graph input or output. */
export interface ValueSummary {
  readonly name: string;
  /** `undefined` when the value is no tensor or its element type is unknown to this package. */
  readonly type: ElementType | undefined;
  /**
   * Sizes, symbolic names, or `undefined` for an unnamed unknown size. The whole list is `undefined` when
   * the file gives no shape.
   */
  readonly dims: readonly (number | string | undefined)[] | undefined;
}

/** A tensor in the file: an initializer or a tensor attribute. */
export interface TensorSummary {
  readonly name: string;
  /** `undefined` for an element type unknown to this package. */
  readonly type: ElementType | undefined;
  readonly dims: readonly number[];
  /** Position of the raw little-endian elements; `undefined` if they are in typed fields or elsewhere. */
  readonly data: ByteRange | undefined;
  /** Set when the elements lie in another file. */
  readonly external: ExternalData | undefined;
  /** The whole `TensorProto`. */
  readonly range: ByteRange;
}

/** One node of the main graph. */
export interface NodeSummary extends ByteRange {
  readonly name: string;
  readonly opType: string;
  /** `''` for the standard operators (`ai.onnx` is read as `''`). */
  readonly domain: string;
  /** Value names; `''` where an optional input is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Start of the node's tag in the graph; `start` and `end` bound the `NodeProto` itself. */
  readonly tag: number;
  /** Ranges of the `AttributeProto`s, for {@link readAttributes}. */
  readonly attributes: readonly ByteRange[];
}

/** Summary of a model file. Offsets are positions in the buffer that was read. */
export interface ModelSummary {
  readonly irVersion: number;
  readonly producer: string;
  /** Operator set versions by domain; the standard domain is `''`. */
  readonly opsets: ReadonlyMap<string, number>;
  /** Inputs to feed: graph inputs without those that only give an initializer a shape. */
  readonly inputs: readonly ValueSummary[];
  readonly outputs: readonly ValueSummary[];
  /** Nodes of the main graph in file order. */
  readonly nodes: readonly NodeSummary[];
  /** Weights and constants by name. */
  readonly initializers: ReadonlyMap<string, TensorSummary>;
  /** Shape hints for inner values: their names and the position of their tags. */
  readonly valueInfos: readonly { readonly name: string; readonly tag: number }[];
  /** Whether some initializer lies in another file, which must be given to the runtime as well. */
  readonly usesExternalData: boolean;
}

/**
 * Summarises a model. Handles files that consist of several concatenated messages, such as those that
 * additions were appended to: they are merged the way protobuf parsers do.
 *
 * @param bytes the whole file; not retained, but offsets in the summary refer to it.
 * @throws {ProtobufError} when the bytes are not protobuf, or hold no graph.
 */
export function readModel(bytes: Uint8Array): ModelSummary {
  let irVersion = 0;
  let producer = '';
  let hasGraph = false;
  const opsets = new Map<string, number>();
  const inputs: ValueSummary[] = [];
  const outputs: ValueSummary[] = [];
  const nodes: NodeSummary[] = [];
  const initializers = new Map<string, TensorSummary>();
  const valueInfos: { name: string; tag: number }[] = [];

  for (const part of readFields(bytes)) {
    if (part.field === 1 && part.wireType === WIRE_TYPE.varint) irVersion = readVarint(bytes, part.start);
    else if (part.wireType !== WIRE_TYPE.bytes) continue;
    else if (part.field === 2) producer = readString(bytes, part.start, part.end);
    else if (part.field === 8) readOpset(bytes, part, opsets);
    else if (part.field === 7) {
      hasGraph = true;
      for (const field of readFields(bytes, part.start, part.end)) {
        if (field.wireType !== WIRE_TYPE.bytes) continue;
        if (field.field === 1) nodes.push(readNode(bytes, field));
        else if (field.field === 5) {
          const tensor = readTensor(bytes, field);
          initializers.set(tensor.name, tensor);
        } else if (field.field === 11) inputs.push(readValue(bytes, field));
        else if (field.field === 12) outputs.push(readValue(bytes, field));
        else if (field.field === 13) {
          valueInfos.push({ name: readValue(bytes, field).name, tag: field.tag });
        }
      }
    }
  }
  if (!hasGraph) throw new ProtobufError('The model has no graph', 0);
  return {
    irVersion,
    producer,
    opsets,
    inputs: inputs.filter(({ name }) => !initializers.has(name)),
    outputs,
    nodes,
    initializers,
    valueInfos,
    usesExternalData: [...initializers.values()].some(({ external }) => external !== undefined),
  };
}

/** Every value name of the main graph, so that additions can avoid them. */
export function valueNames(model: ModelSummary): Set<string> {
  const names = new Set<string>(model.initializers.keys());
  for (const { name } of model.inputs) names.add(name);
  for (const { name } of model.outputs) names.add(name);
  for (const { inputs, outputs } of model.nodes) {
    for (const name of inputs) names.add(name);
    for (const name of outputs) names.add(name);
  }
  names.delete('');
  return names;
}

/** Value of a node attribute. Subgraphs are given as the range of their `GraphProto`. */
export type AttributeSummary =
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'ints'; readonly value: readonly bigint[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: TensorSummary }
  | { readonly kind: 'graph'; readonly value: ByteRange }
  | { readonly kind: 'other' };

/**
 * Reads a node's attributes by name. Kinds that no supported operator needs are given as `other`.
 *
 * @throws {ProtobufError} on malformed bytes.
 */
export function readAttributes(bytes: Uint8Array, node: NodeSummary): Map<string, AttributeSummary> {
  const attributes = new Map<string, AttributeSummary>();
  for (const range of node.attributes) {
    let name = '';
    let value: AttributeSummary | undefined;
    let type = 0;
    const ints: bigint[] = [];
    const floats: number[] = [];
    for (const field of readFields(bytes, range.start, range.end)) {
      const { start, end } = field;
      if (field.field === 1) name = readString(bytes, start, end);
      else if (field.field === 2) value = { kind: 'float', value: readFloat(bytes, start, end) };
      else if (field.field === 3) value = { kind: 'int', value: readInt64(bytes, start, end) };
      else if (field.field === 4) value = { kind: 'string', value: readString(bytes, start, end) };
      else if (field.field === 5) value = { kind: 'tensor', value: readTensor(bytes, field) };
      else if (field.field === 6) value = { kind: 'graph', value: { start, end } };
      else if (field.field === 7) floats.push(...readFloats(bytes, field));
      else if (field.field === 8) ints.push(...readInt64s(bytes, field));
      else if (field.field === 20) type = readVarint(bytes, start, end);
    }
    // Lists may be empty and proto3 writers leave out zeros: then only the type number shows the kind.
    if (type === 6 || floats.length > 0) value = { kind: 'floats', value: floats };
    else if (type === 7 || ints.length > 0) value = { kind: 'ints', value: ints };
    else if (type === 2 && !value) value = { kind: 'int', value: 0n };
    else if (type === 1 && !value) value = { kind: 'float', value: 0 };
    else if (type === 3 && !value) value = { kind: 'string', value: '' };
    attributes.set(name, value ?? { kind: 'other' });
  }
  return attributes;
}

/**
 * Operator types of all nodes inside a node's subgraphs (the branches of `If`, the body of `Loop`), at any
 * depth, each with its domain as `domain.type` or just the type for standard operators.
 *
 * @throws {ProtobufError} on malformed bytes.
 */
export function subgraphOperators(bytes: Uint8Array, node: NodeSummary): Set<string> {
  const found = new Set<string>();
  const visit = (ranges: readonly ByteRange[]): void => {
    for (const { start, end } of ranges) {
      for (const attribute of readFields(bytes, start, end)) {
        if ((attribute.field !== 6 && attribute.field !== 11) || attribute.wireType !== WIRE_TYPE.bytes)
          continue;
        for (const field of readFields(bytes, attribute.start, attribute.end)) {
          if (field.field !== 1 || field.wireType !== WIRE_TYPE.bytes) continue;
          const inner = readNode(bytes, field);
          found.add(inner.domain ? `${inner.domain}.${inner.opType}` : inner.opType);
          visit(inner.attributes);
        }
      }
    }
  };
  visit(node.attributes);
  return found;
}

function readOpset(bytes: Uint8Array, range: ByteRange, opsets: Map<string, number>): void {
  let domain = '';
  let version = 0;
  for (const { field, start, end } of readFields(bytes, range.start, range.end)) {
    if (field === 1) domain = readString(bytes, start, end);
    else if (field === 2) version = readVarint(bytes, start, end);
  }
  opsets.set(standardDomain(domain), version);
}

function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function readNode(bytes: Uint8Array, field: ProtobufField): NodeSummary {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: ByteRange[] = [];
  let name = '';
  let opType = '';
  let domain = '';
  for (const part of readFields(bytes, field.start, field.end)) {
    if (part.wireType !== WIRE_TYPE.bytes) continue;
    if (part.field === 5) attributes.push({ start: part.start, end: part.end });
    else if (part.field === 1) inputs.push(readString(bytes, part.start, part.end));
    else if (part.field === 2) outputs.push(readString(bytes, part.start, part.end));
    else if (part.field === 3) name = readString(bytes, part.start, part.end);
    else if (part.field === 4) opType = readString(bytes, part.start, part.end);
    else if (part.field === 7) domain = standardDomain(readString(bytes, part.start, part.end));
  }
  const { tag, start, end } = field;
  return { name, opType, domain, inputs, outputs, attributes, tag, start, end };
}

function readTensor(bytes: Uint8Array, range: ByteRange): TensorSummary {
  const dims: number[] = [];
  let name = '';
  let type: ElementType | undefined;
  let data: ByteRange | undefined;
  let isExternal = false;
  const entries = new Map<string, string>();
  for (const part of readFields(bytes, range.start, range.end)) {
    const { start, end } = part;
    if (part.field === 1) dims.push(...readInt64s(bytes, part).map(Number));
    else if (part.field === 2) type = elementTypeName(readVarint(bytes, start, end));
    else if (part.field === 8) name = readString(bytes, start, end);
    else if (part.field === 9) data = { start, end };
    else if (part.field === 13) readEntry(bytes, part, entries);
    // Of contradicting entries, parsers of the two protobuf dialects take different ones: any counts.
    else if (part.field === 14 && part.wireType === WIRE_TYPE.varint) {
      isExternal ||= readVarint(bytes, start, end) !== 0;
    }
  }
  const external = isExternal
    ? {
        location: entries.get('location') ?? '',
        offset: Number(entries.get('offset') ?? 0),
        length: Number(entries.get('length') ?? 0),
      }
    : undefined;
  return { name, type, dims, data, external, range: { start: range.start, end: range.end } };
}

function readEntry(bytes: Uint8Array, range: ByteRange, entries: Map<string, string>): void {
  let key = '';
  let value = '';
  for (const { field, start, end } of readFields(bytes, range.start, range.end)) {
    if (field === 1) key = readString(bytes, start, end);
    else if (field === 2) value = readString(bytes, start, end);
  }
  entries.set(key, value);
}

function readValue(bytes: Uint8Array, range: ByteRange): ValueSummary {
  let name = '';
  let type: ElementType | undefined;
  let dims: (number | string | undefined)[] | undefined;
  for (const part of readFields(bytes, range.start, range.end)) {
    if (part.field === 1) name = readString(bytes, part.start, part.end);
    if (part.field !== 2) continue;
    for (const kind of readFields(bytes, part.start, part.end)) {
      if (kind.field !== 1) continue;
      for (const field of readFields(bytes, kind.start, kind.end)) {
        if (field.field === 1) type = elementTypeName(readVarint(bytes, field.start, field.end));
        else if (field.field === 2) dims = readShape(bytes, field);
      }
    }
  }
  return { name, type, dims };
}

function readShape(bytes: Uint8Array, range: ByteRange): (number | string | undefined)[] {
  const dims: (number | string | undefined)[] = [];
  for (const dimension of readFields(bytes, range.start, range.end)) {
    if (dimension.field !== 1) continue;
    let size: number | string | undefined;
    for (const { field, start, end } of readFields(bytes, dimension.start, dimension.end)) {
      if (field === 1) size = Number(readInt64(bytes, start, end));
      else if (field === 2) size = readString(bytes, start, end);
    }
    dims.push(size);
  }
  return dims;
}
