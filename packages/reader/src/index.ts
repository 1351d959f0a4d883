export type { ReaderOptions } from './options.ts';
export { createReader } from './reader.ts';
