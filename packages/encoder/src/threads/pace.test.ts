import { expect, it } from 'vitest';
import { Pace, Paces } from './pace.ts';

/** Ways of runs whose times are these; true: shared. */
function runs(pace: Pace, count: number, { alone, shared }: { alone: number; shared: number }): boolean[] {
  return Array.from({ length: count }, () => {
    const isShared = pace.prefersShared();
    pace.note(isShared, isShared ? shared : alone, 12);
    return isShared;
  });
}

const sharedOf = (ways: readonly boolean[]): number => ways.filter(Boolean).length;

it('takes the faster way, and tries the other one ever more seldom', () => {
  const pace = new Pace();
  expect(sharedOf(runs(pace, 1000, { alone: 3, shared: 2 }))).toBeGreaterThan(980);
  // The machine has other work now: threads are slower. It is noticed by the times of shared runs themselves.
  expect(sharedOf(runs(pace, 40, { alone: 3, shared: 9 }))).toBeLessThan(12);
  expect(sharedOf(runs(pace, 1000, { alone: 3, shared: 9 }))).toBeLessThan(20);
  // And again it has none.
  runs(pace, 1000, { alone: 3, shared: 2 });
  expect(sharedOf(runs(pace, 100, { alone: 3, shared: 2 }))).toBeGreaterThan(95);
});

it('is not misled by one run that was held up', () => {
  const pace = new Pace();
  runs(pace, 20, { alone: 3, shared: 1.5 });
  pace.note(true, 1e6, 12);
  expect(sharedOf(runs(pace, 100, { alone: 3, shared: 1.5 }))).toBeGreaterThan(95);
});

it('keeps runs of different lengths apart', () => {
  const paces = new Paces();
  expect(paces.of(12)).toBe(paces.of(8));
  expect(paces.of(12)).not.toBe(paces.of(16));
});
