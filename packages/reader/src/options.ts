import type { PdfSettings } from './pdf/document.ts';

/** A page or document that was loaded. */
export interface LoadedDocument {
  bytes: Uint8Array;
  /** Its address after redirects. @default the address that was asked for */
  url?: string | undefined;
  /** Media type with parameters, such as `text/html; charset=utf-8`. @default found out from the bytes */
  contentType?: string | undefined;
}

/** Options of `createReader()`. All are optional. */
export interface ReaderOptions {
  /**
   * Loads pages and documents by URL.
   *
   * @default `fetch`: a page may load what is on its own origin and what other origins allow it by CORS. In Node it loads
   *   every address that the process can reach, those of private networks too: give a guarded one where others choose
   *   the addresses
   */
  load?: ((url: string, options: LoadOptions) => Promise<LoadedDocument>) | undefined;
  /** How PDFs are read. Pages name here where pdfjs-dist and its worker are. */
  pdf?: PdfSettings | undefined;
  /** Id of the reranker that ranks passages by a question. @default 'minilm-reranker' */
  reranker?: string | undefined;
  /** Id of the embedding model that ranks them if there is no reranker. @default 'all-MiniLM-L6-v2' */
  embedder?: string | undefined;
}

/** Options of loading. */
export interface LoadOptions {
  signal?: AbortSignal | undefined;
  headers: Readonly<Record<string, string>>;
  /** Largest document in bytes. */
  maxBytes: number;
}
