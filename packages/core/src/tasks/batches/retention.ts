import { BUSY } from '@nearfield/spec/implement';
import { isNewer } from '../../persistence/format.ts';
import { getIfSound, type Records } from '../../persistence/records.ts';
import { deleteInput } from './input.ts';
import {
  inputPrefix,
  isJobRecord,
  isUnfinished,
  type JobRecord,
  jobKey,
  LIFETIME,
  REMEMBERED,
  resultPrefix,
} from './job.ts';
import { isJobThere, lockName } from './stored-job.ts';

/** Milliseconds after which a call looks again for jobs of other tabs or processes. */
const LOOK_INTERVAL = 60_000;

/** Facts about a job that are known without reading it again. */
interface Known {
  createdAt: number;
  /** Whether it has expired, so that its input and results are deleted. */
  isCleared: boolean;
}

export interface RetentionOptions {
  now: () => number;
  /** Called for every job that is found unfinished. */
  onUnfinished: (records: Records, id: string) => void;
  /** Called before a job is deleted for its age. */
  onExpired: (id: string) => void;
}

/** The list of jobs: unfinished ones, and those to be deleted. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #known = new Map<string, Known>();
  /** Jobs that were unfinished when they were last read. */
  readonly #unfinished = new Set<string>();
  /** Time at which a job expires, or is deleted. */
  #dueAt = Number.POSITIVE_INFINITY;
  #lookedAt: number | undefined;
  #looking: Promise<void> | undefined;
  /** Whether leftovers of former engines have been searched. */
  #cleaned = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Ids of the jobs that are known. */
  newestFirst(): string[] {
    const jobs = [...this.#known].sort(([, a], [, b]) => b.createdAt - a.createdAt);
    return jobs.map(([id]) => id);
  }

  /** Looks for jobs, unless that was done recently, deletes expired ones, and reports all unfinished ones. */
  async refresh(records: Records): Promise<void> {
    const now = this.#options.now();
    // A clock that was set back must not cause a wait.
    const isRecent = this.#lookedAt !== undefined && Math.abs(now - this.#lookedAt) < LOOK_INTERVAL;
    if (!isRecent) await this.look(records);
    else if (now >= this.#dueAt) await this.#expireDue(records);
    for (const id of this.#unfinished) this.#options.onUnfinished(records, id);
    if (this.#cleaned) return;
    this.#cleaned = true;
    await this.#deleteOrphans(records);
  }

  /** Finds the existing jobs; reads those that were never read, and those that are due to expire. */
  look(records: Records): Promise<void> {
    this.#looking ??= (async () => {
      try {
        const present = new Set((await records.keys(jobKey(''))).map((key) => key.slice(jobKey('').length)));
        for (const id of this.#known.keys()) if (!present.has(id)) this.unlearn(id);
        for (const id of present) {
          if (this.#known.has(id)) continue;
          const job = await getIfSound(records, jobKey(id), isJobRecord);
          if (!job) continue;
          // Of a later version: only its existence is known.
          if (isNewer(job)) this.#known.set(id, { createdAt: 0, isCleared: true });
          else this.learn(records, job);
        }
        this.#lookedAt = this.#options.now();
        if (this.#lookedAt >= this.#dueAt) await this.#expireDue(records);
      } finally {
        this.#looking = undefined;
      }
    })();
    return this.#looking;
  }

  /** Notes the facts of a job's record, and resumes the job if it is unfinished. */
  learn(records: Records, job: JobRecord): void {
    const { id, createdAt } = job;
    const known = { createdAt, isCleared: this.#known.get(id)?.isCleared ?? false };
    this.#known.set(id, known);
    this.#dueAt = Math.min(this.#dueAt, dueAt(known));
    if (isUnfinished(job)) {
      this.#unfinished.add(id);
      this.#options.onUnfinished(records, id);
    } else this.#unfinished.delete(id);
  }

  /** Notes that a job needs no more work. */
  ended(id: string): void {
    this.#unfinished.delete(id);
  }

  /** Forgets a job whose record was deleted. */
  unlearn(id: string): void {
    this.#known.delete(id);
    this.#unfinished.delete(id);
  }

  /** A job that is too old has expired; one that is older still is gone. */
  async expire(records: Records, job: JobRecord): Promise<JobRecord | undefined> {
    const age = this.#options.now() - job.createdAt;
    if (age < LIFETIME) return job;
    const { id, createdAt } = job;
    const isForgotten = age >= REMEMBERED;
    if (this.#known.get(id)?.isCleared && job.state === 'expired' && !isForgotten) return job;
    this.#options.onExpired(id);
    const expired = await records.update<JobRecord>(
      jobKey(id),
      (current) =>
        current && current.state !== 'expired'
          ? { ...current, state: 'expired', endedAt: current.endedAt ?? this.#options.now() }
          : current,
      isJobRecord,
    );
    // Not while another one writes; then it is done the next time.
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

  async #expireDue(records: Records): Promise<void> {
    const now = this.#options.now();
    for (const [id, known] of this.#known) {
      if (now < dueAt(known)) continue;
      const job = await getIfSound(records, jobKey(id), isJobRecord);
      if (job && !isNewer(job)) await this.expire(records, job);
      else if (!job) this.unlearn(id);
    }
    this.#dueAt = Math.min(...[...this.#known.values()].map(dueAt), Number.POSITIVE_INFINITY);
  }

  /** Pages of input of a job that was never made: its maker ended before the job was stored. */
  async #deleteOrphans(records: Records): Promise<void> {
    const ids = new Set((await records.keys(inputPrefix('').slice(0, -1))).map((key) => key.split('/')[1]!));
    for (const id of ids) {
      if (this.#known.has(id) || (await isJobThere(records, id))) continue;
      await records.locks.attempt(lockName(id), async () => {
        if (!(await isJobThere(records, id))) await deleteInput(records, id);
      });
    }
  }
}

/** Time of the next action for a job that has ended, or has not ended in time. */
const dueAt = ({ createdAt, isCleared }: Known): number => createdAt + (isCleared ? REMEMBERED : LIFETIME);
