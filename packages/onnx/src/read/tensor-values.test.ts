import { describe, expect, it } from 'vitest';
import { toHalf } from '../half.ts';
import { ProtobufWriter } from '../protobuf.ts';
import { ELEMENT_TYPES } from '../types.ts';
import { encodeModel } from '../write/encode.ts';
import { GraphBuilder } from '../write/graph-builder.ts';
import { externalTensor, type TensorValue, tensor } from '../write/tensor.ts';
import { readModel, type TensorSummary } from './model.ts';
import { tensorBytes, tensorNumbers } from './tensor-values.ts';

/** A file with one tensor, and the tensor as it is read. */
function stored(value: TensorValue): { bytes: Uint8Array; summary: TensorSummary } {
  const graph = new GraphBuilder('one');
  graph.constant('w', value);
  const bytes = encodeModel(graph, { opset: 17 });
  return { bytes, summary: readModel(bytes).initializers.get('w')! };
}

const numbers = [1, -2, 3, 0, 100, -128];

describe('raw data', () => {
  it.each(['float32', 'float64', 'int8', 'int16', 'int32', 'int64'] as const)('of %s', (type) => {
    const { bytes, summary } = stored(tensor(type, [2, 3], numbers));
    expect(Array.from(tensorNumbers(bytes, summary))).toEqual(numbers);
    // Wherever in its buffer the file begins: typed arrays only begin at multiples of their element.
    const moved = Buffer.alloc(bytes.length + 1);
    moved.set(bytes, 1);
    const shifted = moved.subarray(1);
    expect(Array.from(tensorNumbers(shifted, readModel(shifted).initializers.get('w')!))).toEqual(numbers);
  });

  it('of float16', () => {
    const { bytes, summary } = stored(tensor('float16', [6], toHalf(numbers)));
    expect(Array.from(tensorNumbers(bytes, summary))).toEqual(numbers);
  });

  it('that is too short is refused', () => {
    const { bytes, summary } = stored(tensor('float32', [6], numbers));
    expect(() => tensorBytes(bytes, { ...summary, dims: [7] })).toThrow('24 bytes, its dimensions need 28');
    expect(() => tensorBytes(bytes, { ...summary, type: undefined })).toThrow('unknown element type');
  });
});

describe('typed fields', () => {
  /** A tensor written as other tools write small ones. */
  function typed(type: keyof typeof ELEMENT_TYPES, write: (writer: ProtobufWriter) => void) {
    const writer = new ProtobufWriter();
    writer.int(1, 3);
    writer.int(2, ELEMENT_TYPES[type]);
    write(writer);
    const bytes = writer.finish();
    const range = { start: 0, end: bytes.length };
    const summary = { name: 'w', type, dims: [3], data: undefined, external: undefined, range };
    return Array.from(tensorNumbers(bytes, summary));
  }

  it('of floats and integers', () => {
    const float = (writer: ProtobufWriter): void => {
      for (const value of [0.5, -2, 3]) writer.float(4, value);
    };
    expect(typed('float32', float)).toEqual([0.5, -2, 3]);
    const integers = (field: number) => (writer: ProtobufWriter) => {
      for (const value of [1, 5, 100]) writer.int(field, value);
    };
    expect(typed('int64', integers(7))).toEqual([1, 5, 100]);
    expect(typed('int32', integers(5))).toEqual([1, 5, 100]);
    expect(typed('int8', integers(5))).toEqual([1, 5, 100]);
    expect(typed('uint8', integers(5))).toEqual([1, 5, 100]);
    const halves = (writer: ProtobufWriter): void => {
      for (const value of toHalf([0.5, -2, 3])) writer.int(5, value);
    };
    expect(typed('float16', halves)).toEqual([0.5, -2, 3]);
  });
});

describe('another file', () => {
  it('is read at its offset, or named when it is missing', () => {
    const data = new Uint8Array(40);
    new Float32Array(data.buffer, 8, 6).set(numbers);
    const external = { location: 'weights.bin', offset: 8, length: 24 };
    const { bytes, summary } = stored(externalTensor('float32', [6], external));
    expect(Array.from(tensorNumbers(bytes, summary, new Map([['weights.bin', data]])))).toEqual(numbers);
    expect(() => tensorNumbers(bytes, summary)).toThrow('weights.bin, which is missing');
  });
});
