/** Pictures in a live index, found by words with a real model of both: icon-clip, whose file is in the repository. */
import { readFileSync } from 'node:fs';
import { createNodeFoundation } from '@nearfield/core/node';
import { openLiveIndex } from '@nearfield/search/live/node';
import { afterAll, expect, it } from 'vitest';
import { embeddedModels } from '../embedded.ts';

const MODEL = 'icon-clip';
const foundation = createNodeFoundation({ models: embeddedModels() });
afterAll(() => foundation.close());

/** Pictures of a vendor that the model never saw while it was trained. */
const PICTURES = ['cloud-with-rain', 'dog-face', 'guitar', 'hammer', 'pizza', 'sailboat'];
const picture = (name: string): Blob =>
  new Blob([readFileSync(new URL(`../../../../demo/src/classify/samples/${name}.png`, import.meta.url))], {
    type: 'image/png',
  });

it('finds the picture or the text that a question is about, and pictures that are like another', async () => {
  const index = await openLiveIndex({ name: 'pictures', directory: undefined, foundation, model: MODEL });
  try {
    // Names that say nothing: only what is on a picture can be found.
    await index.add(PICTURES.map((name, at) => ({ id: `picture-${at}`, image: picture(name) })));
    const first = async (query: string): Promise<string> => {
      const { results, problems } = await index.search(query, { limit: 1 });
      expect(problems).toEqual([]);
      return PICTURES[Number(results[0]!.id.split('-')[1])]!;
    };
    expect(await first('a boat on the sea')).toBe('sailboat');
    expect(await first('a slice of pizza')).toBe('pizza');
    expect(await first('the face of a dog')).toBe('dog-face');
    expect(await first('rainy weather')).toBe('cloud-with-rain');
    expect(await first('a guitar')).toBe('guitar');
    // Texts lie in the same space: each question finds what answers it, of whichever kind.
    await index.add([
      { id: 'text-bats', title: 'Bats', text: 'They hear the echo of their own calls and so catch moths.' },
      { id: 'text-inflation', title: 'Inflation', text: 'When prices rise, the same money buys less.' },
      { id: 'text-sleep', title: 'Sleep', text: 'Grown people need seven to nine hours a night.' },
    ]);
    const best = async (query: string): Promise<string> =>
      (await index.search(query, { limit: 1 })).results[0]!.id;
    expect(await best('how do flying mammals hunt insects')).toBe('text-bats');
    expect(await best('why does everything cost more')).toBe('text-inflation');
    expect(await best('a slice of pizza')).toBe(`picture-${PICTURES.indexOf('pizza')}`);
    expect(await best('a boat on the sea')).toBe(`picture-${PICTURES.indexOf('sailboat')}`);
    // Another picture takes its place, and its vectors with it.
    await index.update({ id: 'picture-0', image: picture('hammer') });
    await index.remove('picture-3');
    expect((await index.search('a hammer', { limit: 1 })).results[0]!.id).toBe('picture-0');
    expect((await index.related('picture-1', { limit: 5 })).map(({ id }) => id)).not.toContain('picture-1');
  } finally {
    await index.close();
  }
});
