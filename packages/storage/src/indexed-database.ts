/** Errors after which a new connection helps: the database was closed, deleted or changed under the old one. */
const LOST_CONNECTION = new Set(['InvalidStateError', 'UnknownError', 'NotFoundError', 'VersionError']);

type Action<Result> = (store: IDBObjectStore) => Result | PromiseLike<Result>;

/**
 * One object store in a database of its own.
 *
 * It is in nobody's way: when another tab wants to delete the database or to upgrade it, the connection is closed, and
 * the next use opens it again, whatever version it then has. It connects again too when the browser hung up (seen when
 * tabs sleep), and a database without the object store gets it.
 */
export class IndexedDatabase {
  readonly #name: string;
  readonly #objectStore: string;
  #connection: Promise<IDBDatabase> | undefined;

  constructor(database: string, objectStore: string) {
    this.#name = database;
    this.#objectStore = objectStore;
  }

  /** Runs an action in a transaction. A write that must be on record afterwards is {@link write}. */
  async run<Result>(mode: IDBTransactionMode, action: Action<Result>): Promise<Result> {
    const used = this.#connect();
    try {
      return await action(await this.#begin(used, mode));
    } catch (error) {
      if (!(error instanceof DOMException) || !LOST_CONNECTION.has(error.name)) throw error;
      this.#forget(used);
      void used.then((database) => database.close()).catch(() => {});
      return action(await this.#begin(this.#connect(), mode));
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

  async #begin(connection: Promise<IDBDatabase>, mode: IDBTransactionMode): Promise<IDBObjectStore> {
    const database = await connection;
    return database.transaction(this.#objectStore, mode).objectStore(this.#objectStore);
  }

  #connect(): Promise<IDBDatabase> {
    if (!this.#connection) {
      const opening = this.#open(() => this.#forget(opening));
      this.#connection = opening;
      // One that failed is tried again by the next call.
      opening.catch(() => this.#forget(opening));
    }
    return this.#connection;
  }

  #forget(connection: Promise<IDBDatabase>): void {
    if (this.#connection === connection) this.#connection = undefined;
  }

  async #open(onLost: () => void): Promise<IDBDatabase> {
    let database = await open(this.#name, undefined, this.#objectStore);
    // Another program made it, or this one was stopped while it did: the store is added in a version of its own. A tab
    // that does the same may be quicker; then its version is the one to open.
    for (let tries = 0; !database.objectStoreNames.contains(this.#objectStore); tries++) {
      const next = database.version + 1;
      database.close();
      try {
        database = await open(this.#name, next, this.#objectStore);
      } catch (error) {
        if (!(error instanceof DOMException) || error.name !== 'VersionError' || tries > 3) throw error;
        database = await open(this.#name, undefined, this.#objectStore);
      }
    }
    database.onversionchange = () => {
      onLost();
      // Transactions that run are let finish first.
      database.close();
    };
    database.onclose = onLost;
    return database;
  }
}

/** @param version the one it has, or the first, if undefined. */
function open(name: string, version: number | undefined, objectStore: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      const { result } = request;
      if (!result.objectStoreNames.contains(objectStore)) result.createObjectStore(objectStore);
    };
    request.onsuccess = () => {
      const { result } = request;
      // Until its owner says otherwise: nobody waits for a connection that is not used yet.
      result.onversionchange = () => result.close();
      resolve(result);
    };
    request.onerror = () => reject(request.error);
  });
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
