/** Milliseconds between two looks. */
const INTERVAL = 1000;

/**
 * Asks a worker whether it still answers, while calls wait for it. A runtime whose GPU vanished in the middle
 * of a run can wait for it for ever, in a loop that lets no message in: its worker neither fails nor dies.
 *
 * Only time in which this page itself was awake counts: a tab that was frozen or throttled finds its own
 * questions unanswered, too.
 *
 * @param ask resolves when the worker answers.
 * @param onSilence called once, when a question stayed unanswered for `limit` milliseconds.
 * @returns stops it.
 */
export function watchHeartbeat(
  ask: () => Promise<unknown>,
  limit: number,
  onSilence: () => void,
): () => void {
  let waiting = false;
  let silence = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const elapsed = now - last;
    last = now;
    if (!waiting) {
      waiting = true;
      silence = 0;
      const answered = (): void => {
        waiting = false;
      };
      ask().then(answered, answered);
      return;
    }
    silence += Math.min(elapsed, 2 * INTERVAL);
    if (silence < limit) return;
    clearInterval(timer);
    onSilence();
  }, INTERVAL);
  return () => clearInterval(timer);
}
