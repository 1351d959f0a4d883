import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bench, close, numbers, runs, seeds } from '../test/bench.ts';
import * as reference from '../test/reference.ts';

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
