export { type BaseUrlOptions, baseUrlSource } from './base-url-source.ts';
export type { ChunkCache, FileKey, FileRecord, ModelRecord, StoredModel } from './cache.ts';
export { openDefaultCache } from './default-cache.ts';
export { filesSource } from './files-source.ts';
export type { HttpOptions } from './http.ts';
export { type HubOptions, type HubToken, hubSource } from './hub-source.ts';
export { IndexedDbCache } from './indexeddb-cache.ts';
export type { Locks } from './locks.ts';
export { MemoryCache } from './memory-cache.ts';
export type { Channel } from './progress-channel.ts';
export type { RetryPolicy } from './retry.ts';
export type { StorageEstimator } from './room.ts';
export { createModelStore, type ModelStoreOptions } from './store.ts';
export type {
  ExportedFile,
  FileDescription,
  FileRequest,
  ImportOptions,
  ManagedModelStore,
  ModelSource,
  ModelStore,
  ModelUsage,
  OpenedStream,
  OpenFilesOptions,
  OpenStreamOptions,
  StoredFile,
} from './types.ts';
