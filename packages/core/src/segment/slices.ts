import { yieldToMessages } from '../async/yield-to-messages.ts';

/** Work that can be interrupted: it yields the characters (or as much work as that many are) it has done since. */
export type Steps<T> = Generator<number, T, void>;

/** Characters of work between two looks at the messages: some ten milliseconds. */
const SLICE = 65_536;

/** Does all work at once. */
function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** A function whose work is done at once. */
export const atOnce =
  <Input extends unknown[], T>(steps: (...input: Input) => Steps<T>) =>
  (...input: Input): T =>
    finish(steps(...input));

/**
 * Does the work in slices that let messages in: an abort takes effect after the slice in which it arrives.
 * @throws the signal's reason.
 */
export async function inSlices<T>(steps: Steps<T>, signal: AbortSignal | undefined): Promise<T> {
  let work = 0;
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    work += value;
    if (work < SLICE) continue;
    work = 0;
    await yieldToMessages();
    signal?.throwIfAborted();
  }
}
