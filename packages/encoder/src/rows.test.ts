import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bench, close, numbers, runs, seeds } from '../test/bench.ts';
import * as reference from '../test/reference.ts';
import { ACTIVATIONS, type Activation, COMBINATIONS, strideOf } from './kernels.ts';

describe('rows', () => {
  const shapes = [seeds, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 50 })] as const;

  it('are normalised by mean and variance', () => {
    fc.assert(
      fc.property(...shapes, (seed, count, width) => {
        const { memory, kernels, rows, read } = bench();
        const draw = numbers(seed);
        const x = draw(count, width, 4).map((row) => row.map((value) => Math.fround(value + 3)));
        const [scale, bias] = draw(2, width) as [number[], number[]];
        const stride = strideOf(width);
        const at = rows(x);
        const [s, b] = [memory.putFloats(scale, stride), memory.putFloats(bias, stride)];
        kernels.layerNorm(at, count, width, stride, s, b, 1e-3, at);
        close(read(at, count, width), reference.layerNorm(x, scale, bias, 1e-3), 1e-5);
        expect(read(at, count, stride).every((row) => row.slice(width).every((value) => value === 0))).toBe(
          true,
        );
      }),
      runs,
    );
  });

  it('are normalised by their root mean square', () => {
    fc.assert(
      fc.property(...shapes, (seed, count, width) => {
        const { memory, kernels, rows, read } = bench();
        const draw = numbers(seed);
        const x = draw(count, width, 4);
        const [scale] = draw(1, width) as [number[]];
        const stride = strideOf(width);
        const target = memory.take(count * stride * 4);
        kernels.rmsNorm(rows(x), count, width, stride, memory.putFloats(scale, stride), 1e-3, target);
        close(read(target, count, width), reference.rmsNorm(x, scale, 1e-3), 1e-5);
      }),
      runs,
    );
  });

  it.each(Object.keys(ACTIVATIONS) as Activation[])('are mapped by %s, to the last digits', (activation) => {
    const { memory, kernels, rows, read } = bench();
    const x = [Array.from({ length: 400 }, (_, at) => Math.fround((at - 200) / 10))];
    const target = memory.take(1600);
    kernels.mapRows(rows(x), 1, 400, ACTIVATIONS[activation], 0, 0, 0, target);
    const expected = reference.activate(x, activation)[0]!;
    read(target, 1, 400)[0]!.forEach((value, at) => {
      expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected[at]!)));
    });
  });

  it('are added to each other, and all to one', () => {
    const { memory, kernels, rows, read } = bench();
    const draw = numbers(3);
    const [x, other] = [draw(3, 11), draw(3, 11)];
    const target = memory.take(3 * 16 * 4);
    kernels.mapRows(rows(x), 3, 16, 0, COMBINATIONS.add, rows(other), 16, target);
    close(read(target, 3, 11), reference.combine(x, other, 'add'), 1e-6);
    kernels.mapRows(rows(x), 3, 16, 0, COMBINATIONS.multiply, rows([other[0]!]), 0, target);
    close(read(target, 3, 11), reference.combine(x, [other[0]!, other[0]!, other[0]!], 'multiply'), 1e-6);
  });

  it('are rotated by their positions, heads apart, a part of a head alone', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(8, 16, 32),
        (seed, count, rotary) => {
          const { kernels, rows, read, memory } = bench();
          const [heads, size, start] = [3, 32, 2];
          const x = numbers(seed)(count, heads * size);
          const angles = Array.from({ length: start + count }, (_, position) =>
            Array.from({ length: rotary / 2 }, (_, pair) => position / 10_000 ** ((2 * pair) / rotary)),
          );
          const at = rows(x);
          const table = (of: (angle: number) => number): number => memory.putFloats(angles.flat().map(of));
          kernels.rotate(
            at,
            count,
            heads * size,
            heads,
            size,
            rotary,
            table(Math.cos),
            table(Math.sin),
            start,
          );
          close(read(at, count, heads * size), reference.rotate(x, heads, rotary, angles, start), 1e-5);
        },
      ),
      runs,
    );
  });

  it('are pooled: mean, first, last, a span', () => {
    const { kernels, rows, read, memory } = bench();
    const x = numbers(4)(5, 13);
    const target = memory.take(64);
    const pooled = (weights: readonly number[]): number[] => {
      kernels.weightedSum(rows(x), 5, 16, memory.putFloats(weights), target);
      return read(target, 1, 13)[0]!;
    };
    const mean = (from: number, to: number): number[] =>
      x[0]!.map((_, at) => x.slice(from, to).reduce((sum, row) => sum + row[at]!, 0) / (to - from));
    close([pooled([0.2, 0.2, 0.2, 0.2, 0.2])], [mean(0, 5)], 1e-6);
    close([pooled([0, 0.5, 0.5, 0, 0])], [mean(1, 3)], 1e-6);
    expect(pooled([1, 0, 0, 0, 0])).toEqual(x[0]);
    expect(pooled([0, 0, 0, 0, 1])).toEqual(x[4]);
    expect(pooled([0, 0, 0, 0, 0])).toEqual(new Array(13).fill(0));
  });

  it('are cut and scaled to length 1; zeros stay zeros', () => {
    const { kernels, rows, memory } = bench();
    const x = [...numbers(5)(2, 13), new Array<number>(13).fill(0)];
    const target = memory.take(3 * 13 * 4);
    for (const kept of [1, 7, 13]) {
      kernels.cutRows(rows(x), 3, 16, kept, 1e-12, target);
      const found = memory.floats(target, 3 * kept);
      x.forEach((row, index) => {
        const cut = row.slice(0, kept);
        const length = Math.max(Math.hypot(...cut), 1e-12);
        close(
          [Array.from(found.subarray(index * kept, (index + 1) * kept))],
          [cut.map((value) => value / length)],
          1e-6,
        );
      });
      kernels.cutRows(rows(x), 3, 16, kept, -1, target);
      expect(Array.from(memory.floats(target, kept))).toEqual(x[0]!.slice(0, kept));
    }
  });
});
