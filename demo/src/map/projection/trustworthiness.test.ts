import { describe, expect, test } from 'vitest';
import { trustworthiness } from './trustworthiness.ts';
import { packVectors } from './vectors.ts';
import { wavePlaces, waves } from './waves.ts';

const vectors = packVectors(waves());

describe('trustworthiness', () => {
  // The formula written with full orders by numpy.argsort.
  test.each([
    [5, 24, 0.5494791666666667],
    [3, 24, 0.5321637426900585],
    [5, 8, 0.4375],
  ])('of %i neighbours at %i points is what the formula says', async (neighbours, most, expected) => {
    const found = await trustworthiness(vectors, wavePlaces(), undefined, { neighbours, most });
    expect(found?.value).toBeCloseTo(expected, 9);
    expect(found).toMatchObject({ neighbours, points: most });
  });

  test('is 1 where the map shows the vectors as they are', async () => {
    const angles = Array.from({ length: 20 }, (_, at) => (at / 40) * Math.PI);
    const places = angles.map((angle) => Float32Array.of(Math.cos(angle), Math.sin(angle)));
    const found = await trustworthiness(
      packVectors(places),
      Float32Array.from(places.flatMap((place) => [...place])),
      undefined,
      { neighbours: 4 },
    );
    expect(found?.value).toBe(1);
  });

  test('asks for fewer neighbours than half of the points, and for four points', async () => {
    const some = (count: number) =>
      trustworthiness(packVectors(waves().slice(0, count)), wavePlaces().slice(0, count * 2));
    expect((await some(9))?.neighbours).toBe(4);
    expect((await some(4))?.neighbours).toBe(1);
    expect(await some(3)).toBeUndefined();
  });
});
