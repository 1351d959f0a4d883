/**
 * Number of threads for the wasm build, and the reason.
 * @param failed the reason why an earlier worker could not start them.
 */
export function chooseThreads(
  wanted: number | undefined,
  failed: string | undefined,
): { threads: number; reason: string } {
  if (failed !== undefined) return { threads: 1, reason: failed };
  const cores = navigator.hardwareConcurrency || 1;
  if (!globalThis.crossOriginIsolated) {
    return {
      threads: 1,
      reason: 'the page is not cross-origin isolated (serve it with COOP and COEP headers for more)',
    };
  }
  if (typeof Worker === 'undefined') {
    return { threads: 1, reason: 'a shared worker cannot start threads' };
  }
  if (wanted !== undefined) return { threads: Math.max(1, Math.floor(wanted)), reason: 'asked for' };
  // The matrices of small encoders are too small to divide among more than eight threads.
  const threads = Math.min(cores, 8);
  return { threads, reason: `${cores} cores, at most 8 used` };
}
