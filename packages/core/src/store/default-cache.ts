import type { ChunkCache } from './cache.ts';
import { DEFAULT_DATABASE, IndexedDbCache } from './indexeddb-cache.ts';
import { MemoryCache } from './memory-cache.ts';

/** Milliseconds after which a database that does not open counts as blocked: some browsers never answer. */
const OPEN_TIMEOUT = 5000;

/**
 * IndexedDB where it works, memory where it does not: no IndexedDB at all, forbidden by a setting or a sandboxed
 * frame, or never answering. The reason is in the cache's `reason`.
 */
export async function openDefaultCache(database: string = DEFAULT_DATABASE): Promise<ChunkCache> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    if (typeof indexedDB === 'undefined') throw new Error('there is no IndexedDB here');
    const cache = new IndexedDbCache(database);
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('IndexedDB does not answer')), OPEN_TIMEOUT);
    });
    await Promise.race([cache.probe(), timeout]);
    return cache;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return new MemoryCache(
      `IndexedDB cannot be used (${why}): models are kept in memory and downloaded again on the next visit.`,
    );
  } finally {
    clearTimeout(timer);
  }
}
