import { describe, expect, it } from 'vitest';
import {
  base64ToBytes,
  binaryToUbinary,
  bytesToBase64,
  encodeVector,
  ubinaryToBinary,
  vectorToBase64,
  vectorToBinary,
  vectorToUbinary,
} from './implement.ts';
import { base64ToVector, FoundationError } from './index.ts';

describe('base64', () => {
  it.each([0, 1, 2, 3, 4, 255, 0x8000 - 1, 0x8000, 0x8000 + 1, 100_000])('%i bytes come back', (length) => {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + 13) & 255);
    expect(bytesToBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    expect(base64ToBytes(bytesToBase64(bytes))).toEqual(bytes);
  });

  it('is little-endian float32, also of a view into a larger buffer', () => {
    expect(vectorToBase64(Float32Array.of(1))).toBe('AACAPw==');
    const view = Float32Array.of(9, 1, -2.5).subarray(1);
    expect(base64ToVector(vectorToBase64(view))).toEqual(Float32Array.of(1, -2.5));
  });

  it.each(['a', '@@@@', 'AAA'])('refuses %j', (text) => {
    expect(() => base64ToVector(text)).toThrow(FoundationError);
  });
});

describe('bits', () => {
  it('are set above zero, most significant first, the last byte padded with zeros', () => {
    const vector = Float32Array.of(1, 0, -1, 2, -0, Number.NaN, 1e-30, -5, 3);
    expect(vectorToUbinary(vector)).toEqual(Uint8Array.of(0b1001_0010, 0b1000_0000));
    expect(vectorToBinary(vector)).toEqual(Int8Array.of(0b1001_0010 - 128, 0));
  });

  it('binary is ubinary minus 128 (published pair)', () => {
    const ubinary = Uint8Array.of(50, 193, 128, 255);
    const binary = Int8Array.of(-78, 65, 0, 127);
    expect(ubinaryToBinary(ubinary)).toEqual(binary);
    expect(binaryToUbinary(binary)).toEqual(ubinary);
    const every = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(binaryToUbinary(ubinaryToBinary(every))).toEqual(every);
  });

  it('encodeVector returns the vector itself for float', () => {
    const vector = Float32Array.of(1, -1);
    expect(encodeVector(vector, 'float')).toBe(vector);
    expect(encodeVector(vector, 'ubinary')).toEqual(Uint8Array.of(128));
  });
});
