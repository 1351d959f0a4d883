import { afterEach, describe, expect, it, vi } from 'vitest';
import { browserDecoder } from '../../src/image/browser-decoder.ts';
import { decodeImage } from '../../src/image/decode.ts';
import { decodePng } from '../../src/image/png.ts';
import { fit } from '../../src/image/preprocess.ts';
import { onWhite, type Raster } from '../../src/image/raster.ts';
import { type ImageRecipe, parseImageRecipe } from '../../src/image/recipe.ts';
import { costlySuite } from '../fixtures/image/costly-suite.ts';
import { orientationSuite } from '../fixtures/image/orientation-suite.ts';
import { cases, difference, readDecoded, readFixture, rgbOf } from '../fixtures/image/read.ts';

const decoder = browserDecoder;

async function pillow(name: string): Promise<Raster> {
  const { width, height } = cases.decode.find(({ source }) => source === name)!;
  return { width, height, data: await readDecoded(name), opaque: false };
}

async function decoded(name: string): Promise<Raster> {
  return decodeImage(new Blob([await readFixture('sources', name)]), { decoder });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

orientationSuite(decoder);
costlySuite(decoder);

describe('browserDecoder', () => {
  it.each(cases.decode)('reads $source as Pillow does', async ({ source, tolerance, hidden }) => {
    const actual = await decoded(source);
    const expected = await pillow(source);
    expect([actual.width, actual.height]).toEqual([expected.width, expected.height]);
    if (hidden) expect(difference(actual.data, expected.data).maximum).toBeLessThanOrEqual(tolerance);
    else expect(difference(onWhite(actual).data, onWhite(expected).data).maximum).toBe(0);
  });

  it('gives every recipe the pixels of its reference', async () => {
    for (const { source, recipe, expected, tolerance } of cases.fit) {
      const overrides = (recipe as { overrides?: Partial<ImageRecipe> }).overrides;
      const { data } = fit(await decoded(source), parseImageRecipe(recipe.config, overrides));
      const wanted = await decodePng(await readFixture('fitted', expected));
      expect(difference(data, rgbOf(wanted.data)).maximum, expected).toBeLessThanOrEqual(tolerance);
    }
  });

  it('puts pictures on white within rounding where WebCodecs is missing', async () => {
    vi.stubGlobal('ImageDecoder', undefined);
    for (const name of ['alpha-lossless.webp', 'alpha-lossy.webp', 'transparent.gif']) {
      const actual = onWhite(await decoded(name));
      const { maximum, mean } = difference(actual.data, onWhite(await pillow(name)).data);
      expect(maximum, name).toBeLessThanOrEqual(3);
      expect(mean, name).toBeLessThanOrEqual(1);
    }
  });

  it('reads an ImageBitmap, in bands where it is large', async () => {
    const expected = await pillow('rgb.png');
    const blob = new Blob([await readFixture('sources', 'rgb.png')]);
    const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none' });
    const raster = await decodeImage(bitmap, { decoder });
    expect(difference(raster.data, expected.data).maximum).toBe(0);

    const width = 1500;
    const height = 4000;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d')!;
    for (let row = 0; row < height; row += 100) {
      context.fillStyle = `rgb(${row % 256} 20 ${Math.floor(row / 256)})`;
      context.fillRect(0, row, width, 100);
    }
    const large = await decodeImage(canvas.transferToImageBitmap(), { decoder });
    for (let row = 0; row < height; row += 50) {
      const start = Math.floor(row / 100) * 100;
      const at = 4 * (row * width + 777);
      expect([...large.data.subarray(at, at + 4)]).toEqual([start % 256, 20, Math.floor(start / 256), 255]);
    }
  });

  it('reads canvas pixels without taking the buffer', async () => {
    const pixels = new ImageData(new Uint8ClampedArray([1, 2, 3, 4, 5, 6, 7, 255]), 2, 1);
    const raster = await decodeImage(pixels, { decoder });
    expect([...raster.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 255]);
    expect(raster.data.buffer).not.toBe(pixels.data.buffer);
  });

  it('fetches object URLs and data URIs', async () => {
    const bytes = await readFixture('sources', 'tiny.png');
    const expected = await pillow('tiny.png');
    const url = URL.createObjectURL(new Blob([bytes]));
    const viaUrl = await decodeImage(url, { decoder });
    URL.revokeObjectURL(url);
    expect(viaUrl.data).toEqual(expected.data);
    const base64 = btoa(String.fromCharCode(...bytes));
    expect((await decodeImage(`data:image/png;base64,${base64}`, { decoder })).data).toEqual(expected.data);
    const own = new URL('../fixtures/image/sources/tiny.png', import.meta.url).href;
    expect((await decodeImage(own, { decoder })).data).toEqual(expected.data);
  });

  it.each(['exif-6.jpg', 'lossy.webp', 'alpha-lossless.webp', 'palette.gif', 'rgb.bmp'])(
    'refuses a damaged %s and reads the next one',
    async (name) => {
      const bytes = await readFixture('sources', name);
      const damaged = bytes.slice(0, Math.floor(bytes.length * 0.5));
      const noise = bytes.map((value, at) => (at < 60 ? value : (value * 7 + at) & 255));
      const cut = await decodeImage(damaged, { decoder, param: 'input.2.image' }).then(
        () => 'decoded',
        (error: unknown) => error,
      );
      expect(cut).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'input.2.image' });
      await decodeImage(noise, { decoder }).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'image' });
      });
      expect((await decoded('exif-1.jpg')).width).toBe(48);
    },
  );

  it('stops inflating a PNG at its last pixel', async () => {
    // 16 × 12 pixels with 300 MB of zeros behind them.
    const zeros = new Blob(new Array<Uint8Array<ArrayBuffer>>(300).fill(new Uint8Array(1_000_000)));
    const packed = await new Response(zeros.stream().pipeThrough(new CompressionStream('deflate'))).bytes();
    const tiny = await readFixture('sources', 'tiny.png');
    const start = 33; // after the header
    const file = new Uint8Array(start + 12 + packed.length);
    file.set(tiny.subarray(0, start));
    file[25] = 6; // RGBA: zeros are transparent
    const view = new DataView(file.buffer);
    view.setUint32(29, crc32(file.subarray(12, 29)));
    view.setUint32(start, packed.length);
    file.set(new TextEncoder().encode('IDAT'), start + 4);
    file.set(packed, start + 8);
    view.setUint32(file.length - 4, crc32(file.subarray(start + 4, file.length - 4)));
    const raster = await decodeImage(file, { decoder });
    expect(raster).toMatchObject({ width: 16, height: 12, opaque: false });
    expect(raster.data.every((value) => value === 0)).toBe(true);
  });

  it('refuses an ImageBitmap that was closed', async () => {
    const bitmap = await createImageBitmap(new ImageData(2, 2));
    bitmap.close();
    await expect(decodeImage(bitmap, { decoder })).rejects.toMatchObject({ code: 'INPUT_VALIDATION_FAILED' });
  });
});

function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}
