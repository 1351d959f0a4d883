import { base64ToVector, EMBEDDING_TYPES } from '@nearfield/spec';
import {
  base64ToBytes,
  binaryToUbinary,
  bytesToBase64,
  decodeVector,
  embeddingsFromWire,
  encodeVector,
  toWire,
  ubinaryToBinary,
  vectorToBase64,
  vectorToBinary,
  vectorToUbinary,
} from '@nearfield/spec/implement';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Any float32 that a model could give, zeros of both signs and the smallest among them. */
const vector = fc.float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 300 });
const bytes = fc.uint8Array({ maxLength: 1000 });

const check = <Values>(property: fc.IProperty<Values>): void => fc.assert(property, { numRuns: 300 });

describe('encodings, with any vector', () => {
  it('base64 gives every bit back', () => {
    check(
      fc.property(fc.float32Array({ maxLength: 300 }), (values) => {
        const back = base64ToVector(vectorToBase64(values));
        expect(new Uint32Array(back.buffer)).toEqual(new Uint32Array(values.slice().buffer));
      }),
    );
  });

  it('base64 of a part of a buffer is of that part', () => {
    check(
      fc.property(vector, fc.nat(20), fc.nat(20), (values, before, after) => {
        const whole = new Float32Array(before + values.length + after);
        whole.set(values, before);
        const part = whole.subarray(before, before + values.length);
        expect(vectorToBase64(part)).toBe(vectorToBase64(values));
      }),
    );
  });

  it('base64 is the platform’s own', () => {
    check(
      fc.property(bytes, (data) => {
        const text = bytesToBase64(data);
        expect(text).toBe(btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join('')));
        expect(base64ToBytes(text)).toEqual(data);
      }),
    );
  });

  it('a bit is set where the value is above zero, the first value in the highest', () => {
    check(
      fc.property(vector, (values) => {
        const bits = Array.from(vectorToUbinary(values), (byte) => byte.toString(2).padStart(8, '0')).join(
          '',
        );
        expect(bits).toBe(
          Array.from(values, (value) => (value > 0 ? '1' : '0'))
            .join('')
            .padEnd(Math.ceil(values.length / 8) * 8, '0'),
        );
      }),
    );
  });

  it('binary and ubinary are 128 apart, and each gives the other', () => {
    check(
      fc.property(bytes, (data) => {
        const signed = ubinaryToBinary(data);
        expect(Array.from(signed)).toEqual(Array.from(data, (byte) => byte - 128));
        expect(binaryToUbinary(signed)).toEqual(data);
      }),
    );
    check(
      fc.property(vector, (values) => {
        expect(binaryToUbinary(vectorToBinary(values))).toEqual(vectorToUbinary(values));
      }),
    );
  });

  it('a scale above zero does not change a bit', () => {
    check(
      fc.property(fc.float32Array({ min: -1, max: 1, noNaN: true, maxLength: 64 }), (values) => {
        expect(vectorToUbinary(values.map((value) => value * 2))).toEqual(vectorToUbinary(values));
      }),
    );
  });
});

describe('the wire, with any vector', () => {
  it('decimals give the same float32 back', () => {
    check(
      fc.property(vector, (values) => {
        const text = JSON.stringify(toWire(values));
        const back = Float32Array.from(JSON.parse(text) as number[]);
        // JSON has no -0.
        expect(back).toEqual(values.map((value) => value + 0));
        expect(decodeVector(JSON.parse(text) as number[], 'float')).toEqual(back);
      }),
    );
  });

  it('every encoding comes back as it was sent', () => {
    check(
      fc.property(vector, fc.constantFrom(...EMBEDDING_TYPES), (values, type) => {
        const positive = values.map((value) => value + 0);
        const sent = encodeVector(positive, type);
        const received = JSON.parse(JSON.stringify(toWire(sent))) as string | number[];
        expect(decodeVector(received, type)).toEqual(sent);
      }),
    );
  });

  it('what a list of encodings asks for is derived from one of them', () => {
    const types = fc.uniqueArray(fc.constantFrom(...EMBEDDING_TYPES), { minLength: 1 });
    check(
      fc.property(fc.array(vector, { minLength: 1, maxLength: 4 }), types, (vectors, asked) => {
        const body = {
          model: 'm',
          usage: { total_tokens: 1 },
          data: vectors.map((values, index) => ({ index, embedding: vectorToBase64(values) })),
        };
        const { data } = embeddingsFromWire(body, asked);
        data.forEach((item, index) => {
          const expected = Object.fromEntries(
            asked.map((type) => [type, encodeVector(vectors[index]!, type)]),
          );
          expect('embedding' in item && item.embedding).toEqual(expected);
        });
      }),
    );
  });
});
