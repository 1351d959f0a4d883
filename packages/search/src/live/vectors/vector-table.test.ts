import { dot, normalise, topK } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { minilmQueryTable } from '../../../test/query-table.ts';
import { highest } from './highest.ts';
import { dequantize, dotRow, quantize } from './quantized.ts';
import { VectorTable } from './vector-table.ts';

/** Numbers that are the same on every run. */
function generator(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const DIMENSIONS = 384;
const gauss = generator(7);
const vector = (dimensions = DIMENSIONS): Float32Array =>
  normalise(Array.from({ length: dimensions }, gauss));
const near = (center: Float32Array): Float32Array => normalise(center.map((value) => value + gauss() / 24));

const centers = Array.from({ length: 40 }, () => vector());
const sets: [string, Float32Array[], Float32Array[]][] = [
  ['random', Array.from({ length: 4000 }, () => vector()), Array.from({ length: 20 }, () => vector())],
  [
    'clustered',
    Array.from({ length: 4000 }, (_, at) => near(centers[at % 40]!)),
    Array.from({ length: 20 }, (_, at) => near(centers[at]!)),
  ],
  // Rows of a model's table, with the outliers and the slant that real vectors have.
  ['real', rowsOfTable(1000, 5000), rowsOfTable(6000, 6020)],
];

function rowsOfTable(from: number, to: number): Float32Array[] {
  const { quantized, dimensions } = minilmQueryTable();
  return Array.from({ length: to - from }, (_, at) =>
    normalise(quantized.subarray((from + at) * dimensions, (from + at + 1) * dimensions)),
  );
}

describe.each(sets)('among %s vectors', (_, vectors, queries) => {
  const table = new VectorTable(DIMENSIONS);
  for (const [row, each] of vectors.entries()) table.set(row, quantize(each));

  it('finds at least 99 of 100 that are nearest by floats', () => {
    let hits = 0;
    for (const query of queries) {
      const expected = new Set(topK(query, vectors, 10).map(({ index }) => index));
      const { rows, similarities } = table.nearest(query, { limit: 10 });
      expect(rows).toHaveLength(10);
      hits += rows.filter((row) => expected.has(row)).length;
      for (const [at, row] of rows.entries()) {
        expect(similarities[at]).toBeCloseTo(dot(query, vectors[row]!), 4);
      }
    }
    expect(hits / (10 * queries.length)).toBeGreaterThanOrEqual(0.99);
  });

  it('tells mean and deviation of all cosines', () => {
    const [query] = queries;
    const cosines = vectors.map((each) => dot(each, query!));
    const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
    const { mean: told, deviation } = table.nearest(query!, { limit: 1 });
    expect(told).toBeCloseTo(mean, 1);
    const exact = Math.sqrt(cosines.reduce((sum, value) => sum + (value - mean) ** 2, 0) / cosines.length);
    expect(deviation / exact).toBeGreaterThan(0.8);
    expect(deviation / exact).toBeLessThan(1.6);
  });
});

describe('a table of vectors', () => {
  const filled = (rows: number, dimensions = 20): [VectorTable, Float32Array[]] => {
    const table = new VectorTable(dimensions);
    const vectors = Array.from({ length: rows }, () => vector(dimensions));
    for (const [row, each] of vectors.entries()) table.set(row, quantize(each));
    return [table, vectors];
  };

  it.each([7, 8, 20, 33])('finds a vector of %i dimensions by itself', (dimensions) => {
    const [table, vectors] = filled(700, dimensions);
    for (const row of [0, 13, 699]) {
      expect(table.nearest(vectors[row]!, { limit: 1 })).toMatchObject({
        rows: Uint32Array.of(row),
        found: 1,
      });
    }
  });

  it('leaves out rows that are removed or not allowed, and tells similarities of others that are wanted', () => {
    const [table, vectors] = filled(30);
    const query = vectors[4]!;
    table.delete(4);
    const allowed = new Uint8Array(30).fill(1);
    allowed[9] = 0;
    const { rows, found, similarities } = table.nearest(query, {
      limit: 40,
      allowed,
      also: Uint32Array.of(9, 4, 2),
    });
    expect(found).toBe(28);
    expect([...rows.subarray(0, 28)].sort((left, right) => left - right)).toEqual(
      Array.from({ length: 30 }, (_, row) => row).filter((row) => row !== 4 && row !== 9),
    );
    expect([...rows.subarray(28)]).toEqual([9, 2]);
    expect(similarities[28]).toBeCloseTo(dot(query, vectors[9]!), 4);
    expect(table.get(4)).toBeUndefined();
    table.set(4, quantize(vectors[5]!));
    expect(dot(dequantize(table.get(4)!), vectors[5]!)).toBeCloseTo(1, 5);
  });

  it('renumbers its rows, over the border of a block too', () => {
    const [table, vectors] = filled(8300, 8);
    const numberOf = Int32Array.from({ length: 8300 }, (_, row) => (row % 2 === 0 ? -1 : (row - 1) / 2));
    table.renumber(numberOf);
    expect(table.length).toBe(4150);
    for (const row of [1, 4001, 8299]) {
      expect(dot(dequantize(table.get((row - 1) / 2)!), vectors[row]!)).toBeCloseTo(1, 5);
    }
    const { rows } = table.nearest(vectors[8299]!, { limit: 1 });
    expect(rows[0]).toBe(4149);
  });

  it('of nothing finds nothing', () => {
    const table = new VectorTable(4);
    expect(table.nearest(Float32Array.of(1, 0, 0, 0), { limit: 3 })).toMatchObject({
      found: 0,
      mean: 0,
      deviation: 0,
    });
    table.set(0, quantize(new Float32Array(4)));
    expect(table.nearest(Float32Array.of(1, 0, 0, 0), { limit: 3 }).similarities).toEqual(Float32Array.of(0));
  });
});

describe('highest', () => {
  it('gives the best scores, and few more', () => {
    const scores = Float32Array.from({ length: 5000 }, gauss);
    const chosen = [...highest(scores, 100)];
    const sorted = [...scores.keys()].sort((left, right) => scores[right]! - scores[left]!);
    expect(chosen).toEqual(expect.arrayContaining(sorted.slice(0, 100)));
    expect(chosen.length).toBeLessThan(110);
    expect([...highest(scores, 5000, 2)].every((at) => scores[at]! >= 2)).toBe(true);
  });

  it.each([
    [[], 3, []],
    [[1, 1, 1], 2, [0, 1, 2]],
    [[Number.NEGATIVE_INFINITY, 3], 2, [1]],
    [[1, 2], 0, []],
    [[1, 2, 3], 3, [1, 2], 2],
    [[1, 2], 2, [], 5],
  ] as [number[], number, number[], number?][])('of %j, %i', (scores, count, expected, least) =>
    expect([...highest(Float32Array.from(scores), count, least)]).toEqual(expected),
  );
});

it('quantized vectors have length 1 and the products of floats', () => {
  const [left, right] = [vector(33), vector(33)];
  const { numbers, scale } = quantize(left.map((value) => value * 17));
  expect(dotRow(numbers, 0, right) * scale).toBeCloseTo(dot(left, right), 4);
});
