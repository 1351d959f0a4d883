import { expect, test } from 'vitest';
import { packedCollection, unpackedCollection } from './collection-file.ts';

const [texts, pictures] = [new Blob(['texts\n\u0000']), new Blob(['pictures'])];

test('holds both indexes', async () => {
  const found = await unpackedCollection(packedCollection(texts, pictures));
  expect(await found.texts.text()).toBe('texts\n\u0000');
  expect(await found.pictures!.text()).toBe('pictures');
});

test('a collection without pictures is an index of texts', async () => {
  expect(packedCollection(texts, undefined)).toBe(texts);
  expect(await unpackedCollection(texts)).toEqual({ texts, pictures: undefined });
});

test('a file that ends early is refused', async () => {
  const file = packedCollection(texts, pictures);
  await expect(unpackedCollection(file.slice(0, file.size - 1))).rejects.toMatchObject({
    code: 'INTEGRITY_MISMATCH',
  });
});
