import { expect, test } from 'vitest';
import { rankChanges } from './rank-changes.ts';

const ranked = (...indexes: number[]) => indexes.map((index) => ({ index, score: undefined }));

test('counts places up and down', () => {
  expect(rankChanges(ranked(0, 1, 2), ranked(2, 1, 0)).map(({ index, up }) => [index, up])).toEqual([
    [2, 2],
    [1, 0],
    [0, -2],
  ]);
});

test('knows no change of a passage that is new', () => {
  expect(rankChanges(ranked(0), ranked(1, 0)).map(({ up }) => up)).toEqual([undefined, -1]);
});
