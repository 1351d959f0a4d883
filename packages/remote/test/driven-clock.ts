import type { Clock } from '../src/clock.ts';

interface Timer {
  at: number;
  run: () => void;
}

/**
 * A clock that stands still while anything real is under way, and otherwise goes on to its next timer at once. What it
 * says does not depend on the machine.
 */
export class DrivenClock implements Clock {
  #now = 0;
  /** Real work under way: requests between the client and the server. */
  #busy = 0;
  readonly #timers = new Set<Timer>();
  #turn: NodeJS.Immediate | undefined;

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.#now + milliseconds, run };
    this.#timers.add(timer);
    this.#schedule();
    return () => this.#timers.delete(timer);
  }

  /** Something real begins. @returns ends it */
  begin(): () => void {
    this.#busy++;
    let isOn = true;
    return () => {
      if (!isOn) return;
      isOn = false;
      this.#busy--;
      this.#schedule();
    };
  }

  /** Waits in this clock's time within something real. */
  async sleep(milliseconds: number): Promise<void> {
    this.#busy--;
    await new Promise<void>((resolve) => {
      this.after(milliseconds, resolve);
    });
    this.#busy++;
  }

  /** A `fetch` whose requests are real work until their bodies were read. */
  readonly fetch: typeof fetch = async (input, init) => {
    const end = this.begin();
    try {
      const response = await fetch(input, init);
      const read = response.text.bind(response);
      response.text = () => read().finally(end);
      return response;
    } catch (error) {
      end();
      throw error;
    }
  };

  #schedule(): void {
    if (this.#turn || this.#busy > 0) return;
    // Promises that are settled are heard first.
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      if (this.#busy > 0 || this.#timers.size === 0) return;
      const next = [...this.#timers].reduce((first, timer) => (timer.at < first.at ? timer : first));
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      this.#schedule();
    });
  }
}
