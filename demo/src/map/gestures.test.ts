import { beforeEach, expect, test } from 'vitest';
import { Gestures, type GestureTarget } from './gestures.ts';

let done: unknown[];
let gestures: Gestures;

const targetFor = (pointerUse: GestureTarget['pointerUse']): GestureTarget => ({
  pointerUse,
  moveBy: (right, down) => void done.push(['move', right, down]),
  zoom: (factor, at) => void done.push(['zoom', factor, at]),
  hover: (spot) => void (spot && done.push(['hover', spot])),
  press: (spot, isShift) => void done.push(['press', spot, isShift]),
  enclose: (line, isShift) => void done.push(['enclose', line.length, isShift]),
  lineChanged: () => undefined,
});

beforeEach(() => {
  done = [];
  gestures = new Gestures(targetFor('move'));
});

const up = (id: number, isShift = false, isCancelled = false) => gestures.up(id, { isShift, isCancelled });

test('a pointer that presses and moves, moves the map; one that stays still presses', () => {
  gestures.down(1, { x: 10, y: 10 });
  gestures.move(1, { x: 30, y: 15 }, true);
  up(1);
  expect(done).toEqual([['move', 20, 5]]);
  done = [];
  gestures.down(1, { x: 10, y: 10 });
  gestures.move(1, { x: 12, y: 11 }, true);
  up(1, true);
  expect(done).toEqual([
    ['move', 2, 1],
    ['press', { x: 10, y: 10 }, true],
  ]);
});

test('two pointers that part zoom by how far, around the middle between them', () => {
  gestures.down(1, { x: 0, y: 0 });
  gestures.down(2, { x: 100, y: 0 });
  gestures.move(2, { x: 200, y: 0 }, false);
  up(2);
  up(1);
  // Neither pressed: it was a gesture of two.
  expect(done).toEqual([['zoom', 2, { x: 100, y: 0 }]]);
});

test('a lasso is a line of at least three spots, and is gone when its pointer is', () => {
  gestures = new Gestures(targetFor('lasso'));
  gestures.down(1, { x: 0, y: 0 });
  gestures.move(1, { x: 50, y: 0 }, true);
  expect(gestures.line).toHaveLength(2);
  up(1);
  expect(done).toEqual([]);
  gestures.down(1, { x: 0, y: 0 });
  gestures.move(1, { x: 50, y: 0 }, true);
  gestures.move(1, { x: 50, y: 50 }, true);
  up(1, true);
  expect(done).toEqual([['enclose', 3, true]]);
  expect(gestures.line).toEqual([]);
});

test('a mouse that does not press hovers; a finger that is taken away presses nothing', () => {
  gestures.move(1, { x: 5, y: 6 }, true);
  gestures.move(2, { x: 5, y: 6 }, false);
  expect(done).toEqual([['hover', { x: 5, y: 6 }]]);
  gestures.down(2, { x: 5, y: 6 });
  up(2, false, true);
  expect(done).toHaveLength(1);
});
