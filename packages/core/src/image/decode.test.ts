import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { costlySuite } from '../../test/fixtures/image/costly-suite.ts';
import { orientationSuite } from '../../test/fixtures/image/orientation-suite.ts';
import { cases, difference, readDecoded, readFixture } from '../../test/fixtures/image/read.ts';
import { decodeImage } from './decode.ts';
import { readImageHeader } from './header.ts';
import { nodeDecoder } from './node-decoder.ts';
import { onWhite, upright } from './raster.ts';

const decoder = nodeDecoder;
const others = cases.decode.filter(({ source }) => !/\.(png|bmp)$/.test(source));

orientationSuite(decoder);
costlySuite(decoder);

describe('nodeDecoder', () => {
  it.each(others)('reads $source as Pillow does', async ({ source, width, height, tolerance, hidden }) => {
    const actual = await decodeImage(await readFixture('sources', source), { decoder });
    expect([actual.width, actual.height]).toEqual([width, height]);
    const data = await readDecoded(source);
    if (hidden) expect(difference(actual.data, data).maximum).toBeLessThanOrEqual(tolerance);
    else {
      const expected = onWhite({ width, height, data, opaque: false });
      expect(difference(onWhite(actual).data, expected.data).maximum).toBe(0);
    }
  });

  it('reads AVIF', async () => {
    const png = await readFixture('sources', 'exif-1.jpg');
    const file = new Uint8Array(
      await sharp(png).avif({ lossless: true, chromaSubsampling: '4:4:4' }).toBuffer(),
    );
    expect(readImageHeader(file)).toMatchObject({ format: 'avif', width: 48, height: 32 });
    const raster = await decodeImage(file, { decoder });
    expect(difference(raster.data, await readDecoded('exif-1.jpg')).mean).toBeLessThan(2);
  });

  it('says that BMP is not read in Node', async () => {
    const bytes = await readFixture('sources', 'rgb.bmp');
    await expect(decodeImage(bytes, { decoder })).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
  });

  it.each(['exif-6.jpg', 'lossy.webp', 'alpha-lossless.webp', 'palette.gif'])(
    'refuses a %s that is cut or scrambled',
    async (name) => {
      const bytes = await readFixture('sources', name);
      const refused = { code: 'INPUT_VALIDATION_FAILED', param: 'input.2.image', status: 422 };
      const options = { decoder, param: 'input.2.image' };
      await expect(decodeImage(bytes.slice(0, bytes.length >> 1), options)).rejects.toMatchObject(refused);
      await expect(decodeImage(bytes.slice(0, 25), options)).rejects.toMatchObject(refused);
    },
  );
});

describe('a picture of one colour', () => {
  it.each([
    { progressive: false, mozjpeg: false },
    { progressive: true, mozjpeg: false },
    { progressive: true, mozjpeg: true, optimizeCoding: true },
    { progressive: false, optimizeCoding: true, quality: 1 },
  ])('is not taken for one that ends early: %o', async (options) => {
    for (const channels of [1, 3] as const) {
      const plain = sharp({ create: { width: 4000, height: 4000, channels: 3, background: '#fff' } });
      const file = await (channels === 1 ? plain.greyscale() : plain).jpeg(options).toBuffer();
      expect(readImageHeader(file)).toMatchObject({ format: 'jpeg', width: 4000, height: 4000 });
    }
  });
});

describe('damaged files', () => {
  it('are pictures or typed errors, whatever was changed', async () => {
    const files = await Promise.all(cases.decode.map(({ source }) => readFixture('sources', source)));
    const change = fc.record({ at: fc.nat(2000), value: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.option(fc.nat(2000), { freq: 3 }),
        async (file, changes, cut) => {
          const bytes = cut === null ? file.slice() : file.slice(0, cut);
          for (const { at, value } of changes) if (at < bytes.length) bytes[at] = value;
          try {
            const { width, height, data } = await decodeImage(bytes, { decoder, maxPixels: 1e6 });
            expect(data.length).toBe(4 * width * height);
          } catch (error) {
            expect(error).toMatchObject({
              name: 'FoundationError',
              code: expect.stringMatching(/^(INPUT_VALIDATION_FAILED|NOT_SUPPORTED)$/),
            });
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('upright', () => {
  it('applies the eight orientations', () => {
    // a b
    // c d
    // e f
    const [a, b, c, d, e, f] = [1, 2, 3, 4, 5, 6];
    const data = Uint8Array.from([a, b, c, d, e, f].flatMap((value) => [value, value, value, 255]));
    const turned = (orientation: number): number[][] => {
      const { width, height, data: out } = upright({ width: 2, height: 3, data, opaque: true }, orientation);
      return Array.from({ length: height }, (_, y) =>
        Array.from({ length: width }, (_, x) => out[4 * (y * width + x)]!),
      );
    };
    expect(turned(1)).toEqual([
      [a, b],
      [c, d],
      [e, f],
    ]);
    expect(turned(2)).toEqual([
      [b, a],
      [d, c],
      [f, e],
    ]);
    expect(turned(3)).toEqual([
      [f, e],
      [d, c],
      [b, a],
    ]);
    expect(turned(4)).toEqual([
      [e, f],
      [c, d],
      [a, b],
    ]);
    expect(turned(5)).toEqual([
      [a, c, e],
      [b, d, f],
    ]);
    expect(turned(6)).toEqual([
      [e, c, a],
      [f, d, b],
    ]);
    expect(turned(7)).toEqual([
      [f, d, b],
      [e, c, a],
    ]);
    expect(turned(8)).toEqual([
      [b, d, f],
      [a, c, e],
    ]);
    expect(turned(9)).toEqual(turned(1));
  });
});

describe('onWhite', () => {
  it('rounds every colour and alpha to nearest', () => {
    const data = new Uint8Array(4 * 256 * 256);
    for (let at = 0; at < 256 * 256; at++) data.set([at & 255, 0, 255, at >> 8], 4 * at);
    const flat = onWhite({ width: 256, height: 256, data, opaque: false });
    const expected = Uint8Array.from(data, (value, at) => {
      const alpha = at >> 10;
      return at % 4 === 3 ? 255 : Math.round((value * alpha + 255 * (255 - alpha)) / 255);
    });
    expect(flat.data).toEqual(expected);
    expect(data[0]).toBe(0);
  });
});
