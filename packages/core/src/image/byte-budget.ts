/** Shares a number of bytes among calls that run side by side. */

interface Waiting {
  readonly bytes: number;
  start(): void;
}

/**
 * A limit for bytes held at a time. Requests beyond the remainder wait in order, so that none is passed over forever;
 * one that is larger than the whole is granted alone.
 */
export class ByteBudget {
  readonly #total: number;
  #held = 0;
  readonly #queue: Waiting[] = [];

  constructor(total: number) {
    this.#total = total;
  }

  /** Bytes that are held now. */
  get held(): number {
    return this.#held;
  }

  /**
   * Waits for a share.
   * @returns gives the share back; calls after the first do nothing.
   * @throws the signal's reason when aborted while waiting.
   */
  async take(bytes: number, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#queue.length > 0 || !this.#fits(bytes)) await this.#turn(bytes, signal);
    else this.#held += bytes;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#held -= bytes;
      this.#startNext();
    };
  }

  #fits(bytes: number): boolean {
    return this.#held === 0 || this.#held + bytes <= this.#total;
  }

  #turn(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        reject(signal?.reason);
        // Whoever waited behind it may fit.
        this.#startNext();
      };
      const waiting: Waiting = {
        bytes,
        start: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(waiting);
    });
  }

  /** Hands shares to those who wait. They count from here on, before their promises are seen to resolve. */
  #startNext(): void {
    for (let next = this.#queue[0]; next && this.#fits(next.bytes); next = this.#queue[0]) {
      this.#queue.shift();
      this.#held += next.bytes;
      next.start();
    }
  }
}
