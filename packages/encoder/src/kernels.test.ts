import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileKernels as buildKernels, kernelModule } from '../build-kernels.mjs';
import * as reference from '../test/reference.ts';
import {
  ACTIVATIONS,
  type Activation,
  activationLimit,
  bindKernels,
  COMBINATIONS,
  type Combination,
  compileKernels,
  hasVectors,
  strideOf,
} from './kernels.ts';
import { EncoderMemory, OutOfEncoderMemory } from './memory.ts';

const module = await compileKernels();

/** Kernels with a fresh memory, and what puts rows into it. */
function bench() {
  const memory = new EncoderMemory();
  const kernels = bindKernels(module, memory.memory);
  return {
    memory,
    kernels,
    /** Rows with their stride's rest in zeros. */
    rows(values: readonly (readonly number[])[], stride = strideOf(values[0]!.length)): number {
      const address = memory.take(values.length * stride * 4);
      const room = memory.floats(address, values.length * stride).fill(0);
      values.forEach((row, index) => {
        room.set(row, index * stride);
      });
      return address;
    },
    read(address: number, rows: number, width: number, stride = strideOf(width)): number[][] {
      const room = memory.floats(address, (rows - 1) * stride + width);
      return Array.from({ length: rows }, (_, row) =>
        Array.from(room.subarray(row * stride, row * stride + width)),
      );
    },
  };
}

/** Numbers of about a normal distribution, as float32, from a seed. */
function numbers(seed: number): (rows: number, width: number, scale?: number) => number[][] {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return (rows, width, scale = 1) =>
    Array.from({ length: rows }, () =>
      Array.from({ length: width }, () => Math.fround((next() + next() + next() + next() - 2) * scale)),
    );
}

const close = (found: readonly number[][], expected: readonly number[][], tolerance: number): void => {
  expect(found.length).toBe(expected.length);
  const most = Math.max(...expected.flat().map(Math.abs), 1e-3);
  found.forEach((row, index) => {
    row.forEach((value, at) => {
      const distance = Math.abs(value - expected[index]![at]!);
      if (!(distance <= tolerance * most)) {
        expect.fail(`row ${index}, number ${at}: ${value}, not ${expected[index]![at]}`);
      }
    });
  });
};

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const runs = { numRuns: 40 };

describe('the build', () => {
  it('gives the committed bytes from the sources', async () => {
    const committed = readFileSync(new URL('kernels.wasm.ts', import.meta.url), 'utf8');
    const wasm = await buildKernels();
    expect(wasm.length).toBeLessThan(60_000);
    expect(kernelModule(wasm) === committed, 'run `npm run kernels` in packages/encoder').toBe(true);
  });

  it('knows an engine with vectors', () => {
    expect(hasVectors()).toBe(true);
  });
});

describe('memory', () => {
  it('hands out aligned room that does not overlap, and takes it back', () => {
    const memory = new EncoderMemory();
    const first = memory.putFloats([1, 2, 3], 8);
    const mark = memory.mark;
    const second = memory.putBytes(new Uint8Array(200_000).fill(7));
    expect([first % 64, second % 64]).toEqual([0, 0]);
    expect(Array.from(memory.floats(first, 8))).toEqual([1, 2, 3, 0, 0, 0, 0, 0]);
    memory.release(mark);
    expect(memory.putIntegers([5])).toBe(second);
    expect(() => memory.take(2 ** 32)).toThrow(OutOfEncoderMemory);
  });
});

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
    const weights = memory.take(depth * stride);
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
            // What is left is the rounding of activations: 1/32767 of the largest, or less for deep sums.
            close(found, reference.multiply(x, rounded, bias), 4e-4);
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
    expect(activationLimit(384)).toBe(32_767);
    expect(activationLimit(1536)).toBe(10_922);
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
      const weights = memory.putBytes(new Uint8Array(64));
      kernels.packBytes(memory.putBytes(bytes), 3, 1, 3, 3, flip, 8, weights);
      const target = memory.take(32);
      const ones = memory.putFloats(new Array(8).fill(1));
      kernels.multiply(
        activations,
        rowScales,
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
      );
      close(read(target, 1, 3), expected, 1e-4);
    }
  });
});

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

