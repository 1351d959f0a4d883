import { describe, expect, test } from 'vitest';
import { principalComponents } from './pca.ts';
import { rawWaves } from './waves.ts';

describe('principal components', () => {
  // numpy.linalg.svd of the centred vectors; each component's largest loading made positive.
  test('are those of a singular value decomposition', () => {
    const { positions, explained } = principalComponents(rawWaves());
    const expected = [3.5734, -2.1005, 3.3618, 0.2854, 3.4992, 0.2398, 1.1616, 1.5287];
    for (const [at, value] of expected.entries()) expect(positions[at]).toBeCloseTo(value, 3);
    expect(positions[46]).toBeCloseTo(-2.3839, 3);
    expect(positions[47]).toBeCloseTo(0.9307, 3);
    expect(explained).toBeCloseTo(0.80426, 4);
  });

  test('do not depend on where the search begins', () => {
    const [first, second] = [principalComponents(rawWaves(), 1), principalComponents(rawWaves(), 99)];
    for (const [at, value] of first.positions.entries()) expect(second.positions[at]).toBeCloseTo(value, 3);
  });

  test('of equal vectors, of one and of none are at the origin', () => {
    const equal = { values: new Float32Array([1, 2, 1, 2, 1, 2]), count: 3, dimensions: 2 };
    expect([...principalComponents(equal).positions]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...principalComponents({ ...equal, count: 1 }).positions]).toEqual([0, 0]);
    expect(
      principalComponents({ values: new Float32Array(), count: 0, dimensions: 0 }).positions,
    ).toHaveLength(0);
  });

  test('of two vectors lie on a line', () => {
    const two = { values: new Float32Array([0, 0, 0, 2, 2, 1]), count: 2, dimensions: 3 };
    const { positions, explained } = principalComponents(two);
    expect(Math.abs(positions[0]! - positions[2]!)).toBeCloseTo(3, 5);
    expect(positions[1]).toBeCloseTo(0, 5);
    expect(explained).toBeCloseTo(1, 6);
  });
});
