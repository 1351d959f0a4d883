/** Milliseconds of work after which others are let in. */
const SLICE = 12;

let since = 0;

/** Lets input and messages in, if work has gone on for a while. */
export async function yieldToEvents(): Promise<void> {
  const now = performance.now();
  if (now - since < SLICE) return;
  await new Promise<void>((resolve) => {
    // Not a timer: those of a page in the background wait for a second.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
  since = performance.now();
}
