import type { FoundDocument, FoundPassage } from '../open-index.ts';
import type { Tier } from '../tiers/later-tiers.ts';

/** An answer that will not change any more, unless its index does. */
export interface SearchDetail {
  readonly query: string;
  /** Pages shown. */
  readonly results: number;
  readonly tier: Tier;
  readonly filters: Readonly<Record<string, readonly string[]>>;
}

/** A result that the reader follows. `preventDefault()` keeps the browser from going there. */
export interface SelectDetail {
  readonly query: string;
  /** Address of the link. */
  readonly url: string;
  readonly result: FoundDocument;
  /** The passage that the link leads to. */
  readonly passage: FoundPassage | undefined;
  /** Place of the page in the list, from 0. */
  readonly place: number;
}

/** Outcome of a query, sent to the analytics hook once the reader has finished with it. */
export interface FinishedSearch extends SearchDetail {
  /** Absent if no result was followed. */
  readonly selected?: { readonly url: string; readonly place: number };
}

/** Events of `<nearfield-search>`. All bubble and leave shadow trees. */
export interface SearchEventMap {
  'nearfield-open': CustomEvent<undefined>;
  'nearfield-close': CustomEvent<undefined>;
  'nearfield-search': CustomEvent<SearchDetail>;
  'nearfield-select': CustomEvent<SelectDetail>;
  /** Why there is no answer, as `code` and `message`. */
  'nearfield-error': CustomEvent<{ readonly code: string; readonly message: string }>;
}
