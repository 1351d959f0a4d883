import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BatchBudget, paddedTokens, planBatches } from './batch-plan.ts';

const budgets = fc.record({
  tokens: fc.integer({ min: 1, max: 2000 }),
  rows: fc.integer({ min: 1, max: 40 }),
  overhead: fc.integer({ min: 0, max: 200 }),
});
const lengthLists = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 60 });

function cost(lengths: number[], batches: Uint32Array[], budget: BatchBudget): number {
  return batches.length * budget.overhead + paddedTokens(lengths, batches);
}

/** The least cost over every way to cut the sorted list, by trying them all. */
function bruteForce(lengths: number[], budget: BatchBudget): number {
  const sorted = [...lengths].sort((left, right) => left - right);
  const best = (end: number): number => {
    if (end === 0) return 0;
    let least = Number.POSITIVE_INFINITY;
    for (let start = 0; start < end; start++) {
      const rows = end - start;
      const padded = rows * sorted[end - 1]!;
      if (rows > 1 && (rows > budget.rows || padded > budget.tokens)) continue;
      least = Math.min(least, best(start) + budget.overhead + padded);
    }
    return least;
  };
  return best(sorted.length);
}

describe('planBatches', () => {
  it('holds every item once and keeps to the budget', () => {
    fc.assert(
      fc.property(lengthLists, budgets, (lengths, budget) => {
        const batches = planBatches(lengths, budget);
        const seen = batches.flatMap((batch) => [...batch]).sort((left, right) => left - right);
        expect(seen).toEqual(lengths.map((_, index) => index));
        for (const batch of batches) {
          const longest = Math.max(...[...batch].map((index) => lengths[index]!));
          expect(batch.length <= budget.rows).toBe(true);
          expect(batch.length === 1 || batch.length * longest <= budget.tokens).toBe(true);
        }
      }),
    );
  });

  it('costs no more than the best of all cuts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 10 }),
        budgets,
        (lengths, budget) => {
          expect(cost(lengths, planBatches(lengths, budget), budget)).toBe(bruteForce(lengths, budget));
        },
      ),
    );
  });

  it('counts packed rows by their own lengths', () => {
    fc.assert(
      fc.property(lengthLists, budgets, (lengths, budget) => {
        const batches = planBatches(lengths, { ...budget, isPacked: true });
        const seen = batches.flatMap((batch) => [...batch]).sort((left, right) => left - right);
        expect(seen).toEqual(lengths.map((_, index) => index));
        const sums = batches.map((batch) => batch.reduce((sum, index) => sum + lengths[index]!, 0));
        batches.forEach((batch, at) => {
          expect(batch.length <= budget.rows).toBe(true);
          expect(batch.length === 1 || sums[at]! <= budget.tokens).toBe(true);
        });
        // Padding costs nothing, so that two neighbours are only apart where one batch could not hold both.
        if (budget.overhead === 0) return;
        for (let at = 1; at < batches.length; at++) {
          const rows = batches[at - 1]!.length + batches[at]!.length;
          expect(rows > budget.rows || sums[at - 1]! + sums[at]! > budget.tokens).toBe(true);
        }
      }),
    );
  });

  it('starts with the longest rows', () => {
    const batches = planBatches([3, 90, 5, 80], { tokens: 200, rows: 2, overhead: 20 });
    expect(batches.map((batch) => [...batch])).toEqual([
      [3, 1],
      [0, 2],
    ]);
  });
});
