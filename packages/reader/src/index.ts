export type { LoadedDocument, LoadOptions, ReaderOptions } from './options.ts';
export type { PdfSettings } from './pdf/document.ts';
export { createReader } from './reader.ts';