describe('attention', () => {
  const cases = fc.record({
    seed: seeds,
    length: fc.integer({ min: 1, max: 27 }),
    unseen: fc.constantFrom(0, 0, 1, 9),
    heads: fc.constantFrom(2, 4),
    shared: fc.constantFrom(1, 2),
    size: fc.constantFrom(8, 16, 32),
    causal: fc.boolean(),
    alibi: fc.boolean(),
  });

  it('agrees with float64: full or causal, with and without ALiBi, heads that share keys', () => {
    fc.assert(
      fc.property(cases, ({ seed, length, unseen, heads, shared, size, causal, alibi }) => {
        const seen = Math.max(1, length - unseen);
        const { kernels, rows, read, memory } = bench();
        const draw = numbers(seed);
        const [wide, narrow] = [heads * size, (heads / shared) * size];
        const [q, k, v] = [draw(length, wide, 2), draw(length, narrow, 2), draw(length, narrow)];
        const slopes = alibi ? Array.from({ length: heads }, (_, head) => 2 ** -(head + 1)) : undefined;
        const scratch = memory.take(kernels.attentionScratch(length, size));
        const [queries, keys, values] = [rows(q), rows(k), rows(v)];
        const table = slopes ? memory.putFloats(slopes) : 0;
        const context = memory.take(length * wide * 4);
        const guard = memory.putFloats([42]);
        kernels.attend(
          ...([
            queries,
            wide,
            keys,
            narrow,
            values,
            narrow,
            length,
            seen,
            heads,
            shared,
            size,
            1 / Math.sqrt(size),
          ] as const),
          ...([table, causal ? 1 : 0, scratch, context, wide] as const),
        );
        expect(memory.floats(guard, 1)[0]).toBe(42);
        const shape = { heads, shared, scale: 1 / Math.sqrt(size), causal, seen, slopes };
        close(read(context, length, wide), reference.attend(q, k, v, shape), 1e-5);
      }),
      runs,
    );
  });

  it('keeps far smaller scores and refuses none that are numbers', () => {
    const { kernels, rows, read, memory } = bench();
    const q = [
      [200, 0, 0, 0, 0, 0, 0, 0],
      [-200, 0, 0, 0, 0, 0, 0, 0],
    ];
    const scratch = memory.take(kernels.attentionScratch(2, 8));
    const context = memory.take(64);
    kernels.attend(
      rows(q),
      8,
      rows(q),
      8,
      rows([
        [1, 2, 3, 4, 5, 6, 7, 8],
        [0, 0, 0, 0, 0, 0, 0, 0],
      ]),
      8,
      2,
      2,
      1,
      1,
      8,
      1,
      0,
      0,
      scratch,
      context,
      8,
    );
    close(
      read(context, 2, 8),
      [
        [1, 2, 3, 4, 5, 6, 7, 8],
        [0, 0, 0, 0, 0, 0, 0, 0],
      ],
      1e-6,
    );
  });
});

describe('tables', () => {
  it('give float rows, and add them', () => {
    const { kernels, rows, read, memory } = bench();
    const table = numbers(6)(9, 16);
    const ids = memory.putIntegers([8, 0, 3]);
    const target = memory.take(3 * 64);
    kernels.lookUpFloats(ids, 1, 3, rows(table), 16, target, 0);
    expect(read(target, 3, 16)).toEqual([table[8], table[0], table[3]]);
    kernels.lookUpFloats(memory.putIntegers([2]), 0, 3, rows(table), 16, target, 1);
    close(
      read(target, 3, 16),
      reference.combine([table[8]!, table[0]!, table[3]!], [table[2]!, table[2]!, table[2]!], 'add'),
      1e-6,
    );
  });

  it('give int8 rows times their scales', () => {
    const { kernels, read, memory } = bench();
    const table = Int8Array.from({ length: 5 * 24 }, (_, at) => ((at * 37) % 256) - 128);
    const scales = [0.5, 0.25, 2, 1, 0.125];
    const target = memory.take(2 * 96);
    const ids = memory.putIntegers([4, 1]);
    kernels.lookUpBytes(ids, 1, 2, memory.putBytes(table), memory.putFloats(scales), 24, target, 0);
    const row = (id: number): number[] =>
      Array.from(table.subarray(id * 24, (id + 1) * 24), (value) => value * scales[id]!);
    expect(read(target, 2, 24)).toEqual([row(4), row(1)]);
  });

  it('give rows of 4 bits, a scale and a minimum for each group', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(8, 16, 32), (seed, group) => {
        const { kernels, read, memory } = bench();
        const [count, width] = [6, 64];
        const draw = numbers(seed);
        const values = Array.from({ length: count * width }, (_, at) => (at * 7 + seed) % 16);
        const bytes = Uint8Array.from(
          { length: values.length / 2 },
          (_, at) => values[2 * at]! | (values[2 * at + 1]! << 4),
        );
        const [scales, minimums] = draw(2, values.length / group) as [number[], number[]];
        const ids = [5, 0, 2];
        const target = memory.take(3 * width * 4);
        kernels.lookUpNibbles(
          ...([memory.putIntegers(ids), 1, 3, memory.putBytes(bytes), memory.putFloats(scales)] as const),
          ...([memory.putFloats(minimums), group, width, target, 0] as const),
        );
        const expected = ids.map((id) =>
          Array.from({ length: width }, (_, at) => {
            const index = id * width + at;
            const block = Math.floor(index / group);
            return values[index]! * scales[block]! + minimums[block]!;
          }),
        );
        close(read(target, 3, width), expected, 1e-6);
      }),
      runs,
    );
  });
});
