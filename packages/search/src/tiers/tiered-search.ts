/**
 * Search in tiers, for a page: an answer from words and the query table at once, then a better one from the model and
 * the reranker, if they may be used. No DOM: an interface shows the state and says what its reader touches.
 */
import type { FoundationError } from '@nearfield/spec';
import type { SearchAnswer, SearchOptions } from '../open-index.ts';
import { asFoundationError, hasLaterTiers, laterAnswer, type SearchModels } from './later-tiers.ts';
import { type Engine, OptionalModel } from './optional-model.ts';
import { permissionOf, savesData as readsSaveData } from './policy.ts';
import {
  NOTHING,
  type SearchState,
  type TieredIndex,
  type TieredSearchOptions,
  tierOf,
  unlike,
} from './search-state.ts';
import { placed, settle } from './settle.ts';

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
