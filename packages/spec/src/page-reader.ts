import type { ReadRequest, ReadResponse } from './endpoints/reader.ts';
import type { SearchFoundation } from './foundation.ts';
import type { CallOptions } from './progress.ts';

/** The methods that a reader uses if it is given a foundation: to count tokens, and to rank passages by a question. */
export type ReaderFoundation = Pick<SearchFoundation, 'segment' | 'rerank' | 'embeddings' | 'capabilities'>;

/** Options of a reader's call. */
export interface ReaderCallOptions extends CallOptions {
  /** @default none: tokens are estimated, and passages stay in the order of the page */
  foundation?: ReaderFoundation | undefined;
}

/** Reads pages and documents in this page or process, such as `createReader()` of @nearfield/reader. */
export interface PageReader {
  /**
   * @throws {FoundationError} INPUT_VALIDATION_FAILED for bad input, NOT_SUPPORTED for what needs a browser of its own,
   *   DOWNLOAD_FAILED for a page that cannot be fetched, INPUT_TOKEN_LIMIT_EXCEEDED above `tokenBudget`.
   */
  read(request: ReadRequest, options?: ReaderCallOptions): Promise<ReadResponse>;
}
