import { expect, test, vi } from 'vitest';
import { nearestNeighbours } from './neighbours.ts';
import { packVectors } from './vectors.ts';
import { waves } from './waves.ts';

// numpy.argsort of the product of the scaled vectors with their transpose.
test('neighbours are those of the largest cosine', async () => {
  const { size, indices, cosines } = await nearestNeighbours(packVectors(waves()), 4);
  expect(size).toBe(4);
  expect([...indices.subarray(0, 12)]).toEqual([19, 16, 17, 18, 18, 2, 19, 20, 18, 1, 19, 20]);
  const expected = [0.9757, 0.95201, 0.94651, 0.93354, 0.96775, 0.95863, 0.94022, 0.91084];
  for (const [at, value] of expected.entries()) expect(cosines[at]).toBeCloseTo(value, 4);
});

test('there are no more neighbours than others, and equal ones are in their order', async () => {
  const same = packVectors([1, 1, 1].map((value) => Float32Array.of(value, 0)));
  const { size, indices } = await nearestNeighbours(same, 9);
  expect(size).toBe(2);
  expect([...indices]).toEqual([1, 2, 0, 2, 0, 1]);
  expect((await nearestNeighbours(packVectors([Float32Array.of(1)]), 9)).size).toBe(0);
  expect((await nearestNeighbours(packVectors([]), 9)).indices).toHaveLength(0);
});

test('says how far it is, up to the end', async () => {
  const turn = vi.fn((_done: number, _total: number) => undefined);
  await nearestNeighbours(packVectors(waves()), 3, turn);
  expect(turn).toHaveBeenLastCalledWith(276, 276);
});
