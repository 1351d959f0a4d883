/** Milliseconds between two reports of progress: smooth to the eye, cheap across workers and tabs. */
const INTERVAL = 50;

/** Limits the rate of progress reports. */
export class Throttle {
  #last = Number.NEGATIVE_INFINITY;

  /**
   * Whether a report is due now; it then counts as made.
   * @param isUrgent for a report that cannot wait for a later one, such as the last.
   */
  isDue(isUrgent: boolean): boolean {
    const now = performance.now();
    if (!isUrgent && now - this.#last < INTERVAL) return false;
    this.#last = now;
    return true;
  }
}
