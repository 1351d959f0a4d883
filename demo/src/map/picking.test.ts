import { describe, expect, test } from 'vitest';
import { Picking } from './picking.ts';

// 0 in the middle; 1 right, 2 far right and a little up, 3 up, 4 left, 5 down and right.
const picking = new Picking(Float32Array.of(0.5, 0.5, 0.6, 0.52, 0.9, 0.6, 0.5, 0.8, 0.1, 0.45, 0.58, 0.3));

describe('points of a map', () => {
  test('are found near a spot, but not too far from it', () => {
    expect(picking.at({ x: 0.59, y: 0.53 })).toBe(1);
    expect(picking.at({ x: 0.3, y: 0.6 }, 0.05)).toBeUndefined();
    expect(new Picking(new Float32Array()).at({ x: 0, y: 0 })).toBeUndefined();
  });

  test('are reached with the arrow keys, each quarter by one', () => {
    expect(picking.towards(0, 'right')).toBe(1);
    expect(picking.towards(1, 'right')).toBe(2);
    expect(picking.towards(0, 'up')).toBe(3);
    expect(picking.towards(0, 'left')).toBe(4);
    expect(picking.towards(0, 'down')).toBe(5);
    expect(picking.towards(2, 'right')).toBeUndefined();
  });

  test('are inside of a line that is closed by itself, also where it is not convex', () => {
    const square = [
      { x: 0.4, y: 0.2 },
      { x: 0.7, y: 0.2 },
      { x: 0.7, y: 0.6 },
      { x: 0.4, y: 0.6 },
    ];
    expect(picking.inside(square)).toEqual([0, 1, 5]);
    // A notch from the right leaves the second point out.
    expect(
      picking.inside([
        ...square.slice(0, 2),
        { x: 0.7, y: 0.5 },
        { x: 0.55, y: 0.52 },
        { x: 0.7, y: 0.54 },
        ...square.slice(2),
      ]),
    ).toEqual([0, 5]);
    expect(picking.inside(square.slice(0, 2))).toEqual([]);
  });
});
