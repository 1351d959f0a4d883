import { expect, test } from 'vitest';
import {
  ProtobufError,
  ProtobufWriter,
  readFields,
  readFloat,
  readFloats,
  readInt64,
  readInt64s,
  readString,
  readVarint,
} from './protobuf.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test('writes the bytes of the format description', () => {
  expect([...new ProtobufWriter().int(1, 150).finish()]).toEqual([0x08, 0x96, 0x01]);
  expect([...new ProtobufWriter().string(2, 'testing').finish()]).toEqual([
    0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67,
  ]);
  const nested = new ProtobufWriter().message(3, new ProtobufWriter().int(1, 150)).finish();
  expect([...nested]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
});

test.each([0n, 1n, 127n, 128n, 2n ** 32n, 2n ** 53n, 2n ** 63n - 1n, -1n, -(2n ** 63n)])(
  'int64 %d survives',
  (value) => {
    const encoded = new ProtobufWriter().int(1, value).finish();
    const [field] = [...readFields(encoded)];
    expect(readInt64(encoded, field!.start, field!.end)).toBe(value);
    if (Number.isSafeInteger(Number(value))) {
      expect([...new ProtobufWriter().int(1, Number(value)).finish()]).toEqual([...encoded]);
    }
  },
);

test('fields are walked in order, with offsets into the same buffer', () => {
  const encoded = new ProtobufWriter()
    .int(1, 5)
    .string(20, 'ü')
    .float(3, 0.5)
    .bytes(4, new Uint8Array(5000).fill(9))
    .finish();
  const fields = [...readFields(encoded)];
  expect(fields.map(({ field }) => field)).toEqual([1, 20, 3, 4]);
  expect(fields.map(({ wireType }) => wireType)).toEqual([0, 2, 5, 2]);
  expect(readString(encoded, fields[1]!.start, fields[1]!.end)).toBe('ü');
  expect(readFloat(encoded, fields[2]!.start, fields[2]!.end)).toBe(0.5);
  expect(fields[3]!.end - fields[3]!.start).toBe(5000);
  expect(fields[3]!.end).toBe(encoded.length);
});

test('large payloads are referenced, not copied, until the end', () => {
  const large = new Uint8Array(10_000);
  const inner = new ProtobufWriter().int(1, 1).bytes(2, large).int(3, 3);
  const outer = new ProtobufWriter().message(7, inner).message(8, new ProtobufWriter().bytes(2, large));
  expect(outer.chunks().filter((chunk) => chunk === large)).toHaveLength(2);
  expect(outer.finish().length).toBe(outer.byteLength);
});

test('packed and single lists', () => {
  const encoded = new ProtobufWriter()
    .bytes(1, bytes(1, 0x96, 1))
    .int(1, 7)
    .finish();
  expect([...readFields(encoded)].flatMap((field) => readInt64s(encoded, field))).toEqual([1n, 150n, 7n]);
  const single = new ProtobufWriter().float(1, 2).finish();
  const packed = new ProtobufWriter().bytes(1, new Uint8Array(Float32Array.of(3, 4).buffer)).finish();
  expect(readFloats(single, [...readFields(single)][0]!)).toEqual([2]);
  expect(readFloats(packed, [...readFields(packed)][0]!)).toEqual([3, 4]);
});

test.each([
  ['a varint that ends early', bytes(0x08, 0x80)],
  ['a varint of eleven bytes', bytes(0x08, ...new Array(11).fill(0x80))],
  ['a varint over 64 bits', bytes(0x08, ...new Array(9).fill(0xff), 2)],
  ['a length over the end', bytes(0x12, 5, 1)],
  ['a huge length', bytes(0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1)],
  ['a fixed32 that ends early', bytes(0x0d, 1, 2)],
  ['a fixed64 that ends early', bytes(0x09, 1, 2)],
  ['a group', bytes(0x0b)],
  ['field number 0', bytes(0x02, 0)],
])('refuses %s', (_, malformed) => {
  expect(() => [...readFields(malformed)]).toThrow(ProtobufError);
});

test('refuses bounds outside the buffer, unsafe integers and bad field numbers', () => {
  expect(() => [...readFields(bytes(1), 0, 5)]).toThrow(ProtobufError);
  expect(() => readVarint(bytes(...new Array(8).fill(0xff), 0x7f), 0)).toThrow(/safe integer/);
  expect(() => new ProtobufWriter().int(0, 1)).toThrow(RangeError);
  expect(() => new ProtobufWriter().int(1, 0.5)).toThrow(RangeError);
  expect(() => new ProtobufWriter().int(1, 2n ** 64n)).toThrow(RangeError);
});
