import { openOrMemory } from '../persistence/open-or-memory.ts';
import type { ChunkCache } from './cache.ts';
import { DEFAULT_DATABASE, IndexedDbCache } from './indexeddb-cache.ts';
import { MemoryCache } from './memory-cache.ts';

/**
 * IndexedDB if it works, otherwise memory: IndexedDB may be missing, forbidden by a setting or a sandboxed
 * frame, or never answering. The reason is in the cache's `reason`.
 */
export function openDefaultCache(database: string = DEFAULT_DATABASE): Promise<ChunkCache> {
  return openOrMemory<IndexedDbCache, MemoryCache>({
    create: () => new IndexedDbCache(database),
    memory,
    late: () => memory('IndexedDB does not answer'),
  });
}

const memory = (why: string): MemoryCache =>
  new MemoryCache(
    `IndexedDB cannot be used (${why}): models are kept in memory and downloaded again on the next visit.`,
  );
