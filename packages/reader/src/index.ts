export type { LoadedDocument, LoadOptions, ReaderOptions } from './options.ts';
export { createReader } from './reader.ts';
