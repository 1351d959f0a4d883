import { RealmLocks } from '@nearfield/storage';
import type { Change, LiveStore, News } from './store.ts';

/** A store that ends with its index. */
export class MemoryStore implements LiveStore {
  readonly kind = 'memory';
  readonly locks = new RealmLocks();
  readonly damage: readonly string[] = [];
  readonly #records = new Map<string, Uint8Array<ArrayBuffer>>();
  #sequence = 0;

  async hasNews(): Promise<boolean> {
    return false;
  }

  async read(after: number, onChanges: (changes: readonly Change[]) => Promise<void>): Promise<News> {
    const isWhole = after < this.#sequence;
    if (isWhole) await onChanges([...this.#records].map(([key, value]) => ({ key, value })));
    return { sequence: this.#sequence, isWhole };
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#records.get(key);
  }

  async write(changes: readonly Change[]): Promise<number> {
    for (const { key, value } of changes) {
      if (value === undefined) this.#records.delete(key);
      else this.#records.set(key, value);
    }
    return ++this.#sequence;
  }

  onNews(): void {}
  async tidy(): Promise<void> {}
  async close(): Promise<void> {}
}
