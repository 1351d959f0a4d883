/** The canvas of the map under a pointer: how much work a movement makes. */
import { afterEach, expect, test, vi } from 'vitest';
import './map-canvas.ts';
import './map.css';
import './map-lists.css';
import type { MapItem } from './item.ts';
import type { MapScene } from './map-canvas.ts';
import { seededRandom } from './projection/random.ts';

const random = seededRandom(5);

/** A scene of so many points all over the map. */
function sceneOf(count: number, items?: readonly MapItem[]): MapScene {
  return {
    positions: Float32Array.from({ length: count * 2 }, random),
    marks: Int16Array.from({ length: count }, (_, at) => at % 7),
    items: items ?? Array.from({ length: count }, (_, at) => ({ text: `text ${at}`, label: '' })),
    selected: new Set(),
    current: undefined,
    found: undefined,
  };
}

const frame = () => new Promise(requestAnimationFrame);

async function canvasOf(scene: MapScene) {
  const element = document.createElement('map-canvas');
  element.scene = scene;
  element.label = 'A map';
  element.pointerUse = 'move';
  document.body.append(element);
  await element.updateComplete;
  await frame();
  await frame();
  const area = element.querySelector<HTMLElement>('.map-area')!;
  const { left, top } = area.getBoundingClientRect();
  const point = (type: string, x: number, y: number, buttons = 1) =>
    area.dispatchEvent(
      new PointerEvent(type, {
        pointerId: 1,
        pointerType: 'mouse',
        clientX: left + x,
        clientY: top + y,
        buttons,
        bubbles: true,
      }),
    );
  // A pointer of the test's own cannot be captured.
  area.setPointerCapture = () => undefined;
  return { element, area, point };
}

afterEach(() => {
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

test('a frame is drawn once, however often the pointer moves before it, and nothing is rendered', async () => {
  const { element, point } = await canvasOf(sceneOf(5000));
  const draws = vi.spyOn(CanvasRenderingContext2D.prototype, 'clearRect');
  const renders = vi.spyOn(element as unknown as { render(): unknown }, 'render');
  const fills = vi.spyOn(CanvasRenderingContext2D.prototype, 'fill');
  point('pointerdown', 100, 100);
  for (let frames = 1; frames <= 3; frames++) {
    for (let step = 0; step < 40; step++) point('pointermove', 100 + step, 100 + frames * 10 + step);
    expect(draws).toHaveBeenCalledTimes(frames - 1);
    await frame();
    expect(draws).toHaveBeenCalledTimes(frames);
  }
  // Points of one mark are one path: seven marks, seven fills a frame, for thousands of points.
  expect(fills).toHaveBeenCalledTimes(3 * 7);
  expect(renders).not.toHaveBeenCalled();
});

test('points that are out of sight cost no drawing', async () => {
  const { element } = await canvasOf(sceneOf(5000));
  const arcs = vi.spyOn(Path2D.prototype, 'moveTo');
  element.zoom(1.0001);
  await frame();
  const all = arcs.mock.calls.length;
  arcs.mockClear();
  element.zoom(8);
  await frame();
  expect(all).toBeGreaterThan(4000);
  expect(arcs.mock.calls.length).toBeLessThan(all / 8);
});

test('pictures are points from afar, thumbnails when one comes nearer, and shown whole under the pointer', async () => {
  const context = new OffscreenCanvas(30, 20).getContext('2d')!;
  context.fillRect(0, 0, 30, 20);
  const blob = await context.canvas.convertToBlob();
  const items = Array.from(
    { length: 2000 },
    (_, at): MapItem => ({
      text: `${at}.png`,
      label: '',
      picture: { id: String(at), blob, thumbnail: blob },
    }),
  );
  const { element, point } = await canvasOf(sceneOf(2000, items));
  const drawn = vi.spyOn(CanvasRenderingContext2D.prototype, 'drawImage');
  element.zoom(1.0001);
  await frame();
  expect(drawn).not.toHaveBeenCalled();
  element.zoom(10);
  // Each is decoded when it is first in sight.
  await vi.waitFor(() => expect(drawn).toHaveBeenCalled());
  const [, , , width, height] = drawn.mock.calls.at(-1) as unknown as number[];
  expect(width! / height!).toBeCloseTo(1.5, 6);

  element.showAll();
  const { width: across, height: down } = element.querySelector('canvas')!.getBoundingClientRect();
  for (let x = 0; x < across && element.querySelector('.map-tip img') === null; x += 20) {
    point('pointermove', x, down / 2, 0);
    await element.updateComplete;
  }
  const image = element.querySelector<HTMLImageElement>('.map-tip img')!;
  await image.decode();
  expect([image.naturalWidth, image.naturalHeight]).toEqual([30, 20]);
});
