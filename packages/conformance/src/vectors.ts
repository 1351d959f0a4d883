import { dot } from '@nearfield/model-tiny';
import { expect } from 'vitest';

/** Length of a vector. */
export const norm = (vector: ArrayLike<number>): number =>
  Math.sqrt(dot(Array.from(vector), Array.from(vector)));

/** Cosine of two vectors. */
export const cosine = (left: ArrayLike<number>, right: ArrayLike<number>): number =>
  dot(Array.from(left), Array.from(right)) / (norm(left) * norm(right));

/** Fails unless two vectors have the same size and every value is within `tolerance`. */
export function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-4): void {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let index = 0; index < expected.length; index++) {
    worst = Math.max(worst, Math.abs(actual[index]! - expected[index]!));
  }
  expect(worst, 'the largest difference').toBeLessThan(tolerance);
}
