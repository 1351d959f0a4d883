/**
 * Live indexes in Node, kept in files.
 *
 * @module
 */

import { join, resolve } from 'node:path';
import { FileStore } from './file-store.ts';
import type { LiveIndex } from './live-index.ts';
import { MemoryStore } from './memory-store.ts';
import { type LiveIndexOptions, openLive, requireName } from './open.ts';
import { LocalVectors } from './vectors/vectors.ts';

export interface FileIndexOptions extends LiveIndexOptions {
  /** Directory of indexes, each in a folder of its own; created if missing. `undefined`: in memory. */
  readonly directory: string | undefined;
}

/**
 * Opens a live index, or makes it. Processes that open it in the same directory share it.
 *
 * @throws FoundationError STORAGE_FAILED, STORAGE_QUOTA_EXCEEDED; INPUT_VALIDATION_FAILED for an index of another model.
 * @example
 * const index = await openLiveIndex({ name: 'notes', directory: './data', foundation, model: 'all-MiniLM-L6-v2' });
 */
export async function openLiveIndex(options: FileIndexOptions): Promise<LiveIndex> {
  requireName(options);
  const { directory, name } = options;
  const store =
    directory === undefined
      ? new MemoryStore()
      : await FileStore.open(resolve(join(directory, encodeURIComponent(name).replace(/^\.+$/, 'dots'))));
  return openLive(store, async (dimensions) => new LocalVectors(dimensions), options);
}

export type { Json, LiveDocument, StoredDocument } from './documents.ts';
export { type LiveCounts, LiveIndex } from './live-index.ts';
export type { LiveIndexOptions } from './open.ts';
export type { LiveProgress, WriteOptions } from './writing.ts';
