import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FoundationError } from './errors.ts';
import { cosine, dot, normalise, topK } from './vectors.ts';

const vector = (length: number) =>
  fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 }), {
    minLength: length,
    maxLength: length,
  });

describe('dot, cosine, normalise', () => {
  it('are those of a textbook', () => {
    expect(dot([1, 2, 3], [4, -5, 6])).toBe(12);
    expect(cosine([3, 4], [4, 3])).toBeCloseTo(24 / 25, 12);
    expect(cosine([2, 0], [-7, 0])).toBe(-1);
    expect(cosine([0, 0], [1, 2])).toBe(0);
    expect([...normalise([3, 4])]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
    expect([...normalise(new Float32Array(3))]).toEqual([0, 0, 0]);
  });

  it('take typed arrays and lists, and refuse vectors of different lengths', () => {
    expect(dot(Float32Array.of(1, 2), new Int8Array([3, 4]))).toBe(11);
    for (const compare of [dot, cosine]) {
      expect(() => compare([1], [1, 2])).toThrow(FoundationError);
      expect(() => compare([1], [1, 2])).toThrow(/1 and 2 dimensions/);
    }
  });
});

describe('topK', () => {
  it('is the head of the sorted list, of equal scores the first', () => {
    fc.assert(
      fc.property(fc.array(vector(3), { maxLength: 40 }), vector(3), fc.nat(45), (vectors, query, k) => {
        const sorted = vectors
          .map((each, index) => ({ index, score: dot(query, each) }))
          .sort((a, b) => b.score - a.score || a.index - b.index);
        expect(topK(query, vectors, k)).toEqual(sorted.slice(0, k));
      }),
    );
  });

  it('refuses a vector of another model', () => {
    expect(() => topK([1, 0], [[1, 0], [1]], 1)).toThrow(/2 and 1 dimensions/);
  });
});
