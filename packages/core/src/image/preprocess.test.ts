import { describe, expect, it } from 'vitest';
import { cases, difference, readFixture, rgbOf } from '../../test/fixtures/image/read.ts';
import { decodeImage } from './decode.ts';
import { loadPixelValues } from './load.ts';
import { nodeDecoder } from './node-decoder.ts';
import { decodePng } from './png.ts';
import { fit, toPixelValues } from './preprocess.ts';
import { IMAGE_RECIPES, type ImageRecipe, parseImageRecipe } from './recipe.ts';

const decoder = nodeDecoder;

describe('fit', () => {
  it.each(cases.fit)('gives the reference’s $expected', async ({ source, recipe, expected, tolerance }) => {
    const raster = await decodeImage(await readFixture('sources', source), { decoder });
    const wanted = await decodePng(await readFixture('fitted', expected));
    const overrides = (recipe as { overrides?: Partial<ImageRecipe> }).overrides;
    const result = fit(raster, parseImageRecipe(recipe.config, overrides));
    expect([result.width, result.height]).toEqual([wanted.width, wanted.height]);
    expect(difference(result.data, rgbOf(wanted.data)).maximum).toBeLessThanOrEqual(tolerance);
  });

  it('crops a strip without resizing the rest of it', () => {
    // 65,000 : 1 resized to 512 would be 33 million pixels wide.
    const data = new Uint8Array(4 * 65_000).fill(200);
    const wide = fit({ width: 65_000, height: 1, data, opaque: true }, IMAGE_RECIPES['jina-clip-v2']);
    const tall = fit({ width: 1, height: 65_000, data, opaque: true }, IMAGE_RECIPES['jina-clip-v2']);
    for (const { width, height, data: out } of [wide, tall]) {
      expect([width, height]).toEqual([512, 512]);
      expect(out.every((value) => value === 200)).toBe(true);
    }
  });

  it('pads for icon-clip with white on both sides', () => {
    const black = { width: 40, height: 10, data: new Uint8Array(1600), opaque: false };
    for (let at = 3; at < 1600; at += 4) black.data[at] = 255;
    const { data } = fit(black, IMAGE_RECIPES['icon-clip']);
    const rows = Array.from({ length: 128 }, (_, row) => data[3 * (row * 128 + 64)]);
    expect(rows).toEqual([
      ...new Array<number>(48).fill(255),
      ...new Array<number>(32).fill(0),
      ...new Array<number>(48).fill(255),
    ]);
  });
});

describe('toPixelValues', () => {
  it('normalises channel by channel', () => {
    const recipe = { ...IMAGE_RECIPES['jina-clip-v1'], width: 2, height: 2, shortestEdge: 2 };
    const data = Uint8Array.from({ length: 16 }, (_, at) => (at % 4 === 3 ? 255 : at * 16));
    const raster = { width: 2, height: 2, data, opaque: true };
    const values = toPixelValues([raster, raster], recipe);
    expect(values.dims).toEqual([2, 3, 2, 2]);
    for (let at = 0; at < 24; at++) {
      const channel = Math.floor((at % 12) / 4);
      const value = data[4 * (at % 4) + channel]!;
      expect(values.data[at]).toBeCloseTo((value / 255 - recipe.mean[channel]!) / recipe.std[channel]!, 6);
    }
  });
});

describe('loadPixelValues', () => {
  it('makes one batch, tells the sizes, and names the picture at fault', async () => {
    const recipe = IMAGE_RECIPES['icon-clip'];
    const names = ['rgb.png', 'exif-6.jpg', 'rgba.png'];
    const files = await Promise.all(names.map((name) => readFixture('sources', name)));
    const batch = await loadPixelValues(files, recipe, { decoder });
    expect(batch.dims).toEqual([3, 3, 128, 128]);
    expect(batch.sizes).toEqual([
      { width: 97, height: 61 },
      { width: 32, height: 48 },
      { width: 53, height: 47 },
    ]);
    const count = 3 * 128 * 128;
    for (const [index, file] of files.entries()) {
      const single = toPixelValues([await decodeImage(file, { decoder })], recipe);
      expect(batch.data.subarray(index * count, (index + 1) * count)).toEqual(single.data);
    }
    await expect(loadPixelValues([files[0]!, 'nonsense!'], recipe, { decoder })).rejects.toMatchObject({
      param: 'input.1.image',
    });
  });
});
