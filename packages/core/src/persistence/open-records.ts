import { IndexedDbRecords } from './indexeddb-records.ts';
import { MemoryRecords } from './memory-records.ts';
import type { Records } from './records.ts';

/** Milliseconds after which a database that does not open counts as blocked: some browsers never answer. */
const OPEN_TIMEOUT = 5000;

/**
 * IndexedDB where it works, memory where it does not: no IndexedDB at all, forbidden by a setting or a sandboxed
 * frame, or never answering. The result's `kind` says which.
 */
export async function openRecords(database?: string): Promise<Records> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const records = new IndexedDbRecords(database);
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('IndexedDB does not answer')), OPEN_TIMEOUT);
    });
    await Promise.race([records.probe(), timeout]);
    return records;
  } catch {
    return new MemoryRecords();
  } finally {
    clearTimeout(timer);
  }
}
