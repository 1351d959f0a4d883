import type { Priority, WorkReport } from '@nearfield/spec';
import { type BatchBudget, planBatches } from './batch-plan.ts';
import { yieldToMessages } from './runtime.ts';

/**
 * Items of one group may share a batch, whichever calls they come from. The group runs them: it gets the
 * items of one batch and returns one result each, in the same order.
 */
export interface WorkGroup<Item, Result> {
  readonly budget: BatchBudget;
  lengthOf(item: Item): number;
  run(items: Item[]): Promise<Result[]>;
  /** Errors that concern the device and not an item: the batch is not split to find a culprit. */
  isFatal(error: unknown): boolean;
}

export interface SubmitOptions<Result> {
  priority: Priority;
  signal?: AbortSignal | undefined;
  /** Called once for every item, in the order in which batches finish. */
  onResult: (index: number, result: Result) => void;
}

interface Call {
  signal: AbortSignal | undefined;
  remaining: number;
  settled: boolean;
  deliver: (index: number, result: unknown) => void;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

interface Entry {
  call: Call;
  index: number;
  item: unknown;
  length: number;
  group: WorkGroup<unknown, unknown>;
}

class Lane {
  pending: Entry[] = [];
  planned: Entry[][] = [];

  /** The next batch, without items of calls that ended meanwhile. */
  next(window: number): Entry[] | undefined {
    for (;;) {
      let batch = this.planned.shift();
      while (batch) {
        const alive = batch.filter((entry) => !entry.call.settled);
        if (alive.length > 0) return alive;
        batch = this.planned.shift();
      }
      this.pending = this.pending.filter((entry) => !entry.call.settled);
      const first = this.pending[0];
      if (!first) return undefined;
      this.#plan(first.group, window);
    }
  }

  /** Plans the oldest group's items together, those of later calls included. */
  #plan(group: Entry['group'], window: number): void {
    const taken: Entry[] = [];
    const left: Entry[] = [];
    for (const entry of this.pending) {
      (entry.group === group && taken.length < window ? taken : left).push(entry);
    }
    this.pending = left;
    const lengths = taken.map((entry) => entry.length);
    this.planned = planBatches(lengths, group.budget).map((batch) =>
      Array.from(batch, (index) => taken[index]!),
    );
  }
}

/**
 * Runs work of many concurrent calls on a device that does one thing at a time.
 *
 * Two lanes: an interactive batch goes before every bulk batch. Within a lane, items of all waiting calls are
 * merged, sorted by length and cut into batches under a padded-token budget. A batch that fails is split until
 * the items at fault are found; only their calls reject. Aborted calls reject at once, their queued items are
 * dropped.
 */
export class Scheduler {
  readonly #lanes: Record<Priority, Lane> = { interactive: new Lane(), bulk: new Lane() };
  readonly #window: number;
  #running = false;
  #active: Entry[] = [];
  #fatal: unknown;
  /** What was computed so far. */
  readonly work: WorkReport = { batches: 0, rows: 0, tokens: 0, paddedTokens: 0 };

  /** @param window items that are planned together; more gives less padding, fewer gives fairer turns. */
  constructor(window = 1024) {
    this.#window = window;
  }

  /** Whether nothing is queued or running. */
  get idle(): boolean {
    return !this.#running;
  }

  /** Resolves when every item has its result; rejects with the first error or the signal's reason. */
  submit<Item, Result>(
    group: WorkGroup<Item, Result>,
    items: readonly Item[],
    { priority, signal, onResult }: SubmitOptions<Result>,
  ): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#fatal) return Promise.reject(this.#fatal);
    if (items.length === 0) return Promise.resolve();
    return new Promise<void>((resolve, reject) => {
      const onAbort = (): void => settle(() => reject(signal?.reason));
      const settle = (finish: () => void): void => {
        if (call.settled) return;
        call.settled = true;
        signal?.removeEventListener('abort', onAbort);
        finish();
      };
      const call: Call = {
        signal,
        remaining: items.length,
        settled: false,
        deliver: (index, result) => {
          if (call.settled) return;
          try {
            onResult(index, result as Result);
          } catch (error) {
            settle(() => reject(error));
            return;
          }
          if (--call.remaining === 0) settle(resolve);
        },
        resolve: () => settle(resolve),
        reject: (reason) => settle(() => reject(reason)),
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      const { pending } = this.#lanes[priority];
      items.forEach((item, index) => {
        pending.push({
          call,
          index,
          item,
          length: group.lengthOf(item),
          group: group as WorkGroup<unknown, unknown>,
        });
      });
      if (!this.#running) void this.#loop();
    });
  }

  /** Rejects everything queued or running, and everything that comes, with this reason. */
  stop(reason: unknown): void {
    this.#fatal ??= reason;
    for (const entry of this.#active) entry.call.reject(reason);
    for (const lane of Object.values(this.#lanes)) {
      for (const entry of [...lane.pending, ...lane.planned.flat()]) entry.call.reject(reason);
      lane.pending = [];
      lane.planned = [];
    }
  }

  async #loop(): Promise<void> {
    this.#running = true;
    try {
      // Calls that arrive in the same turn share their first batch.
      await yieldToMessages();
      for (;;) {
        const batch = this.#lanes.interactive.next(this.#window) ?? this.#lanes.bulk.next(this.#window);
        if (!batch) return;
        this.#active = batch;
        await this.#runBatch(batch);
        this.#active = [];
        await yieldToMessages();
      }
    } finally {
      this.#running = false;
    }
  }

  #count(batch: readonly Entry[]): void {
    let longest = 0;
    for (const { length } of batch) {
      longest = Math.max(longest, length);
      this.work.tokens += length;
    }
    this.work.batches++;
    this.work.rows += batch.length;
    this.work.paddedTokens += longest * batch.length;
  }

  async #runBatch(batch: Entry[]): Promise<void> {
    const group = batch[0]!.group;
    try {
      const results = await group.run(batch.map((entry) => entry.item));
      this.#count(batch);
      batch.forEach((entry, position) => {
        entry.call.deliver(entry.index, results[position]);
      });
    } catch (error) {
      if (batch.length === 1 || group.isFatal(error)) {
        for (const entry of batch) entry.call.reject(error);
        return;
      }
      const middle = batch.length >> 1;
      for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
        const alive = half.filter((entry) => !entry.call.settled);
        if (alive.length > 0) await this.#runBatch(alive);
      }
    }
  }
}
