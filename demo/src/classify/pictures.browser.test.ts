import { createRouter } from '@nearfield/router';
import { type ClassifyRequest, FoundationError, type SearchFoundation } from '@nearfield/spec';
import { beforeEach, describe, expect, test } from 'vitest';
import { App } from '../shell/app.ts';
import { localFoundation } from '../testing.ts';
import { Pictures } from './pictures.ts';
import { readPicture } from './read-picture.ts';

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect width="10" height="10" fill="red"/></svg>';

async function raster(type: string, width = 8, height = 8): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')!.fillRect(0, 0, 4, 4);
  return canvas.convertToBlob({ type });
}

const fileOf = (content: BlobPart, name: string, type = ''): File => new File([content], name, { type });

async function pixel(blob: Blob, x: number, y: number): Promise<number[]> {
  const bitmap = await createImageBitmap(blob);
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  return [...context.getImageData(x, y, 1, 1).data];
}

describe('readPicture', () => {
  test.each(['image/png', 'image/jpeg', 'image/webp'])('takes %s as it is', async (type) => {
    const file = fileOf(await raster(type), 'picture', type);
    expect(await readPicture(file)).toBe(file);
  });

  test.each([
    ['by its type', fileOf(SVG, 'drawing', 'image/svg+xml')],
    ['by its name', fileOf(SVG, 'drawing.SVG')],
    ['by its content', fileOf(`<?xml version="1.0"?>\n<!-- made by hand -->\n${SVG}`, 'drawing.txt')],
  ])('renders a drawing, known %s, in its proportions', async (_, file) => {
    const blob = await readPicture(file);
    const { width, height } = await createImageBitmap(blob);
    expect([blob.type, width, height]).toEqual(['image/png', 512, 256]);
    expect(await pixel(blob, 100, 100)).toEqual([255, 0, 0, 255]);
    expect(await pixel(blob, 400, 100)).toEqual([0, 0, 0, 0]);
  });

  test('renders a drawing by its own size where it has no view box, and runs nothing in it', async () => {
    const drawing = SVG.replace('viewBox="0 0 20 10"', 'width="10px" height="20"').replace(
      '<rect',
      '<script>globalThis.wasRun = true</script><rect',
    );
    const blob = await readPicture(fileOf(drawing, 'tall.svg'));
    const { width, height } = await createImageBitmap(blob);
    expect([width, height]).toEqual([256, 512]);
    expect(globalThis).not.toHaveProperty('wasRun');
  });

  test('renders styles and what Illustrator writes around a drawing', async () => {
    const drawing = `<?xml version="1.0"?><!-- <svg width="1"> -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg version="1.1" xmlns='http://www.w3.org/2000/svg' data-note="a > b" width="20px" height="10px" viewBox="0 0 20 10">
<style>.a { fill: #00ff00 }</style><rect class="a" width="10" height="10"/><rect x="10" width="10" height="10" style="fill: #0000ff"/></svg>`;
    const blob = await readPicture(fileOf(drawing, 'styled.svg'));
    expect(await pixel(blob, 100, 100)).toEqual([0, 255, 0, 255]);
    expect(await pixel(blob, 400, 100)).toEqual([0, 0, 255, 255]);
  });

  test('scales down what is too large', async () => {
    const file = fileOf(await raster('image/png', 5000, 4000), 'large.png');
    const blob = await readPicture(file);
    const { width, height } = await createImageBitmap(blob);
    expect([width, height]).toEqual([2048, 1638]);
  });

  test.each([
    ['', 'empty.png', 'empty.png is empty.'],
    ['no picture', 'log.txt', 'log.txt is no picture that this browser can read.'],
    ['PK\x03\x04', 'notes.docx', 'notes.docx is an archive or office document.'],
    [
      '<svg xmlns="http://www.w3.org/2000/svg"><rect',
      'cut.svg',
      'cut.svg is a drawing (SVG) that cannot be shown.',
    ],
    ['<html></html>', 'page.svg', 'page.svg is a drawing (SVG) that cannot be shown.'],
  ])('%j as %s is refused by name', async (content, name, message) => {
    await expect(readPicture(fileOf(content, name))).rejects.toThrow(message);
  });

  test('a damaged picture is called one', async () => {
    const png = new Uint8Array(await (await raster('image/png')).arrayBuffer());
    await expect(readPicture(fileOf(png.slice(0, 40), 'half.png'))).rejects.toThrow(
      'half.png is a damaged PNG file.',
    );
  });
});

