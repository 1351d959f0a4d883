/** Options of reading a PDF. */
export interface PdfOptions {
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
  /** Author, subject, keywords, producer and the like, as the document says. */
  metadata: Record<string, unknown>;
  /** One entry per page, in order. */
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
