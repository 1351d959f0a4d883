import { expect, it } from 'vitest';
import { Trees } from './trees.ts';

const bytes = (...values: number[]): string => btoa(String.fromCharCode(...values));

it('walks each tree and adds its leaves', () => {
  // 1: row[3] < 0.5 ? −0.5 : (row[1] < 10 ? 1 : 2); 2: 0.25.
  const trees = new Trees({
    base: 0,
    scale: 0.25,
    cuts: [
      [1, 10],
      [3, 0, 0.5],
    ],
    nodes: bytes(1, 1, 255, 0xfe, 0xff, 0, 0, 255, 4, 0, 255, 8, 0, 255, 1, 0),
  });
  const sigmoid = (sum: number): number => 1 / (1 + Math.exp(-sum));
  const ask = (first: number, third: number): number =>
    trees.probability(Float32Array.of(0, first, 0, third));
  expect(ask(0, 0.4)).toBeCloseTo(sigmoid(-0.25), 6);
  expect(ask(9, 0.5)).toBeCloseTo(sigmoid(1.25), 6);
  expect(ask(10, 0.5)).toBeCloseTo(sigmoid(2.25), 6);
});
