import type { Locks } from '@nearfield/spec/implement';
import { RealmLocks } from '@nearfield/storage';
import { recordDamaged } from './record-errors.ts';
import type { IsSound, Records } from './records.ts';

/** Records that end with this realm. */
export class MemoryRecords implements Records {
  readonly kind = 'memory';
  readonly reason: string | undefined;
  readonly locks: Locks;
  readonly #values = new Map<string, unknown>();
  readonly #aside = new Map<string, unknown>();

  /** @param reason why nothing better is to be had. */
  constructor(reason?: string, locks: Locks = new RealmLocks()) {
    this.reason = reason;
    this.locks = locks;
  }

  async get<Value>(key: string, isSound?: IsSound<Value>): Promise<Value | undefined> {
    const value = this.#read(key, isSound);
    if (value === undefined && this.#aside.has(key)) throw recordDamaged(key, 'in memory');
    return value;
  }

  async put(key: string, value: unknown): Promise<void> {
    this.#values.set(key, structuredClone(value));
  }

  async update<Value>(
    key: string,
    change: (value: Value | undefined) => Value | undefined,
    isSound?: IsSound<Value>,
  ): Promise<Value | undefined> {
    const before = this.#read(key, isSound);
    const after = change(before);
    if (after === undefined || after === before) return before;
    this.#values.set(key, structuredClone(after));
    return after;
  }

  async delete(...keys: string[]): Promise<void> {
    for (const key of keys) {
      this.#values.delete(key);
      this.#aside.delete(key);
    }
  }

  async keys(prefix: string): Promise<string[]> {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async damaged(): Promise<string[]> {
    return [...this.#aside.keys()].sort();
  }

  #read<Value>(key: string, isSound: IsSound<Value> | undefined): Value | undefined {
    const value: unknown = structuredClone(this.#values.get(key));
    if (value === undefined || !isSound || isSound(value)) return value as Value | undefined;
    this.#aside.set(key, value);
    this.#values.delete(key);
    return undefined;
  }
}
