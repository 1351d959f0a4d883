import { type BatchStatus, FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';
import { delay, orAbort } from '../../async/abort.ts';
import { closedError } from '../../async/closed.ts';
import { needsOtherDevice } from '../../models/device-fallback.ts';
import type { Records } from '../../persistence/records.ts';
import type { BatchSource, InputLine, LinesPage, NewBatch } from '../../requests/batches.ts';
import {
  type Counts,
  inputKey,
  inputPrefix,
  isUnfinished,
  type JobRecord,
  jobKey,
  LIFETIME,
  LIFETIME_HOURS,
  REMEMBERED,
  type ResultPage,
  resultKey,
  resultPrefix,
  statusOf,
} from './job.ts';
import { linesOf, pagesOf } from './lines.ts';
import { type AnswerLine, runPage } from './run-page.ts';

export interface BatchesOptions {
  records: () => Promise<Records>;
  answer: AnswerLine;
  /** Lines of a page. Default `PAGE_LINES`. */
  pageLines?: number | undefined;
  /** Milliseconds before the second attempt; doubles with each. Default 1000. */
  retryDelay?: number | undefined;
  /** Default `Date.now`. */
  now?: (() => number) | undefined;
  /** Default `fetch`. */
  fetch?: typeof fetch | undefined;
}

const ID = /^[\w-]{1,100}$/;
/** Failures in a row, without a page finished, after which a job has failed. */
const MAX_ATTEMPTS = 5;
const NO_COUNTS: Counts = { completed: 0, failed: 0, total_tokens: 0 };

/** This engine can go on with nothing: another has to be started. The job waits for it. */
const NEEDS_ENGINE: ReadonlySet<string> = new Set(['DEVICE_LOST', 'OUT_OF_MEMORY', 'WORKER_FAILED']);
/** Trying again would change nothing. */
const FINAL: ReadonlySet<string> = new Set([
  'MODEL_NOT_AVAILABLE_LOCALLY',
  'MODEL_INVALID',
  'INPUT_VALIDATION_FAILED',
]);

const notFound = (id: string, why = ''): FoundationError =>
  new FoundationError({
    code: 'RESOURCE_NOT_FOUND',
    message: `There is no batch '${shortened(id)}' here.${why} batches.list() has those that are.`,
    param: 'batch_id',
  });

/**
 * Embedding jobs that outlive calls, pages and crashes.
 *
 * A job's lines are stored as pages of input when it is made (lines of a URL when it first runs). Then page after
 * page is answered, and what came of it is stored as one record: that is the checkpoint, so a page's lines are
 * either all done or all to do, and no crash loses or repeats one. A page of input is deleted after its results
 * are stored.
 *
 * One tab or process runs a job at a time, by a lock; the others wait for that lock and go on when its holder ends.
 * A job that was left unfinished goes on when `resume()` is called, which every method does.
 */
export class Batches {
  readonly #options: BatchesOptions;
  readonly #closing = new AbortController();
  /** Jobs that wait for their lock or their turn here, or run. */
  readonly #watched = new Map<string, Promise<void>>();
  /** Ends the run of a job in this engine. */
  readonly #running = new Map<string, AbortController>();
  #turn: Promise<unknown> = Promise.resolve();
  /** Why this engine cannot go on; told to the next caller, whose host starts another. */
  #fault: FoundationError | undefined;
  /** Whether leftovers of former engines were looked for. */
  #cleaned = false;

  constructor(options: BatchesOptions) {
    this.#options = options;
  }

  /** @throws FoundationError STORAGE_QUOTA_EXCEEDED, INPUT_VALIDATION_FAILED for an input without lines. */
  async create(batch: NewBatch, signal?: AbortSignal): Promise<BatchStatus> {
    const records = await this.#open();
    const job = await records.locks.wait(
      lockName(batch.id),
      async () => (await records.get<JobRecord>(jobKey(batch.id))) ?? this.#store(records, batch, signal),
      signal,
    );
    this.#watch(records, job.id);
    return statusOf(job);
  }

  /** @throws FoundationError RESOURCE_NOT_FOUND */
  async get(id: string): Promise<BatchStatus> {
    const records = await this.#open();
    return statusOf(await this.#job(records, id));
  }

  /** Newest first. */
  async list(limit: number): Promise<BatchStatus[]> {
    const records = await this.#open();
    const jobs = await this.#jobs(records);
    return jobs
      .sort((a, b) => b.createdAt - a.createdAt)
      .slice(0, limit)
      .map(statusOf);
  }

  /** Ends a job that is not finished; of one that is, nothing changes. What was done can still be read. */
  async cancel(id: string): Promise<BatchStatus> {
    const records = await this.#open();
    await this.#job(records, id);
    const last = (await records.keys(resultPrefix(id))).at(-1);
    const counts = last === undefined ? undefined : (await records.get<ResultPage>(last))?.counts;
    const job = await this.#end(records, id, 'cancelled', { counts });
    this.#running.get(id)?.abort(new DOMException('The batch was cancelled.', 'AbortError'));
    if (!job) throw notFound(id);
    if (job.state === 'cancelled') await this.#deleteInput(records, id);
    return statusOf(job);
  }

  /**
   * Lines that succeeded or failed, in the order of the input.
   * @param page where to go on; 0 for the start
   * @throws FoundationError CONFLICT_RESOURCE_BUSY while the job is not finished; RESOURCE_NOT_FOUND.
   */
  async lines(id: string, kind: 'succeeded' | 'failed', page: number): Promise<LinesPage> {
    const records = await this.#open();
    const job = await this.#job(records, id);
    if (isUnfinished(job)) {
      throw new FoundationError({
        code: 'CONFLICT_RESOURCE_BUSY',
        message: `Batch '${id}' is ${job.state}. Its results can be read when it has ended.`,
        param: 'batch_id',
      });
    }
    if (job.state === 'expired') {
      throw notFound(
        id,
        ` It expired ${LIFETIME_HOURS} hours after it was made, and its results were deleted.`,
      );
    }
    // The counts of a completed job are exact: most have no failed line to look for.
    const counted = kind === 'failed' ? 'failed' : 'completed';
    const all = job.state === 'completed' ? job.counts[counted] : Number.POSITIVE_INFINITY;
    if (all === 0) return { lines: [], next: undefined };
    for (let at = page; ; at++) {
      const result = await records.get<ResultPage>(resultKey(id, at));
      if (!result) return { lines: [], next: undefined };
      const lines = result[kind];
      const isLast = result.counts[counted] >= all;
      if (lines.length > 0 || isLast) return { lines, next: isLast ? undefined : at + 1 };
    }
  }

  /** Goes on with every job that was left unfinished, and deletes what has expired. */
  async resume(): Promise<void> {
    const records = await this.#options.records();
    if (this.#closing.signal.aborted) throw closedError();
    for (const job of await this.#jobs(records)) if (isUnfinished(job)) this.#watch(records, job.id);
    if (this.#cleaned) return;
    this.#cleaned = true;
    await this.#deleteOrphans(records);
  }

  /**
   * Resolves when no job runs or waits here: the call that keeps an engine going for its jobs.
   * @throws FoundationError DEVICE_LOST and the like: another engine has to go on.
   */
  async settle(signal?: AbortSignal): Promise<void> {
    await this.resume();
    while (this.#watched.size > 0) {
      await orAbort(Promise.race(this.#watched.values()), signal);
      if (this.#fault) throw this.#takeFault();
    }
  }

  /** Resolves when no job runs here any more; jobs that are not finished stay so. */
  async close(): Promise<void> {
    this.#closing.abort(closedError());
    await Promise.all(this.#watched.values());
  }

  /** What every call begins with. */
  async #open(): Promise<Records> {
    if (this.#fault) throw this.#takeFault();
    await this.resume();
    return this.#options.records();
  }

  #takeFault(): FoundationError | undefined {
    const fault = this.#fault;
    this.#fault = undefined;
    return fault;
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  async #jobs(records: Records): Promise<JobRecord[]> {
    const jobs: JobRecord[] = [];
    for (const key of await records.keys(jobKey(''))) {
      const job = await records.get<JobRecord>(key);
      const current = job && (await this.#expire(records, job));
      if (current) jobs.push(current);
    }
    return jobs;
  }

  async #job(records: Records, id: string): Promise<JobRecord> {
    const job = ID.test(id) ? await records.get<JobRecord>(jobKey(id)) : undefined;
    const current = job && (await this.#expire(records, job));
    if (!current) throw notFound(id);
    return current;
  }

  /** A job that is too old has expired; one that is older still is gone. */
  async #expire(records: Records, job: JobRecord): Promise<JobRecord | undefined> {
    const age = this.#now() - job.createdAt;
    if (age < LIFETIME) return job;
    const { id } = job;
    this.#running.get(id)?.abort(new DOMException('The batch expired.', 'AbortError'));
    const expired = await records.update<JobRecord>(jobKey(id), (current) =>
      current && current.state !== 'expired'
        ? { ...current, state: 'expired', endedAt: current.endedAt ?? this.#now() }
        : current,
    );
    // Not under somebody who still writes; then it is done the next time.
    await records.locks.attempt(lockName(id), async () => {
      const keys = [...(await records.keys(inputPrefix(id))), ...(await records.keys(resultPrefix(id)))];
      if (keys.length > 0) await records.delete(...keys);
      if (age >= REMEMBERED) await records.delete(jobKey(id));
    });
    return age >= REMEMBERED ? undefined : expired;
  }

  /** Pages of input of a job that was never made: its maker ended before the job was stored. */
  async #deleteOrphans(records: Records): Promise<void> {
    const ids = new Set((await records.keys(inputPrefix('').slice(0, -1))).map((key) => key.split('/')[1]!));
    for (const id of ids) {
      if (await records.get(jobKey(id))) continue;
      await records.locks.attempt(lockName(id), async () => {
        if (!(await records.get(jobKey(id)))) await this.#deleteInput(records, id);
      });
    }
  }

  async #deleteInput(records: Records, id: string): Promise<void> {
    const keys = await records.keys(inputPrefix(id));
    if (keys.length > 0) await records.delete(...keys);
  }

  /** Makes a job. The record of the job itself comes last: without it, there is none. */
  async #store(records: Records, batch: NewBatch, signal: AbortSignal | undefined): Promise<JobRecord> {
    const { id, model, entry, defaults, source } = batch;
    const job: JobRecord = {
      id,
      model,
      entry,
      defaults,
      state: 'pending',
      createdAt: this.#now(),
      counts: NO_COUNTS,
      attempts: 0,
    };
    if (source.kind === 'url' && !source.url.startsWith('blob:')) job.url = source.url;
    else {
      const lines = source.kind === 'lines' ? source.lines : linesOf(await this.#streamOf(source, signal));
      const stored = await this.#storeInput(records, id, lines, signal);
      if (stored.total === 0) {
        throw new FoundationError({
          code: 'INPUT_VALIDATION_FAILED',
          message: "Validation error: 'input': The input has no lines. Provide at least one.",
          param: 'input',
        });
      }
      Object.assign(job, stored);
    }
    await records.put(jobKey(id), job);
    return job;
  }

  async #streamOf(
    source: Exclude<BatchSource, { kind: 'lines' }>,
    signal: AbortSignal | undefined,
  ): Promise<ReadableStream<Uint8Array>> {
    if (source.kind === 'blob') return source.blob.stream();
    const refuse = (why: string, status?: number, cause?: unknown): FoundationError =>
      new FoundationError({
        code: 'DOWNLOAD_FAILED',
        message: `The lines could not be fetched from ${source.url}: ${why}.`,
        param: 'input_url',
        status,
        retryable: status === undefined || status >= 500 || status === 429,
        cause,
      });
    let response: Response;
    try {
      response = await (this.#options.fetch ?? fetch)(source.url, signal ? { signal } : {});
    } catch (cause) {
      signal?.throwIfAborted();
      throw refuse('no answer, or its server does not allow this page to read it (CORS)', undefined, cause);
    }
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw refuse(`status ${response.status}`, response.status);
    }
    return response.body;
  }

  async #storeInput(
    records: Records,
    id: string,
    lines: Iterable<InputLine> | AsyncIterable<InputLine>,
    signal: AbortSignal | undefined,
  ): Promise<{ pages: number; total: number }> {
    await this.#deleteInput(records, id);
    let pages = 0;
    let total = 0;
    try {
      for await (const page of pagesOf(lines, this.#options.pageLines)) {
        signal?.throwIfAborted();
        await records.put(inputKey(id, pages++), page);
        total += page.length;
      }
    } catch (error) {
      await this.#deleteInput(records, id).catch(() => {});
      throw error;
    }
    return { pages, total };
  }

  /** Runs a job once its lock is free, if it is unfinished then. One job at a time in this engine. */
  #watch(records: Records, id: string): void {
    if (this.#watched.has(id) || this.#closing.signal.aborted || this.#fault) return;
    const watching = records.locks
      .wait(
        lockName(id),
        () => {
          const run = this.#turn.then(() => this.#run(records, id));
          this.#turn = run.catch(() => {});
          return run;
        },
        this.#closing.signal,
      )
      .catch(() => {
        // Closed, or the records cannot be read: the job stays as it is for the next engine.
      })
      .finally(() => this.#watched.delete(id));
    this.#watched.set(id, watching);
  }

  /** Runs a job to its end, failures in between included. */
  async #run(records: Records, id: string): Promise<void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#closing.signal]);
    this.#running.set(id, stop);
    try {
      while (!signal.aborted && !this.#fault) {
        try {
          await this.#advance(records, id, signal);
          return;
        } catch (error) {
          if (signal.aborted || !(await this.#mayRetry(records, id, error, signal))) return;
        }
      }
    } finally {
      this.#running.delete(id);
    }
  }

  /** @returns whether the job should be tried again, here and now. */
  async #mayRetry(records: Records, id: string, error: unknown, signal: AbortSignal): Promise<boolean> {
    const known = FoundationError.isInstance(error) ? error : undefined;
    // Another tab may have this model, and this engine is ending: neither is the job's fault.
    if (known?.code === 'INPUT_MODEL_NOT_FOUND' || known?.code === 'CLOSED') return false;
    const job = await records.update<JobRecord>(
      jobKey(id),
      (current) => current && { ...current, attempts: current.attempts + 1 },
    );
    if (!job) return false;
    const elsewhere = needsOtherDevice(error);
    const isFinal =
      known !== undefined &&
      (FINAL.has(known.code) ||
        (known.code === 'DOWNLOAD_FAILED' && !known.retryable) ||
        (elsewhere && job.attempts > 1));
    if (isFinal || job.attempts >= MAX_ATTEMPTS) {
      const why = error instanceof Error ? error.message : String(error);
      await this.#end(records, id, 'failed', { error: why });
      await this.#deleteInput(records, id);
      return false;
    }
    if (known && (elsewhere || NEEDS_ENGINE.has(known.code))) {
      this.#fault = known;
      return false;
    }
    await delay((this.#options.retryDelay ?? 1000) * 2 ** (job.attempts - 1), signal).catch(() => {});
    return !signal.aborted;
  }

  /** From the last checkpoint to the end. */
  async #advance(records: Records, id: string, signal: AbortSignal): Promise<void> {
    const job = await this.#prepare(records, id, signal);
    if (job?.pages === undefined) return;
    const done = await records.keys(resultPrefix(id));
    let page = done.length;
    const last = page > 0 ? await records.get<ResultPage>(resultKey(id, page - 1)) : undefined;
    let counts = last?.counts ?? NO_COUNTS;
    for (; page < job.pages; page++) {
      signal.throwIfAborted();
      const current = await records.get<JobRecord>(jobKey(id));
      if (!current || !isUnfinished(current) || this.#now() - current.createdAt >= LIFETIME) return;
      const lines = await records.get<InputLine[]>(inputKey(id, page));
      if (!lines) {
        throw new FoundationError({
          code: 'INTERNAL_ERROR',
          message: `Page ${page} of the input is gone from the browser's storage.`,
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
    await this.#end(records, id, 'completed');
    await this.#deleteInput(records, id);
  }

  /** A job whose input is stored, in state `processing`; undefined if there is nothing to do. */
  async #prepare(records: Records, id: string, signal: AbortSignal): Promise<JobRecord | undefined> {
    const job = await records.get<JobRecord>(jobKey(id));
    if (!job || !isUnfinished(job) || this.#now() - job.createdAt >= LIFETIME) return undefined;
    let stored: { pages: number; total: number } | undefined;
    if (job.pages === undefined) {
      const lines = linesOf(await this.#streamOf({ kind: 'url', url: job.url ?? '' }, signal));
      stored = await this.#storeInput(records, id, lines, signal);
      if (stored.total === 0) {
        throw new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message: 'The input has no lines.' });
      }
    }
    const current = await records.update<JobRecord>(jobKey(id), (before) =>
      before && isUnfinished(before) ? { ...before, ...stored, state: 'processing' } : before,
    );
    return current && isUnfinished(current) ? current : undefined;
  }

  async #tell(records: Records, id: string, counts: Counts): Promise<void> {
    await records.update<JobRecord>(jobKey(id), (job) => job && { ...job, counts, attempts: 0 });
  }

  /** Ends an unfinished job; one that has ended otherwise meanwhile stays so. */
  #end(
    records: Records,
    id: string,
    state: 'completed' | 'failed' | 'cancelled',
    { error, counts }: { error?: string; counts?: Counts | undefined } = {},
  ): Promise<JobRecord | undefined> {
    return records.update<JobRecord>(jobKey(id), (job) =>
      job && isUnfinished(job)
        ? { ...job, state, endedAt: this.#now(), error, counts: counts ?? job.counts }
        : job,
    );
  }
}

const lockName = (id: string): string => `batch/${id}`;
