import { FoundationError } from '@nearfield/spec';
import { randomId } from '@nearfield/spec/implement';
import { afterAwake } from './heartbeat.ts';

/** Rejects calls whose worker was ended through no fault of theirs. Callers of the foundation never see it. */
export class WorkerReplaced extends Error {}

/** The same, because its runtime could not start. Calls that only read or write stored data are unaffected. */
export class RuntimeFailed extends WorkerReplaced {
  constructor(override readonly cause: FoundationError) {
    super(cause.message);
  }
}

/** Milliseconds in which a worker's script must arrive and answer. */
const START_DEADLINE = 60_000;

/** Milliseconds in which a shared worker must end after it was asked to. */
const END_DEADLINE = 5000;

/** Resolves when a worker has released its lock, or after a deadline: a worker that hangs never releases it. */
export function goneOrHanging(lock: string | undefined): Promise<void> {
  return new Promise((resolve) => {
    const stop = afterAwake(END_DEADLINE, resolve);
    if (!lock) return;
    void navigator.locks.request(lock, () => {
      stop();
      resolve();
    });
  });
}

let workerCount = 0;

/** Watches a worker's life, with events that its page learns of elsewhere. */
interface Life {
  /** A lock that the worker holds as long as it lives; undefined if the page has no locks (plain http). */
  readonly lockName: string | undefined;
  /** Rejects when the worker dies. */
  readonly death: Promise<never>;
  /** Call this once it has answered and holds its lock. */
  alive(): void;
  /** Call this when it no longer answers. */
  silent(): void;
  /** Ends the watch: `death` rejects with the failure. */
  stop(failure: Error): void;
}

/**
 * Notices the death of a worker. A worker that is terminated or crashes fires no event, but the browser
 * releases its locks: the page waits for one that the worker holds.
 */
export function watchLife(
  events: EventTarget,
  whyNotLoaded: (said: string | undefined) => Promise<FoundationError>,
): Life {
  const stopped = new AbortController();
  let die: (error: Error) => void;
  const death = new Promise<never>((_, reject) => {
    die = reject;
  });
  death.catch(() => {});
  const failed = (message: string): void =>
    die(new FoundationError({ code: 'WORKER_FAILED', message, retryable: true }));
  let isAlive = false;
  events.addEventListener('error', (event) => {
    const { message } = event as ErrorEvent;
    if (isAlive) failed(`The worker failed: ${message || 'no reason given'}.`);
    else void whyNotLoaded(message).then(die);
  });
  events.addEventListener('messageerror', () => failed('A message from the worker could not be read.'));
  const locks = globalThis.navigator?.locks;
  const stopWaiting = afterAwake(START_DEADLINE, () => failed('The worker did not start within a minute.'));
  const lockName = locks ? `nearfield-worker-${randomId()}-${workerCount++}` : undefined;
  return {
    lockName,
    death,
    alive: () => {
      isAlive = true;
      stopWaiting();
      if (!locks || !lockName || stopped.signal.aborted) return;
      locks.request(lockName, { signal: stopped.signal }, () => failed('The worker ended.')).catch(() => {});
    },
    silent: () => failed('The worker no longer answers: it or its GPU is gone.'),
    stop: (failure) => {
      stopWaiting();
      stopped.abort();
      die(failure);
    },
  };
}
