/** Bytes of the device's memory, by the gigabyte, that copies of encoders may take: an eighth. */
const SHARE = 2 ** 30 / 8;

/** Gigabytes that a device is taken to have where the browser does not say. */
const USUAL_MEMORY = 4;

/** More workers than this wait for the engine's thread, which reads texts for all of them. */
const MOST = 8;

/**
 * Number of workers that share bulk work on encoders, the engine's own among them, the memory that their copies may
 * take, and the reason.
 * @param wanted the `threads` option.
 */
export function chooseWorkers(wanted: number | undefined): {
  workers: number;
  memory: number;
  reason: string;
} {
  const { deviceMemory = USUAL_MEMORY } = navigator as { deviceMemory?: number };
  const memory = deviceMemory * SHARE;
  if (typeof Worker === 'undefined') {
    return { workers: 1, memory, reason: 'a shared worker cannot start others' };
  }
  if (wanted !== undefined) return { workers: Math.max(1, Math.floor(wanted)), memory, reason: 'asked for' };
  const cores = navigator.hardwareConcurrency || 1;
  return { workers: Math.min(cores, MOST), memory, reason: `${cores} cores, at most ${MOST} used` };
}
