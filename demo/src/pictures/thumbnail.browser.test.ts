import { expect, test } from 'vitest';
import { THUMBNAIL_SIDE, thumbnailOf } from './thumbnail.ts';

/** A picture, its left half red and its right half blue. */
async function picture(width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#f00';
  context.fillRect(0, 0, width / 2, height);
  context.fillStyle = '#00f';
  context.fillRect(width / 2, 0, width / 2, height);
  return canvas.convertToBlob({ type: 'image/png' });
}

test.each([
  [1024, 512, THUMBNAIL_SIDE, THUMBNAIL_SIDE / 2],
  [300, 1200, THUMBNAIL_SIDE / 4, THUMBNAIL_SIDE],
  [40, 20, 40, 20],
  [4000, 1, THUMBNAIL_SIDE, 1],
])('%i × %i pixels become %i × %i', async (width, height, ...expected) => {
  const bitmap = await createImageBitmap(await thumbnailOf(await picture(width, height)));
  expect([bitmap.width, bitmap.height]).toEqual(expected);
});

test('shows the whole picture', async () => {
  const bitmap = await createImageBitmap(await thumbnailOf(await picture(800, 400)));
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  const at = (x: number) => [...context.getImageData(x, bitmap.height / 2, 1, 1).data];
  const [red, , , opaque] = at(bitmap.width / 4);
  const [, , blue] = at((bitmap.width * 3) / 4);
  expect(opaque).toBe(255);
  // A lossy format keeps colours nearly.
  expect(red).toBeGreaterThan(230);
  expect(blue).toBeGreaterThan(230);
});

test('refuses what is no picture', async () => {
  await expect(thumbnailOf(new Blob(['text']))).rejects.toThrow(/could not be decoded/u);
});
