import type { EmbeddingsRequest, SearchFoundation } from '@nearfield/spec';
import { expect, test } from 'vitest';
import type { MapItem } from './item.ts';
import { KeptVectors } from './kept-vectors.ts';

/** Answers with the number of its input, and remembers what it was sent. */
function counting() {
  const requests: EmbeddingsRequest[] = [];
  let next = 0;
  const foundation = {
    embeddings: async (request: EmbeddingsRequest) => {
      requests.push(request);
      const input = request.input as unknown[];
      return {
        usage: { total_tokens: input.length * 10 },
        data: input.map(() => ({ embedding: Float32Array.of(next++) })),
      };
    },
  } as unknown as SearchFoundation;
  return { requests, foundation };
}

const pictureOf = (id: string): MapItem => ({
  text: `${id}.png`,
  label: '',
  picture: { id, blob: new Blob([id]), thumbnail: new Blob() },
});
const textOf = (text: string): MapItem => ({ text, label: '' });

test('pictures and texts are embedded once each, in calls of their own', async () => {
  const { requests, foundation } = counting();
  const kept = new KeptVectors();
  // A text may be called as a picture is.
  const items = [pictureOf('a'), textOf('one'), textOf('picture:a'), pictureOf('b'), pictureOf('a')];
  const { vectors, fresh, tokens } = await kept.embed('here', foundation, 'clip', items, {});
  expect(vectors.map(([value]) => value)).toEqual([2, 0, 1, 3, 2]);
  expect({ fresh, tokens }).toEqual({ fresh: 4, tokens: 40 });
  expect(requests.map(({ input }) => input)).toEqual([
    ['one', 'picture:a'],
    [{ image: items[0]!.picture!.blob }, { image: items[3]!.picture!.blob }],
  ]);
  // Pictures have no end that could be cut off: `truncate` is for texts.
  expect(requests.map(({ truncate }) => truncate)).toEqual([true, undefined]);

  const again = await kept.embed('here', foundation, 'clip', [...items, pictureOf('c')], {});
  expect(again.fresh).toBe(1);
  expect(requests).toHaveLength(3);
  const elsewhere = await kept.embed('there', foundation, 'clip', items, {});
  expect(elsewhere.fresh).toBe(4);
});

test('many pictures are so many calls that a cancellation loses few of them', async () => {
  const { requests, foundation } = counting();
  const items = Array.from({ length: 40 }, (_, at) => pictureOf(String(at)));
  await new KeptVectors().embed('here', foundation, 'clip', items, {});
  expect(requests.map(({ input }) => (input as unknown[]).length)).toEqual([16, 16, 8]);
});
