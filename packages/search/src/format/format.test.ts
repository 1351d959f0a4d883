import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter, readSorted, writeSorted } from './bytes.ts';
import { deflate, inflate } from './deflate.ts';
import { sha256, sha256Plain } from './sha256.ts';

const INTEGRITY = expect.objectContaining({ code: 'INTEGRITY_MISMATCH' });

describe('bytes', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), fc.string({ unit: 'grapheme' }), (numbers, text) => {
        const writer = new ByteWriter();
        for (const number of numbers) writer.varint(number);
        writer.text(text);
        const reader = new ByteReader(writer.finish(), 'x');
        expect(numbers.map(() => reader.varint())).toEqual(numbers);
        expect(reader.text()).toBe(text);
        expect(reader.done).toBe(true);
      }),
    );
  });

  it('sorted strings come back, pairs of surrogates whole', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme' })), (texts) => {
        const sorted = texts.sort();
        const writer = new ByteWriter();
        writeSorted(writer, sorted);
        expect(readSorted(new ByteReader(writer.finish(), 'x'))).toEqual(sorted);
      }),
    );
  });

  it('that end early, run on or are no text are noticed', () => {
    expect(() => new ByteReader(new Uint8Array(), 'x').byte()).toThrow(INTEGRITY);
    expect(() => new ByteReader(new Uint8Array(12).fill(255), 'x').varint()).toThrow(INTEGRITY);
    expect(() => new ByteReader(Uint8Array.of(5, 65), 'x').text()).toThrow(INTEGRITY);
    expect(() => new ByteReader(Uint8Array.of(1, 255), 'x').text()).toThrow(INTEGRITY);
  });
});

it('deflates and inflates, and refuses what was never deflated', async () => {
  const bytes = new TextEncoder().encode('bread '.repeat(500));
  const small = await deflate(bytes);
  expect(small.length).toBeLessThan(100);
  expect(await inflate(small, 'x')).toEqual(bytes);
  await expect(inflate(new Uint8Array([7, 7, 7]), 'x')).rejects.toThrow(INTEGRITY);
  await expect(inflate(small.slice(0, 20), 'x')).rejects.toThrow(INTEGRITY);
});

it.each([0, 1, 55, 56, 63, 64, 65, 1000])(
  'SHA-256 of %i bytes is that of Node, by either way',
  async (length) => {
    const bytes = Uint8Array.from({ length }, (_, index) => index * 7);
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect(sha256Plain(bytes)).toBe(expected);
    expect(await sha256(bytes)).toBe(expected);
  },
);
