import { describe, expect, it } from 'vitest';
import { Scheduler, type WorkGroup } from './scheduler.ts';

interface Item {
  length: number;
  value: number;
}

/** Doubles values; records batches; fails on negative values; lets the test hold a batch back. */
function doubling(budgetTokens = 100) {
  const batches: Item[][] = [];
  let gate: Promise<void> = Promise.resolve();
  const group: WorkGroup<Item, number> = {
    budget: { tokens: budgetTokens, rows: 16, overhead: 1 },
    lengthOf: ({ length }) => length,
    isFatal: (error) => error instanceof RangeError,
    async run(items) {
      batches.push(items);
      await gate;
      if (items.some(({ value }) => value === Number.POSITIVE_INFINITY)) throw new RangeError('device');
      if (items.some(({ value }) => value < 0)) throw new Error('poisoned');
      return items.map(({ value }) => value * 2);
    },
  };
  return {
    group,
    batches,
    hold(): () => void {
      let open!: () => void;
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
  };
}

const items = (...values: number[]): Item[] => values.map((value) => ({ value, length: 10 }));

async function collect(
  scheduler: Scheduler,
  group: WorkGroup<Item, number>,
  work: Item[],
  options: { priority?: 'interactive' | 'bulk'; signal?: AbortSignal } = {},
): Promise<number[]> {
  const results: number[] = [];
  await scheduler.submit(group, work, {
    priority: options.priority ?? 'interactive',
    signal: options.signal,
    onResult: (index, result) => {
      results[index] = result;
    },
  });
  return results;
}

describe('Scheduler', () => {
  it('gives each item its own result, however the items are batched', async () => {
    const { group } = doubling(35);
    const work = Array.from({ length: 50 }, (_, value) => ({ value, length: 1 + ((value * 7) % 30) }));
    expect(await collect(new Scheduler(), group, work)).toEqual(work.map(({ value }) => value * 2));
  });

  it('merges items of concurrent calls into one batch', async () => {
    const { group, batches } = doubling();
    const scheduler = new Scheduler();
    const results = await Promise.all([1, 2, 3].map((value) => collect(scheduler, group, items(value))));
    expect(results).toEqual([[2], [4], [6]]);
    expect(batches).toHaveLength(1);
  });

  it('never mixes groups', async () => {
    const [first, second] = [doubling(), doubling()];
    const scheduler = new Scheduler();
    await Promise.all([
      collect(scheduler, first.group, items(1, 2)),
      collect(scheduler, second.group, items(3)),
    ]);
    expect(first.batches.flat().map(({ value }) => value)).toEqual([1, 2]);
    expect(second.batches.flat().map(({ value }) => value)).toEqual([3]);
  });

  it('runs interactive work after at most one bulk batch', async () => {
    const { group, batches, hold } = doubling(20);
    const scheduler = new Scheduler();
    const open = hold();
    const bulk = collect(scheduler, group, items(1, 2, 3, 4, 5, 6, 7, 8), { priority: 'bulk' });
    while (batches.length === 0) await new Promise((resolve) => setTimeout(resolve));
    const query = collect(scheduler, group, items(100));
    open();
    await query;
    expect(batches[1]!.map(({ value }) => value)).toEqual([100]);
    await bulk;
    expect(batches).toHaveLength(5);
  });

  it('fails only the calls whose items fail', async () => {
    const { group } = doubling();
    const scheduler = new Scheduler();
    const calls = await Promise.allSettled([
      collect(scheduler, group, items(1, 2)),
      collect(scheduler, group, items(3, -1)),
      collect(scheduler, group, items(5)),
    ]);
    expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await collect(scheduler, group, items(7))).toEqual([14]);
  });

  it('does not search for a culprit when the device failed', async () => {
    const { group, batches } = doubling();
    await expect(collect(new Scheduler(), group, items(1, 2, Number.POSITIVE_INFINITY))).rejects.toThrow(
      'device',
    );
    expect(batches).toHaveLength(1);
  });

  it('rejects an aborted call at once and drops its queued items', async () => {
    const { group, batches, hold } = doubling(20);
    const scheduler = new Scheduler();
    const open = hold();
    const controller = new AbortController();
    const aborted = collect(scheduler, group, items(1, 2, 3, 4, 5, 6), { signal: controller.signal });
    while (batches.length === 0) await new Promise((resolve) => setTimeout(resolve));
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    open();
    expect(await collect(scheduler, group, items(9))).toEqual([18]);
    expect(batches.flat().map(({ value }) => value)).toHaveLength(3);
  });

  it('rejects a call whose signal is aborted already', async () => {
    const { group } = doubling();
    await expect(
      collect(new Scheduler(), group, items(1), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('rejects everything queued and running when it is stopped', async () => {
    const { group, hold } = doubling(20);
    const scheduler = new Scheduler();
    const open = hold();
    const call = collect(scheduler, group, items(1, 2, 3, 4));
    await new Promise((resolve) => setTimeout(resolve, 5));
    scheduler.stop(new Error('closed'));
    await expect(call).rejects.toThrow('closed');
    open();
    await expect(collect(scheduler, group, items(1))).rejects.toThrow('closed');
  });

  it('settles every one of 200 callers that abort at random', async () => {
    const { group } = doubling(50);
    const scheduler = new Scheduler();
    let seed = 7;
    const random = (): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed / 2147483648;
    };
    const calls = Array.from({ length: 200 }, (_, value) => {
      const controller = new AbortController();
      const aborts = random() < 0.4;
      if (aborts) setTimeout(() => controller.abort(), random() * 8);
      return collect(scheduler, group, [{ value, length: 1 + Math.floor(random() * 40) }], {
        signal: controller.signal,
        priority: random() < 0.5 ? 'bulk' : 'interactive',
      }).then(
        ([result]) => ({ value, result, aborts }),
        (error: Error) => ({ value, error: error.name, aborts }),
      );
    });
    for (const outcome of await Promise.all(calls)) {
      if ('result' in outcome) expect(outcome.result).toBe(outcome.value * 2);
      else expect([outcome.error, outcome.aborts]).toEqual(['AbortError', true]);
    }
    expect(await collect(scheduler, group, items(1))).toEqual([2]);
  });
});
