import { DEFAULT_DATABASE, IndexedDbRecords } from './indexeddb-records.ts';
import { LateRecords } from './late-records.ts';
import { MemoryRecords } from './memory-records.ts';
import type { Records } from './records.ts';

/** Milliseconds after which calls no longer wait for a database that does not open: some browsers never answer. */
const OPEN_TIMEOUT = 5000;

/**
 * IndexedDB where it works, memory where it does not: no IndexedDB at all, forbidden by a setting or a sandboxed
 * frame, or not answering. The result's `kind` says which, and its `reason` why. A database that answers later takes
 * over what was kept in memory until then.
 * @param patience milliseconds
 */
export async function openRecords(database = DEFAULT_DATABASE, patience = OPEN_TIMEOUT): Promise<Records> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    if (typeof indexedDB === 'undefined') throw new Error('there is no IndexedDB here');
    const records = new IndexedDbRecords(database);
    const opened = records.probe().then(() => records);
    const timeout = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), patience);
    });
    const inTime = await Promise.race([opened, timeout]);
    if (inTime) return inTime;
    return new LateRecords(opened, memory('it has not answered yet', records));
  } catch (error) {
    return memory(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
  }
}

const memory = (why: string, later?: IndexedDbRecords): MemoryRecords =>
  new MemoryRecords(
    `IndexedDB cannot be used (${why}): classifiers and batches are kept in memory and end with this page.`,
    // Whoever holds a lock when the database answers holds it towards other tabs too.
    later?.locks,
  );
