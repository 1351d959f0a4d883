import type { PdfStyle } from './markdown.ts';

/** Settings of reading PDFs: of `createReader({ pdf })`. All are optional. */
export interface PdfSettings {
  /**
   * Loads `pdfjs-dist` (5.5 or newer). Needed in pages: `() => import('pdfjs-dist')`.
   *
   * @default in Node, the installed one's build for older runtimes
   */
  library?: (() => Promise<unknown>) | undefined;
  /**
   * Address of the library's `pdf.worker.min.mjs`, on the page's own origin: a module worker is started from it for each
   * PDF. Content Security Policies need `worker-src 'self'`, neither `blob:` nor `unsafe-eval`.
   *
   * @default what `GlobalWorkerOptions` of the library says
   */
  workerUrl?: string | URL | undefined;
  /** Address of the library's folder `cmaps/`, for East Asian fonts that are not embedded. @default in Node, the installed one */
  cMapUrl?: string | undefined;
  /** Password of an encrypted PDF. */
  password?: string | undefined;
  /** First and last page to read, counted from 1. @default all */
  pages?: readonly [first: number, last: number] | undefined;
  /** Most pages that are read; a longer document gets a warning. @default 2000 */
  maxPages?: number | undefined;
}

/** Options of reading one PDF. */
export interface PdfOptions extends PdfSettings {
  /** How its text is written. @default Markdown with links in the line */
  style?: PdfStyle | undefined;
  /** Ends the reading with an `AbortError`. */
  signal?: AbortSignal | undefined;
  /** Called after each page with the number of pages read so far, and of all. */
  onPage?: ((done: number, all: number) => void) | undefined;
}

/** A PDF that was read: what its own information says, and its text as Markdown. */
export interface PdfDocument {
  /** Title from the document's information, or its first heading; empty if it has neither. */
  title: string;
  /** Subject of the document's information; empty if it has none. */
  description: string;
  /** ISO 8601 date of its creation, if known. */
  publishedTime?: string | undefined;
  /** Author, subject, keywords, producer and the like, as the document says; `pages` is their number. */
  metadata: Record<string, unknown>;
  /** One entry per page that was read, in order. */
  pages: readonly PdfPage[];
  /** The whole document; running heads and page numbers are left out. */
  markdown: string;
  /** Addresses that the document links to, with the text that they are on. */
  links: readonly (readonly [text: string, url: string])[];
  /** What the caller should know, such as that pages are scans without text. */
  warning?: string | undefined;
}

/** A page of a PDF. */
export interface PdfPage {
  /** Counted from 1. */
  number: number;
  markdown: string;
  /** Whether the page is a picture without text. */
  scanned: boolean;
}
