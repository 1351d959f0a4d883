import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { principalComponents } from './pca.ts';
import { seededRandom } from './random.ts';
import { packVectors, type Vectors } from './vectors.ts';
import { rawWaves } from './waves.ts';

/** Vectors around some directions, none of which stands out: the gap behind the second component is small. */
function crowd(count: number, dimensions: number): Vectors {
  const random = seededRandom(3);
  const centres = Array.from({ length: 12 }, () =>
    Float32Array.from({ length: dimensions }, () => random() - 0.5),
  );
  return packVectors(
    Array.from({ length: count }, (_, at) =>
      Float32Array.from(centres[at % 12]!, (value) => value + (random() - 0.5) * 1.2 + 0.3),
    ),
  );
}

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

  test('are those of a complete decomposition where many directions matter', () => {
    const vectors = crowd(400, 96);
    const { positions, explained } = principalComponents(vectors);
    const centred = new Matrix(
      Array.from({ length: 400 }, (_, row) => [...vectors.values.subarray(row * 96, (row + 1) * 96)]),
    ).center('column');
    const { leftSingularVectors: left, diagonal } = new SingularValueDecomposition(centred);
    for (const component of [0, 1]) {
      const scores = left.getColumn(component).map((value) => value * diagonal[component]!);
      const sign = Math.sign(scores[0]! * positions[component]!);
      for (const [row, score] of scores.entries())
        expect(positions[row * 2 + component]).toBeCloseTo(score * sign, 5);
    }
    const squares = diagonal.map((value) => value ** 2);
    const share = (squares[0]! + squares[1]!) / squares.reduce((sum, value) => sum + value, 0);
    expect(explained).toBeCloseTo(share, 9);
  });

  // Each pass over 5,000 vectors of 384 dimensions takes some 20 ms: so the map is there at once.
  test('of thousands of vectors take few passes over them', () => {
    const { passes } = principalComponents(crowd(5000, 384), 42);
    expect(passes).toBeLessThanOrEqual(10);
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
