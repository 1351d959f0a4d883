/** Values kept in this browser. A page may be denied storage: then they end with it. */
export interface LocalValues {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
}

/** Values in `localStorage`, as JSON. What is stored and no JSON counts as nothing. */
export const localValues: LocalValues = {
  get(name) {
    try {
      return JSON.parse(localStorage.getItem(`nearfield-search:${name}`) ?? 'null') as unknown;
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(`nearfield-search:${name}`, JSON.stringify(value));
    } catch {
      // It is full or denied: nothing that a search should fail for.
    }
  },
};
