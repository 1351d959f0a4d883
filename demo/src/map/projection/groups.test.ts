import { describe, expect, test } from 'vitest';
import { groupVectors, usualGroups } from './groups.ts';
import { seededRandom } from './random.ts';
import { packVectors } from './vectors.ts';

/** Vectors around axes, as many as asked for each, mixed. */
function around(sizes: readonly number[], spread = 0.2) {
  const random = seededRandom(3);
  const all = sizes.flatMap((size, axis) =>
    Array.from({ length: size }, () => ({
      axis,
      vector: Float32Array.from({ length: 6 }, (_, at) => (at === axis ? 1 : 0) + (random() - 0.5) * spread),
      order: random(),
    })),
  );
  all.sort((a, b) => a.order - b.order);
  return { axes: all.map(({ axis }) => axis), vectors: packVectors(all.map(({ vector }) => vector)) };
}

describe('groups', () => {
  test('are the directions that vectors lie around, the largest first', () => {
    const { axes, vectors } = around([10, 30, 20]);
    // The axes by the number of vectors around them.
    expect([...groupVectors(vectors, 3)]).toEqual(axes.map((axis) => [2, 0, 1][axis]));
  });

  test('are the same for the same vectors', () => {
    const { vectors } = around([15, 15, 15, 15], 1.5);
    expect(groupVectors(vectors, 5)).toEqual(groupVectors(vectors, 5));
  });

  test('are no more than there are vectors, and at least one', () => {
    const two = packVectors([Float32Array.of(1, 0), Float32Array.of(0, 1)]);
    expect(new Set(groupVectors(two, 9)).size).toBe(2);
    expect([...groupVectors(two, 1)]).toEqual([0, 0]);
    expect([...groupVectors(two, 0)]).toEqual([0, 0]);
    expect(groupVectors(packVectors([]), 3)).toHaveLength(0);
  });

  test('of equal vectors hold all of them', () => {
    const same = packVectors(Array.from({ length: 8 }, () => Float32Array.of(1, 0)));
    expect([...groupVectors(same, 3)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('are few for few texts', () => {
    expect([0, 1, 8, 50, 5000].map(usualGroups)).toEqual([1, 1, 2, 5, 12]);
  });
});
