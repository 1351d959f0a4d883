import { FoundationError } from '@nearfield/spec';
import { delay, orAbort } from '../../async/abort.ts';
import { closedError } from '../../async/closed.ts';
import { needsOtherDevice } from '../../models/device-fallback.ts';
import { isNewer } from '../../persistence/format.ts';
import type { Records } from '../../persistence/records.ts';
import type { JobQueue } from '../../persistence/state-store.ts';
import { type BatchInput, deleteInput } from './input.ts';
import {
  type Counts,
  inputKey,
  isExpired,
  isInputPage,
  isJobRecord,
  isResultPage,
  isUnfinished,
  type JobRecord,
  jobKey,
  NO_COUNTS,
  pageOf,
  resultKey,
  resultPrefix,
} from './job.ts';
import { Places } from './places.ts';
import { type AnswerLine, runPage } from './run-page.ts';
import { lockName, updateJob } from './stored-job.ts';

/** Number of failures in a row, without a finished page, after which a job has failed. */
const MAX_ATTEMPTS = 5;
/** Number of jobs whose lines are fetched at a time. */
const DOWNLOADS = 4;

/** This engine can go on with nothing: another has to be started. The job waits for it. */
const NEEDS_ENGINE: ReadonlySet<string> = new Set([
  'DEVICE_LOST',
  'OUT_OF_MEMORY',
  'WORKER_FAILED',
  'RUNTIME_NOT_AVAILABLE',
]);
/** Not the job's fault: another tab may have this model or has taken the job over, this engine or its storage is ending. */
const OTHERS: ReadonlySet<string> = new Set([
  'INPUT_MODEL_NOT_FOUND',
  'CLOSED',
  'CONFLICT_RESOURCE_BUSY',
  'SERVICE_UNAVAILABLE',
]);
/** Trying again would change nothing. */
const FINAL: ReadonlySet<string> = new Set([
  'MODEL_NOT_AVAILABLE_LOCALLY',
  'MODEL_INVALID',
  'INPUT_VALIDATION_FAILED',
  'RECORD_DAMAGED',
]);

export interface RunnerOptions {
  answer: AnswerLine;
  input: BatchInput;
  /** Milliseconds before the second attempt; doubles with each. Default 1000. */
  retryDelay?: number | undefined;
  now: () => number;
  /** Decides which process runs which job. Default: the one that gets the job's lock. */
  queue?: Pick<JobQueue, 'add'> | undefined;
  /** Called for a job that needs no more work. */
  onEnded: (id: string) => void;
}

