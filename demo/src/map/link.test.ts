import { expect, test } from 'vitest';
import { mapLink, readMapLink } from './link.ts';

test('an address holds what is shown of the sample, and is read back', () => {
  const link = { sample: 'pictures', projection: 'pca', colourBy: 'group', question: 'a & b?' } as const;
  expect(readMapLink(mapLink(link))).toEqual(link);
  expect(mapLink({ sample: 'passages', projection: 'umap', colourBy: 'label', question: '' })).toBe(
    '#/map?texts=sample',
  );
});

test('of texts of one’s own nothing is in it', () => {
  expect(mapLink({ sample: undefined, projection: 'pca', colourBy: 'group', question: 'secret' })).toBe(
    '#/map',
  );
});

test('what an address does not say, or says wrongly, is left as it is', () => {
  const nothing = { sample: undefined, projection: undefined, colourBy: undefined, question: '' };
  expect(readMapLink('#/map')).toEqual(nothing);
  expect(readMapLink('#/map?show=tsne&colour=blue&texts=mine')).toEqual(nothing);
});
