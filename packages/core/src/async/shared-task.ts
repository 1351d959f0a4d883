/**
 * Work that several callers wait for, done once. Each caller has its own signal; the work is aborted only when no
 * caller waits any longer. Events go to all callers; a late one first gets the last event.
 */
export class SharedTask<Value, Event> {
  readonly #controller = new AbortController();
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #value: Promise<Value>;
  #waiting = 0;
  #settled = false;
  #lastEvent: Event | undefined;

  constructor(work: (signal: AbortSignal, emit: (event: Event) => void) => Promise<Value>) {
    this.#value = work(this.#controller.signal, (event) => {
      this.#lastEvent = event;
      for (const listener of this.#listeners) listener(event);
    }).finally(() => {
      this.#settled = true;
    });
    this.#value.catch(() => {});
  }

  /** Whether the work was aborted: a new caller needs a new task. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Whether no caller waits for it. */
  get idle(): boolean {
    return this.#waiting === 0;
  }

  /** Aborts the work for all callers. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  async join(signal?: AbortSignal, onEvent?: (event: Event) => void): Promise<Value> {
    signal?.throwIfAborted();
    this.#waiting++;
    if (onEvent) {
      if (this.#lastEvent !== undefined && !this.#settled) onEvent(this.#lastEvent);
      this.#listeners.add(onEvent);
    }
    let onAbort: (() => void) | undefined;
    try {
      if (!signal) return await this.#value;
      const aborted = new Promise<never>((_, reject) => {
        onAbort = () => reject(signal.reason);
        signal.addEventListener('abort', onAbort, { once: true });
      });
      return await Promise.race([this.#value, aborted]);
    } finally {
      if (onAbort) signal?.removeEventListener('abort', onAbort);
      if (onEvent) this.#listeners.delete(onEvent);
      if (--this.#waiting === 0 && !this.#settled) this.#controller.abort(signal?.reason);
    }
  }
}
