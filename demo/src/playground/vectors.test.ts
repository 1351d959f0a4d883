import { expect, test } from 'vitest';
import { bars, inputTexts, similarities, vectorsOf } from './vectors.ts';

const item = (embedding: unknown) => ({ object: 'embedding', embedding });

test('vectors are those of float and base64 answers', () => {
  // 1 and −2 in little-endian float32.
  expect(vectorsOf({ data: [item('AACAPwAAAMA=')] })).toEqual([Float32Array.of(1, -2)]);
  expect(vectorsOf({ data: [item(Float32Array.of(1, 0))] })).toEqual([Float32Array.of(1, 0)]);
  expect(vectorsOf({ data: [item(Uint8Array.of(1))] })).toEqual([]);
  expect(vectorsOf({ data: [{ embeddings: [] }] })).toEqual([]);
  expect(vectorsOf(undefined)).toEqual([]);
});

test('similarities are cosines', () => {
  const matrix = similarities([Float32Array.of(1, 0), Float32Array.of(3, 4)]);
  expect(matrix.map((row) => row.map((value) => Number(value.toFixed(6))))).toEqual([
    [1, 0.6],
    [0.6, 1],
  ]);
});

test('bars keep the largest value of each stretch, with its sign', () => {
  expect(bars(Float32Array.of(1, -4, 2, 0), 2)).toEqual([-1, 0.5]);
  expect(bars(Float32Array.of(0, 0), 5)).toEqual([0, 0]);
});

test('inputs are labelled by their texts', () => {
  expect(inputTexts({ input: 'a' })).toEqual(['a']);
  expect(inputTexts({ input: ['a', { text: 'b' }, { image: 'data:…' }] })).toEqual(['a', 'b', '[image]']);
});
