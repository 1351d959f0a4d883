/** Values that results can be filtered by, such as `{ version: ['2', '3'], language: ['en'] }`. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** A part of a document under one heading. */
export interface Section {
  /** Headings above and of this part, the outermost first, without the document's title. */
  readonly headings: readonly string[];
  /** The fragment of its address, without `#`; empty where there is none. */
  readonly anchor: string;
  /** Plain text, paragraphs separated by an empty line. */
  readonly text: string;
  /** Factor of its passages' scores, 0 to 15. @default 1 */
  readonly weight?: number;
}

/** A page or text to be found. */
export interface SourceDocument {
  /** Unique in the index. */
  readonly id: string;
  readonly title: string;
  /** Address that a result links to: absolute, or relative to the site. */
  readonly url: string;
  /** BCP 47, such as `de`. Absent: that of the index. */
  readonly language?: string;
  /** Position in the site, the outermost first, such as `['Guides', 'Deployment']`. */
  readonly breadcrumbs: readonly string[];
  readonly filters: Filters;
  readonly sections: readonly Section[];
}

/** A piece of a document, of a size that one vector can stand for. */
export interface Passage extends Section {
  /** Position of its document. */
  readonly document: number;
}
