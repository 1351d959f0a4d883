/** What a document of the set says, before it is typeset. */
export type Part =
  | { kind: 'heading'; level: 1 | 2 | 3; text: string }
  /** `note` is a footnote to the paragraph's fourth word; `link` an address that its first three words lead to. */
  | { kind: 'paragraph'; text: string; note?: string; link?: string }
  | { kind: 'list'; ordered: boolean; items: { text: string; depth: number }[] }
  | { kind: 'table'; rules: 'grid' | 'horizontal' | 'none'; rows: string[][] }
  | { kind: 'fields'; fields: { label: string; value: string | boolean }[] }
  /** A page that is a picture. */
  | { kind: 'scan' };

/** How a document is typeset. */
export interface Style {
  seed: number;
  font: 'Helvetica' | 'Times' | 'DejaVu Sans' | 'DejaVu Serif';
  size: number;
  leading: number;
  margin: number;
  page: 'A4' | 'LETTER' | 'A5';
  columns: number;
  gutter: number;
  justified: boolean;
  hyphenated: boolean;
  /** Paragraphs begin with an indent, instead of a space above. */
  indented: boolean;
  rightToLeft: boolean;
  /** Degrees by which the page is turned for reading. */
  turned: 0 | 90 | 270;
  /** Text of running heads; feet have the page's number. */
  running?: string | undefined;
  /** Whether the document has an outline of its headings. */
  outline: boolean;
  /** Headings of the first level run across all columns. */
  spanning: boolean;
}

/** A document of the set. */
export interface SetDocument {
  name: string;
  style: Style;
  parts: Part[];
}

/** What a reader has to find: taken from the document as it was written, not from the PDF. */
export interface Truth {
  /** Words in reading order; footnotes follow what their page begins. */
  words: string[];
  headings: { level: number; text: string }[];
  tables: string[][][];
  scannedPages: number[];
}
