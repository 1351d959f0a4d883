/**
 * Finds tensors whose elements lie in another file, wherever in a model they are. A runtime opens such a file by
 * itself, relative to the working directory, so a model that is not trusted could read any file of the machine.
 *
 * Field numbers are those of onnx.proto.
 */

import { readFields, readString, readVarint, WIRE_TYPE } from '../protobuf.ts';
import type { ByteRange } from './model.ts';

type Message = 'model' | 'training' | 'function' | 'graph' | 'node' | 'attribute' | 'sparse' | 'tensor';

/** Which fields of a message hold further messages that lead to tensors, and which of them are of which kind. */
const CHILDREN: Readonly<Record<Message, Readonly<Record<number, Message>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: {
    5: 'tensor',
    6: 'graph',
    10: 'tensor',
    11: 'graph',
    22: 'sparse',
    23: 'sparse',
  },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
};

/** The field with a message's name, and what an error calls it. */
const NAMES: Partial<Record<Message, readonly [field: number, word: string]>> = {
  function: [1, 'function'],
  node: [3, 'node'],
  attribute: [1, 'attribute'],
};

interface Visit extends ByteRange {
  readonly kind: Message;
  /** Its container, for the error. */
  readonly path: string;
  /** Whether it belongs to the main graph itself, whose initializers are read from the model's own folder. */
  readonly isMain: boolean;
}

/**
 * The first tensor with external data that is no initializer of the main graph: in an attribute of a node, in a
 * subgraph, function or sparse tensor, at any depth. Messages that come in parts are looked at part by part.
 *
 * @returns its name and place in words, or `undefined` where there is none.
 * @throws {ProtobufError} when the bytes are not protobuf.
 */
export function hiddenExternalTensor(bytes: Uint8Array): string | undefined {
  const stack: Visit[] = [{ kind: 'model', path: '', isMain: true, start: 0, end: bytes.length }];
  const mainInitializers = new Map<string, boolean>();
  for (let visit = stack.pop(); visit; visit = stack.pop()) {
    const { kind, start, end, isMain } = visit;
    if (kind === 'tensor') {
      const { name, external } = tensorAt(bytes, visit);
      if (!isMain) {
        if (external) return `tensor '${name}'${visit.path}`;
        continue;
      }
      // Of two with one name only one is read from the model's folder.
      const twin = mainInitializers.get(name);
      if (twin !== undefined && (twin || external)) return `tensor '${name}', of which there are two`;
      mainInitializers.set(name, external);
      continue;
    }
    const path = visit.path + ownName(bytes, visit);
    for (const field of readFields(bytes, start, end)) {
      const child = CHILDREN[kind][field.field];
      if (child === undefined || field.wireType !== WIRE_TYPE.bytes) continue;
      const staysMain = isMain && (child === 'graph' ? kind === 'model' : child === 'tensor');
      stack.push({ kind: child, path, isMain: staysMain, start: field.start, end: field.end });
    }
  }
  return undefined;
}

function ownName(bytes: Uint8Array, { kind, start, end }: Visit): string {
  const named = NAMES[kind];
  if (!named) return '';
  let name = '';
  for (const field of readFields(bytes, start, end)) {
    if (field.field === named[0] && field.wireType === WIRE_TYPE.bytes) {
      name = readString(bytes, field.start, field.end);
    }
  }
  return ` in ${named[1]} '${name}'`;
}

function tensorAt(bytes: Uint8Array, { start, end }: ByteRange): { name: string; external: boolean } {
  let name = '';
  let external = false;
  for (const field of readFields(bytes, start, end)) {
    if (field.field === 8 && field.wireType === WIRE_TYPE.bytes) {
      name = readString(bytes, field.start, field.end);
    } else external ||= marksExternal(bytes, field);
  }
  return { name, external };
}

/**
 * Whether a field of a TensorProto says that its data lie elsewhere: a `data_location` that is not the default in any
 * of its occurrences, or an `external_data` entry. Parsers differ in what they make of contradictions.
 */
function marksExternal(
  bytes: Uint8Array,
  { field, wireType: type, start, end }: ByteRange & { readonly field: number; readonly wireType: number },
): boolean {
  if (field === 13) return type === WIRE_TYPE.bytes;
  return field === 14 && type === WIRE_TYPE.varint && readVarint(bytes, start, end) !== 0;
}
