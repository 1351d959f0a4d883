/** SVG drawings through the real worker, drawn by the page. */
import { bytesToBase64 } from '@nearfield/spec/implement';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocal } from '../../src/index.ts';
import { rejection } from '../rejection.ts';

const MODEL = 'icon-clip';
const foundation = createLocal({
  device: 'wasm',
  cache: 'memory',
  threads: 2,
  models: [{ id: MODEL, source: `/models/${MODEL}/` }],
});
afterAll(() => foundation.close());

const house = new URL('../fixtures/image/sources/house.svg', import.meta.url).href;

let svg: string;
let png: Blob;

beforeAll(async () => {
  svg = await (await fetch(house)).text();
  // The same shapes by other means.
  const canvas = new OffscreenCanvas(256, 256);
  const context = canvas.getContext('2d')!;
  context.scale(4, 4);
  const fill = (colour: string, x: number, y: number, width: number, height: number): void => {
    context.fillStyle = colour;
    context.fillRect(x, y, width, height);
  };
  fill('#d22', 14, 30, 36, 26);
  context.fillStyle = '#822';
  context.fill(new Path2D('M8 32 L32 10 L56 32 Z'));
  fill('#521', 27, 40, 10, 16);
  fill('#bdf', 18, 36, 7, 7);
  fill('#bdf', 39, 36, 7, 7);
  png = await canvas.convertToBlob({ type: 'image/png' });
});

const vectorsOf = async (images: readonly (string | Blob)[]): Promise<Float32Array[]> => {
  const input = images.map((image) => ({ image }));
  return (await foundation.embeddings({ model: MODEL, input })).data.map(({ embedding }) => embedding);
};

const dot = (left: Float32Array, right: Float32Array): number =>
  left.reduce((sum, value, index) => sum + value * right[index]!, 0);

describe('an SVG drawing', () => {
  it('has the vector of its picture, from every kind of input', async () => {
    const bytes = new TextEncoder().encode(svg);
    const link = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
    const [expected, ...vectors] = await vectorsOf([
      png,
      new Blob([svg], { type: 'image/svg+xml' }),
      new File([svg], 'house.svg'),
      `data:image/svg+xml;base64,${bytesToBase64(bytes)}`,
      `data:image/svg+xml,${encodeURIComponent(svg)}`,
      bytesToBase64(bytes),
      link,
      house,
    ]);
    URL.revokeObjectURL(link);
    expect(vectors).toHaveLength(7);
    for (const vector of vectors) expect(dot(vector, expected!)).toBeGreaterThan(0.98);
  });

  it('is drawn at 512 pixels where it says no size, and is counted so', async () => {
    const unsized = svg.replace(' width="256" height="256"', '');
    const [expected, vector] = await vectorsOf([png, new Blob([unsized])]);
    expect(dot(vector!, expected!)).toBeGreaterThan(0.98);
  });

  it('runs no script and loads nothing', async () => {
    const own = new URL('../fixtures/image/sources/tiny.png', import.meta.url).href;
    const hostile = (href: string): Blob =>
      new Blob([
        svg
          .replace('</svg>', `<script>top.document.title = 'hacked'</script></svg>`)
          .replace('<rect', `<image href="${href}" width="64" height="64"/><rect onload="top.x = 1"`),
      ]);
    const before = performance.getEntriesByType('resource').length;
    // A picture that is there is drawn as one that is not.
    const [there, missing] = await vectorsOf([hostile(own), hostile('https://missing.invalid/x.png')]);
    expect(dot(there!, missing!)).toBeGreaterThan(0.9999);
    expect(document.title).not.toBe('hacked');
    const loaded = performance.getEntriesByType('resource').slice(before);
    expect(loaded.map(({ name }) => name)).not.toContain(own);
  });

  it('with HTML inside is drawn too', async () => {
    const html = svg.replace(
      '</svg>',
      '<foreignObject width="1" height="1"><p xmlns="http://www.w3.org/1999/xhtml">a</p></foreignObject></svg>',
    );
    const [expected, vector] = await vectorsOf([png, new Blob([html])]);
    expect(dot(vector!, expected!)).toBeGreaterThan(0.98);
  });

  it('that is damaged is refused by its place, and the next call goes on', async () => {
    const error = await rejection(vectorsOf([png, new Blob(['<svg><g></svg>'])]));
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'input.1.image' });
    expect(await vectorsOf([png])).toHaveLength(1);
  });

  it('is classified, and taken for training', async () => {
    const labels = ['b', 'a'];
    const input = [png, new Blob([svg])].map((image, index) => ({ image, label: labels[index]! }));
    const { num_samples: samples } = await foundation.train({ model: MODEL, input });
    expect(samples).toBe(2);
  });
});
