import { BUSY, type Locks } from '@nearfield/spec/implement';

interface Queue {
  waiting: (() => void)[];
}

/** Locks within this realm, granted in the order of the requests. */
export class RealmLocks implements Locks {
  readonly #held = new Map<string, Queue>();

  async attempt<Result>(name: string, action: () => Promise<Result>): Promise<Result | typeof BUSY> {
    if (this.#held.has(name)) return BUSY;
    this.#held.set(name, { waiting: [] });
    return this.#run(name, action);
  }

  async wait<Result>(name: string, action: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    const queue = this.#held.get(name);
    if (!queue) this.#held.set(name, { waiting: [] });
    else await turn(queue, signal);
    return this.#run(name, action);
  }

  async #run<Result>(name: string, action: () => Promise<Result>): Promise<Result> {
    try {
      return await action();
    } finally {
      // The lock is handed over, not released, so that no other call can take it in between.
      const next = this.#held.get(name)?.waiting.shift();
      if (next) next();
      else this.#held.delete(name);
    }
  }
}

function turn(queue: Queue, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onTurn = (): void => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    };
    const onAbort = (): void => {
      queue.waiting = queue.waiting.filter((other) => other !== onTurn);
      reject(signal?.reason);
    };
    queue.waiting.push(onTurn);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Locks that all tabs of the origin share. If the browser denies them, they are locks of this realm. */
class OriginLocks implements Locks {
  readonly #locks: LockManager;
  readonly #prefix: string;

  constructor(locks: LockManager, prefix: string) {
    this.#locks = locks;
    this.#prefix = prefix;
  }

  attempt<Result>(name: string, action: () => Promise<Result>): Promise<Result | typeof BUSY> {
    return this.#request(
      name,
      { ifAvailable: true },
      (lock): Promise<Result | typeof BUSY> => (lock ? action() : Promise.resolve(BUSY)),
      () => realmLocks.attempt(this.#prefix + name, action),
    );
  }

  wait<Result>(name: string, action: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    return this.#request(name, signal ? { signal } : {}, action, () =>
      realmLocks.wait(this.#prefix + name, action, signal),
    );
  }

  async #request<Result>(
    name: string,
    options: LockOptions,
    action: (lock: Lock | null) => Promise<Result>,
    instead: () => Promise<Result>,
  ): Promise<Result> {
    let isGranted = false;
    try {
      return (await this.#locks.request(this.#prefix + name, options, (lock) => {
        isGranted = true;
        return action(lock);
      })) as Result;
    } catch (error) {
      // A sandboxed frame has no origin to share locks with, and no storage either.
      const isDenied = !isGranted && error instanceof DOMException && error.name === 'SecurityError';
      if (isDenied) return instead();
      throw error;
    }
  }
}

const realmLocks = new RealmLocks();

/**
 * The browser's locks, shared by all tabs of the origin, or locks of this realm if it has none.
 * @param prefix put before every name.
 */
export function originLocks(prefix = ''): Locks {
  const { locks } = (typeof navigator === 'object' ? navigator : {}) as { locks?: LockManager };
  return locks ? new OriginLocks(locks, prefix) : realmLocks;
}
