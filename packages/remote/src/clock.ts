/** Time as the client needs it. Tests drive one of their own. */
export interface Clock {
  /** Milliseconds since any moment. */
  now(): number;
  /** Calls `run` after some milliseconds. @returns a function that takes it back */
  after(milliseconds: number, run: () => void): () => void;
}

/** Timers hold 31 bits. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, run) {
    const id = setTimeout(run, Math.min(milliseconds, LONGEST_TIMER));
    return () => clearTimeout(id);
  },
};
