import { normalise } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { representatives, withoutDuplicates } from './select.ts';

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number, never, undefined> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648 - 0.5;
  }
}

function vectorsOf(count: number, seed: number): Float32Array[] {
  const source = numbers(seed);
  return Array.from({ length: count }, () => normalise(Array.from({ length: 6 }, () => source.next().value)));
}

const similarity = (left: Float32Array, right: Float32Array): number =>
  Math.max(
    0,
    left.reduce((sum, value, index) => sum + value * right[index]!, 0),
  );

/** The sum of all coverages, from its definition. */
const coverage = (vectors: readonly Float32Array[], chosen: readonly number[]): number =>
  vectors.reduce(
    (sum, vector) => sum + Math.max(0, ...chosen.map((index) => similarity(vector, vectors[index]!))),
    0,
  );

function subsets(count: number, size: number, from = 0): number[][] {
  if (size === 0) return [[]];
  return Array.from({ length: Math.max(0, count - from) }, (_, index) => from + index).flatMap((first) =>
    subsets(count, size - 1, first + 1).map((rest) => [first, ...rest]),
  );
}

describe('representatives', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('takes the best next text at each step (seed %i)', (seed) => {
    const vectors = vectorsOf(24, seed);
    const chosen = representatives(vectors, 8);
    for (let size = 1; size <= chosen.length; size++) {
      const before = chosen.slice(0, size - 1);
      const best = Math.max(...vectors.map((_, index) => coverage(vectors, [...before, index])));
      expect(coverage(vectors, chosen.slice(0, size))).toBeCloseTo(best, 4);
    }
    expect(new Set(chosen).size).toBe(8);
  });

  it.each([11, 12, 13])('covers at least 1 - 1/e of what any set can (seed %i)', (seed) => {
    const vectors = vectorsOf(9, seed);
    const best = Math.max(...subsets(9, 3).map((chosen) => coverage(vectors, chosen)));
    const found = coverage(vectors, representatives(vectors, 3));
    expect(found).toBeGreaterThanOrEqual((1 - 1 / Math.E) * best);
    expect(found).toBeLessThanOrEqual(best + 1e-4);
  });

  it('stops by itself when every group has one', () => {
    const groups = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    const vectors = Array.from({ length: 12 }, (_, index) => Float32Array.from(groups[index % 3]!));
    expect(representatives(vectors)).toEqual([0, 1, 2]);
  });

  it('takes all where there are no more, one of none, and equal ones in their order', () => {
    expect(representatives([], 3)).toEqual([]);
    const same = Array.from({ length: 3 }, () => Float32Array.of(1, 0));
    expect(representatives(same, 5)).toEqual([0, 1, 2]);
    expect(representatives(same)).toEqual([0]);
  });
});

describe('withoutDuplicates', () => {
  it.each([0.2, 0.5, 0.8])('leaves out exactly what is near to a text that is kept (%d)', (threshold) => {
    const vectors = vectorsOf(40, 5);
    const kept = withoutDuplicates(vectors, threshold);
    for (const [index, vector] of vectors.entries()) {
      const before = kept.filter((other) => other < index);
      const isNear = before.some((other) => similarity(vectors[other]!, vector) > threshold);
      expect(kept.includes(index)).toBe(!isNear);
    }
    expect(kept.length).toBeGreaterThan(1);
    expect(kept.length).toBeLessThan(40);
  });
});
