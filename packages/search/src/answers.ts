/** Options and answers of searches. */
import type { FoundationError, SearchFoundation } from '@nearfield/spec';
import type { FacetCounts, FilterChoices } from './filters.ts';
import type { KeywordScore, KeywordWeights } from './keywords/bm25f.ts';
import type { FusionWeights } from './ranking/fusion.ts';
import type { TextRange } from './ranking/highlights.ts';

/** A model that makes vectors of queries: the one that embedded the index's passages. */
export interface QueryModel {
  readonly foundation: Pick<SearchFoundation, 'embeddings'>;
  readonly model: string;
}

/** A model that reads the query beside each of the best passages. */
export interface Reranker {
  readonly foundation: Pick<SearchFoundation, 'rerank'>;
  readonly model: string;
  /** Documents that are ranked again. @default 20 */
  readonly top?: number;
}

/** Options of `search()`. All are optional. */
export interface SearchOptions {
  /** Documents at most. @default 10 */
  readonly limit?: number;
  /** For each name, values of which a document must have one, or a range. */
  readonly filters?: FilterChoices;
  /** Whether the answer counts the values of filters among the documents that the query is about. @default false */
  readonly facets?: boolean;
  /** Whether results say what each part gave. @default false */
  readonly explain?: boolean;
  /** Whether words are looked for. @default true */
  readonly keywords?: boolean;
  /**
   * Meaning of the query: `true` by the index's query table, if it has one; a model, which is checked against the
   * index first; the vector that the index's model made of the query; or `false`. A model that fails is replaced by
   * the table, and `problems` says why.
   * @default true
   */
  readonly meaning?: boolean | Float32Array | QueryModel;
  /** Ranks the best again by a model that reads query and passage together. If it fails, the order stays. */
  readonly rerank?: Reranker;
  readonly weights?: {
    readonly fusion?: Partial<FusionWeights>;
    readonly keywords?: Partial<KeywordWeights>;
  };
  readonly signal?: AbortSignal;
}

/** Contributions to a passage's score. */
export interface Explanation {
  readonly keywords: number;
  readonly meaning: number;
  /** Contribution of each word of the query, before weights. */
  readonly words: KeywordScore['words'];
  /** Contribution of adjacent words, before weights. */
  readonly phrase: number;
  /** Contribution of a title that the query names, before weights. */
  readonly named: number;
  /** The factor that the site gave this part of its pages (`data-nearfield-weight`). Absent: 1. */
  readonly weight?: number;
  /** The reranker's score, if it read this passage. */
  readonly rerank?: number;
}

/** A passage of a document that was found. */
export interface FoundPassage {
  readonly headings: readonly string[];
  /** Fragment of the address, without `#`. */
  readonly anchor: string;
  readonly text: string;
  readonly score: number;
  /** Ranges of `text` that matched words of the query. */
  readonly highlights?: readonly TextRange[];
  /** The range of `text` that is worth showing: about 220 letters around the matches. */
  readonly excerpt?: TextRange;
  readonly explanation?: Explanation;
}

/** A document that was found, with its best passages, at most three. */
export interface FoundDocument {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly breadcrumbs: readonly string[];
  readonly score: number;
  readonly passages: readonly FoundPassage[];
  /** Ranges of `title` that matched words of the query. */
  readonly highlights?: readonly TextRange[];
  /** Name of the index it is from, where several are searched together. */
  readonly index?: string;
}

/** Answer to a query: documents with their best passages, and what stood in the way. */
export interface SearchAnswer {
  readonly results: readonly FoundDocument[];
  /** `partial`: some words of the query had no row yet; ask again for all. */
  readonly meaning: 'full' | 'partial' | 'none';
  /** Files and models that could not be used, and why. Nothing of them was ranked with. */
  readonly problems: readonly FoundationError[];
  /** The query as its meaning was read, where a mistyped word was replaced. */
  readonly corrected?: string;
  /** The best part that ranked, where the index itself chose it, as one at a server does. */
  readonly tier?: 'keywords' | 'table' | 'model' | 'reranker';
  /**
   * Documents of the query by filter name and value, if `facets` was set: those that have at least half as much of its
   * words as the best, and the results. A name that is filtered by counts as if it were not.
   */
  readonly facets?: FacetCounts;
}
