import { expect, test } from 'vitest';
import { SafeTensors } from './safetensors.ts';

function file(header: unknown, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const two = { dtype: 'F16', shape: [1, 2], data_offsets: [0, 4] };

test('reads halves at any alignment', () => {
  const data = new Uint8Array(Uint16Array.of(0x3c00, 0xc000).buffer);
  for (const pad of ['', 'x']) {
    const tensors = new SafeTensors(Buffer.from(file({ __metadata__: { pad }, two }, data)));
    expect(tensors.names).toEqual(['two']);
    expect(tensors.half('two').shape).toEqual([1, 2]);
    expect([...tensors.float('two')]).toEqual([1, -2]);
  }
});

test('reads float32 and int8', () => {
  const data = Uint8Array.of(...new Uint8Array(Float32Array.of(0.5, -3).buffer), 127, 0x81);
  const wide = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const tensors = new SafeTensors(
    file({ wide, small: { dtype: 'I8', shape: [2], data_offsets: [8, 10] } }, data),
  );
  expect([...tensors.float('wide')]).toEqual([0.5, -3]);
  expect([...tensors.int8('small')]).toEqual([127, -127]);
  expect(() => tensors.int8('wide')).toThrow(/F32, expected I8/);
});

test('refuses what does not fit', () => {
  const tensors = new SafeTensors(file({ two, wide: { ...two, dtype: 'F32' } }, new Uint8Array(3)));
  expect(() => tensors.half('two')).toThrow(/do not fit/);
  expect(() => tensors.half('wide')).toThrow(/F32/);
  expect(() => tensors.half('none')).toThrow(/no tensor none/);
  expect(() => new SafeTensors(new Uint8Array(4))).toThrow(/Not a safetensors/);
  expect(() => new SafeTensors(file({}, new Uint8Array()).subarray(0, 9))).toThrow(/cut short/);
});