/**
 * Runs jobs: each under its lock, from its last checkpoint on, and again after failures that may pass. Its lines are
 * fetched beside the turns of other jobs, and answered in its own turn.
 */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #closing = new AbortController();
  /** Jobs that wait for their lock or their turn here, or run. */
  readonly #watched = new Map<string, Promise<void>>();
  /** Jobs that this engine has put into the queue. */
  readonly #queued = new Set<string>();
  /** Ends the run of a job in this engine. */
  readonly #running = new Map<string, AbortController>();
  #turn: Promise<unknown> = Promise.resolve();
  /** Places for downloads. */
  readonly #places = new Places(DOWNLOADS);
  /** The reason why this engine cannot continue; the next call rejects with it, so that its host starts another. */
  #fault: FoundationError | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** @throws FoundationError once why this engine cannot go on, if it cannot. */
  throwFault(): void {
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault) throw fault;
  }

  /** Runs a job once its lock is free, if it is unfinished then; or adds it to the queue. */
  watch(records: Records, id: string): void {
    if (this.#options.queue) {
      void this.enqueue(id);
      return;
    }
    if (this.#watched.has(id) || this.isClosed || this.#fault) return;
    const watching = records.locks
      .wait(lockName(id), () => this.#run(records, id), this.#closing.signal)
      .catch(() => {
        // Closed, or the records cannot be read: the job stays as it is for the next engine.
      })
      .finally(() => this.#watched.delete(id));
    this.#watched.set(id, watching);
  }

  /** Adds a job to the queue, if there is one. It has its own place for the jobs that it cannot take yet. */
  async enqueue(id: string): Promise<void> {
    const { queue } = this.#options;
    if (!queue || this.#queued.has(id)) return;
    this.#queued.add(id);
    await queue.add(id);
  }

  /**
   * Runs a job that the queue gave to this engine.
   * @throws the signal's reason; FoundationError SERVICE_UNAVAILABLE if the job is still unfinished: it is to be tried
   * again, here or elsewhere
   */
  runQueued(records: Records, id: string, signal: AbortSignal): Promise<void> {
    const running = this.#finish(records, id, AbortSignal.any([signal, this.#closing.signal]));
    const watching = running.catch(() => {}).finally(() => this.#watched.delete(id));
    this.#watched.set(id, watching);
    return running;
  }

  /** Ends the run of a job here, if it runs here. */
  stop(id: string, why: string): void {
    this.#running.get(id)?.abort(new DOMException(why, 'AbortError'));
  }

  /**
   * Resolves when no job runs or waits here.
   * @throws FoundationError DEVICE_LOST and the like: another engine has to go on.
   */
  async settle(signal?: AbortSignal): Promise<void> {
    while (this.#watched.size > 0) {
      await orAbort(Promise.race(this.#watched.values()), signal);
      this.throwFault();
    }
  }

  /** Resolves when no job runs here any more; jobs that are not finished stay so. */
  async close(): Promise<void> {
    this.#closing.abort(closedError());
    await Promise.all(this.#watched.values());
  }

  /** Ends an unfinished job; one that has ended otherwise meanwhile stays so. */
  async end(
    records: Records,
    id: string,
    state: 'completed' | 'failed' | 'cancelled',
    { error, counts }: { error?: string; counts?: Counts | undefined } = {},
  ): Promise<JobRecord | undefined> {
    const job = await updateJob(records, id, (before) =>
      isUnfinished(before)
        ? { ...before, state, endedAt: this.#options.now(), error, counts: counts ?? before.counts }
        : before,
    );
    this.#queued.delete(id);
    this.#options.onEnded(id);
    return job;
  }

  async #finish(records: Records, id: string, signal: AbortSignal): Promise<void> {
    await records.locks.wait(lockName(id), () => this.#run(records, id, signal), signal);
    signal.throwIfAborted();
    this.throwFault();
    if (!(await this.#unfinishedJob(records, id))) return;
    throw new FoundationError({
      code: 'SERVICE_UNAVAILABLE',
      message: `Batch '${id}' could not be finished here.`,
    });
  }

  /** Runs a job to its end, through failures. This engine answers the lines of one job at a time. */
  async #run(records: Records, id: string, outer = this.#closing.signal): Promise<void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, outer]);
    this.#running.set(id, stop);
    try {
      while (!signal.aborted && !this.#fault) {
        try {
          if (!(await this.#fetchInput(records, id, signal))) return;
          await this.#inTurn(() => this.#advance(records, id, signal));
          return;
        } catch (error) {
          if (signal.aborted || !(await this.#mayRetry(records, id, error, signal))) return;
        }
      }
    } finally {
      this.#running.delete(id);
    }
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(action);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** @returns whether the job should be tried again, here and now. */
  async #mayRetry(records: Records, id: string, error: unknown, signal: AbortSignal): Promise<boolean> {
    const known = FoundationError.isInstance(error) ? error : undefined;
    if (known && OTHERS.has(known.code)) return false;
    const job = await updateJob(records, id, (current) => ({
      ...current,
      attempts: current.attempts + 1,
    }));
    if (!job) return false;
    const elsewhere = needsOtherDevice(error);
    const isFinal =
      known !== undefined &&
      (FINAL.has(known.code) ||
        (known.code === 'DOWNLOAD_FAILED' && !known.retryable) ||
        (elsewhere && job.attempts > 1));
    if (isFinal || job.attempts >= MAX_ATTEMPTS) {
      const why = error instanceof Error ? error.message : String(error);
      await this.end(records, id, 'failed', { error: why });
      await deleteInput(records, id);
      return false;
    }
    if (known && (elsewhere || NEEDS_ENGINE.has(known.code))) {
      this.#fault = known;
      return false;
    }
    await delay((this.#options.retryDelay ?? 1000) * 2 ** (job.attempts - 1), signal).catch(() => {});
    return !signal.aborted;
  }

  /**
   * Stores the lines of a job that are still at their URL.
   * @returns whether the job needs more work.
   */
  async #fetchInput(records: Records, id: string, signal: AbortSignal): Promise<boolean> {
    const job = await this.#unfinishedJob(records, id);
    if (!job) return false;
    const { url } = job;
    const { input } = this.#options;
    if (job.pages !== undefined || url === undefined) return true;
    const stored = await this.#places.use(
      async () => input.store(records, id, await input.linesAt(url, signal), signal),
      signal,
    );
    if (stored.total === 0) {
      throw new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message: 'The input has no lines.' });
    }
    const current = await updateJob(records, id, (before) =>
      isUnfinished(before) ? { ...before, ...stored } : before,
    );
    return current !== undefined && isUnfinished(current);
  }

  /** From the last checkpoint to the end. */
  async #advance(records: Records, id: string, signal: AbortSignal): Promise<void> {
    if (this.#fault) return;
    signal.throwIfAborted();
    const job = await updateJob(records, id, (before) =>
      isUnfinished(before) && !this.#isExpired(before) ? { ...before, state: 'processing' } : before,
    );
    if (job?.pages === undefined || !isUnfinished(job) || this.#isExpired(job)) return;
    const lastKey = (await records.keys(resultPrefix(id))).at(-1);
    const last = lastKey === undefined ? undefined : await records.get(lastKey, isResultPage);
    let page = lastKey === undefined ? 0 : pageOf(lastKey) + 1;
    let counts = last?.counts ?? NO_COUNTS;
    for (; page < job.pages; page++) {
      signal.throwIfAborted();
      const current = await this.#unfinishedJob(records, id);
      if (!current) return;
      const lines = await records.get(inputKey(id, page), isInputPage);
      if (!lines) {
        throw new FoundationError({
          code: 'INTERNAL_ERROR',
          message: `Page ${page} of the input was deleted from its storage.`,
        });
      }
      const first = counts.completed + counts.failed + 1;
      const result = await runPage(lines, first, current, counts, this.#options.answer, signal);
      await records.put(resultKey(id, page), result);
      counts = result.counts;
      await this.#tell(records, id, counts);
      await records.delete(inputKey(id, page));
    }
    await this.#tell(records, id, counts);
    await this.end(records, id, 'completed');
    await deleteInput(records, id);
  }

  /** The current state of a job, if it needs more work. */
  async #unfinishedJob(records: Records, id: string): Promise<JobRecord | undefined> {
    const job = await records.get(jobKey(id), isJobRecord);
    if (job && !isNewer(job) && isUnfinished(job) && !this.#isExpired(job)) return job;
    this.#options.onEnded(id);
    return undefined;
  }

  #isExpired(job: JobRecord): boolean {
    return isExpired(job, this.#options.now());
  }

  async #tell(records: Records, id: string, counts: Counts): Promise<void> {
    await updateJob(records, id, (job) => ({ ...job, counts, attempts: 0 }));
  }
}
