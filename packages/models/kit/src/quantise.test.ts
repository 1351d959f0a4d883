import { expect, test } from 'vitest';
import { quantiseColumns, quantiseRows, transpose } from './quantise.ts';

const matrix = Float32Array.of(1, -0.25, 0, 2, 127, 0);

test('one scale per row', () => {
  const { values, scales } = quantiseRows(matrix, 2, 3);
  expect([...scales]).toEqual([Math.fround(1 / 127), 1]);
  expect([...values]).toEqual([127, -32, 0, 2, 127, 0]);
});

test('one scale per column; zeros stay zeros', () => {
  const { values, scales } = quantiseColumns(matrix, 3);
  expect([...scales]).toEqual([Math.fround(2 / 127), 1, 1]);
  expect([...values]).toEqual([64, 0, 0, 127, 127, 0]);
});

test('no value is off by more than half a step', () => {
  const random = Float32Array.from({ length: 600 }, (_, index) => Math.sin(index * index));
  const { values, scales } = quantiseColumns(random, 20);
  const worst = Math.max(
    ...random.map((value, index) => Math.abs(value / scales[index % 20]! - values[index]!)),
  );
  expect(worst).toBeLessThanOrEqual(0.500001);
});

test('transposes', () => {
  expect([...transpose(matrix, 2, 3)]).toEqual([1, 2, -0.25, 127, 0, 0]);
});
