/** Values of a passage by the names of the filters that it can be found by. */
export type FilterValues = Readonly<Record<string, readonly string[]>>;

/** A stretch of text that can be found. */
export interface Passage {
  /** Unique among all passages. */
  readonly id: string;
  /** Where it comes from: a subject of the sample corpus, a file name and headings. */
  readonly source: string;
  /** Only the sample corpus and records have titles. */
  readonly title?: string | undefined;
  /** The headings above it in its document, outermost first. */
  readonly headings: readonly string[];
  readonly text: string;
  /** Values of its own: a subject of the sample corpus, metadata of a record. */
  readonly filters?: FilterValues | undefined;
}

/** Kinds of documents. A picture is one in the index of pictures. */
export type DocumentKind = 'text' | 'markdown' | 'html' | 'pdf' | 'records' | 'picture';

/** What is known of a document besides its text. */
export interface DocumentFacts {
  readonly kind: DocumentKind;
  /** Language subtag, such as `en`. Undefined where it is not known. */
  readonly language?: string | undefined;
  /** Path of the folder that it was chosen from. Undefined: it was chosen by itself. */
  readonly folder?: string | undefined;
}

/** A file, a pasted text or the sample corpus. */
export interface TextDocument extends DocumentFacts {
  readonly id: string;
  readonly name: string;
  readonly passages: readonly Passage[];
  /** Equal for documents of the same passages under the same headings. */
  readonly fingerprint: string;
  /** When it was added, in milliseconds since 1970. */
  readonly added: number;
}
