import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LinearWeights, learn, rowScores } from './passive-aggressive.ts';
import { choose, softmax } from './softmax.ts';

const EMPTY = (columns: number): LinearWeights => ({ labels: [], columns, values: new Float32Array(0) });

describe('learn()', () => {
  it('takes the step of the paper', async () => {
    // Both rows are zero, so the loss is 1 and τ = min(0.1, 1 ÷ (2 · 25)) = 0.02 for a vector of length 5.
    const { labels, values } = await learn(EMPTY(2), Float32Array.of(3, 4), ['a'], { passes: 1, seed: 0 });
    expect(labels).toEqual(['a']);
    // Without a rival there is nothing to learn.
    expect([...values]).toEqual([0, 0]);
    const two = await learn(
      { labels: ['a', 'b'], columns: 2, values: new Float32Array(4) },
      Float32Array.of(3, 4),
      ['b'],
      {
        passes: 1,
        seed: 0,
      },
    );
    expect([...two.values].map((value) => Number(value.toFixed(6)))).toEqual([-0.06, -0.08, 0.06, 0.08]);
  });

  it('bounds the step for short vectors', async () => {
    // 1 ÷ (2 · 0.25) = 2, more than C.
    const { values } = await learn(
      { labels: ['a', 'b'], columns: 1, values: new Float32Array(2) },
      Float32Array.of(0.5),
      ['a'],
      { passes: 1, seed: 0 },
    );
    expect(values[0]).toBeCloseTo(0.05, 6);
    expect(values[1]).toBeCloseTo(-0.05, 6);
  });

  it('learns what can be separated, and then stops changing', async () => {
    const vectors = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
    const names = ['x', 'y', 'z'];
    const weights = await learn(EMPTY(3), vectors, names, { passes: 100, seed: 7 });
    names.forEach((name, index) => {
      const scores = rowScores(weights.values, vectors.subarray(index * 3, index * 3 + 3));
      const target = scores[weights.labels.indexOf(name)]!;
      // The margin that the loss asks for.
      for (const [row, score] of scores.entries()) {
        if (weights.labels[row] !== name) expect(target - score).toBeGreaterThan(0.999);
      }
    });
    const again = await learn(weights, vectors, names, { passes: 50, seed: 8 });
    for (const [index, value] of again.values.entries()) expect(value).toBeCloseTo(weights.values[index]!, 2);
  });

  it('gives a batch more weight with more passes', async () => {
    const start = await learn(EMPTY(2), Float32Array.of(1, 0, 0, 1), ['a', 'b'], { passes: 20, seed: 0 });
    const against = Float32Array.of(1, 0);
    const lead = async (passes: number): Promise<number> => {
      const { values } = await learn(start, against, ['b'], { passes, seed: 1 });
      const [a, b] = rowScores(values, against);
      return b! - a!;
    };
    expect(await lead(1)).toBeLessThan(0);
    expect(await lead(3)).toBeGreaterThan(await lead(1));
    expect(await lead(50)).toBeGreaterThan(0);
  });

  it('takes new labels later, and leaves the weights it got as they were', async () => {
    const before = await learn(EMPTY(3), Float32Array.of(1, 0, 0, 0, 1, 0), ['a', 'b'], {
      passes: 5,
      seed: 0,
    });
    const copy = before.values.slice();
    const after = await learn(before, Float32Array.of(0, 0, 1), ['c'], { passes: 5, seed: 1 });
    expect(before.values).toEqual(copy);
    expect(after.labels).toEqual(['a', 'b', 'c']);
    expect(after.values).toHaveLength(9);
    const scores = rowScores(after.values, Float32Array.of(0, 0, 1));
    expect(scores[2]).toBeGreaterThan(Math.max(scores[0]!, scores[1]!));
  });

  it('ends when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(
      learn(EMPTY(1), Float32Array.of(1, -1), ['a', 'b'], { passes: 1, seed: 0, signal }),
    ).rejects.toThrow('enough');
  });

  const examples = fc
    .record({
      columns: fc.integer({ min: 1, max: 6 }),
      names: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 }),
      passes: fc.integer({ min: 1, max: 8 }),
      seed: fc.nat(),
    })
    .chain((shape) =>
      fc.record({
        ...{ shape: fc.constant(shape) },
        vectors: fc.float32Array({
          minLength: shape.columns * shape.names.length,
          maxLength: shape.columns * shape.names.length,
          noNaN: true,
          noDefaultInfinity: true,
          min: -10,
          max: 10,
        }),
      }),
    );

  it('gives finite weights, the same for the same examples, whose rows sum to zero', async () => {
    await fc.assert(
      fc.asyncProperty(examples, async ({ shape: { columns, names, passes, seed }, vectors }) => {
        const run = () => learn(EMPTY(columns), vectors, names, { passes, seed });
        const { labels, values } = await run();
        expect(labels).toEqual([...new Set(names)]);
        expect(values.every(Number.isFinite)).toBe(true);
        expect((await run()).values).toEqual(values);
        // What one row gains, another loses.
        for (let column = 0; column < columns; column++) {
          const sum = labels.reduce((total, _, row) => total + values[row * columns + column]!, 0);
          expect(Math.abs(sum)).toBeLessThan(1e-3);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('softmax()', () => {
  it('sums to one, keeps the order, and survives any scores and temperatures', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), { minLength: 1 }),
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        (scores, temperature) => {
          const shares = softmax(scores, temperature);
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
          shares.forEach((share, index) => {
            expect(share).toBeGreaterThanOrEqual(0);
            shares.forEach((other, position) => {
              if (scores[index]! > scores[position]!) expect(share).toBeGreaterThanOrEqual(other);
            });
          });
        },
      ),
    );
  });

  it('agrees with scores that the hosted API published', () => {
    // The log ratio of two scores is the difference of their cosines: .3033 and .2284 are 0.284 apart.
    const [first, second] = softmax([0.284, 0], 1);
    expect(Math.log(first! / second!)).toBeCloseTo(Math.log(0.3033 / 0.2284), 2);
  });

  it('chooses the first of equals', () => {
    expect(choose(['a', 'b'], [1, 1], 1)).toEqual({
      prediction: 'a',
      score: 0.5,
      predictions: [
        { label: 'a', score: 0.5 },
        { label: 'b', score: 0.5 },
      ],
    });
  });
});
