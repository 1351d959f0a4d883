/**
 * Live indexes in a page: documents that are added, changed and removed while they are searched, kept in IndexedDB.
 *
 * @module
 */

import { IndexedDbStore } from './indexeddb-store.ts';
import type { LiveIndex } from './live-index.ts';
import { MemoryStore } from './memory-store.ts';
import { type LiveIndexOptions, openLive, requireName } from './open.ts';
import { vectorsOfPage } from './vectors/worker-vectors.ts';

export interface PageIndexOptions extends LiveIndexOptions {
  /** `false`: the index ends with the page. @default true */
  readonly persist?: boolean;
}

/**
 * Opens a live index, or makes it. All tabs of the origin that open it by its name share it.
 *
 * @throws FoundationError STORAGE_FAILED where the browser has no database; INPUT_VALIDATION_FAILED for an index of
 *   another model.
 * @example
 * const index = await openLiveIndex({ name: 'notes', foundation, model: 'all-MiniLM-L6-v2' });
 * await index.add({ id: '1', title: 'Bread', text: 'Keep it in a linen bag.' });
 * const { results } = await index.search('how do loaves stay fresh');
 */
export async function openLiveIndex(options: PageIndexOptions): Promise<LiveIndex> {
  requireName(options);
  const { persist = true } = options;
  const store = persist ? await IndexedDbStore.open(options.name) : new MemoryStore();
  return openLive(store, vectorsOfPage, options);
}

export type { Json, LiveDocument, StoredDocument } from './documents.ts';
export { type LiveCounts, LiveIndex } from './live-index.ts';
export type { LiveIndexOptions } from './open.ts';
export type { LiveProgress, WriteOptions } from './writing.ts';
