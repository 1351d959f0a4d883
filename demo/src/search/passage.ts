/** A stretch of text that can be found. */
export interface Passage {
  /** Unique among all passages. */
  readonly id: string;
  /** Where it comes from: a subject of the sample corpus, a file name and headings. */
  readonly source: string;
  /** Only the sample corpus has titles. */
  readonly title?: string | undefined;
  /** The headings above it in its document, outermost first. */
  readonly headings: readonly string[];
  readonly text: string;
}

/** A file, a pasted text or the sample corpus. */
export interface TextDocument {
  readonly id: string;
  readonly name: string;
  readonly passages: readonly Passage[];
  /** Equal for documents of the same passages under the same headings. */
  readonly fingerprint: string;
  /** When it was added, in milliseconds since 1970. */
  readonly added: number;
}
