/** Longest that a page's thread is kept without a break, in milliseconds: half of what a reader notices. */
const SLICE_MS = 25;

/** Lets the page draw and answer: behind all that waits already, where `scheduler.yield()` would push in before it. */
export const pause = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

/**
 * Runs work that stops every now and then, and lets the page draw and answer in between.
 *
 * @throws the signal's reason, once it is aborted
 */
export async function inSlices<Result>(work: Generator<void, Result>, signal?: AbortSignal): Promise<Result> {
  signal?.throwIfAborted();
  let end = performance.now() + SLICE_MS;
  for (let step = work.next(); ; step = work.next()) {
    if (step.done) return step.value;
    if (performance.now() < end) continue;
    await pause();
    signal?.throwIfAborted();
    end = performance.now() + SLICE_MS;
  }
}
