import type { Priority, WorkReport } from '@nearfield/spec';
import { yieldToMessages } from '../../async/yield-to-messages.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type BatchBudget, batchSize, planBatches } from './batch-plan.ts';

/** A submitted batch, which the device may not have finished. */
export interface SubmittedBatch<Result> {
  /** One result per item, in their order. */
  readonly results: Promise<Result[]>;
}

/** What a batch is run with. */
export interface RunOptions {
  /** Aborts when no call waits for any of the items. */
  readonly signal: AbortSignal;
  readonly isBulk: boolean;
}

/**
 * Items of one group may share a batch, regardless of their calls. The group runs them: it gets the items of one batch
 * and returns one result per item, in the same order.
 */
export interface WorkGroup<Item, Result> {
  /**
   * Amount of work that the device computes at a time. A group with `submit` has two batches in progress that together
   * fit in it, so an interactive call waits no longer than for one.
   */
  readonly budget: BatchBudget;
  lengthOf(item: Item): number;
  /** @param options of a group with `capacity`. */
  run(items: Item[], options?: RunOptions): Promise<Result[]>;
  /**
   * Bulk batches that are of use to the device at a time, where it computes several beside each other and an
   * interactive one before them. Default: one batch of any kind at a time.
   */
  capacity?(): number;
  /**
   * Submits a batch, on devices that accept work before they have finished earlier work. The next batch is submitted
   * while this one is computed and read back.
   */
  submit?(items: Item[]): Promise<SubmittedBatch<Result>>;
  /** Errors that concern the device and not an item: the batch is not split to find a culprit. */
  isFatal(error: unknown): boolean;
}

/** Makes both ways of running a batch a submission. A CPU has finished a batch when the call returns. */
export function batchRuns<Item, Result>(
  { device }: Pick<Runtime, 'device'>,
  submit: (items: Item[]) => Promise<SubmittedBatch<Result>>,
): Pick<WorkGroup<Item, Result>, 'run' | 'submit'> {
  const run = async (items: Item[]): Promise<Result[]> => (await submit(items)).results;
  return device === 'webgpu' ? { run, submit } : { run };
}

export interface SubmitOptions<Result> {
  priority: Priority;
  signal?: AbortSignal | undefined;
  /** Called once per item, in the order in which batches finish. */
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

/** A batch in progress. */
interface Flight {
  readonly batch: Entry[];
  /** Resolves to the error if it failed; never rejects. */
  readonly landed: Promise<{ error: unknown } | undefined>;
}

/** Batches that run beside each other, by priority. */
type Beside = Record<Priority, Set<Promise<void>>>;

/** Tokens that a batch is computed as. */
const computedSize = (batch: readonly Entry[]): number =>
  batchSize(
    batch.map(({ length }) => length),
    batch[0]!.group.budget,
  );

class Lane {
  pending: Entry[] = [];
  planned: Entry[][] = [];

  /** The next batch, without items of calls that have ended. */
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

  /** Puts back a batch that cannot be started yet. */
  restore(batch: Entry[]): void {
    this.planned.unshift(batch);
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
    const { budget } = group;
    const tokens = group.submit ? Math.max(1, budget.tokens >> 1) : budget.tokens;
    this.planned = planBatches(lengths, { ...budget, tokens }).map((batch) =>
      Array.from(batch, (index) => taken[index]!),
    );
  }
}

/**
 * Runs work of many concurrent calls on a device that does one thing at a time; a GPU gets the next batch before the
 * last one is read back, and realms that compute beside each other get a batch each.
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
  readonly #active = new Set<Entry[]>();
  /** Batches that run, with what ends them. */
  readonly #waitedFor = new Map<Entry[], AbortController>();
  /** Batches of groups with `capacity` that run now. */
  readonly #beside: Beside = { interactive: new Set(), bulk: new Set() };
  #wake: (() => void) | undefined;
  #fatal: unknown;
  /** Totals of the finished work. */
  readonly work: WorkReport = { batches: 0, rows: 0, tokens: 0, paddedTokens: 0 };

