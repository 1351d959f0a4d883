import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteBudget } from './byte-budget.ts';

/** Lets every promise that can resolve do so. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Takes shares and notes in which order they were given. */
function watched(budget: ByteBudget): {
  given: string[];
  take(name: string, bytes: number, signal?: AbortSignal): Promise<() => void>;
} {
  const given: string[] = [];
  return {
    given,
    take: async (name, bytes, signal) => {
      const release = await budget.take(bytes, signal);
      given.push(name);
      return release;
    },
  };
}

it('gives what there is, in order, and lets nobody pass', async () => {
  const budget = new ByteBudget(100);
  const { given, take } = watched(budget);
  const first = await take('first', 60);
  const second = take('second', 60);
  const third = take('third', 10);
  await settled();
  expect(given).toEqual(['first']);
  first();
  await Promise.all([second, third]);
  expect(given).toEqual(['first', 'second', 'third']);
  expect(budget.held).toBe(70);
});

it('gives what is larger than the whole alone', async () => {
  const budget = new ByteBudget(100);
  const { given, take } = watched(budget);
  const small = await take('small', 1);
  const large = take('large', 1000);
  const next = take('next', 1);
  await settled();
  expect(given).toEqual(['small']);
  small();
  const release = await large;
  await settled();
  expect(given).toEqual(['small', 'large']);
  release();
  release();
  (await next)();
  expect(budget.held).toBe(0);
});

it('lets those who were aborted go, and those behind them on', async () => {
  const budget = new ByteBudget(100);
  const { given, take } = watched(budget);
  const first = await take('first', 60);
  const controller = new AbortController();
  const second = take('second', 100, controller.signal);
  const third = take('third', 40);
  controller.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  await third;
  expect(given).toEqual(['first', 'third']);
  await expect(take('fourth', 1, controller.signal)).rejects.toThrow('enough');
  first();
  expect(budget.held).toBe(40);
});

it('keeps to the number whatever comes, and gives everybody a turn', async () => {
  const request = fc.record({ bytes: fc.integer({ min: 1, max: 150 }), aborted: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 20 }), async (requests) => {
      const budget = new ByteBudget(100);
      let finished = 0;
      await Promise.all(
        requests.map(async ({ bytes, aborted }) => {
          const controller = new AbortController();
          const taken = budget.take(bytes, controller.signal);
          if (aborted) queueMicrotask(() => controller.abort(new Error('enough')));
          const release = await taken.catch(() => undefined);
          if (release) {
            expect(budget.held).toBeLessThanOrEqual(Math.max(100, bytes));
            await settled();
            release();
          }
          finished++;
        }),
      );
      expect(finished).toBe(requests.length);
      expect(budget.held).toBe(0);
    }),
    { numRuns: 200 },
  );
});
