import { dot } from '@nearfield/spec';
import { describe, expect, test } from 'vitest';
import { VectorIndex } from './vector-index.ts';

/** Repeatable values between -1 and 1. */
function vectors(count: number, dimensions: number): Float32Array[] {
  let seed = 42;
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: dimensions }, () => {
      seed = (seed * 1664525 + 1013904223) % 2 ** 32;
      return seed / 2 ** 31 - 1;
    }),
  );
}

describe('VectorIndex', () => {
  test('agrees with sorting every dot product', () => {
    const dimensions = 19;
    const all = vectors(500, dimensions);
    const index = new VectorIndex(dimensions, 1);
    for (const vector of all) index.add(vector);
    for (const query of all.slice(0, 5)) {
      const expected = all
        .map((vector, position) => ({
          index: position,
          score: expect.closeTo(dot(vector, query), 10) as number,
          exact: dot(vector, query),
        }))
        .sort((a, b) => b.exact - a.exact || a.index - b.index)
        .map(({ index, score }) => ({ index, score }));
      expect(index.search(query, 10)).toEqual(expected.slice(0, 10));
      expect(index.search(query, 1000)).toEqual(expected);
    }
  });

  test('keeps the order of equal vectors', () => {
    const index = new VectorIndex(2);
    for (let copy = 0; copy < 5; copy++) index.add(Float32Array.of(1, 0));
    expect(index.search(Float32Array.of(1, 0), 3).map((hit) => hit.index)).toEqual([0, 1, 2]);
  });

  test('is empty at first, and for a limit of none', () => {
    const index = new VectorIndex(2);
    expect(index.search(Float32Array.of(1, 0), 3)).toEqual([]);
    index.add(Float32Array.of(1, 0));
    expect(index.search(Float32Array.of(1, 0), 0)).toEqual([]);
  });

  test('copies what it is given and hands out views', () => {
    const index = new VectorIndex(2, 1);
    const vector = Float32Array.of(1, 2);
    index.add(vector);
    vector.fill(0);
    index.add(Float32Array.of(3, 4));
    expect([...index.vector(0)]).toEqual([1, 2]);
    expect([...index.vector(1)]).toEqual([3, 4]);
    expect(index.bytes).toBe(16);
    expect(() => index.vector(2)).toThrow('No vector 2: there are 2.');
  });

  test('refuses vectors of another size', () => {
    const index = new VectorIndex(3);
    expect(() => index.add(Float32Array.of(1))).toThrow(RangeError);
    expect(() => index.search(Float32Array.of(1, 2, 3, 4), 1)).toThrow(RangeError);
    expect(() => new VectorIndex(0)).toThrow(RangeError);
  });
});

test('dot sums whole and odd lengths', () => {
  for (const length of [1, 2, 3, 4, 5, 7, 8, 33]) {
    const [a, b] = vectors(2, length) as [Float32Array, Float32Array];
    const index = new VectorIndex(length);
    index.add(a);
    expect(index.search(b, 1)[0]?.score).toBeCloseTo(dot(a, b), 10);
  }
});
