/** What a search in tiers is given, and what it shows. */
import type { FoundationError } from '@nearfield/spec';
import type { Manifest } from '../format/manifest.ts';
import type { SearchAnswer, SearchIndex, SearchOptions } from '../open-index.ts';
import type { Tier } from './later-tiers.ts';
import type { Engine, ModelState } from './optional-model.ts';
import type { ModelPolicy } from './policy.ts';
import type { Slot } from './settle.ts';

/** An index of any kind: of static files, live, or at a server. */
export interface TieredIndex extends Pick<SearchIndex, 'search' | 'facets'> {
  /** Of static files: names the model that a foundation of the page may add. Others have their model themselves. */
  readonly manifest?: Pick<Manifest, 'meaning'>;
  /** Ids of the languages of its documents. */
  readonly languages: readonly string[];
  /** Whether it counts the values of a query. Default: true. */
  readonly countsFacets?: boolean;
  isOutdated?(): Promise<boolean>;
}

/** Options of a search in tiers. */
export interface TieredSearchOptions {
  /** Opens the index: called once it is needed, and again after it failed. */
  readonly openIndex: () => Promise<TieredIndex>;
  /**
   * Gives the foundation that runs models, such as `createLocal()` of `@nearfield/core`: called once a policy allows a
   * model. Its `storage` says what is cached; a foundation without one is taken for a server.
   * @default none: words and the query table only
   */
  readonly foundation?: (() => Promise<Engine>) | undefined;
  /** When the index's model may be loaded. @default 'if-cached' */
  readonly model?: ModelPolicy | undefined;
  /** When the reranker may be loaded. @default 'if-cached' */
  readonly rerank?: ModelPolicy | undefined;
  /** The foundation's model for reranking. @default 'minilm-reranker' */
  readonly reranker?: string | undefined;
  /** Documents at most. @default 10 */
  readonly limit?: number | undefined;
  /** How words and meaning are weighed. @default those of `search()` */
  readonly weights?: SearchOptions['weights'];
  /** Whether the reader saves data. @default `navigator.connection.saveData` */
  readonly savesData?: (() => boolean) | undefined;
}

/** State for display. */
export interface SearchState {
  /** The query that was asked last; empty if there is none. */
  readonly query: string;
  /** The results in their places. While `isBusy` they are those of the query before. */
  readonly slots: readonly Slot[];
  /** Source of the order; undefined without an answer. */
  readonly tier: Tier | undefined;
  /** Whether a page of the first answer has a word of the query; where none has, all were found by meaning. */
  readonly matchesWords: boolean;
  /** Whether the first answer is on its way. */
  readonly isBusy: boolean;
  /** Whether a better order may follow. */
  readonly isRefining: boolean;
  /** Documents that the query is about, by filter name and value; undefined without an answer. */
  readonly facets: SearchAnswer['facets'] | undefined;
  /** The reranker's score of a document, 0 to 1, by id. */
  readonly relevance: ReadonlyMap<string, number>;
  /** Parts of the index that could not be used, or a model that could not; the answer was made without them. */
  readonly problems: readonly FoundationError[];
  /** Why there is no answer. */
  readonly error: FoundationError | undefined;
  /** Whether the site has a newer index than the one that is searched. */
  readonly isOutdated: boolean;
  readonly models: { readonly model: ModelState; readonly reranker: ModelState };
}

/** The state without an answer. */
export const NOTHING = {
  query: '',
  slots: [],
  tier: undefined,
  matchesWords: false,
  isBusy: false,
  isRefining: false,
  facets: undefined,
  relevance: new Map(),
  problems: [],
  error: undefined,
} satisfies Partial<SearchState>;

/** Source of a first answer. Indexes without files read a query's meaning with their model. */
export function tierOf({ manifest }: TieredIndex, { meaning }: SearchAnswer): Tier {
  if (meaning === 'none') return 'keywords';
  return manifest === undefined ? 'model' : 'table';
}

/** Problems, each once. */
export const unlike = (problems: readonly FoundationError[]): FoundationError[] => [
  ...new Map(problems.map((problem) => [problem.message, problem])).values(),
];
