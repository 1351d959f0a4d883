import type { Meter } from '../chunker/meter.ts';

/** [start, end) in UTF-16 code units. */
export type Span = [start: number, end: number];

export interface ChunkOptions {
  /** Maximum characters (UTF-16 code units) per chunk, without the white space after it. */
  maxLength: number;
  /** BCP 47, for sentences. Default: the runtime's. */
  locale?: string | undefined;
  meter?: Meter | undefined;
}

/** Adjoining spans from their starts: each ends where the next one starts, the last at the text's end. */
export const spansFromStarts = (starts: readonly number[], end: number): Span[] =>
  starts.map((start, index) => [start, starts[index + 1] ?? end]);
