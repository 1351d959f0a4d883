import type { BatchOutputLine, EmbeddingTask, ModelEntry } from '@nearfield/spec';

/** Defaults of a batch for its lines. */
export interface BatchDefaults {
  task: EmbeddingTask | null;
  dimensions: number | null;
  normalized: boolean;
}

/** A line of input, or the length of one that was too long to be kept. */
export type InputLine = string | number;

/** Maximum characters per line. 2048 inputs of 4,000 characters fit. */
export const LINE_CHARACTERS = 1 << 23;

/** Source of a new job's lines. */
export type BatchSource =
  | { kind: 'lines'; lines: string[] }
  | { kind: 'blob'; blob: Blob }
  | { kind: 'url'; url: string };

/** A batch request that fits its schema and its model. */
export interface NewBatch {
  /** The id of the job to make: a call that is sent again makes no second one. */
  id: string;
  model: string;
  entry: ModelEntry;
  defaults: BatchDefaults;
  source: BatchSource;
}

/** Some lines of a job's results, and the position of the next. */
export interface LinesPage {
  lines: BatchOutputLine[];
  next: number | undefined;
}
