import { orAbort } from '../../async/abort.ts';

/** Limits the number of concurrent actions; the others wait in the order of their arrival. */
export class Places {
  #free: number;
  #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Rejects with the signal's reason if it is aborted before a place is free. */
  async use<Result>(action: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    let take = (): void => {};
    const turn = new Promise<void>((resolve) => {
      take = resolve;
    });
    this.#waiting.push(take);
    try {
      await orAbort(turn, signal);
    } catch (error) {
      const isWaiting = this.#waiting.includes(take);
      this.#waiting = this.#waiting.filter((other) => other !== take);
      // The place became free at the same moment: it passes to the next.
      if (!isWaiting) {
        const next = this.#waiting.shift();
        if (next) next();
        else this.#free++;
      }
      throw error;
    }
  }
}
