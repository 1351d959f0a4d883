import { describe, expect, it } from 'vitest';
import { cases, difference, readFixture, rgbOf } from '../../test/fixtures/image/read.ts';
import { decodePng } from './png.ts';
import { type ResampleFilter, resize } from './resize.ts';

describe('resize', () => {
  it.each(cases.resize)('gives Pillow’s $expected', async ({ source, width, height, filter, expected }) => {
    const raster = await decodePng(await readFixture('sources', source));
    const wanted = await decodePng(await readFixture('resized', expected));
    const result = resize(raster, { width, height, filter: filter as ResampleFilter });
    expect([result.width, result.height]).toEqual([wanted.width, wanted.height]);
    expect(difference(result.data, rgbOf(wanted.data))).toEqual({ maximum: 0, mean: 0 });
  });

  it.each(['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'] as const)(
    'computes any window as the part of the whole (%s)',
    async (filter) => {
      const raster = await decodePng(await readFixture('sources', 'rgb.png'));
      for (const [width, height] of [
        [40, 30],
        [150, 20],
        [97, 100],
        [30, 61],
      ] as const) {
        const whole = resize(raster, { width, height, filter });
        for (const window of [
          { x: 0, y: 0, width: 1, height: 1 },
          { x: 7, y: 5, width: 20, height: 12 },
          { x: width - 3, y: height - 4, width: 3, height: 4 },
        ]) {
          const part = resize(raster, { width, height, filter, window });
          const rows = Array.from({ length: window.height }, (_, row) => {
            const start = 3 * ((window.y + row) * width + window.x);
            return [...whole.data.subarray(start, start + 3 * window.width)];
          });
          expect([...part.data]).toEqual(rows.flat());
        }
      }
    },
  );

  it('keeps a picture of one colour', () => {
    for (const value of [0, 1, 127, 254, 255]) {
      const data = new Uint8Array(4 * 37 * 23).fill(value);
      const { data: result } = resize(
        { width: 37, height: 23, data, opaque: false },
        { width: 11, height: 50 },
      );
      expect(result.every((entry) => entry === value)).toBe(true);
    }
  });

  it('refuses sizes and windows that make no picture', () => {
    const raster = { width: 2, height: 2, data: new Uint8Array(16), opaque: true };
    expect(() => resize(raster, { width: 0, height: 4 })).toThrow(RangeError);
    expect(() =>
      resize(raster, { width: 4, height: 4, window: { x: 2, y: 0, width: 3, height: 1 } }),
    ).toThrow(RangeError);
  });
});
