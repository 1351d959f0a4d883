/**
 * Builds indexes for `@nearfield/search`: reads HTML, Markdown and JSON lines, and writes the files of a static index.
 *
 * @module
 */

export { type TrainOptions, trainQueryTable } from './build/train-table.ts';
export { type BuildOptions, buildIndex, type MeaningSource, type VectorStore } from './build-index.ts';
export { documentOfHtml } from './documents/html.ts';
export { documentsOfJsonl } from './documents/jsonl.ts';
export { documentOfMarkdown, type FileFacts } from './documents/markdown.ts';
export { passagesOf } from './documents/passages.ts';
export type { Filters, Passage, Section, SourceDocument } from './documents/types.ts';
export { type QueryTable, readQueryTable, writeQueryTable } from './meaning/safetensors.ts';
