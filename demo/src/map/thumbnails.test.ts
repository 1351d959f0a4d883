import { expect, test } from 'vitest';
import { thumbnailSide } from './thumbnails.ts';
import { wholeView, zoomed } from './view.ts';

const SIZE = { width: 800, height: 600 };
const whole = wholeView(SIZE);
const near = (factor: number) => zoomed(whole, SIZE, factor, { x: 400, y: 300 });

test('few pictures are thumbnails at once, many of them when one comes nearer', () => {
  expect(thumbnailSide(20, whole)).toBe(64);
  expect(thumbnailSide(300, whole)).toBeGreaterThan(20);
  expect(thumbnailSide(2000, whole)).toBe(0);
  expect(thumbnailSide(2000, near(2))).toBe(0);
  expect(thumbnailSide(2000, near(4))).toBeGreaterThan(22);
  expect(thumbnailSide(2000, near(40))).toBe(64);
});

test('their size does not change while the map is moved', () => {
  expect(thumbnailSide(100, { ...near(2), x: 0.1 })).toBe(thumbnailSide(100, near(2)));
});

test('one at the edge of the whole map is seen nearly whole on a phone', () => {
  const phone = wholeView({ width: 330, height: 440 });
  const margin = (330 - phone.scale) / 2;
  expect(thumbnailSide(13, phone) / 2 - margin).toBeLessThan(2);
});
