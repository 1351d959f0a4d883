import { type BatchStatus, FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';
import { delay, orAbort } from '../../async/abort.ts';
import { closedError } from '../../async/closed.ts';
import { needsOtherDevice } from '../../models/device-fallback.ts';
import { FORMAT, isNewer, requireKnownFormat } from '../../persistence/format.ts';
import { BUSY } from '../../persistence/locks.ts';
import { isQuotaError } from '../../persistence/quota.ts';
import { isDamage } from '../../persistence/record-errors.ts';
import { getIfSound, notKept, type Records } from '../../persistence/records.ts';
import type { InputLine, LinesPage, NewBatch } from '../../requests/batches.ts';
import { INPUT_LIMITS, type InputLimits, openInput } from './input-url.ts';
import {
  type Counts,
  inputKey,
  inputPrefix,
  isInputPage,
  isJobRecord,
  isResultPage,
  isUnfinished,
  type JobRecord,
  jobKey,
  LIFETIME,
  LIFETIME_HOURS,
  pageOf,
  REMEMBERED,
  resultKey,
  resultPrefix,
  statusOf,
} from './job.ts';
import { linesOf, pagesOf } from './lines.ts';
import { Places } from './places.ts';
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
  /** What a server may do whose `input_url` a job reads. Default `INPUT_LIMITS`. */
  inputLimits?: Partial<InputLimits> | undefined;
}

/** What is known of a job without reading it again. */
interface Known {
  createdAt: number;
  /** Whether it has expired, and its input and results are deleted. */
  isCleared: boolean;
}

const ID = /^[\w-]{1,100}$/;
/** Failures in a row, without a page finished, after which a job has failed. */
const MAX_ATTEMPTS = 5;
/** Jobs whose lines are fetched at a time. */
const DOWNLOADS = 4;
/** Milliseconds after which a call looks for jobs that other tabs or processes have made. */
const LOOK_INTERVAL = 60_000;
const NO_COUNTS: Counts = { completed: 0, failed: 0, total_tokens: 0 };

