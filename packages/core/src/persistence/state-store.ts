/** Storage of a Node process's classifiers and batches, and the choice of who runs the batches. */
import type { Records } from './records.ts';
import type { SharedState } from './shared-state.ts';

/** Runs jobs for a queue. */
export interface JobWorker {
  /**
   * Resolves when the job has ended. A job that rejects is tried again later, here or elsewhere.
   * @param signal aborted when this process closes or has lost the job to another one
   */
  run(id: string, signal: AbortSignal): Promise<void>;
  /** Called when another process has died: adds the unfinished jobs that it may not have added itself. */
  resume(): Promise<void>;
}

/** A queue of jobs that several processes share. Every job runs in one of them at a time. */
export interface JobQueue {
  /** Adds a job, unless it waits or runs. While the queue cannot be reached, it is added as soon as it can. */
  add(id: string): Promise<void>;
  /** Begins to take jobs out of the queue. Called once. */
  work(worker: JobWorker): void;
  /** Takes no more jobs, and gives the one that runs here back to the others. */
  close(): Promise<void>;
}

/** The shared state as the engine uses it. */
export interface StateStore extends SharedState {
  /** Opens the records. @throws FoundationError SERVICE_UNAVAILABLE while the storage cannot be reached. */
  records(): Promise<Records>;
  readonly jobs: JobQueue;
}

/** Shared states are made in this package alone: each is a store. */
export const storeOf = (state: SharedState | undefined): StateStore | undefined =>
  state as StateStore | undefined;
