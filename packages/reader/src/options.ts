/** Options of `createReader()`. All are optional. */
export interface ReaderOptions {
  /**
   * Fetches pages and PDFs by URL. A page may only fetch what its origin, or the other's CORS headers, allow.
   *
   * @default the global `fetch`
   */
  fetch?: typeof fetch | undefined;
}
