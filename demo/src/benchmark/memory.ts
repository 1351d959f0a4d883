/** Chromium's, in pages that are isolated. */
interface MeasuringPerformance {
  measureUserAgentSpecificMemory?: () => Promise<{ bytes: number }>;
}

/**
 * Bytes that this page and its workers use, as the browser counts them after the next collection of garbage.
 * @returns undefined in browsers that do not tell, and in pages that are not isolated
 */
export async function memoryInUse(): Promise<number | undefined> {
  const measuring = performance as MeasuringPerformance;
  // It rejects where the page may not know.
  const found = await measuring.measureUserAgentSpecificMemory?.().catch(() => undefined);
  return found?.bytes;
}
