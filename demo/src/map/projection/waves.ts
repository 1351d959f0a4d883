/** Numbers of tests whose results were computed by another program, NumPy 2.4: see each test. */
import type { Vectors } from './vectors.ts';

const COUNT = 24;
const DIMENSIONS = 7;

/** 24 vectors of 7 dimensions, two of which hold most. */
export const waves = (): Float32Array[] =>
  Array.from({ length: COUNT }, (_, i) =>
    Float32Array.from(
      { length: DIMENSIONS },
      (_, j) =>
        Math.sin(0.7 * i + 1.3 * j) + 0.15 * ((i * 7 + j * 3) % 11) + (j + 1) * Math.cos(i * 0.35) * 0.3,
    ),
  );

/** The same, without scaling them. */
export const rawWaves = (): Vectors => ({
  values: Float32Array.from(waves().flatMap((vector) => [...vector])),
  count: COUNT,
  dimensions: DIMENSIONS,
});

/** Places for them that have little to do with them. Shape: [24, 2]. */
export const wavePlaces = (): Float32Array =>
  Float32Array.from({ length: COUNT * 2 }, (_, at) => {
    const i = Math.floor(at / 2);
    return at % 2 === 0 ? Math.cos(i * 1.1) * (1 + (i % 5)) : Math.sin(i * 0.9) * (2 + (i % 3));
  });
