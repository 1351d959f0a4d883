/**
 * Search for any site: opens an index of static files and searches it, in a page or in Node. Indexes are built by
 * `@nearfield/search/build`.
 *
 * @module
 */

export { ANY_LANGUAGE, ENGLISH, type Language } from './analysis/analyser.ts';
export { loadLanguage } from './analysis/languages.ts';
export type {
  Explanation,
  FoundDocument,
  FoundPassage,
  QueryModel,
  Reranker,
  SearchAnswer,
  SearchOptions,
} from './answers.ts';
export type { FacetCounts, FilterChoices, FilterRange, FilterValue } from './filters.ts';
export type { IndexFile, Manifest } from './format/manifest.ts';
export {
  HttpIndex,
  type HttpIndexFacts,
  type HttpIndexOptions,
  type HttpSearchOptions,
  openHttpIndex,
} from './http/http-index.ts';
export { KEYWORD_WEIGHTS, type KeywordScore, type KeywordWeights, type WordScore } from './keywords/bm25f.ts';
export { fetchLoader, type Loader, memoryLoader } from './loader.ts';
export { MergedIndex, type NamedIndex, openIndexes } from './merged-index.ts';
export { type OpenOptions, openIndex, SearchIndex } from './open-index.ts';
export { evaluate, type LabelledQuery, labelledQueries, type Quality } from './ranking/evaluate.ts';
export { FUSION_WEIGHTS, type FusionWeights } from './ranking/fusion.ts';
export type { TextRange } from './ranking/highlights.ts';
export {
  estimateTokens,
  type Retrieved,
  type RetrievedPassage,
  type RetrieveOptions,
  retrieve,
  type Searchable,
  type Source,
} from './retrieve.ts';
