import { DEFAULT_DATABASE, IndexedDbRecords } from './indexeddb-records.ts';
import { LateRecords } from './late-records.ts';
import { MemoryRecords } from './memory-records.ts';
import { openOrMemory } from './open-or-memory.ts';
import type { Records } from './records.ts';

/**
 * IndexedDB if it works, otherwise memory: IndexedDB may be missing, forbidden by a setting or a sandboxed frame, or
 * not answering. The result has its `kind` and the `reason`. A database that answers later takes over the records that
 * were kept in memory until then.
 * @param patience milliseconds. Default 5000.
 */
export function openRecords(database = DEFAULT_DATABASE, patience?: number): Promise<Records> {
  return openOrMemory<IndexedDbRecords, Records>(
    {
      create: () => new IndexedDbRecords(database),
      memory,
      late: (records, opened) => new LateRecords(opened, memory('it has not answered yet', records)),
    },
    patience,
  );
}

const memory = (why: string, later?: IndexedDbRecords): MemoryRecords =>
  new MemoryRecords(
    `IndexedDB cannot be used (${why}): classifiers and batches are kept in memory and end with this page.`,
    // Whoever holds a lock when the database answers holds it towards other tabs too.
    later?.locks,
  );
