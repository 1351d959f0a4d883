import { EventEmitter } from 'node:events';
import type { WorkerEvents, WorkerPool, WorkerUtils } from 'graphile-worker';
import { delay } from '../../async/abort.ts';
import { closedError } from '../../async/closed.ts';
import type { JobQueue, JobWorker } from '../state-store.ts';
import { type Connection, missingPackage, quote } from './connection.ts';
import type { Membership, MembershipListener } from './membership.ts';

const TASK = 'batch';
/** Milliseconds before another attempt to begin. */
const RESTART_DELAY = 1000;

export interface PostgresQueueOptions {
  /** Whether this process takes jobs out of the queue. */
  works: boolean;
  /** Milliseconds between two looks for jobs that are to be tried again. */
  pollInterval: number;
}

type Library = typeof import('graphile-worker');

/**
 * Jobs in graphile-worker's queue, in a schema beside that of the records. One job at a time is taken by a process:
 * an engine answers the lines of one job at a time. A job that is locked by a process without a membership, because it
 * has died, is unlocked by any of the others.
 */
export class PostgresQueue implements JobQueue, MembershipListener {
  readonly #connection: Connection;
  readonly #membership: Membership;
  readonly #options: PostgresQueueOptions;
  /** Resolves when the schema is there. */
  readonly #open: () => Promise<unknown>;
  readonly #closing = new AbortController();
  /** Jobs that could not be added yet. */
  readonly #waiting = new Set<string>();
  #utilities: Promise<WorkerUtils> | undefined;
  #worker: JobWorker | undefined;
  #working: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  /** Ends what runs here, because the others have taken it over. */
  #lost = new AbortController();

  readonly #library: Library;

  private constructor(
    library: Library,
    connection: Connection,
    membership: Membership,
    open: () => Promise<unknown>,
    options: PostgresQueueOptions,
  ) {
    this.#library = library;
    this.#connection = connection;
    this.#membership = membership;
    this.#options = options;
    this.#open = open;
    membership.listen(this);
  }

  /**
   * @param open makes the schema, if it does not exist
   * @throws FoundationError RUNTIME_NOT_AVAILABLE if `graphile-worker` is not installed
   */
  static async create(
    ...parameters: [Connection, Membership, open: () => Promise<unknown>, PostgresQueueOptions]
  ): Promise<PostgresQueue> {
    const library = await import('graphile-worker').catch((cause: unknown) => {
      throw missingPackage('graphile-worker', cause);
    });
    return new PostgresQueue(library, ...parameters);
  }

  async add(id: string): Promise<void> {
    this.#waiting.add(id);
    // The job is stored: what fails now is done by the next beat.
    await this.#addWaiting().catch(() => {});
  }

  work(worker: JobWorker): void {
    if (!this.#options.works) return;
    this.#worker = worker;
    this.#working = this.#work(worker);
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#closing.abort(closedError());
      await this.#working;
      await (await this.#utilities?.catch(() => undefined))?.release();
    })();
    return this.#closed;
  }

  async onBeat(): Promise<void> {
    await this.#addWaiting();
    await this.#unlockOrphans();
  }

  onLost(): void {
    this.#lost.abort(closedError());
    this.#lost = new AbortController();
  }

  async onDied(): Promise<void> {
    await this.#worker?.resume();
  }

  /** Makes the queue's tables. */
  async migrate(): Promise<void> {
    await (await this.#tools()).migrate();
  }

  async #addWaiting(): Promise<void> {
    for (const id of [...this.#waiting]) {
      await (await this.#tools()).addJob(TASK, { id }, { jobKey: id, jobKeyMode: 'unsafe_dedupe' });
      this.#waiting.delete(id);
    }
  }

  /** Frees the jobs of processes that are no members any more. */
  async #unlockOrphans(): Promise<void> {
    const { quoted } = this.#connection;
    const { rows } = await this.#connection.query<{ id: string }>(
      'The queue of batches',
      `select distinct locked_by as id from ${quote(this.#schema)}.jobs
       where locked_by is not null and locked_by not in (select id from ${quoted}.member)`,
    );
    if (rows.length > 0) await (await this.#tools()).forceUnlockWorkers(rows.map(({ id }) => id));
  }

  get #schema(): string {
    return `${this.#connection.schema}_jobs`;
  }

  #tools(): Promise<WorkerUtils> {
    this.#utilities ??= this.#library.makeWorkerUtils(this.#shared()).catch((error: unknown) => {
      this.#utilities = undefined;
      throw error;
    });
    return this.#utilities;
  }

  #shared() {
    return {
      pgPool: this.#connection.pool,
      schema: this.#schema,
      // Failures of jobs are in their records; those of the database are answered to callers.
      logger: new this.#library.Logger(() => () => {}),
    };
  }

  /** Works until this process closes, through outages of the database and losses of its membership. */
  async #work(worker: JobWorker): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#workOnce(worker);
      } catch {
        // The database cannot be reached, or the queue's worker has given up.
      }
      await delay(RESTART_DELAY, signal).catch(() => {});
    }
  }

  /** Works until this process closes or loses its membership. */
  async #workOnce(worker: JobWorker): Promise<void> {
    await this.#open();
    const workerId = await this.#membership.enter();
    const { signal: lost } = this.#lost;
    // Left from a worker of this process that ended with the database.
    await (await this.#tools()).forceUnlockWorkers([workerId]);
    await worker.resume();
    if (this.#closing.signal.aborted) return;
    const end = AbortSignal.any([lost, this.#closing.signal]);
    // The database was lost with the end of a job: the library leaves it locked.
    const broken = new AbortController();
    const events = new EventEmitter() as WorkerEvents;
    events.on('worker:fatalError', () => broken.abort(closedError()));
    const options = {
      ...this.#shared(),
      // Names its jobs' locks, which end with this membership.
      workerId,
      concurrency: 1,
      pollInterval: this.#options.pollInterval,
      noHandleSignals: true,
      noPreparedStatements: true,
      events,
    };
    const tasks = {
      [TASK]: (payload: unknown) => this.#runJob(worker, (payload as { id: string }).id, end),
    };
    // Not its runner, which also looks for jobs by the clock, and ends the process if the database is lost then.
    const pool = this.#library.runTaskList(options, tasks, this.#connection.pool);
    await until(pool, AbortSignal.any([end, broken.signal]));
  }

  async #runJob(worker: JobWorker, id: string, end: AbortSignal): Promise<void> {
    try {
      await worker.run(id, end);
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error;
      // Not a failure: the next process begins at once, without the pause after one.
      await (await this.#tools()).addJob(TASK, { id }, { jobKey: id, jobKeyMode: 'replace' });
    }
  }
}

/** Waits until the queue's workers end by themselves, or stops them. */
async function until(pool: WorkerPool, end: AbortSignal): Promise<void> {
  const stop = (): void => {
    pool.gracefulShutdown().catch(() => {
      // They have ended by themselves.
    });
  };
  if (end.aborted) stop();
  end.addEventListener('abort', stop, { once: true });
  try {
    await pool.promise;
  } finally {
    end.removeEventListener('abort', stop);
  }
}
