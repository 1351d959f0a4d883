import { orAbort } from './abort.ts';

/** The part of the Web Locks interface that the store uses. */
export interface Locks {
  /** Runs `action` while no one else holds the lock of this name. */
  request<Result>(
    name: string,
    options: { signal?: AbortSignal },
    action: () => Promise<Result>,
  ): Promise<Result>;
}

/** Locks within this process, in the order in which they were asked for. */
export class LocalLocks implements Locks {
  readonly #last = new Map<string, Promise<unknown>>();

  async request<Result>(
    name: string,
    options: { signal?: AbortSignal },
    action: () => Promise<Result>,
  ): Promise<Result> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const turn = (async () => {
      await orAbort(before, options.signal);
      options.signal?.throwIfAborted();
      return action();
    })();
    // Who gives up waiting must not let the next one in before its turn.
    const settled = Promise.allSettled([before, turn]);
    this.#last.set(name, settled);
    try {
      return await turn;
    } finally {
      if (this.#last.get(name) === settled) this.#last.delete(name);
    }
  }
}

const processLocks = new LocalLocks();

/** Locks shared by all tabs of the origin. Where the browser denies them, they are locks of this realm. */
class SharedLocks implements Locks {
  readonly #locks: LockManager;

  constructor(locks: LockManager) {
    this.#locks = locks;
  }

  async request<Result>(
    name: string,
    options: { signal?: AbortSignal },
    action: () => Promise<Result>,
  ): Promise<Result> {
    let isGranted = false;
    try {
      return (await this.#locks.request(name, options, () => {
        isGranted = true;
        return action();
      })) as Result;
    } catch (error) {
      // A sandboxed frame has no origin to share locks with, and no storage either.
      const isDenied = !isGranted && error instanceof DOMException && error.name === 'SecurityError';
      if (isDenied) return processLocks.request(name, options, action);
      throw error;
    }
  }
}

/** The browser's locks, shared by all tabs of the origin, or locks of this process where there are none. */
export function defaultLocks(): Locks {
  const { locks } = (typeof navigator === 'object' ? navigator : {}) as { locks?: LockManager };
  return locks ? new SharedLocks(locks) : processLocks;
}