  /** @param window number of items that are planned together: more need less padding, fewer give fairer turns. */
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
        this.#abandon();
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
      if (this.#running) this.#wake?.();
      else void this.#loop();
    });
  }

  /** Rejects everything queued or running, and all later calls, with this reason. */
  stop(reason: unknown): void {
    this.#fatal ??= reason;
    for (const entry of [...this.#active].flat()) entry.call.reject(reason);
    for (const lane of Object.values(this.#lanes)) {
      for (const entry of [...lane.pending, ...lane.planned.flat()]) entry.call.reject(reason);
      lane.pending = [];
      lane.planned = [];
    }
    this.#wake?.();
  }

  async #loop(): Promise<void> {
    this.#running = true;
    let flight: Flight | undefined;
    try {
      // Calls that arrive in the same turn share their first batch.
      await yieldToMessages();
      while (!this.#fatal) {
        const next = this.#next(flight);
        if (next) {
          const { batch, priority } = next;
          const { group } = batch[0]!;
          if (group.capacity) this.#runBeside(batch, priority);
          else
            flight = group.submit ? await this.#launch(batch, flight) : await this.#runBatch(batch, priority);
        } else if (flight) {
          if (await this.#landing(flight.landed)) flight = await this.#land(flight);
        } else {
          const running = [...this.#beside.interactive, ...this.#beside.bulk];
          if (running.length === 0) return;
          await this.#landing(Promise.race(running));
        }
        await yieldToMessages();
      }
    } finally {
      this.#running = false;
    }
  }

  /** The next batch that may be started now, if any. */
  #next(flight: Flight | undefined): { batch: Entry[]; priority: Priority } | undefined {
    for (const priority of ['interactive', 'bulk'] as const) {
      const lane = this.#lanes[priority];
      const batch = lane.next(this.#window);
      if (!batch) continue;
      const { capacity } = batch[0]!.group;
      const most = priority === 'bulk' ? (capacity?.() ?? 1) : 1;
      const isFull = capacity !== undefined && this.#beside[priority].size >= most;
      if (!isFull && (!flight || mayFollow(flight, batch, priority))) return { batch, priority };
      lane.restore(batch);
      if (!isFull) return undefined;
    }
    return undefined;
  }

  /** Starts a batch beside those that run. */
  #runBeside(batch: Entry[], priority: Priority): void {
    const running = this.#runBatch(batch, priority).then(() => {
      this.#beside[priority].delete(running);
    });
    this.#beside[priority].add(running);
  }

  /** Waits until a batch has landed (true), or until new work arrives (false). */
  async #landing(landed: Promise<unknown>): Promise<boolean> {
    const woken = new Promise<boolean>((resolve) => {
      this.#wake = () => resolve(false);
    });
    const result = await Promise.race([landed.then(() => true), woken]);
    this.#wake = undefined;
    return result;
  }

  /** Submits a batch behind the one in progress, and waits for that one. */
  async #launch(batch: Entry[], ahead: Flight | undefined): Promise<Flight | undefined> {
    this.#active.add(batch);
    let flight: Flight | undefined;
    try {
      const { results } = await batch[0]!.group.submit!(batch.map((entry) => entry.item));
      flight = { batch, landed: this.#deliver(batch, () => results) };
    } catch (error) {
      await this.#failed(batch, error);
      this.#active.delete(batch);
    }
    if (ahead) await this.#land(ahead);
    return flight;
  }

  /** Delivers the results once they arrive; resolves to the error if the batch failed. */
  async #deliver(
    batch: readonly Entry[],
    run: () => Promise<unknown[]>,
  ): Promise<{ error: unknown } | undefined> {
    try {
      const values = await run();
      this.#count(batch);
      batch.forEach((entry, position) => {
        entry.call.deliver(entry.index, values[position]);
      });
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  /** Waits for a batch. One that failed is searched here, where nothing else is being submitted. */
  async #land({ batch, landed }: Flight): Promise<undefined> {
    const failure = await landed;
    if (failure) await this.#failed(batch, failure.error);
    this.#active.delete(batch);
  }

  #count(batch: readonly Entry[]): void {
    for (const { length } of batch) this.work.tokens += length;
    this.work.batches++;
    this.work.rows += batch.length;
    this.work.paddedTokens += computedSize(batch);
  }

  async #runBatch(batch: Entry[], priority: Priority): Promise<undefined> {
    this.#active.add(batch);
    const controller = new AbortController();
    this.#waitedFor.set(batch, controller);
    const failure = await this.#deliver(batch, () =>
      batch[0]!.group.run(
        batch.map((entry) => entry.item),
        { signal: controller.signal, isBulk: priority === 'bulk' },
      ),
    );
    this.#waitedFor.delete(batch);
    if (failure) await this.#failed(batch, failure.error, priority);
    this.#active.delete(batch);
  }

  /** Ends running batches whose items no call waits for any more. */
  #abandon(): void {
    for (const [batch, controller] of this.#waitedFor) {
      if (batch.every(({ call }) => call.settled)) controller.abort();
    }
  }

  /** Splits a batch until the items at fault are found; their calls reject. */
  async #failed(batch: readonly Entry[], error: unknown, priority: Priority = 'bulk'): Promise<void> {
    if (batch.length === 1 || batch[0]!.group.isFatal(error)) {
      for (const entry of batch) entry.call.reject(error);
      return;
    }
    const middle = batch.length >> 1;
    for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
      const alive = half.filter((entry) => !entry.call.settled);
      if (alive.length > 0) await this.#runBatch(alive, priority);
    }
  }
}

/**
 * Whether a batch may be submitted behind another. A bulk batch waits until both together are within the limit of one:
 * an interactive batch, which never waits here, then has at most that much work before it.
 */
function mayFollow(flight: Flight, batch: readonly Entry[], priority: Priority): boolean {
  const { group } = batch[0]!;
  if (!group.submit) return false;
  return (
    priority === 'interactive' || computedSize(flight.batch) + computedSize(batch) <= group.budget.tokens
  );
}
