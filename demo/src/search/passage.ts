/** A stretch of text that can be found. Compared by identity: the same text in two documents is two passages. */
export interface Passage {
  readonly id: string;
  /** Where it comes from: a subject of the sample corpus, a file name and headings. */
  readonly source: string;
  /** Only the sample corpus has titles. */
  readonly title?: string | undefined;
  readonly text: string;
}

/** A file, a pasted text or the sample corpus. */
export interface TextDocument {
  readonly id: string;
  readonly name: string;
  readonly passages: readonly Passage[];
  /** Equal for documents of the same passages under the same headings. */
  readonly fingerprint: string;
}
