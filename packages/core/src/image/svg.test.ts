import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bytesToBase64 } from '@nearfield/spec/implement';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { difference, readFixture } from '../../test/fixtures/image/read.ts';
import { temporaryDirectory } from '../../test/temporary-directory.ts';
import { decodeImage } from './decode.ts';
import { nodeDecoder } from './node-decoder.ts';
import { onWhite, type Raster } from './raster.ts';
import { readSvg } from './svg.ts';

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const decoder = nodeDecoder;
const draw = (text: string): Promise<Raster> => decodeImage(bytesOf(text), { decoder });

const pixelAt = ({ width, data }: Raster, x: number, y: number): number[] => [
  ...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
];

describe('readSvg', () => {
  it.each([
    ['<svg width="24" height="12"/>', 24, 12],
    ['<svg width="24px" height="1in"/>', 24, 96],
    ["<svg width='10mm' height='2.54cm'/>", 38, 96],
    ['<svg viewBox="0 0 24 24"/>', 512, 512],
    ['<svg viewBox="0, 0, 200, 100"/>', 512, 256],
    ['<svg viewBox="0 0 10 40"/>', 128, 512],
    ['<svg width="100%" height="100%" viewBox="0 0 24 24"/>', 512, 512],
    ['<svg width="100" viewBox="0 0 200 100"/>', 100, 50],
    ['<svg height="100" viewBox="0 0 200 100"/>', 200, 100],
    ['<svg/>', 512, 512],
    ['<svg width="0" height="-3" viewBox="0 0 0 NaN"/>', 512, 512],
    ['<svg width="99999" height="9999"/>', 2048, 205],
    ['<svg width="1e99" height="1"/>', 1, 1],
    ['<svg viewBox="0 0 1 1000000"/>', 1, 512],
  ])('finds the size of %s', (text, width, height) => {
    expect(readSvg(bytesOf(text))).toMatchObject({ width, height });
  });

  it.each([
    '\ufeff  <svg/>',
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<svg/>',
    '<!-- drawn by <svg> --><!-- x --><svg/>',
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg/>',
    '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "<b>">]><svg/>',
    '<s:svg xmlns:s="http://www.w3.org/2000/svg"/>',
    `<!--${' '.repeat(5000)}--><svg/>`,
  ])('knows %s', (text) => {
    expect(readSvg(bytesOf(text))).toBeDefined();
  });

  it.each(['<html><svg/></html>', '<svga/>', 'svg', '', '<', '<!--', '<!doctype html><p>', '<?xml'])(
    'leaves %s',
    (text) => {
      expect(readSvg(bytesOf(text))).toBeUndefined();
    },
  );

  it('keeps what it does not set', () => {
    const { text } = readSvg(bytesOf('<svg width="5000" data-x=">" class=\'a\' height="10"><g/></svg>'))!;
    expect(text).toBe(
      '<svg width="2048" height="4" viewBox="0 0 5000 10" xmlns="http://www.w3.org/2000/svg" data-x=">" class=\'a\'><g/></svg>',
    );
  });

  it('reads UTF-16 and what the declaration says', () => {
    const utf16 = Uint8Array.from(Buffer.from('\ufeff<svg width="3" height="4"/>', 'utf16le'));
    expect(readSvg(utf16)).toMatchObject({ width: 3, height: 4 });
    const latin = Buffer.from(
      '<?xml version="1.0" encoding="ISO-8859-1"?><svg><text>é</text></svg>',
      'latin1',
    );
    expect(readSvg(latin)!.text).toMatch(/^<svg .*é/);
  });

  it('takes no longer for hostile text than for other text', () => {
    const long = ' a'.repeat(4_000_000);
    for (const text of [`<svg${long}`, `<svg a="${long}`, `<!--${long}`, `<!doctype [${long}`, `<?${long}`]) {
      readSvg(bytesOf(text));
    }
  });
});

