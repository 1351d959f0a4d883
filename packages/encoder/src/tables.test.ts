import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bench, close, numbers, runs, seeds } from '../test/bench.ts';
import * as reference from '../test/reference.ts';

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
