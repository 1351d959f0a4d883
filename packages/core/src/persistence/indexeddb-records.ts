import { promisifyRequest } from 'idb-keyval';
import { IndexedDatabase } from './indexed-database.ts';
import { type Locks, originLocks } from './locks.ts';
import { writing } from './record-errors.ts';
import type { Records } from './records.ts';

const DEFAULT_DATABASE = 'nearfield-records';

const startingWith = (prefix: string): IDBKeyRange => IDBKeyRange.bound(prefix, `${prefix}\uffff`);

/** Records in a database of their own, for every tab of this origin. */
export class IndexedDbRecords implements Records {
  readonly kind = 'indexeddb';
  readonly locks: Locks;
  readonly #database: IndexedDatabase;

  /** @param database name of the database. Default `nearfield-records`. */
  constructor(database = DEFAULT_DATABASE) {
    this.#database = new IndexedDatabase(database, 'records');
    this.locks = originLocks(`${database}/`);
  }

  /** Opens the database; rejects where that is not possible. */
  async probe(): Promise<void> {
    await this.#database.run('readonly', (store) => promisifyRequest(store.count('')));
  }

  get<Value>(key: string): Promise<Value | undefined> {
    return this.#database.run('readonly', (store) => promisifyRequest<Value | undefined>(store.get(key)));
  }

  async put(key: string, value: unknown): Promise<void> {
    await this.#write(key, (store) => {
      store.put(value, key);
    });
  }

  update<Value>(
    key: string,
    change: (value: Value | undefined) => Value | undefined,
  ): Promise<Value | undefined> {
    return this.#write(key, async (store) => {
      const before = await promisifyRequest<Value | undefined>(store.get(key));
      const after = change(before);
      if (after === undefined || after === before) return before;
      store.put(after, key);
      return after;
    });
  }

  async delete(...keys: string[]): Promise<void> {
    await this.#write('records', (store) => {
      for (const key of keys) store.delete(key);
    });
  }

  async keys(prefix: string): Promise<string[]> {
    const keys = await this.#database.run('readonly', (store) =>
      promisifyRequest<IDBValidKey[]>(store.getAllKeys(startingWith(prefix))),
    );
    return keys as string[];
  }

  #write<Result>(what: string, action: (store: IDBObjectStore) => Result | Promise<Result>): Promise<Result> {
    return writing(what, () => this.#database.write(action));
  }
}
