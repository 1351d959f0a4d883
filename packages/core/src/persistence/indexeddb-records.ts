import type { Locks } from '@nearfield/spec/implement';
import { databaseFailed, IndexedDatabase, originLocks } from '@nearfield/storage';
import { promisifyRequest } from 'idb-keyval';
import { isDamage, recordDamaged, warnOfDamage, writing } from './record-errors.ts';
import type { IsSound, Records } from './records.ts';

export const DEFAULT_DATABASE = 'nearfield-records';

/** Prefix of keys of records that were set aside; no key of the tasks begins with it. */
const ASIDE = 'damaged/';

const startingWith = (prefix: string): IDBKeyRange => IDBKeyRange.bound(prefix, `${prefix}\uffff`);

/** Records in a database of their own, for every tab of this origin. */
export class IndexedDbRecords implements Records {
  readonly kind = 'indexeddb';
  readonly locks: Locks;
  readonly #database: IndexedDatabase;
  readonly #name: string;

  /** @param database name of the database. Default `nearfield-records`. */
  constructor(database = DEFAULT_DATABASE) {
    this.#name = database;
    this.#database = new IndexedDatabase(database, 'records');
    this.locks = originLocks(`${database}/`);
  }

  /** Opens the database; rejects if that is not possible. */
  async probe(): Promise<void> {
    await this.#database.run('readonly', (store) => promisifyRequest(store.count('')));
  }

  async get<Value>(key: string, isSound?: IsSound<Value>): Promise<Value | undefined> {
    const found = await reading(key, () =>
      this.#database.run('readonly', async (store) => {
        const value = await promisifyRequest<unknown>(store.get(key));
        // `undefined` is a value that was never put.
        const isAside = value === undefined && (await promisifyRequest(store.count(ASIDE + key))) > 0;
        return { value, isAside };
      }),
    );
    if (found.isAside) throw this.#damage(key);
    if (found.value === undefined) return undefined;
    if (!isSound || isSound(found.value)) return found.value as Value;
    await this.#write(key, async (store) => setAside(store, key, isSound));
    const error = this.#damage(key);
    warnOfDamage(error);
    throw error;
  }

  async put(key: string, value: unknown): Promise<void> {
    await this.#write(key, (store) => {
      store.put(value, key);
    });
  }

  update<Value>(
    key: string,
    change: (value: Value | undefined) => Value | undefined,
    isSound?: IsSound<Value>,
  ): Promise<Value | undefined> {
    return this.#write(key, async (store) => {
      const before = (await setAside(store, key, isSound)) as Value | undefined;
      const after = change(before);
      if (after === undefined || after === before) return before;
      store.put(after, key);
      return after;
    });
  }

  async delete(...keys: string[]): Promise<void> {
    await this.#write('records', (store) => {
      for (const key of keys) {
        store.delete(key);
        store.delete(ASIDE + key);
      }
    });
  }

  async keys(prefix: string): Promise<string[]> {
    const keys = await this.#keys(prefix);
    return prefix.startsWith(ASIDE) ? keys : keys.filter((key) => !key.startsWith(ASIDE));
  }

  async damaged(): Promise<string[]> {
    return (await this.#keys(ASIDE)).map((key) => key.slice(ASIDE.length));
  }

  async #keys(prefix: string): Promise<string[]> {
    const keys = await reading(prefix, () =>
      this.#database.run('readonly', (store) =>
        promisifyRequest<IDBValidKey[]>(store.getAllKeys(startingWith(prefix))),
      ),
    );
    return keys.filter((key) => typeof key === 'string');
  }

  #damage(key: string): ReturnType<typeof recordDamaged> {
    return recordDamaged(key, `database ${this.#name}, key ${ASIDE}${key}`);
  }

  #write<Result>(what: string, action: (store: IDBObjectStore) => Result | Promise<Result>): Promise<Result> {
    return writing(what, () => this.#database.write(action));
  }
}

/** The value of a key if it is sound; one that is not goes to its place aside. */
async function setAside(
  store: IDBObjectStore,
  key: string,
  isSound: IsSound<unknown> | undefined,
): Promise<unknown> {
  const value = await promisifyRequest<unknown>(store.get(key));
  if (value === undefined || !isSound || isSound(value)) return value;
  store.put(value, ASIDE + key);
  store.delete(key);
  return undefined;
}

async function reading<Result>(what: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (isDamage(error)) throw error;
    // The row exists, but the browser has lost or cannot read the data it refers to.
    const isLost = error instanceof DOMException && ['DataError', 'NotReadableError'].includes(error.name);
    throw isLost ? recordDamaged(what, 'where it is', error) : databaseFailed(what, error);
  }
}
