import { describe, expect, it } from 'vitest';
import { Scheduler, type SubmittedBatch, type WorkGroup } from './scheduler.ts';

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

  it('ends a batch when the last call that waits for it is aborted, and no sooner', async () => {
    const scheduler = new Scheduler();
    const signals: AbortSignal[] = [];
    let started!: () => void;
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    const group: WorkGroup<Item, number> = {
      budget: { tokens: 100, rows: 16, overhead: 1 },
      lengthOf: ({ length }) => length,
      isFatal: () => false,
      run: (_, options) =>
        new Promise((_resolve, reject) => {
          const { signal } = options!;
          signals.push(signal);
          signal.addEventListener('abort', () => reject(signal.reason));
          started();
        }),
    };
    const controllers = [new AbortController(), new AbortController()];
    const calls = controllers.map(({ signal }, value) => collect(scheduler, group, items(value), { signal }));
    const outcomes = Promise.allSettled(calls);
    await running;
    controllers[0]!.abort(new Error('first'));
    await expect(calls[0]).rejects.toThrow('first');
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    controllers[1]!.abort(new Error('second'));
    expect((await outcomes)[1]).toMatchObject({ reason: { message: 'second' } });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    await expect.poll(() => scheduler.idle).toBe(true);
  });

  it('runs as many bulk batches beside each other as are of use, and an interactive one at once', async () => {
    const scheduler = new Scheduler();
    let capacity = 2;
    const running: { values: number[]; isBulk: boolean; finish: () => void }[] = [];
    const group: WorkGroup<Item, number> = {
      budget: { tokens: 10, rows: 1, overhead: 1, isPacked: true },
      lengthOf: ({ length }) => length,
      isFatal: () => false,
      capacity: () => capacity,
      run: (batch, options) =>
        new Promise((resolve, reject) => {
          const values = batch.map(({ value }) => value);
          const finish = (): void => {
            running.splice(running.indexOf(entry), 1);
            if (values.includes(-1)) reject(new Error('poisoned'));
            else resolve(values.map((value) => value * 2));
          };
          const entry = { values, isBulk: options!.isBulk, finish };
          running.push(entry);
        }),
    };
    // The longest go first.
    const long = [1, 2, 3, 4, 5].map((value) => ({ value, length: 30 - value }));
    const bulk = collect(scheduler, group, long, { priority: 'bulk' });
    const poisoned = collect(scheduler, group, items(-1), { priority: 'bulk' });
    const failed = expect(poisoned).rejects.toThrow('poisoned');
    const now = (): string[] =>
      running.map(({ values, isBulk }) => `${values}${isBulk ? '' : ' interactive'}`).sort();
    await expect.poll(now).toEqual(['1', '2']);
    const quick = [6, 7].map((value) => collect(scheduler, group, [{ value, length: 30 - value }]));
    // One interactive batch at a time, whatever bulk work there is.
    await expect.poll(now).toEqual(['1', '2', '6 interactive']);
    running.find(({ values }) => values.includes(6))!.finish();
    await expect.poll(now).toEqual(['1', '2', '7 interactive']);
    capacity = 3;
    running.find(({ values }) => values.includes(7))!.finish();
    await expect.poll(now).toEqual(['1', '2', '3']);
    expect(await Promise.all(quick)).toEqual([[12], [14]]);
    while (!scheduler.idle) {
      for (const { finish } of [...running]) finish();
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(await bulk).toEqual([2, 4, 6, 8, 10]);
    await failed;
    expect(scheduler.work.batches).toBe(7);
  });

  it('rejects a call whose signal is aborted already', async () => {
    const { group } = doubling();
    await expect(
      collect(new Scheduler(), group, items(1), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('rejects everything queued and running when it is stopped', async () => {
    const { group, batches, hold } = doubling(20);
    const scheduler = new Scheduler();
    const open = hold();
    const call = collect(scheduler, group, items(1, 2, 3, 4));
    while (batches.length === 0) await new Promise((resolve) => setTimeout(resolve));
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

/** Like a GPU: takes batches at once and finishes them when the test says so. */
function queueing(budgetTokens = 40) {
  const submitted: Item[][] = [];
  const unfinished: { items: Item[]; finish: (failure?: Error) => void }[] = [];
  let refuse: ((items: Item[]) => Error | undefined) | undefined;
  const valuesOf = (batch: Item[]): number[] => {
    if (batch.some(({ value }) => value < 0)) throw new Error('poisoned');
    return batch.map(({ value }) => value * 2);
  };
  const group: WorkGroup<Item, number> = {
    budget: { tokens: budgetTokens, rows: 16, overhead: 1 },
    lengthOf: ({ length }) => length,
    isFatal: (error) => error instanceof RangeError,
    run: async (batch) => valuesOf(batch),
    async submit(batch): Promise<SubmittedBatch<number>> {
      const failure = refuse?.(batch);
      if (failure) throw failure;
      submitted.push(batch);
      return {
        results: new Promise((resolve, reject) => {
          unfinished.push({
            items: batch,
            finish: (error) => {
              if (error) return reject(error);
              try {
                resolve(valuesOf(batch));
              } catch (poison) {
                reject(poison);
              }
            },
          });
        }),
      };
    },
  };
  return {
    group,
    submitted,
    unfinished,
    values: () => submitted.map((batch) => batch.map(({ value }) => value)),
    refuseBatches(decide: typeof refuse) {
      refuse = decide;
    },
    /** Finishes batches in their order until nothing is left. */
    async finishAll(): Promise<void> {
      for (let quiet = 0; quiet < 3; ) {
        const next = unfinished.shift();
        next?.finish();
        quiet = next ? 0 : quiet + 1;
        await settle();
      }
    },
  };
}

/** Lets everything happen that can. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve));
};

describe('Scheduler on a device with a queue', () => {
  it('submits a batch while the one before is under way, and never a third', async () => {
    const { group, submitted, unfinished, finishAll } = queueing(40);
    const scheduler = new Scheduler();
    const call = collect(scheduler, group, items(1, 2, 3, 4, 5, 6, 7, 8), { priority: 'bulk' });
    await settle();
    expect(submitted).toHaveLength(2);
    unfinished.shift()!.finish();
    await settle();
    expect(submitted).toHaveLength(3);
    await finishAll();
    expect(await call).toEqual([2, 4, 6, 8, 10, 12, 14, 16]);
    expect(scheduler.work).toEqual({ batches: 4, rows: 8, tokens: 80, paddedTokens: 80 });
    expect(scheduler.idle).toBe(true);
  });

  it('has no more bulk tokens under way than one batch may hold', async () => {
    const { group, submitted, unfinished, finishAll } = queueing(40);
    const work = [1, 2, 3, 4, 5].map((value) => ({ value, length: value === 3 ? 35 : 10 }));
    const call = collect(new Scheduler(), group, work, { priority: 'bulk' });
    const size = (batch: Item[]): number => batch.length * Math.max(...batch.map(({ length }) => length));
    let most = 0;
    for (let round = 0; round < 8; round++) {
      await settle();
      most = Math.max(
        most,
        unfinished.reduce((sum, each) => sum + size(each.items), 0),
      );
      unfinished.shift()?.finish();
    }
    await finishAll();
    expect(await call).toEqual([2, 4, 6, 8, 10]);
    expect(submitted.length).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(40);
  });

  it('puts interactive work behind at most one budget of bulk work', async () => {
    const { group, values, unfinished, finishAll } = queueing(40);
    const scheduler = new Scheduler();
    const bulk = collect(scheduler, group, items(1, 2, 3, 4, 5, 6, 7, 8), { priority: 'bulk' });
    await settle();
    const query = collect(scheduler, group, items(100));
    await settle();
    unfinished.shift()!.finish();
    await settle();
    // Two half batches were under way: together they are one.
    expect(values().map((batch) => batch.length)).toEqual([2, 2, 1]);
    expect(values()[2]).toEqual([100]);
    await finishAll();
    expect(await query).toEqual([200]);
    expect(await bulk).toHaveLength(8);
  });

  it('submits work that arrives while it waits for a batch', async () => {
    const { group, submitted, finishAll } = queueing(40);
    const scheduler = new Scheduler();
    const first = collect(scheduler, group, items(1));
    await settle();
    expect(submitted).toHaveLength(1);
    const second = collect(scheduler, group, items(2));
    await settle();
    expect(submitted).toHaveLength(2);
    await finishAll();
    expect(await Promise.all([first, second])).toEqual([[2], [4]]);
  });

  it('finds the culprit of a batch that fails when it is read, the next being under way', async () => {
    const { group, finishAll } = queueing(40);
    const scheduler = new Scheduler();
    const calls = [items(1), items(-1), items(3, 4), items(5)].map((work) =>
      collect(scheduler, group, work, { priority: 'bulk' }),
    );
    const outcomes = Promise.allSettled(calls);
    await finishAll();
    expect((await outcomes).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(scheduler.idle).toBe(true);
  });

  it('finds the culprit of a batch that is refused when it is submitted', async () => {
    const { group, refuseBatches, finishAll } = queueing(40);
    refuseBatches((batch) => (batch.some(({ value }) => value < 0) ? new Error('poisoned') : undefined));
    const scheduler = new Scheduler();
    const calls = [items(1, 2), items(3), items(-1), items(5)].map((work) =>
      collect(scheduler, group, work, { priority: 'bulk' }),
    );
    const outcomes = Promise.allSettled(calls);
    await finishAll();
    expect((await outcomes).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });

  it('rejects everything of a batch whose device failed, and goes on', async () => {
    const { group, unfinished, finishAll } = queueing(40);
    const scheduler = new Scheduler();
    const lost = collect(scheduler, group, items(1, 2), { priority: 'bulk' });
    await settle();
    unfinished.shift()!.finish(new RangeError('device'));
    await expect(lost).rejects.toThrow('device');
    const next = collect(scheduler, group, items(3));
    await finishAll();
    expect(await next).toEqual([6]);
  });

  it('settles what is under way and what waits when it is stopped, though the device never answers', async () => {
    const { group, submitted } = queueing(40);
    const scheduler = new Scheduler();
    const calls = [items(1, 2, 3, 4, 5, 6), items(7)].map((work) => collect(scheduler, group, work));
    const outcomes = Promise.allSettled(calls);
    await settle();
    expect(submitted).toHaveLength(2);
    scheduler.stop(new Error('closed'));
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(collect(scheduler, group, items(1))).rejects.toThrow('closed');
  });

  it('rejects an aborted call at once and submits nothing more of it', async () => {
    const { group, submitted, finishAll } = queueing(40);
    const scheduler = new Scheduler();
    const controller = new AbortController();
    const call = collect(scheduler, group, items(1, 2, 3, 4, 5, 6, 7, 8), { signal: controller.signal });
    await settle();
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await finishAll();
    expect(submitted).toHaveLength(2);
    expect(scheduler.idle).toBe(true);
  });

  it('never has work of a group without a queue beside a batch that is under way', async () => {
    const gpu = queueing(40);
    const cpu = doubling(40);
    const scheduler = new Scheduler();
    const first = collect(scheduler, gpu.group, items(1));
    await settle();
    const second = collect(scheduler, cpu.group, items(2));
    await settle();
    expect(cpu.batches).toHaveLength(0);
    await gpu.finishAll();
    expect(await Promise.all([first, second])).toEqual([[2], [4]]);
  });
});
