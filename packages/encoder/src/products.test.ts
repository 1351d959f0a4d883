import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bench, close, numbers, runs, seeds } from '../test/bench.ts';
import * as reference from '../test/reference.ts';
import {
  ACTIVATIONS,
  type Activation,
  activationLimit,
  COMBINATIONS,
  type Combination,
  strideOf,
} from './kernels.ts';

describe('products', () => {
  /** target = combine(activate(x · w + bias), other), by the kernels, from float weights. */
  function product(
    x: readonly number[][],
    w: readonly number[][],
    bias: readonly number[],
    {
      activation = 'none',
      combination = 'none',
      other,
      transposed = false,
    }: {
      activation?: Activation;
      combination?: Combination;
      other?: number[][];
      transposed?: boolean;
    } = {},
  ) {
    const { memory, kernels, rows, read } = bench();
    const [depth, stride] = [strideOf(w.length), strideOf(bias.length)];
    const laid = transposed ? reference.transpose(w) : w;
    const source = rows(laid, laid[0]!.length);
    const weights = memory.take(depth * stride + stride * 4);
    const scales = memory.putFloats([], stride);
    const [rowStep, columnStep] = transposed ? [1, w.length] : [bias.length, 1];
    kernels.packFloats(source, rowStep, columnStep, w.length, bias.length, depth, weights, scales);
    const activations = memory.take(x.length * depth * 2);
    const rowScales = memory.take(x.length * 4);
    kernels.quantiseRows(rows(x), depth, x.length, depth, activationLimit(depth), activations, rowScales);
    const target = memory.take(x.length * stride * 4);
    memory.floats(target, x.length * stride).fill(Number.NaN);
    const guard = memory.putFloats([42]);
    kernels.multiply(
      activations,
      rowScales,
      0,
      x.length,
      depth,
      weights,
      scales,
      memory.putFloats(bias, stride),
      stride / 8,
      target,
      stride,
      ACTIVATIONS[activation],
      COMBINATIONS[combination],
      other ? rows(other) : 0,
      weights + depth * stride,
    );
    expect(memory.floats(guard, 1)[0]).toBe(42);
    return {
      found: read(target, x.length, bias.length),
      padding: read(target, x.length, stride).flatMap((row) => row.slice(bias.length)),
      scales: Array.from(memory.floats(scales, bias.length)),
    };
  }

  it.each([false, true])(
    'agree with float64 to the rounding of weights and activations (transposed %s)',
    (transposed) => {
      fc.assert(
        fc.property(
          seeds,
          fc.integer({ min: 1, max: 11 }),
          fc.integer({ min: 1, max: 70 }),
          fc.integer({ min: 1, max: 40 }),
          (seed, rows, depth, columns) => {
            const draw = numbers(seed);
            const [x, w] = [draw(rows, depth), draw(depth, columns)];
            const [bias] = draw(1, columns) as [number[]];
            const { found, padding, scales } = product(x, w, bias, { transposed });
            const rounded = w.map((row) =>
              row.map((value, at) => Math.round(value / scales[at]!) * scales[at]!),
            );
            const expected = reference.multiply(x, rounded, bias);
            const limit = activationLimit(strideOf(depth));
            found.forEach((row, at) => {
              row.forEach((value, column) => {
                // Activations are off by half a step of their row at most; a weight half way between two steps, where
                // float32 and float64 may round apart, by one of its column's; float32 sums by their own rounding.
                const step = Math.max(...x[at]!.map(Math.abs)) / limit;
                const allowed = w.reduce((sum, weights, input) => {
                  const share = Math.abs(weights[column]! / scales[column]!);
                  const tie =
                    Math.abs((share % 1) - 0.5) < 1e-4 ? Math.abs(x[at]![input]!) * scales[column]! : 0;
                  const weight = Math.abs(rounded[input]![column]!);
                  return sum + 0.5001 * step * weight + tie + 1e-6 * Math.abs(x[at]![input]!) * weight;
                }, 1e-6);
                expect(Math.abs(value - expected[at]![column]!)).toBeLessThanOrEqual(allowed);
              });
            });
            scales.forEach((scale, at) => {
              const largest = Math.max(...w.map((row) => Math.abs(row[at]!)));
              expect(scale).toBeCloseTo(largest / 127, 6);
            });
            expect(padding.every((value) => value === 0)).toBe(true);
          },
        ),
        runs,
      );
    },
  );

  it('give a row the same bits alone and among any others', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 2, max: 40 }), (seed, rows) => {
        const draw = numbers(seed);
        const [x, w] = [draw(rows, 48), draw(48, 24)];
        const [bias] = draw(1, 24) as [number[]];
        const together = product(x, w, bias, { activation: 'gelu' }).found;
        const at = seed % rows;
        expect(product([x[at]!], w, bias, { activation: 'gelu' }).found[0]).toEqual(together[at]);
      }),
      runs,
    );
  });

  it.each(Object.keys(ACTIVATIONS) as Activation[])('end with %s, then add or multiply', (activation) => {
    for (const combination of ['none', 'add', 'multiply'] as const) {
      const draw = numbers(activation.length);
      const [x, w, other] = [draw(7, 24, 3), draw(24, 19), draw(7, 19)];
      const [bias] = draw(1, 19) as [number[]];
      const { found, scales } = product(x, w, bias, { activation, combination, other });
      const rounded = w.map((row) => row.map((value, at) => Math.round(value / scales[at]!) * scales[at]!));
      const plain = reference.activate(reference.multiply(x, rounded, bias), activation);
      close(found, reference.combine(plain, other, combination), 2e-3);
    }
  });

  it('do not overflow at the largest sums, and reach them', () => {
    for (const depth of [8, 512, 1536, 3072, 4096]) {
      const x = [new Array<number>(depth).fill(1)];
      const w = Array.from({ length: depth }, () => [-1]);
      const { found } = product(x, w, [0]);
      expect(found[0]![0]! / -depth).toBeCloseTo(1, 5);
    }
    expect(activationLimit(384)).toBe(8191);
    expect(activationLimit(2048)).toBe(8191);
    expect(activationLimit(4096)).toBe(4095);
  });

  it('hand on numbers that are none, and compute zeros', () => {
    const w = [[1], [2]];
    expect(product([[Number.NaN, 1]], w, [0]).found[0]![0]).toBeNaN();
    expect(Number.isFinite(product([[Number.POSITIVE_INFINITY, 1]], w, [0]).found[0]![0]!)).toBe(false);
    expect(product([[0, 0]], w, [0.5]).found).toEqual([[0.5]]);
    expect(product([[3, -4]], [[0], [0]], [0.25]).found).toEqual([[0.25]]);
  });

  it('take int8 and uint8 weights as they are', () => {
    const { memory, kernels, rows, read } = bench();
    const integers = [
      [-128, 127, 5],
      [64, -1, 0],
      [3, -77, 99],
    ];
    const x = [[1, -2, 0.5]];
    const expected = reference.multiply(x, integers, [0, 0, 0]);
    const activations = memory.take(16);
    const rowScales = memory.take(4);
    kernels.quantiseRows(rows(x), 8, 1, 8, activationLimit(8), activations, rowScales);
    for (const [flip, bytes] of [
      [0, Uint8Array.from(integers.flat(), (value) => value & 255)],
      [128, Uint8Array.from(integers.flat(), (value) => value + 128)],
    ] as const) {
      const weights = memory.putBytes(new Uint8Array(64 + 32));
      kernels.packBytes(memory.putBytes(bytes), 3, 1, 3, 3, flip, 8, weights);
      const target = memory.take(32);
      const ones = memory.putFloats(new Array(8).fill(1));
      kernels.multiply(
        activations,
        rowScales,
        0,
        1,
        8,
        weights,
        ones,
        memory.putFloats([], 8),
        1,
        target,
        8,
        0,
        0,
        0,
        weights + 64,
      );
      close(read(target, 1, 3), expected, 1e-4);
    }
  });
});