describe('Pictures', () => {
  let requests: ClassifyRequest[];
  let refuse: (images: readonly { image: Blob }[]) => number;
  let page: Pictures;

  beforeEach(() => {
    requests = [];
    refuse = () => -1;
    const classify = async (request: ClassifyRequest, { errors }: { errors?: 'throw' | 'collect' }) => {
      requests.push(request);
      const input = request.input as { image: Blob }[];
      const at = refuse(input);
      const error = new FoundationError({
        code: 'INPUT_VALIDATION_FAILED',
        message: `Validation error: 'input.${at}.image': The image is damaged.`,
        param: `input.${at}.image`,
        issues: [{ field: `input.${at}.image`, message: 'The image is damaged.', type: 'image' }],
      });
      if (at >= 0 && errors !== 'collect') throw error;
      return {
        usage: { total_tokens: input.length },
        data: input
          .map((_each, index) => ({
            object: 'classification',
            index,
            prediction: 'a',
            score: 1,
            predictions: [],
          }))
          .filter(({ index }) => index !== at),
        errors: at >= 0 ? [{ index: at, error }] : [],
      };
    };
    const foundation = { classify, capabilities: async () => ({}), close: async () => undefined };
    const app = new App({
      connections: {
        local: () => localFoundation(foundation as unknown as SearchFoundation),
        remote: () => foundation as unknown as SearchFoundation,
        router: async () => createRouter,
      },
      baseUrl: 'https://example.org',
    });
    page = new Pictures(app);
    page.update({ pictures: [], labels: ['a', 'b'] });
  });

  const shown = () => page.state.pictures.map(({ name, refused }) => [name, refused]);
  const labelled = () => page.state.result?.items.map(({ item }) => item.name);

  test('one that is none says so in its card, and the others are classified', async () => {
    await page.add([
      fileOf(await raster('image/png'), 'one.png'),
      fileOf('text', 'log.txt'),
      fileOf(SVG, 'icon.svg'),
    ]);
    expect(shown()).toEqual([
      ['one.png', undefined],
      ['log.txt', 'log.txt is no picture that this browser can read.'],
      ['icon.svg', undefined],
    ]);
    expect(await page.classify()).toBe(true);
    expect(labelled()).toEqual(['one.png', 'icon.svg']);
    expect(page.app.state.problems).toEqual([]);
  });

  test('one that the engine refuses after all is named too', async () => {
    await page.add([
      fileOf(await raster('image/png'), 'one.png'),
      fileOf(await raster('image/jpeg'), 'two.jpg'),
      fileOf(await raster('image/webp'), 'three.webp'),
    ]);
    refuse = (images) =>
      images.findIndex(({ image }) => image.type === 'image/jpeg' || (image as File).name === 'two.jpg');
    await page.classify();
    expect(shown()[1]).toEqual(['two.jpg', 'two.jpg is damaged.']);
    expect(labelled()).toEqual(['one.png', 'three.webp']);
    expect(requests).toHaveLength(1);
    expect(page.app.state.problems).toEqual([]);
  });

  test('says what is missing instead of asking for nothing', async () => {
    page.update({ labels: ['a'] });
    expect(await page.classify()).toBe(false);
    expect(page.gaps.of('pictures')).toMatch(/^Add a picture/u);
    expect(page.gaps.of('picture-labels')).toMatch(/second label/u);
    expect(requests).toEqual([]);
  });

  test('a picture that is removed while it is read stays away', async () => {
    const adding = page.add([fileOf(await raster('image/png'), 'one.png')]);
    page.remove(page.state.pictures[0]!);
    await adding;
    expect(page.state.pictures).toEqual([]);
  });
});
