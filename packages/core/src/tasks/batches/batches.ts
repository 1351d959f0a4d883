import { type BatchStatus, FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';
import { isQuotaError } from '@nearfield/storage';
import { closedError } from '../../async/closed.ts';
import { FORMAT, isNewer, requireKnownFormat } from '../../persistence/format.ts';
import { isDamage } from '../../persistence/record-errors.ts';
import { getIfSound, notKept, type Records } from '../../persistence/records.ts';
import type { JobQueue } from '../../persistence/state-store.ts';
import type { LinesPage, NewBatch } from '../../requests/batches.ts';
import { BatchInput, deleteInput } from './input.ts';
import type { InputLimits } from './input-url.ts';
import {
  isJobRecord,
  isResultPage,
  isUnfinished,
  type JobRecord,
  jobKey,
  LIFETIME_HOURS,
  NO_COUNTS,
  resultKey,
  resultPrefix,
  statusOf,
} from './job.ts';
import { linesOf } from './lines.ts';
import { Retention } from './retention.ts';
import type { AnswerLine } from './run-page.ts';
import { Runner } from './runner.ts';
import { lockName } from './stored-job.ts';

export interface BatchesOptions {
  records: () => Promise<Records>;
  answer: AnswerLine;
  /** Lines per page. Default `PAGE_LINES`. */
  pageLines?: number | undefined;
  /** Milliseconds before the second attempt; doubles with each. Default 1000. */
  retryDelay?: number | undefined;
  /** Default `Date.now`. */
  now?: (() => number) | undefined;
  /** Default `fetch`. */
  fetch?: typeof fetch | undefined;
  /** Decides which process runs which job if several share the records. Default: the one that gets the job's lock. */
  queue?: Pick<JobQueue, 'add' | 'work'> | undefined;
  /** Limits for the server of a job's `input_url`. Default `INPUT_LIMITS`. */
  inputLimits?: Partial<InputLimits> | undefined;
}

const ID = /^[\w-]{1,100}$/;

const notFound = (id: string, why = ''): FoundationError =>
  new FoundationError({
    code: 'RESOURCE_NOT_FOUND',
    message: `Unknown batch '${shortened(id)}'.${why} batches.list() lists the existing ones.`,
    param: 'batch_id',
  });

/**
 * Embedding jobs that outlive calls, pages and crashes.
 *
 * A job's lines are stored as pages of input when it is made (lines of a URL when it first runs). Then page after
 * page is answered, and its results are stored as one record: that is the checkpoint, so a page's lines are
 * either all done or all to do, and no crash loses or repeats one. A page of input is deleted after its results
 * are stored.
 *
 * One tab or process runs a job at a time, by a lock; the others wait for that lock and continue when its holder ends.
 * Processes that share a database get their jobs from its queue instead, one at a time.
 *
 * Lines of a URL are fetched before a job's turn, a few jobs at a time: a slow server holds up its own job only.
 *
 * An unfinished job resumes with the first call of any method, or of `resume()`: then all jobs are read, once. Later
 * calls read only their own jobs; those of other tabs and processes are found by name.
 */
export class Batches {
  readonly #options: BatchesOptions;
  readonly #input: BatchInput;
  readonly #runner: Runner;
  readonly #retention: Retention;

  constructor(options: BatchesOptions) {
    const { answer, retryDelay, queue } = options;
    const now = (): number => this.#now();
    this.#options = options;
    this.#input = new BatchInput(options);
    this.#runner = new Runner({
      answer,
      input: this.#input,
      retryDelay,
      now,
      queue,
      onEnded: (id) => this.#retention.ended(id),
    });
    this.#retention = new Retention({
      now,
      onUnfinished: (records, id) => this.#runner.watch(records, id),
      onExpired: (id) => this.#runner.stop(id, 'The batch expired.'),
    });
    queue?.work({
      run: async (id, signal) => this.#runner.runQueued(await options.records(), id, signal),
      resume: async () => this.#retention.look(await options.records()),
    });
  }

  /**
   * If a job is kept in memory only, the answer says so.
   * @throws FoundationError STORAGE_QUOTA_EXCEEDED, STORAGE_FAILED; INPUT_VALIDATION_FAILED for an input without lines.
   */
  async create(batch: NewBatch, signal?: AbortSignal): Promise<BatchStatus> {
    const records = await this.#open();
    const job = await records.locks.wait(
      lockName(batch.id),
      async () => (await records.get(jobKey(batch.id), isJobRecord)) ?? this.#store(records, batch, signal),
      signal,
    );
    if (isUnfinished(job)) await this.#runner.enqueue(job.id);
    this.#retention.learn(records, job);
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
    await this.#retention.look(records);
    const statuses: BatchStatus[] = [];
    for (const id of this.#retention.newestFirst()) {
      if (statuses.length === limit) break;
      const job = await getIfSound(records, jobKey(id), isJobRecord);
      const current = job && !isNewer(job) ? await this.#retention.expire(records, job) : undefined;
      if (current) statuses.push(answerOf(records, current));
      else if (!job) this.#retention.unlearn(id);
    }
    return statuses;
  }

  /**
   * Ends an unfinished job; a finished one stays unchanged. Finished results can still be read. Of a job whose
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
    const end = (): Promise<JobRecord | undefined> => this.#runner.end(records, id, 'cancelled', { counts });
    let job: JobRecord | undefined;
    try {
      job = await end();
    } catch (error) {
      if (!isQuotaError(error)) throw error;
      // A full disk: deleting the job's remaining input makes room, and it is no longer needed.
      await deleteInput(records, id);
      job = await end();
    }
    this.#runner.stop(id, 'The batch was cancelled.');
    if (!job) throw notFound(id);
    if (job.state === 'cancelled') await deleteInput(records, id);
    return answerOf(records, job);
  }

  /**
   * Lines that succeeded or failed, in the order of the input.
   * @param page to continue from; 0 for the start
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

  /** Resumes every unfinished job, and deletes expired ones. */
  async resume(): Promise<void> {
    const records = await this.#options.records();
    if (this.#runner.isClosed) throw closedError();
    await this.#retention.refresh(records);
  }

  /**
   * Resolves when no job runs or waits here: the call that keeps an engine going for its jobs.
   * @throws FoundationError DEVICE_LOST and the like: another engine has to go on.
   */
  async settle(signal?: AbortSignal): Promise<void> {
    await this.resume();
    await this.#runner.settle(signal);
  }

  /** Resolves when no job runs here any more; jobs that are not finished stay so. */
  close(): Promise<void> {
    return this.#runner.close();
  }

  /** The first step of every call. */
  async #open(): Promise<Records> {
    this.#runner.throwFault();
    await this.resume();
    return this.#options.records();
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  async #job(records: Records, id: string): Promise<JobRecord> {
    const job = ID.test(id) ? await records.get(jobKey(id), isJobRecord) : undefined;
    if (!job) throw notFound(id);
    const current = await this.#retention.expire(records, requireKnownFormat(id, job));
    if (!current) throw notFound(id);
    this.#retention.learn(records, current);
    return current;
  }

  /** Cancels a job whose record is unknown or damaged. */
  async #deleteDamaged(records: Records, id: string, { message }: FoundationError): Promise<BatchStatus> {
    this.#runner.stop(id, 'The batch was cancelled.');
    await deleteInput(records, id);
    const results = await records.keys(resultPrefix(id));
    await records.delete(...results, jobKey(id));
    this.#retention.unlearn(id);
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

  /** Makes a job. The job's own record comes last: without it, the job does not exist. */
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
          : source.kind === 'blob'
            ? linesOf(source.blob.stream())
            : await this.#input.linesAt(source.url, signal);
      const stored = await this.#input.store(records, id, lines, signal);
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
}

/** A job's status, with a note if it is in memory although it should be stored. */
const answerOf = (records: Records, job: JobRecord): BatchStatus => ({
  ...statusOf(job),
  ...notKept(records),
});
