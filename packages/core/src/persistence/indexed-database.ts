import { createStore, type UseStore } from 'idb-keyval';

/** Errors after which a new connection helps: the browser closed the old one (seen when tabs sleep). */
const LOST_CONNECTION = new Set(['InvalidStateError', 'UnknownError']);

type Action<Result> = (store: IDBObjectStore) => Result | Promise<Result>;

/** One object store in a database of its own, over idb-keyval, which connects again when the browser hung up. */
export class IndexedDatabase {
  readonly #connect: () => UseStore;
  #store: UseStore;

  constructor(database: string, objectStore: string) {
    this.#connect = () => createStore(database, objectStore);
    this.#store = this.#connect();
  }

  /** Runs an action in a transaction. A write that must be on record afterwards is {@link write}. */
  async run<Result>(mode: IDBTransactionMode, action: Action<Result>): Promise<Result> {
    const used = this.#store;
    try {
      return await used(mode, action);
    } catch (error) {
      if (!(error instanceof DOMException) || !LOST_CONNECTION.has(error.name)) throw error;
      if (this.#store === used) this.#store = this.#connect();
      return this.#store(mode, action);
    }
  }

  /** A write, which resolves when it is on record: only then is it atomic and durable. One that throws leaves nothing. */
  write<Result>(action: Action<Result>): Promise<Result> {
    return this.run('readwrite', async (store) => {
      const { transaction } = store;
      const finished = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        // Not `onerror`: the reason, such as a full disk, is on record only once the transaction has aborted.
        transaction.onabort = () =>
          reject(transaction.error ?? new DOMException('The browser ended the transaction.', 'UnknownError'));
      });
      const [result] = await Promise.all([perform(action, store), finished]);
      return result;
    });
  }
}

/** Takes back what an action has written before it failed. */
async function perform<Result>(action: Action<Result>, store: IDBObjectStore): Promise<Result> {
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
