import { RealmLocks } from './locks.ts';
import type { Records } from './records.ts';

/** Records that end with this realm. */
export class MemoryRecords implements Records {
  readonly kind = 'memory';
  readonly locks = new RealmLocks();
  readonly #values = new Map<string, unknown>();

  async get<Value>(key: string): Promise<Value | undefined> {
    return structuredClone(this.#values.get(key)) as Value | undefined;
  }

  async put(key: string, value: unknown): Promise<void> {
    this.#values.set(key, structuredClone(value));
  }

  async update<Value>(
    key: string,
    change: (value: Value | undefined) => Value | undefined,
  ): Promise<Value | undefined> {
    const before = structuredClone(this.#values.get(key)) as Value | undefined;
    const after = change(before);
    if (after === undefined || after === before) return before;
    this.#values.set(key, structuredClone(after));
    return after;
  }

  async delete(...keys: string[]): Promise<void> {
    for (const key of keys) this.#values.delete(key);
  }

  async keys(prefix: string): Promise<string[]> {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix)).sort();
  }
}