/** This engine can go on with nothing: another has to be started. The job waits for it. */
const NEEDS_ENGINE: ReadonlySet<string> = new Set([
  'DEVICE_LOST',
  'OUT_OF_MEMORY',
  'WORKER_FAILED',
  'RUNTIME_NOT_AVAILABLE',
]);
/** Trying again would change nothing. */
const FINAL: ReadonlySet<string> = new Set([
  'MODEL_NOT_AVAILABLE_LOCALLY',
  'MODEL_INVALID',
  'INPUT_VALIDATION_FAILED',
  'RECORD_DAMAGED',
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
 * Lines of a URL are fetched before a job's turn, a few jobs at a time: a slow server holds up its own job only.
 *
 * A job that was left unfinished goes on with the first call of any method, or of `resume()`: then all jobs are read,
 * once. Later calls read the jobs they are about; what other tabs and processes make is found by its name.
 */
export class Batches {
  readonly #options: BatchesOptions;
  readonly #closing = new AbortController();
  /** Jobs that wait for their lock or their turn here, or run. */
  readonly #watched = new Map<string, Promise<void>>();
  /** Ends the run of a job in this engine. */
  readonly #running = new Map<string, AbortController>();
  #turn: Promise<unknown> = Promise.resolve();
  /** Places for downloads. */
  readonly #places = new Places(DOWNLOADS);
  readonly #known = new Map<string, Known>();
  /** Jobs that were unfinished when they were last read. */
  readonly #unfinished = new Set<string>();
  /** When a job is due to expire, or to be forgotten. */
  #dueAt = Number.POSITIVE_INFINITY;
  #lookedAt: number | undefined;
  #looking: Promise<void> | undefined;
  /** Why this engine cannot go on; told to the next caller, whose host starts another. */
  #fault: FoundationError | undefined;
  /** Whether leftovers of former engines were looked for. */
  #cleaned = false;

  constructor(options: BatchesOptions) {
    this.#options = options;
  }

  /**
   * Where a job is kept in memory only, the answer says so.
   * @throws FoundationError STORAGE_QUOTA_EXCEEDED, STORAGE_FAILED; INPUT_VALIDATION_FAILED for an input without lines.
   */
  async create(batch: NewBatch, signal?: AbortSignal): Promise<BatchStatus> {
    const records = await this.#open();
    const job = await records.locks.wait(
      lockName(batch.id),
      async () => (await records.get(jobKey(batch.id), isJobRecord)) ?? this.#store(records, batch, signal),
      signal,
    );
    this.#learn(records, job);
    return answerOf(records, requireKnownFormat(job.id, job));
  }

  /** @throws FoundationError RESOURCE_NOT_FOUND; RECORD_DAMAGED, STORAGE_FAILED. */
  async get(id: string): Promise<BatchStatus> {
    const records = await this.#open();
    return answerOf(records, await this.#job(records, id));
  }

  /** Newest first. Damaged ones are left out: `capabilities().storage.records` names them. */
  async list(limit: number): Promise<BatchStatus[]> {
    const records = await this.#open();
    await this.#look(records);
    const newestFirst = [...this.#known].sort(([, a], [, b]) => b.createdAt - a.createdAt);
    const statuses: BatchStatus[] = [];
    for (const [id] of newestFirst) {
      if (statuses.length === limit) break;
      const job = await getIfSound(records, jobKey(id), isJobRecord);
      const current = job && !isNewer(job) ? await this.#expire(records, job) : undefined;
      if (current) statuses.push(answerOf(records, current));
      else if (!job) this.#unlearn(id);
    }
    return statuses;
  }

  /**
   * Ends a job that is not finished; of one that is, nothing changes. What was done can still be read. Of a job whose
   * record is damaged, all that is left is deleted.
   */
  async cancel(id: string): Promise<BatchStatus> {
    const records = await this.#open();
    try {
      await this.#job(records, id);
    } catch (error) {
      if (!isDamage(error)) throw error;
      return this.#deleteDamaged(records, id, error);
    }
    const last = (await records.keys(resultPrefix(id))).at(-1);
    const counts = last === undefined ? undefined : (await getIfSound(records, last, isResultPage))?.counts;
    const end = (): Promise<JobRecord | undefined> => this.#end(records, id, 'cancelled', { counts });
    let job: JobRecord | undefined;
    try {
      job = await end();
    } catch (error) {
      if (!isQuotaError(error)) throw error;
      // A full disk: what the job has still to do makes room, and is not needed any more.
      await this.#deleteInput(records, id);
      job = await end();
    }
    this.#running.get(id)?.abort(new DOMException('The batch was cancelled.', 'AbortError'));
    if (!job) throw notFound(id);
    if (job.state === 'cancelled') await this.#deleteInput(records, id);
    return answerOf(records, job);
  }

  /**
   * Lines that succeeded or failed, in the order of the input.
   * @param page where to go on; 0 for the start
   * @throws FoundationError CONFLICT_RESOURCE_BUSY while the job is not finished; RESOURCE_NOT_FOUND; RECORD_DAMAGED.
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
      const result = await records.get(resultKey(id, at), isResultPage);
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
    const now = this.#now();
    // A clock that was set back is no reason to wait.
    const isRecent = this.#lookedAt !== undefined && Math.abs(now - this.#lookedAt) < LOOK_INTERVAL;
    if (!isRecent) await this.#look(records);
    else if (now >= this.#dueAt) await this.#expireDue(records);
    for (const id of this.#unfinished) this.#watch(records, id);
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

  /** Finds the jobs that are there; reads those that were never read, and those that are due to expire. */
  #look(records: Records): Promise<void> {
    this.#looking ??= (async () => {
      try {
        const present = new Set((await records.keys(jobKey(''))).map((key) => key.slice(jobKey('').length)));
        for (const id of this.#known.keys()) if (!present.has(id)) this.#unlearn(id);
        for (const id of present) {
          if (this.#known.has(id)) continue;
          const job = await getIfSound(records, jobKey(id), isJobRecord);
          if (!job) continue;
          // Of a later version: that it is there is all that can be known.
          if (isNewer(job)) this.#known.set(id, { createdAt: 0, isCleared: true });
          else this.#learn(records, job);
        }
        this.#lookedAt = this.#now();
        if (this.#lookedAt >= this.#dueAt) await this.#expireDue(records);
      } finally {
        this.#looking = undefined;
      }
    })();
    return this.#looking;
  }

  async #expireDue(records: Records): Promise<void> {
    const now = this.#now();
    for (const [id, known] of this.#known) {
      if (now < dueAt(known)) continue;
      const job = await getIfSound(records, jobKey(id), isJobRecord);
      if (job && !isNewer(job)) await this.#expire(records, job);
      else if (!job) this.#unlearn(id);
    }
    this.#dueAt = Math.min(...[...this.#known.values()].map(dueAt), Number.POSITIVE_INFINITY);
  }

  /** Notes what a record says of its job, and goes on with the job if it is unfinished. */
  #learn(records: Records, job: JobRecord): void {
    const { id, createdAt } = job;
    const known = { createdAt, isCleared: this.#known.get(id)?.isCleared ?? false };
    this.#known.set(id, known);
    this.#dueAt = Math.min(this.#dueAt, dueAt(known));
    if (isUnfinished(job)) {
      this.#unfinished.add(id);
      this.#watch(records, id);
    } else this.#unfinished.delete(id);
  }

  #unlearn(id: string): void {
    this.#known.delete(id);
    this.#unfinished.delete(id);
  }

  async #job(records: Records, id: string): Promise<JobRecord> {
    const job = ID.test(id) ? await records.get(jobKey(id), isJobRecord) : undefined;
    if (!job) throw notFound(id);
    const current = await this.#expire(records, requireKnownFormat(id, job));
    if (!current) throw notFound(id);
    this.#learn(records, current);
    return current;
  }

  /** What cancelling means for a job of which nothing is known any more. */
  async #deleteDamaged(records: Records, id: string, { message }: FoundationError): Promise<BatchStatus> {
    this.#running.get(id)?.abort(new DOMException('The batch was cancelled.', 'AbortError'));
    await this.#deleteInput(records, id);
    const results = await records.keys(resultPrefix(id));
    await records.delete(...results, jobKey(id));
    this.#unlearn(id);
    const now = new Date(this.#now()).toISOString();
    return {
      batch_id: id,
      status: 'cancelled',
      model: '',
      created_at: now,
      completed_at: now,
      error: message,
    };
  }

  /** A job that is too old has expired; one that is older still is gone. */
  async #expire(records: Records, job: JobRecord): Promise<JobRecord | undefined> {
    const age = this.#now() - job.createdAt;
    if (age < LIFETIME) return job;
    const { id, createdAt } = job;
    const isForgotten = age >= REMEMBERED;
    if (this.#known.get(id)?.isCleared && job.state === 'expired' && !isForgotten) return job;
    this.#running.get(id)?.abort(new DOMException('The batch expired.', 'AbortError'));
    const expired = await records.update<JobRecord>(
      jobKey(id),
      (current) =>
        current && current.state !== 'expired'
          ? { ...current, state: 'expired', endedAt: current.endedAt ?? this.#now() }
          : current,
      isJobRecord,
    );
    // Not under somebody who still writes; then it is done the next time.
    const isCleared =
      (await records.locks.attempt(lockName(id), async () => {
        const keys = [...(await records.keys(inputPrefix(id))), ...(await records.keys(resultPrefix(id)))];
        if (keys.length > 0) await records.delete(...keys);
        if (isForgotten) await records.delete(jobKey(id));
      })) !== BUSY;
    this.#unfinished.delete(id);
    if (isForgotten && isCleared) this.#known.delete(id);
    else this.#known.set(id, { createdAt, isCleared });
    return isForgotten ? undefined : expired;
  }

  /** Pages of input of a job that was never made: its maker ended before the job was stored. */
  async #deleteOrphans(records: Records): Promise<void> {
    const ids = new Set((await records.keys(inputPrefix('').slice(0, -1))).map((key) => key.split('/')[1]!));
    for (const id of ids) {
      if (this.#known.has(id) || (await isJobThere(records, id))) continue;
      await records.locks.attempt(lockName(id), async () => {
        if (!(await isJobThere(records, id))) await this.#deleteInput(records, id);
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
      format: FORMAT,
    };
    if (source.kind === 'url' && !source.url.startsWith('blob:')) job.url = source.url;
    else {
      const lines =
        source.kind === 'lines'
          ? source.lines
          : linesOf(source.kind === 'blob' ? source.blob.stream() : await this.#fetch(source.url, signal));
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

  #fetch(url: string, signal: AbortSignal | undefined): Promise<ReadableStream<Uint8Array>> {
    const { fetch: replacement, inputLimits } = this.#options;
    return openInput(url, replacement ?? fetch, { ...INPUT_LIMITS, ...inputLimits }, signal);
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

  /** Runs a job once its lock is free, if it is unfinished then. */
  #watch(records: Records, id: string): void {
    if (this.#watched.has(id) || this.#closing.signal.aborted || this.#fault) return;
    const watching = records.locks
      .wait(lockName(id), () => this.#run(records, id), this.#closing.signal)
      .catch(() => {
        // Closed, or the records cannot be read: the job stays as it is for the next engine.
      })
      .finally(() => this.#watched.delete(id));
    this.#watched.set(id, watching);
  }

  /** Runs a job to its end, failures in between included. Only its lines are one job's at a time in this engine. */
  async #run(records: Records, id: string): Promise<void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#closing.signal]);
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
    // Another tab may have this model, and this engine is ending: neither is the job's fault.
    if (known?.code === 'INPUT_MODEL_NOT_FOUND' || known?.code === 'CLOSED') return false;
    const job = await this.#update(records, id, (current) => ({
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

  /**
   * Stores the lines of a job that are still at their URL.
   * @returns whether there is anything to do for the job.
   */
  async #fetchInput(records: Records, id: string, signal: AbortSignal): Promise<boolean> {
    const job = await this.#unfinishedJob(records, id);
    if (!job) return false;
    const { url } = job;
    if (job.pages !== undefined || url === undefined) return true;
    const stored = await this.#places.use(
      async () => this.#storeInput(records, id, linesOf(await this.#fetch(url, signal)), signal),
      signal,
    );
    if (stored.total === 0) {
      throw new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message: 'The input has no lines.' });
    }
    const current = await this.#update(records, id, (before) =>
      isUnfinished(before) ? { ...before, ...stored } : before,
    );
    return current !== undefined && isUnfinished(current);
  }

  /** From the last checkpoint to the end. */
  async #advance(records: Records, id: string, signal: AbortSignal): Promise<void> {
    if (this.#fault) return;
    signal.throwIfAborted();
    const job = await this.#update(records, id, (before) =>
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
          message: `Page ${page} of the input is gone from where it was stored.`,
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

  /** A job as it is now, if there is anything to do for it. */
  async #unfinishedJob(records: Records, id: string): Promise<JobRecord | undefined> {
    const job = await records.get(jobKey(id), isJobRecord);
    if (job && !isNewer(job) && isUnfinished(job) && !this.#isExpired(job)) return job;
    this.#unfinished.delete(id);
    return undefined;
  }

  #isExpired({ createdAt }: JobRecord): boolean {
    return this.#now() - createdAt >= LIFETIME;
  }

  /** Changes a job that is there. */
  #update(
    records: Records,
    id: string,
    change: (job: JobRecord) => JobRecord,
  ): Promise<JobRecord | undefined> {
    return records.update<JobRecord>(
      jobKey(id),
      (job) => job && (isNewer(job) ? job : change(job)),
      isJobRecord,
    );
  }

  async #tell(records: Records, id: string, counts: Counts): Promise<void> {
    await this.#update(records, id, (job) => ({ ...job, counts, attempts: 0 }));
  }

  /** Ends an unfinished job; one that has ended otherwise meanwhile stays so. */
  async #end(
    records: Records,
    id: string,
    state: 'completed' | 'failed' | 'cancelled',
    { error, counts }: { error?: string; counts?: Counts | undefined } = {},
  ): Promise<JobRecord | undefined> {
    const job = await this.#update(records, id, (before) =>
      isUnfinished(before)
        ? { ...before, state, endedAt: this.#now(), error, counts: counts ?? before.counts }
        : before,
    );
    this.#unfinished.delete(id);
    return job;
  }
}

/** When something is to be done for a job that has ended, or has not in time. */
const dueAt = ({ createdAt, isCleared }: Known): number => createdAt + (isCleared ? REMEMBERED : LIFETIME);

/** A job's status, and where it is kept if that is not where it was to be. */
const answerOf = (records: Records, job: JobRecord): BatchStatus => ({
  ...statusOf(job),
  ...notKept(records),
});

/** Whether there is a record of a job, damaged ones included: those were made. */
async function isJobThere(records: Records, id: string): Promise<boolean> {
  try {
    return (await records.get(jobKey(id), isJobRecord)) !== undefined;
  } catch (error) {
    if (isDamage(error)) return true;
    throw error;
  }
}

const lockName = (id: string): string => `batch/${id}`;
