import type { Facets, Searcher } from './searcher.ts';

/** The filters that an element offers, and the reader's choice among them. */
export class FacetChoice {
  #facets: Facets = [];
  readonly #chosen = new Map<string, ReadonlySet<string>>();
  readonly #unfolded = new Set<string>();

  get facets(): Facets {
    return this.#facets;
  }

  /** Values chosen, by name. */
  get chosen(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#chosen;
  }

  /** Names of facets whose values are all shown. */
  get unfolded(): ReadonlySet<string> {
    return this.#unfolded;
  }

  /** The chosen values, as search options. */
  get filters(): Record<string, readonly string[]> {
    const chosen = [...this.#chosen].filter(([, values]) => values.size > 0);
    return Object.fromEntries(chosen.map(([name, values]) => [name, [...values]]));
  }

  /** Loads what can be offered, once. @param names apart by commas; empty for all. */
  async load(searcher: Searcher, names: string): Promise<void> {
    if (this.#facets.length > 0) return;
    try {
      this.#facets = await searcher.facets(names.split(',').flatMap((name) => name.trim() || []));
    } catch {
      // The first search says why.
    }
  }

  /** Another index has others; what is chosen stays. */
  forgetOffers(): void {
    this.#facets = [];
  }

  choose(name: string, value: string, isChosen: boolean): void {
    const values = new Set(this.#chosen.get(name));
    if (isChosen) values.add(value);
    else values.delete(value);
    this.#chosen.set(name, values);
  }

  clear(): void {
    this.#chosen.clear();
  }

  unfold(name: string): void {
    this.#unfolded.add(name);
  }
}
