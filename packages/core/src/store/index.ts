export { baseUrlSource } from './base-url-source.ts';
export { openDefaultCache } from './default-cache.ts';
export { filesSource } from './files-source.ts';
export { hubSource } from './hub-source.ts';
export { IndexedDbCache } from './indexeddb-cache.ts';
export { MemoryCache } from './memory-cache.ts';
export { createModelStore, type ModelStoreOptions } from './store.ts';
