import type { SearchOptions } from '../open-index.ts';
import type { TieredSearch } from '../tiers/tiered-search.ts';
import { Announcer } from './announcer.ts';
import { Cursor } from './cursor.ts';
import type { FinishedSearch, SearchDetail, SearchEventMap } from './events.ts';
import { FacetChoice } from './facet-choice.ts';
import { localValues } from './local-values.ts';
import type { Row } from './parts/view.ts';
import { RecentSearches } from './recent-searches.ts';
import { rowsOf } from './rows.ts';
import { Searcher, type SearcherOptions } from './searcher.ts';

/** The element, as a session sees it. */
export interface SessionHost extends SearcherOptions {
  readonly filters: NonNullable<SearchOptions['filters']>;
  readonly facets: string;
  readonly recent: number;
  readonly suggestions: string;
  readonly analytics: ((search: FinishedSearch) => void) | undefined;
  /** Parts that are left out. */
  readonly hiddenParts: ReadonlySet<string>;
  requestUpdate(): void;
  emit<Name extends keyof SearchEventMap>(name: Name, detail: SearchEventMap[Name]['detail']): boolean;
}

/** Query, results and choices of one element's reader. */
export class SearchSession {
  readonly cursor = new Cursor();
  readonly choice = new FacetChoice();
  /** Ids of results whose explanation is open. */
  readonly explained = new Set<string>();
  readonly announcer: Announcer;
  readonly #host: SessionHost;
  #query = '';
  #rows: readonly Row[] = [];
  #searcher: Searcher | undefined;
  #recent = new RecentSearches(localValues, '');
  /** The last answer, until the reader is done with it. */
  #answer: SearchDetail | undefined;

  constructor(host: SessionHost) {
    this.#host = host;
    this.announcer = new Announcer(() => host.requestUpdate());
  }

  /** Text of the field. */
  get query(): string {
    return this.#query;
  }

  /** Made when it is first needed, which loads nothing yet unless a policy says `always`. */
  get searcher(): Searcher {
    if (this.#searcher === undefined) {
      this.#searcher = new Searcher(this.#host);
      this.#searcher.tiers.subscribe(() => this.#host.requestUpdate());
      this.#recent = new RecentSearches(localValues, this.#searcher.address.href);
    }
    return this.#searcher;
  }

  get tiers(): TieredSearch {
    return this.searcher.tiers;
  }

  /** The rows that are shown now. */
  get rows(): readonly Row[] {
    const { recent, suggestions, hiddenParts } = this.#host;
    this.#rows = rowsOf(this.tiers.state, {
      explained: this.explained,
      hasWhy: !hiddenParts.has('why'),
      recent: this.#recent.list(recent),
      suggestions: suggestions.split('|').flatMap((each) => each.trim() || []),
    });
    this.cursor.rows = this.#rows;
    return this.#rows;
  }

  /** Asks a query. Resolves when nothing more will come of it. */
  async search(query: string): Promise<void> {
    const { tiers } = this;
    const { filters: fixed } = this.#host;
    this.#query = query;
    this.cursor.leave();
    this.explained.clear();
    this.announcer.begin();
    this.#host.requestUpdate();
    if (query.trim() === '') this.finish();
    const { filters } = this.choice;
    await tiers.search(query, { ...fixed, ...filters });
    const { state } = tiers;
    const isReplaced = this.#searcher?.tiers !== tiers || state.query !== query;
    if (isReplaced || state.isBusy || state.isRefining) return;
    if (state.error !== undefined) {
      const { code, message } = state.error;
      this.#host.emit('nearfield-error', { code, message });
    } else if (state.tier !== undefined) {
      this.#answer = { query, results: state.slots.length, tier: state.tier, filters };
      this.#host.emit('nearfield-search', this.#answer);
    }
  }

  /** The reader turns to the search. */
  engage(): void {
    this.tiers.engage();
    void this.#loadFacets();
  }

  /** Moves the cursor; what it has passed stays in its place. */
  move(rows: number): void {
    this.cursor.move(rows);
    const row = this.#rows.find(({ key }) => key === this.cursor.row?.key);
    if (row !== undefined && 'slot' in row) this.tiers.holdThrough(row.slot.result.id);
  }

  /** Opens or closes the explanation of a result. */
  explain(id: string): void {
    this.tiers.holdThrough(id);
    if (!this.explained.delete(id)) this.explained.add(id);
    this.#host.requestUpdate();
  }

  remember(): void {
    this.#recent.add(this.#query, this.#host.recent);
  }

  /** Forgets one recent search, or all. */
  forget(query?: string): void {
    if (query === undefined) this.#recent.clear();
    else this.#recent.remove(query);
    this.#host.requestUpdate();
  }

  async reopen(): Promise<void> {
    this.choice.forgetOffers();
    await this.tiers.reopen();
    await this.#loadFacets();
  }

  /** The reader is done with the last answer. */
  finish(selected?: FinishedSearch['selected']): void {
    const answer = this.#answer;
    this.#answer = undefined;
    if (answer !== undefined) this.#host.analytics?.({ ...answer, ...(selected && { selected }) });
  }

  /** Ends the search; the next use begins another one, by the attributes as they are then. */
  close(): void {
    this.finish();
    this.announcer.end();
    this.#searcher?.tiers.close();
    this.#searcher = undefined;
    this.choice.forgetOffers();
  }

  /** Begins another search, and asks the query again. */
  renew(): void {
    if (this.#searcher === undefined) return;
    this.close();
    if (this.#query !== '') void this.search(this.#query);
  }

  /** Looks whether there is a newer index, if one was opened. */
  checkOutdated(): void {
    void this.#searcher?.tiers.checkOutdated();
  }

  async #loadFacets(): Promise<void> {
    if (this.#host.hiddenParts.has('facets')) return;
    await this.choice.load(this.searcher, this.#host.facets);
    this.#host.requestUpdate();
  }
}
