/** Milliseconds between two checks. */
const INTERVAL = 1000;

/**
 * Calls `action` once this page has been awake for `limit`. After being frozen or throttled, a tab finds its own
 * pings unanswered and does not know what others did meanwhile.
 *
 * @param limit milliseconds.
 * @returns a function that cancels it.
 */
export function afterAwake(limit: number, action: () => void): () => void {
  let left = limit;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    left -= Math.min(now - last, 2 * INTERVAL);
    last = now;
    if (left > 0) return;
    clearInterval(timer);
    action();
  }, INTERVAL);
  return () => clearInterval(timer);
}

/**
 * Pings a worker while calls wait for it. A runtime whose GPU vanished in the middle of a run can wait for it forever
 * in a loop that lets no message in: its worker neither fails nor dies.
 *
 * @param ask resolves when the worker answers.
 * @param limit milliseconds in which this page was awake.
 * @param onSilence called once, when a ping has been unanswered for that long.
 * @returns a function that stops it.
 */
export function watchHeartbeat(
  ask: () => Promise<unknown>,
  limit: number,
  onSilence: () => void,
): () => void {
  let stopped = false;
  let stopWaiting = (): void => {};
  let next: ReturnType<typeof setTimeout>;
  const stop = (): void => {
    stopped = true;
    clearTimeout(next);
    stopWaiting();
  };
  const later = (): void => {
    stopWaiting();
    if (!stopped) next = setTimeout(question, INTERVAL);
  };
  const question = (): void => {
    stopWaiting = afterAwake(limit, () => {
      stop();
      onSilence();
    });
    ask().then(later, later);
  };
  later();
  return stop;
}
