/** Pictures in a live index, found by words with a real model of both: icon-clip, whose file is in the repository. */
import { readFileSync } from 'node:fs';
import { createNodeFoundation } from '@nearfield/core/node';
import { openLiveIndex } from '@nearfield/search/live/node';
import { type CallOptions, type EmbeddingsRequest, normalise, type SearchFoundation } from '@nearfield/spec';
import { afterAll, expect, it } from 'vitest';
import { embeddedModels } from '../embedded.ts';

const MODEL = 'icon-clip';
const foundation = createNodeFoundation({ models: embeddedModels() });
afterAll(() => foundation.close());

/** Pictures of a vendor that the model never saw while it was trained. */
const PICTURES = ['cloud-with-rain', 'dog-face', 'guitar', 'hammer', 'pizza', 'sailboat'];
const TEXTS = [
  'They hear the echo of their own calls and so catch moths.',
  'When prices rise, the same money buys less.',
  'Grown people need seven to nine hours of sleep a night.',
  'A contract is valid without paper, only harder to prove.',
  'Turn the pegs slowly: strings break when they are turned fast.',
  'Planets show a small disc and flicker less than stars.',
  'Sand the walls smooth before the first coat of paint.',
  'Binary search halves a sorted list with each comparison.',
];
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

/** The same model, if it put any two texts nearer to each other than a text and a picture, as many models do. */
const apart: Pick<SearchFoundation, 'embeddings'> = {
  embeddings: (async (request: EmbeddingsRequest, options?: CallOptions) => {
    const response = await foundation.embeddings(request, options);
    const inputs = [request.input].flat();
    const vectors = response.data as unknown as { embedding: Float32Array }[];
    const data = vectors.map((each, at) => {
      const side = typeof inputs[at] === 'string' ? 1.5 : -1.5;
      return { ...each, embedding: normalise([...each.embedding, side]) };
    });
    return { ...response, data };
  }) as SearchFoundation['embeddings'],
};

it('finds pictures among texts where a model keeps the two apart', async () => {
  const index = await openLiveIndex({
    name: 'apart',
    directory: undefined,
    foundation: apart,
    model: MODEL,
  });
  try {
    await index.add(
      PICTURES.map((name) => ({ id: name, image: picture(name), filters: { kind: 'picture' } })),
    );
    await index.add(TEXTS.map((text, at) => ({ id: `text-${at}`, text, filters: { kind: 'text' } })));
    const first = async (query: string, filters = {}): Promise<string | undefined> =>
      (await index.search(query, { limit: 1, filters })).results[0]?.id;
    expect(await first('how do flying mammals hunt insects')).toBe('text-0');
    expect(await first('why does everything cost more')).toBe('text-1');
    for (const [query, name] of Object.entries({
      'a slice of pizza': 'pizza',
      'a boat on the sea': 'sailboat',
      'the face of a dog': 'dog-face',
    })) {
      expect(await first(query)).toBe(name);
      expect(await first(query, { kind: 'picture' })).toBe(name);
    }
    expect(await first('why does everything cost more', { kind: 'text' })).toBe('text-1');
  } finally {
    await index.close();
  }
});
