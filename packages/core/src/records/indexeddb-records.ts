import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import { writing } from './errors.ts';
import { originLocks } from './locks.ts';
import type { RecordLocks, Records } from './records.ts';

const DEFAULT_DATABASE = 'nearfield-records';

/** Errors after which a new connection helps: the browser closed the old one (seen when tabs sleep). */
const LOST_CONNECTION = new Set(['InvalidStateError', 'UnknownError']);

const startingWith = (prefix: string): IDBKeyRange => IDBKeyRange.bound(prefix, `${prefix}\uffff`);

/** Records in a database of their own, for every tab of this origin. */
export class IndexedDbRecords implements Records {
  readonly kind = 'indexeddb';
  readonly locks: RecordLocks;
  readonly #database: string;
  #store: UseStore;

  /** @param database name of the database. Default `nearfield-records`. */
  constructor(database = DEFAULT_DATABASE) {
    this.#database = database;
    this.#store = createStore(database, 'records');
    this.locks = originLocks(`${database}/`);
  }

  /** Opens the database; rejects where that is not possible. */
  async probe(): Promise<void> {
    await this.#run('readonly', (store) => promisifyRequest(store.count('')));
  }

  get<Value>(key: string): Promise<Value | undefined> {
    return this.#run('readonly', (store) => promisifyRequest<Value | undefined>(store.get(key)));
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
    const keys = await this.#run('readonly', (store) =>
      promisifyRequest<IDBValidKey[]>(store.getAllKeys(startingWith(prefix))),
    );
    return keys as string[];
  }

  /** A write, which resolves when it is on record: only then is it atomic and durable. */
  #write<Result>(what: string, action: (store: IDBObjectStore) => Result | Promise<Result>): Promise<Result> {
    return writing(what, () =>
      this.#run('readwrite', async (store) => {
        const { transaction } = store;
        const finished = new Promise<void>((resolve, reject) => {
          transaction.oncomplete = () => resolve();
          // Not `onerror`: the reason, such as a full disk, is on record only once the transaction has aborted.
          transaction.onabort = () =>
            reject(
              transaction.error ?? new DOMException('The browser ended the transaction.', 'UnknownError'),
            );
        });
        const [result] = await Promise.all([perform(action, store), finished]);
        return result;
      }),
    );
  }

  async #run<Result>(
    mode: IDBTransactionMode,
    action: (store: IDBObjectStore) => Result | Promise<Result>,
  ): Promise<Result> {
    const used = this.#store;
    try {
      return await used(mode, action);
    } catch (error) {
      if (!(error instanceof DOMException) || !LOST_CONNECTION.has(error.name)) throw error;
      if (this.#store === used) this.#store = createStore(this.#database, 'records');
      return this.#store(mode, action);
    }
  }
}

/** An action that fails takes its transaction with it: otherwise what it did before would be committed. */
async function perform<Result>(
  action: (store: IDBObjectStore) => Result | Promise<Result>,
  store: IDBObjectStore,
): Promise<Result> {
  try {
    return await action(store);
  } catch (error) {
    try {
      store.transaction.abort();
    } catch {
      // It has ended by itself.
    }
    throw error;
  }
}
