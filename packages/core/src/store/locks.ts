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

/** The browser's locks, shared by all tabs of the origin, or locks of this process where there are none. */
export function defaultLocks(): Locks {
  const { locks } = (typeof navigator === 'object' ? navigator : {}) as { locks?: LockManager };
  if (!locks) return processLocks;
  return {
    request: (name, options, action) => locks.request(name, options, action) as ReturnType<typeof action>,
  };
}