describe('drawings in Node', () => {
  const directory = temporaryDirectory('svg');

  it('are drawn, from every kind of input', async () => {
    const bytes = await readFixture('sources', 'house.svg');
    const text = new TextDecoder().decode(bytes);
    const expected = await decodeImage(bytes, { decoder });
    expect([expected.width, expected.height]).toEqual([256, 256]);
    expect(pixelAt(expected, 128, 140)).toEqual([221, 34, 34, 255]);
    expect(pixelAt(expected, 2, 2)).toEqual([0, 0, 0, 0]);
    for (const input of [
      new Blob([bytes]),
      new File([bytes], 'house.svg', { type: 'image/svg+xml' }),
      bytesToBase64(bytes),
      `data:image/svg+xml;base64,${bytesToBase64(bytes)}`,
      `data:image/svg+xml,${encodeURIComponent(text)}`,
    ]) {
      expect((await decodeImage(input, { decoder })).data).toEqual(expected.data);
    }
  });

  it('are those of a drawing that says its size, whatever they say', async () => {
    const shapes = '<rect width="12" height="24" fill="#00f"/>';
    for (const root of [
      'viewBox="0 0 24 24"',
      'width="24" height="24"',
      'width="1in" height="96" viewBox="0 0 24 24"',
    ]) {
      const { width, height, ...raster } = await draw(`<svg ${root}>${shapes}</svg>`);
      const picture = { width, height, ...raster };
      expect(pixelAt(picture, Math.floor(width * 0.25), height >> 1)).toEqual([0, 0, 255, 255]);
      expect(pixelAt(picture, Math.floor(width * 0.75), height >> 1)).toEqual([0, 0, 0, 0]);
    }
  });

  it('load nothing', async () => {
    const red = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#f00' } })
      .png()
      .toBuffer();
    const path = join(directory, 'red.png');
    await writeFile(path, red);
    await writeFile(join(directory, 'secret.txt'), 'red');
    const url = pathToFileURL(path).href;
    const secret = pathToFileURL(join(directory, 'secret.txt')).href;
    const image = (href: string): string =>
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="8" height="8"><image width="8" height="8" xlink:href="${href}" href="${href}"/></svg>`;
    for (const href of [url, path, '../red.png', './red.png', `file://localhost${path}`]) {
      const raster = await draw(image(href)).catch(() => undefined);
      if (raster) expect(raster.data.every((value) => value === 0)).toBe(true);
    }
    // What is in the file itself is shown: the test would see the others.
    const inside = await draw(image(`data:image/png;base64,${red.toString('base64')}`));
    expect(pixelAt(inside, 4, 4)).toEqual([255, 0, 0, 255]);
    const entity = `<!DOCTYPE svg [<!ENTITY c SYSTEM "${secret}">]><svg width="8" height="8"><rect width="8" height="8" style="fill:&c;"/></svg>`;
    const raster = await draw(entity).catch(() => undefined);
    if (raster) expect(pixelAt(raster, 4, 4)).not.toEqual([255, 0, 0, 255]);
  });

  it.each(['<svg><g></svg>', '<svg><rect width="8"', '<svg', '<svg>&unknown;</svg>'])(
    'are refused where they are damaged: %s',
    async (text) => {
      await expect(decodeImage(bytesOf(text), { decoder, param: 'input.1.image' })).rejects.toMatchObject({
        code: 'INPUT_VALIDATION_FAILED',
        param: 'input.1.image',
        message: expect.stringMatching(/SVG|HTML/),
      });
    },
  );

  it('are refused where nobody can draw them', async () => {
    const { drawSvg: _, ...raster } = nodeDecoder;
    await expect(decodeImage(bytesOf('<svg/>'), { decoder: raster })).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      message: expect.stringContaining('PNG'),
    });
  });

  it('look like their PNG', async () => {
    const bytes = await readFixture('sources', 'house.svg');
    const png = new Uint8Array(await sharp(bytes).png().toBuffer());
    const [drawn, stored] = [await decodeImage(bytes, { decoder }), await decodeImage(png, { decoder })];
    expect(difference(onWhite(drawn).data, onWhite(stored).data).mean).toBeLessThan(0.5);
  });
});
