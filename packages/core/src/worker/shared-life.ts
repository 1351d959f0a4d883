import { connectingLock } from '../boundary/shared-worker-locks.ts';

/** Milliseconds for which an unused shared worker stays: one page may close a moment before another opens. */
const LINGER = 500;

/**
 * Ends a shared worker when the last page has left it: nothing else frees its memory while any page of the origin
 * lives.
 */
export class SharedLife {
  readonly #lock: string;
  readonly #close: () => void;
  #pages = 0;

  /** @param name of the worker; @param close ends it. */
  constructor(name: string, close: () => void) {
    this.#lock = connectingLock(name);
    this.#close = close;
  }

  /** Counts a page until it releases its lock: because it left, or because it died. */
  joined(pageLock: string): void {
    this.#pages++;
    void navigator.locks.request(pageLock, () => {
      this.#pages--;
      this.#leaveLater();
    });
  }

  /** Ends the worker for all pages, because its runtime has failed. They notice, and share the next one. */
  async end(): Promise<void> {
    await navigator.locks.request(this.#lock, () => this.#end());
  }

  #leaveLater(): void {
    if (this.#pages > 0) return;
    setTimeout(() => {
      void navigator.locks.request(this.#lock, { ifAvailable: true }, async (lock) => {
        if (lock && this.#pages === 0) await this.#end();
        // A page is connecting: it may die before it has joined.
        else this.#leaveLater();
      });
    }, LINGER);
  }

  /** Keeps the lock until the worker is gone: a page that connected meanwhile would get no answer. */
  #end(): Promise<never> {
    this.#close();
    return new Promise<never>(() => {});
  }
}
