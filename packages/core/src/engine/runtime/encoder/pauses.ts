import type { EncoderText } from '@nearfield/encoder';

/** Batches below this many tokens end sooner than a turn for messages is worth. */
const SMALLEST_PAUSE = 96;

/** What is done between the layers of a batch: nothing where the batch is short. */
export function pausesIn(
  texts: readonly EncoderText[],
  pause: () => Promise<void>,
): (() => Promise<void>) | undefined {
  const tokens = texts.reduce((sum, { ids }) => sum + ids.length, 0);
  return tokens < SMALLEST_PAUSE ? undefined : pause;
}
