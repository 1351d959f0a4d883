import type { LocalValues } from './local-values.ts';

/** Searches that led somewhere, the last one first, kept in this browser alone. */
export class RecentSearches {
  readonly #values: LocalValues;
  readonly #name: string;
  #queries: readonly string[] | undefined;

  /** @param scope searches of one scope are apart from those of another: an index's address. */
  constructor(values: LocalValues, scope: string) {
    this.#values = values;
    this.#name = `recent:${scope}`;
  }

  /** The last ones, `most` at most. */
  list(most: number): readonly string[] {
    return this.#all().slice(0, most);
  }

  add(query: string, most: number): void {
    const text = query.trim();
    if (text === '' || most < 1) return;
    this.#keep([text, ...this.#all().filter((each) => each !== text)].slice(0, most));
  }

  remove(query: string): void {
    this.#keep(this.#all().filter((each) => each !== query));
  }

  clear(): void {
    this.#keep([]);
  }

  #all(): readonly string[] {
    if (this.#queries !== undefined) return this.#queries;
    const stored = this.#values.get(this.#name);
    this.#queries = Array.isArray(stored) ? stored.filter((each) => typeof each === 'string') : [];
    return this.#queries;
  }

  #keep(queries: readonly string[]): void {
    this.#queries = queries;
    this.#values.set(this.#name, queries);
  }
}
