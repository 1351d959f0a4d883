/** The search behind an element: its index and its tiers, made of the element's attributes. */
import type { Language } from '../analysis/analyser.ts';
import { languagesOf } from '../analysis/languages.ts';
import { openHttpIndex } from '../http/http-index.ts';
import { fetchLoader } from '../loader.ts';
import { type FoundDocument, type FoundPassage, openIndex, type SearchOptions } from '../open-index.ts';
import type { Engine } from '../tiers/optional-model.ts';
import type { TieredIndex } from '../tiers/search-state.ts';
import { TieredSearch } from '../tiers/tiered-search.ts';
import { folder, pageAddress, textDirective, withFragment } from './addresses.ts';
import type { Attributes } from './attributes.ts';
import { cachedFetch } from './cached-fetch.ts';
import { sentenceOf } from './excerpt.ts';
import { marksOf } from './marks.ts';

export interface SearcherOptions
  extends Pick<
    Attributes,
    'index' | 'server' | 'site' | 'model' | 'rerank' | 'reranker' | 'engine' | 'limit'
  > {
  readonly source: (() => Promise<TieredIndex>) | undefined;
  readonly foundation: (() => Promise<Engine>) | undefined;
  readonly languages: readonly Language[];
  readonly weights: SearchOptions['weights'];
}

/** Values of a filter with the number of pages that have them, the most frequent first. */
export type Facets = readonly (readonly [
  name: string,
  values: readonly (readonly [value: string, count: number])[],
])[];

export class Searcher {
  readonly tiers: TieredSearch;
  readonly address: URL;
  readonly #site: URL;
  readonly #givenLanguages: readonly Language[];
  readonly #directives = new WeakMap<FoundPassage, string>();
  #languages: readonly Language[] = [];

  constructor(options: SearcherOptions) {
    const { index, server, source, site, model, rerank, reranker, engine, limit, foundation } = options;
    const { languages, weights } = options;
    const isElsewhere = server !== '' || source !== undefined;
    this.address = folder(server || index, document.baseURI);
    const root = isElsewhere ? new URL('/', document.baseURI) : new URL('..', this.address);
    this.#site = site === '' ? root : folder(site, document.baseURI);
    this.#givenLanguages = languages;
    this.tiers = new TieredSearch({
      openIndex: () =>
        this.#open(source ?? (server === '' ? () => this.#files() : () => openHttpIndex(this.address))),
      foundation: foundation ?? (engine === '' ? undefined : () => engineOf(engine)),
      model,
      rerank,
      reranker,
      limit,
      weights,
    });
  }

  /** The index's languages, once it is open. */
  get languages(): readonly Language[] {
    return this.#languages;
  }

  async #open(open: () => Promise<TieredIndex>): Promise<TieredIndex> {
    const index = await open();
    this.#languages = await languagesOf(index.languages, this.#givenLanguages);
    return index;
  }

  #files(): Promise<TieredIndex> {
    return openIndex({ ...fetchLoader(this.address, cachedFetch), languages: this.#givenLanguages });
  }

  /** @param names filters to offer, in their order; empty for all that have two values or more. */
  async facets(names: readonly string[]): Promise<Facets> {
    const all = await (await this.tiers.index()).facets();
    const chosen = names.length > 0 ? names.filter((name) => name in all) : Object.keys(all);
    return chosen
      .map((name) => {
        const values = Object.entries(all[name]!);
        return [name, values.sort(([, left], [, right]) => right - left)] as const;
      })
      .filter(([, values]) => names.length > 0 || values.length > 1);
  }

  /** Address of a passage, with a text fragment that highlights it. */
  addressOf(page: FoundDocument, passage: FoundPassage | undefined, isHighlighted: boolean): string {
    const directive = isHighlighted && passage !== undefined ? this.#directiveOf(page, passage) : '';
    return withFragment(pageAddress(page.url, this.#site), passage?.anchor ?? '', directive);
  }

  /** Made once for each passage: an answer is rendered many times. */
  #directiveOf(page: FoundDocument, passage: FoundPassage): string {
    let directive = this.#directives.get(passage);
    if (directive === undefined) {
      directive = textDirective(sentenceOf(passage.text, marksOf(page, passage, this.#languages).text));
      this.#directives.set(passage, directive);
    }
    return directive;
  }
}

async function engineOf(address: string): Promise<Engine> {
  const module = (await import(/* @vite-ignore */ new URL(address, document.baseURI).href)) as {
    readonly default: () => Engine | Promise<Engine>;
  };
  return module.default();
}
