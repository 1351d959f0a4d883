import { describe, expect, test } from 'vitest';
import { type ProjectionEvent, project } from './project.ts';
import { seededRandom } from './random.ts';
import { packVectors, type Vectors } from './vectors.ts';

/** Vectors around some random directions, one after the other. */
function clustered(count: number, directions = 5): Vectors {
  const random = seededRandom(11);
  const centres = Array.from({ length: directions }, () => Array.from({ length: 24 }, () => random() - 0.5));
  return packVectors(
    Array.from({ length: count }, (_, at) =>
      Float32Array.from(centres[at % directions]!, (value) => value + (random() - 0.5) * 0.4),
    ),
  );
}

const textsOf = ({ count }: Vectors): string[] => Array.from({ length: count }, (_, at) => `word${at % 5}`);

async function events(vectors: Vectors): Promise<ProjectionEvent[]> {
  const all: ProjectionEvent[] = [];
  await project(vectors, { texts: textsOf(vectors), groups: 5, seed: 7, interval: 0 }, (event) =>
    all.push(event),
  );
  return all;
}

const last = <Type extends ProjectionEvent['type']>(all: ProjectionEvent[], type: Type) =>
  all.findLast((event): event is Extract<ProjectionEvent, { type: Type }> => event.type === type);

describe('a map of vectors', () => {
  test('shows principal components first, then UMAP, which keeps more neighbours', async () => {
    const all = await events(clustered(90));
    const order = [...new Set(all.map(({ type }) => type))].filter((type) => type !== 'progress');
    expect(order).toEqual(['pca', 'groups', 'neighbours', 'layout', 'quality', 'done']);
    const { pca, umap } = last(all, 'quality')!.quality;
    expect(umap!.value).toBeGreaterThan(pca!.value);
    expect(umap!.value).toBeGreaterThan(0.9);
    expect(all.filter(({ type }) => type === 'layout').length).toBeGreaterThan(10);
    expect(last(all, 'groups')!.names.toSorted()).toEqual(['word0', 'word1', 'word2', 'word3', 'word4']);
    const stages = all.flatMap((event) => (event.type === 'progress' ? [event.stage] : []));
    expect([...new Set(stages)]).toEqual(['neighbours', 'layout', 'quality']);
  });

  test('is the same for the same vectors, however often it is reported', async () => {
    const vectors = clustered(40);
    const often = last(await events(vectors), 'layout')!;
    const rarely: ProjectionEvent[] = [];
    await project(vectors, { texts: textsOf(vectors), groups: 5, seed: 7, interval: 1e9 }, (event) =>
      rarely.push(event),
    );
    expect(often.final).toBe(true);
    expect(last(rarely, 'layout')!.positions).toEqual(often.positions);
  });

  test.each([0, 1, 2, 3, 4, 6])('of %i vectors is made, too', async (count) => {
    const all = await events(clustered(count));
    expect(last(all, 'pca')!.positions).toHaveLength(count * 2);
    expect(last(all, 'layout')?.positions.length).toBe(count < 4 ? undefined : count * 2);
    for (const event of all)
      if (event.type === 'layout') expect(event.positions.every(Number.isFinite)).toBe(true);
    expect(all.at(-1)).toEqual({ type: 'done' });
  });

  test('holds where vectors are equal', async () => {
    const all = await events(packVectors(Array.from({ length: 6 }, () => Float32Array.of(1, 2, 3))));
    expect(last(all, 'layout')!.positions.every(Number.isFinite)).toBe(true);
  });
});
