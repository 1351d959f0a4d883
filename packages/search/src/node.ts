/**
 * Indexes in Node: sources and indexes in folders, query tables, vectors kept between builds.
 *
 * @module
 */

export { folderLoader, writeIndex } from './node/folder.ts';
export { readQueryTableFolder } from './node/query-table.ts';
export { readSource, type SourceOptions } from './node/source.ts';
export { VectorCache } from './node/vector-cache.ts';
