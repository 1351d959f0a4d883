import { describe, expect, test } from 'vitest';
import { inSquare, moved, showing, toMap, toScreen, wholeView, zoomed } from './view.ts';

const size = { width: 400, height: 200 };
const whole = wholeView(size);

describe('the view of a map', () => {
  test('shows all in the middle, with what is above on top', () => {
    expect(toScreen(whole, size, { x: 0.5, y: 0.5 })).toEqual({ x: 200, y: 100 });
    const top = toScreen(whole, size, { x: 0.5, y: 1 });
    expect(top.y).toBeCloseTo(10, 9);
  });

  test('leads back from the screen to the map', () => {
    const view = zoomed(whole, size, 3, { x: 120, y: 70 });
    const spot = toScreen(view, size, { x: 0.4, y: 0.6 });
    const back = toMap(view, size, spot);
    expect(back.x).toBeCloseTo(0.4, 9);
    expect(back.y).toBeCloseTo(0.6, 9);
  });

  test('zooms around a spot, within limits', () => {
    const at = { x: 150, y: 90 };
    const before = toMap(whole, size, at);
    const after = toMap(zoomed(whole, size, 2, at), size, at);
    expect(after.x).toBeCloseTo(before.x, 9);
    expect(after.y).toBeCloseTo(before.y, 9);
    expect(zoomed(whole, size, 1e9, at).scale).toBe(whole.scale * 60);
    expect(zoomed(whole, size, 1e-9, at).scale).toBe(whole.scale / 2);
  });

  test('follows the pointer, and never leaves the map', () => {
    const close = zoomed(whole, size, 10, { x: 200, y: 100 });
    expect(toScreen(moved(close, 30, -20), size, { x: 0.5, y: 0.5 })).toMatchObject({ x: 230 });
    expect(toScreen(moved(close, 30, -20), size, { x: 0.5, y: 0.5 }).y).toBeCloseTo(80, 9);
    expect(moved(close, -1e6, 1e6)).toMatchObject({ x: 1, y: 1 });
  });

  test('moves just so far that a position is seen', () => {
    expect(showing(whole, size, { x: 0.5, y: 0.5 })).toBe(whole);
    const close = zoomed(whole, size, 10, { x: 200, y: 100 });
    const spot = toScreen(showing(close, size, { x: 0.9, y: 0.2 }), size, { x: 0.9, y: 0.2 });
    expect(spot.x).toBeCloseTo(360, 6);
    expect(spot.y).toBeCloseTo(160, 6);
  });
});

test('places are put into a square with their proportions', () => {
  expect([...inSquare(Float32Array.of(0, 10, 4, 12))]).toEqual([0, 0.25, 1, 0.75]);
  expect([...inSquare(Float32Array.of(3, 3, 3, 3))]).toEqual([0.5, 0.5, 0.5, 0.5]);
  expect(inSquare(new Float32Array())).toHaveLength(0);
});
