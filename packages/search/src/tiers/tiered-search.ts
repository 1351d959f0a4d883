/**
 * Search in tiers, for a page: an answer from words and the query table at once, then a better one from the model and
 * the reranker, if they may be used. No DOM: an interface shows the state and says what its reader touches.
 */
import type { FoundationError } from '@nearfield/spec';
import type { Manifest } from '../format/manifest.ts';
import type { SearchAnswer, SearchIndex, SearchOptions } from '../open-index.ts';
import {
  asFoundationError,
  hasLaterTiers,
  laterAnswer,
  type SearchModels,
  type Tier,
} from './later-tiers.ts';
import { type Engine, type ModelState, OptionalModel } from './optional-model.ts';
import { type ModelPolicy, permissionOf, savesData as readsSaveData } from './policy.ts';
import { placed, type Slot, settle } from './settle.ts';

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

const NOTHING = {
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

/**
 * @example
 * const search = new TieredSearch({
 *   openIndex: () => openIndex(fetchLoader('/search/')),
 *   foundation: async () => createLocal(),
 * });
 * search.subscribe(() => show(search.state.slots));
 * input.addEventListener('focus', () => search.engage());
 * input.addEventListener('input', () => search.search(input.value));
 */
export class TieredSearch {
  readonly #options: TieredSearchOptions;
  readonly #listeners = new Set<() => void>();
  readonly #held = new Set<string>();
  #index: Promise<TieredIndex> | undefined;
  #models: SearchModels | undefined;
  #engine: Promise<Engine> | undefined;
  #isEngaged = false;
  #filters: NonNullable<SearchOptions['filters']> = {};
  #running = new AbortController();
  #state: SearchState = { ...NOTHING, isOutdated: false, models: { model: 'idle', reranker: 'idle' } };

  constructor(options: TieredSearchOptions) {
    this.#options = options;
    if (options.model === 'always' || options.rerank === 'always') void this.#prepare();
  }

  get state(): SearchState {
    return this.#state;
  }

  /** Calls a listener after each change of the state, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The index, opened if it is not. */
  index(): Promise<TieredIndex> {
    this.#index ??= this.#options.openIndex();
    const opening = this.#index;
    opening.catch(() => {
      if (this.#index === opening) this.#index = undefined;
    });
    return opening;
  }

  /** The reader turns to the search: opens the index, and loads what the policies allow. Call it as often as you like. */
  engage(): void {
    const isFirst = !this.#isEngaged;
    this.#isEngaged = true;
    const running = this.#running;
    const stands = this.#state.tier !== undefined && !this.#state.isBusy && !this.#state.isRefining;
    void this.#prepare().then(() => {
      // An answer that stands since before gets better, too.
      if (isFirst && stands && running === this.#running) void this.#improve();
    });
  }

  /**
   * Answers a query; the one before is cancelled. The state follows: an answer first, a better order later.
   * Resolves when nothing more will come. Never rejects: what goes wrong is in the state.
   */
  async search(query: string, filters: NonNullable<SearchOptions['filters']> = {}): Promise<void> {
    this.#running.abort();
    this.#running = new AbortController();
    const { signal } = this.#running;
    this.#held.clear();
    this.#filters = filters;
    if (query.trim() === '') {
      this.#set({ ...NOTHING });
      return;
    }
    this.#set({ query, isBusy: true, isRefining: false });
    try {
      const index = await this.index();
      signal.throwIfAborted();
      this.#allowModels(index);
      const answer = await this.#ask(index, query, signal, { facets: index.countsFacets !== false });
      this.#set({
        slots: placed(answer.results),
        tier: answer.tier ?? tierOf(index, answer),
        matchesWords: answer.results.some(({ passages }) =>
          passages.some(({ explanation }) => explanation!.keywords > 0),
        ),
        isBusy: false,
        facets: answer.facets,
        relevance: new Map(),
        problems: [...answer.problems, ...this.#modelProblems()],
        error: undefined,
      });
      await this.#refine(index, query, answer, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#set({ ...NOTHING, query, error: asFoundationError(error) });
      // A missing file may mean that the site has a new index.
      await this.checkOutdated();
    }
  }

  /** The reader has focused or hovered a result: it keeps its place until the next query. */
  hold(id: string): void {
    this.#held.add(id);
  }

  /** The reader has gone down to a result: it and all above keep their places until the next query. */
  holdThrough(id: string): void {
    const last = this.#state.slots.findIndex(({ result }) => result.id === id);
    for (const { result } of this.#state.slots.slice(0, last + 1)) this.#held.add(result.id);
  }

  /** Looks whether the site has a newer index. Without a network nothing is known, and nothing said. */
  async checkOutdated(): Promise<void> {
    try {
      const index = await this.#index;
      if (!(await index?.isOutdated?.()) || this.#index === undefined) return;
      this.#set({ isOutdated: true });
    } catch {}
  }

  /** Opens the index anew and asks the query again: for a newer index, or after an error. */
  async reopen(): Promise<void> {
    this.#index = undefined;
    this.#models = undefined;
    this.#set({ isOutdated: false });
    if (this.#isEngaged) void this.#prepare();
    await this.search(this.#state.query, this.#filters);
  }

  /** Cancels what runs. The foundation stays open: it belongs to whoever gave it. */
  close(): void {
    this.#running.abort();
    this.#listeners.clear();
  }

  async #prepare(): Promise<void> {
    try {
      const index = await this.index();
      if (this.#isEngaged) {
        // What every query needs is loaded while the reader types.
        index.facets().catch(() => {});
      }
      this.#allowModels(index);
    } catch {
      // The first search says why.
    }
  }

  #allowModels(index: TieredIndex): void {
    const { foundation, model = 'if-cached', reranker = 'minilm-reranker' } = this.#options;
    if (foundation === undefined) return;
    const changed = (): void => this.#modelsChanged();
    const engine = (): Promise<Engine> => {
      this.#engine ??= foundation();
      this.#engine.catch(() => {
        this.#engine = undefined;
      });
      return this.#engine;
    };
    const meaning = index.manifest?.meaning;
    this.#models ??= {
      embedder:
        meaning &&
        new OptionalModel(meaning.model, {
          engine,
          changed,
          check: async (loaded) => {
            // It brings the catalogue of models, which searches by the table do without.
            const { checkModel } = await import('../meaning/query-model.ts');
            await checkModel({ foundation: loaded, model: meaning.model }, meaning);
          },
        }),
      reranker: new OptionalModel(reranker, { engine, changed }),
    };
    const facts = { isEngaged: this.#isEngaged, savesData: (this.#options.savesData ?? readsSaveData)() };
    this.#models.embedder?.allow(permissionOf(model, facts));
    this.#models.reranker.allow(permissionOf(this.#options.rerank ?? 'if-cached', facts));
  }

  #modelsChanged(): void {
    const { embedder, reranker } = this.#models ?? {};
    this.#set({ models: { model: embedder?.state ?? 'idle', reranker: reranker?.state ?? 'idle' } });
  }

  /** Why models that were allowed cannot be used. */
  #modelProblems(): FoundationError[] {
    const { embedder, reranker } = this.#models ?? {};
    return [embedder?.problem, reranker?.problem].filter((problem) => problem !== undefined);
  }

  #ask(
    index: TieredIndex,
    query: string,
    signal: AbortSignal,
    more: Pick<SearchOptions, 'limit' | 'meaning' | 'rerank' | 'facets'> = {},
  ): Promise<SearchAnswer> {
    const { limit = 10, weights } = this.#options;
    const filters = this.#filters;
    return index.search(query, {
      limit,
      filters,
      explain: true,
      signal,
      ...(weights && { weights }),
      ...more,
    });
  }

  /** Makes the order of the answer that stands better. */
  async #improve(): Promise<void> {
    const { query } = this.#state;
    const { signal } = this.#running;
    try {
      const index = await this.index();
      if (!signal.aborted) await this.#refine(index, query, undefined, signal);
    } catch {
      // The answer that stands is as good as before.
    }
  }

  /** Later tiers. The order changes once, when the last of them has answered. */
  async #refine(
    index: TieredIndex,
    query: string,
    first: SearchAnswer | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const models = this.#models ?? {};
    if (!hasLaterTiers(models, first)) return;
    const { limit = 10 } = this.#options;
    this.#set({ isRefining: true });
    try {
      const { order, problems } = await laterAnswer(models, {
        query,
        first,
        limit,
        ask: (options) => this.#ask(index, query, signal, options),
        signal,
      });
      const { slots, problems: before } = this.#state;
      this.#set({
        problems: unlike([...before, ...this.#modelProblems(), ...problems]),
        ...(order && {
          tier: order.tier,
          slots: settle(slots, order.results.slice(0, limit), this.#held),
          relevance: order.relevance,
        }),
      });
    } finally {
      if (!signal.aborted) this.#set({ isRefining: false });
    }
  }

  #set(change: Partial<SearchState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Source of a first answer. Indexes without files read a query's meaning with their model. */
function tierOf({ manifest }: TieredIndex, { meaning }: SearchAnswer): Tier {
  if (meaning === 'none') return 'keywords';
  return manifest === undefined ? 'model' : 'table';
}

/** Problems, each once. */
const unlike = (problems: readonly FoundationError[]): FoundationError[] => [
  ...new Map(problems.map((problem) => [problem.message, problem])).values(),
];