describe('products of bytes', () => {
  /** What the kernels make of rows, and the whole numbers that they are to multiply. */
  function product(
    x: readonly number[][],
    w: readonly (readonly number[])[],
    activation: Activation = 'none',
  ) {
    const { memory, kernels, rows, read } = bench();
    const [inputs, outputs] = [w.length, w[0]!.length];
    const [depth, stride] = [strideOf(inputs), strideOf(outputs)];
    const weights = memory.take(depth * stride + stride * 4);
    memory.bytes(weights, depth * stride).fill(0);
    const source = memory.putBytes(Int8Array.from(w.flat()));
    kernels.packBytes(source, outputs, 1, inputs, outputs, 0, depth, weights);
    const activations = memory.take(x.length * depth * 2);
    const [rowScales, zeros] = [memory.take(x.length * 4), memory.take(x.length * 4)];
    kernels.quantiseBytes(rows(x), depth, x.length, depth, activations, rowScales, zeros);
    const [scale, bias] = [Math.fround(0.01), Math.fround(0.3)];
    const target = memory.take(x.length * stride * 4);
    const guard = memory.putFloats([42]);
    const from = [activations, rowScales, zeros, x.length, depth, weights] as const;
    const columns = [scale, bias].map((each) => memory.putFloats(new Array(stride).fill(each))) as [
      number,
      number,
    ];
    kernels.multiply(
      ...from,
      ...columns,
      stride / 8,
      target,
      stride,
      ACTIVATIONS[activation],
      0,
      0,
      weights + depth * stride,
    );
    expect(memory.floats(guard, 1)[0]).toBe(42);
    return {
      found: read(target, x.length, outputs),
      rowScales: Array.from(memory.floats(rowScales, x.length)),
      zeros: Array.from(memory.integers(zeros, x.length)),
      scale,
      bias,
    };
  }

  /** By the definition, in float32 where the kernels use it, sums in whole numbers. */
  function expectedOf(
    row: readonly number[],
    w: readonly (readonly number[])[],
    scale: number,
    bias: number,
  ) {
    const below = Math.max(0, ...row.map((value) => -value));
    const range = Math.max(Math.fround(Math.max(0, ...row) + below), Math.fround(1e-30));
    const factor = Math.fround(255 / range);
    const even = (value: number): number => {
      const floor = Math.floor(value);
      return value - floor === 0.5 ? floor + (floor & 1) : Math.round(value);
    };
    const zero = even(Math.fround(below * factor));
    const bytes = row.map((value) => Math.min(255, Math.max(0, even(Math.fround(value * factor)) + zero)));
    const rowScale = Math.fround(range / 255);
    const found = w[0]!.map((_, column) => {
      const sum = bytes.reduce((total, byte, at) => total + (byte - zero) * w[at]![column]!, 0);
      return Math.fround(Math.fround(Math.fround(sum) * Math.fround(rowScale * scale)) + bias);
    });
    return { zero, rowScale, found };
  }

  it('are whole numbers’, to the last bit, and near float64', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 1, max: 11 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(-3, 0, 0.5, 30),
        (seed, rows, depth, columns, shift) => {
          const draw = numbers(seed);
          const x = draw(rows, depth).map((row) => row.map((value) => Math.fround(value + shift)));
          const w = draw(depth, columns, 60).map((row) =>
            row.map((value) => Math.max(-128, Math.min(127, Math.round(value)))),
          );
          const { found, rowScales, zeros, scale, bias } = product(x, w);
          x.forEach((row, at) => {
            const expected = expectedOf(row, w, scale, bias);
            expect(zeros[at]).toBe(expected.zero);
            expect(rowScales[at]).toBe(expected.rowScale);
            expect(found[at]).toEqual(expected.found);
          });
          const exact = reference.multiply(
            x,
            w.map((row) => row.map((value) => value * scale)),
            [],
          );
          exact.forEach((row, at) => {
            row.forEach((value, column) => {
              const allowed =
                w.reduce((sum, each) => sum + Math.abs(each[column]!), 0) * rowScales[at]! * scale;
              // A number is rounded by half a step, the zero by another half.
              expect(Math.abs(found[at]![column]! - bias - value)).toBeLessThanOrEqual(1.01 * allowed + 1e-4);
            });
          });
        },
      ),
      runs,
    );
  });

  it('do not overflow at the largest sums, of either sign', () => {
    for (const depth of [8, 384, 4096, 16_384]) {
      const w = Array.from({ length: depth }, () => [-128, 127]);
      for (const value of [1, -1]) {
        const { found, bias } = product([new Array<number>(depth).fill(value)], w);
        found[0]!.forEach((sum, column) => {
          expect((sum - bias) / (value * depth * w[0]![column]! * 0.01)).toBeCloseTo(1, 4);
        });
      }
    }
  });

  it('hand on numbers that are none, and compute zeros', () => {
    const w = [[1], [2]];
    expect(product([[Number.NaN, 1]], w).found[0]![0]).toBeNaN();
    for (const endless of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(Number.isFinite(product([[endless, 1]], w).found[0]![0]!)).toBe(false);
    }
    const { found, bias, zeros } = product([[0, 0]], w);
    expect([found, zeros]).toEqual([[[bias]], [0]]);
    expect(product([[3, -4]], [[0], [0]]).found).toEqual([[bias]]);
  });

  it.each([1, 2, 3, 6, 7, 65])('end with GELU: %i rows', (count) => {
    const draw = numbers(count);
    const [x, w] = [draw(count, 24, 3), draw(24, 19, 60).map((row) => row.map(Math.round))];
    const plain = product(x, w).found;
    const expected = reference.activate(plain, 'gelu');
    close(product(x, w, 'gelu').found, expected, 1e-6);
  });
});
