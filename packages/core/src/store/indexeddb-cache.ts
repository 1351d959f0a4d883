import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import {
  type ChunkCache,
  emptyModelRecord,
  type FileKey,
  type FileRecord,
  type ModelRecord,
  type StoredModel,
} from './cache.ts';

/*
 * One object store of idb-keyval, in a database of its own. Keys:
 *   ['model', model]                  ModelRecord
 *   ['file', model, source, path]     FileRecord of the complete version
 *   ['partial', model, source, path]  FileRecord of an unfinished one
 *   ['chunk', version, index]         bytes
 */
const modelKey = (model: string): IDBValidKey => ['model', model];
const fileKey = (key: FileKey): IDBValidKey => ['file', key.model, key.source, key.path];
const partialKey = (key: FileKey): IDBValidKey => ['partial', key.model, key.source, key.path];
const chunkKey = (version: string, index: number): IDBValidKey => ['chunk', version, index];

/** Every key that starts so: IndexedDB sorts arrays behind strings and numbers. */
const startingWith = (...prefix: string[]): IDBKeyRange => IDBKeyRange.bound(prefix, [...prefix, []]);

/** Errors after which a new connection helps: the browser closed the old one (seen when tabs sleep). */
const LOST_CONNECTION = new Set(['InvalidStateError', 'UnknownError']);

export const DEFAULT_DATABASE = 'nearfield-models';

/** Keeps files in IndexedDB, for every tab of this origin. */
export class IndexedDbCache implements ChunkCache {
  readonly kind = 'indexeddb';
  readonly #database: string;
  #store: UseStore;

  /** @param database name of the database. Default `nearfield-models`. */
  constructor(database = DEFAULT_DATABASE) {
    this.#database = database;
    this.#store = createStore(database, 'files');
  }

  /** Opens the database; rejects where that is not possible. */
  async probe(): Promise<void> {
    await this.#run('readonly', (store) => promisifyRequest(store.count(modelKey(''))));
  }

  async readModel(model: string): Promise<StoredModel> {
    return this.#run('readonly', async (store) => {
      const [record, files, partials] = await Promise.all([
        promisifyRequest<ModelRecord | undefined>(store.get(modelKey(model))),
        promisifyRequest<FileRecord[]>(store.getAll(startingWith('file', model))),
        promisifyRequest<FileRecord[]>(store.getAll(startingWith('partial', model))),
      ]);
      return { record, files, partials };
    });
  }

  async models(): Promise<string[]> {
    return this.#run('readonly', async (store) => {
      const kinds = ['model', 'file', 'partial'].map((kind) =>
        promisifyRequest<IDBValidKey[]>(store.getAllKeys(startingWith(kind))),
      );
      return [...new Set((await Promise.all(kinds)).flat().map((key) => (key as string[])[1]!))];
    });
  }

  async updateModel(model: string, change: (record: ModelRecord) => ModelRecord): Promise<void> {
    await this.#write(async (store) => {
      const record = await promisifyRequest<ModelRecord | undefined>(store.get(modelKey(model)));
      store.put(change(record ?? emptyModelRecord(model)), modelKey(model));
    });
  }

  async begin(record: FileRecord): Promise<void> {
    await this.#write(async (store) => {
      await deleteVersion(store, partialKey(record));
      store.put(record, partialKey(record));
    });
  }

  async append(record: FileRecord, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return this.#write(async (store) => {
      if (!(await isCurrent(store, record))) return false;
      store.put(compact(bytes), chunkKey(record.version, record.chunks.length - 1));
      store.put(record, partialKey(record));
      return true;
    });
  }

  async commit(record: FileRecord): Promise<boolean> {
    return this.#write(async (store) => {
      if (!(await isCurrent(store, record))) return false;
      const former = await promisifyRequest<FileRecord | undefined>(store.get(fileKey(record)));
      if (former) store.delete(startingWith('chunk', former.version));
      store.delete(partialKey(record));
      store.put(record, fileKey(record));
      return true;
    });
  }

  async readChunk(record: FileRecord, index: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      return await this.#run('readonly', (store) =>
        promisifyRequest<Uint8Array<ArrayBuffer> | undefined>(store.get(chunkKey(record.version, index))),
      );
    } catch (error) {
      // The row is there but its bytes cannot be read (a damaged or removed file on disk): as good as gone.
      if (
        error instanceof DOMException &&
        ['DataError', 'NotReadableError', 'UnknownError'].includes(error.name)
      ) {
        return undefined;
      }
      throw error;
    }
  }

  async replaceChunk(record: FileRecord, index: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#write(async (store) => {
      const current = await promisifyRequest<FileRecord | undefined>(store.get(fileKey(record)));
      if (current?.version === record.version) store.put(compact(bytes), chunkKey(record.version, index));
    });
  }

  async discard(key: FileKey): Promise<void> {
    await this.#write((store) => deleteVersion(store, partialKey(key)));
  }

  async deleteFile(key: FileKey): Promise<void> {
    await this.#write((store) => deleteVersion(store, fileKey(key)));
  }

  async deleteModel(model: string): Promise<void> {
    await this.#write(async (store) => {
      const ranges = [startingWith('file', model), startingWith('partial', model)];
      const records = ranges.map((range) => promisifyRequest<FileRecord[]>(store.getAll(range)));
      for (const { version } of (await Promise.all(records)).flat())
        store.delete(startingWith('chunk', version));
      for (const range of ranges) store.delete(range);
      store.delete(modelKey(model));
    });
  }

  async clear(): Promise<void> {
    await this.#write((store) => {
      store.clear();
    });
  }

  /** A write, which resolves when it is on record: only then is it atomic and durable. */
  #write<Result>(action: (store: IDBObjectStore) => Result | Promise<Result>): Promise<Result> {
    return this.#run('readwrite', async (store) => {
      const { transaction } = store;
      const finished = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        // Not `onerror`: the reason, such as a full disk, is on record only once the transaction has aborted.
        transaction.onabort = () =>
          reject(transaction.error ?? new DOMException('The browser ended the transaction.', 'UnknownError'));
      });
      const [result] = await Promise.all([Promise.resolve(action(store)), finished]);
      return result;
    });
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
      if (this.#store === used) this.#store = createStore(this.#database, 'files');
      return this.#store(mode, action);
    }
  }
}

async function isCurrent(store: IDBObjectStore, record: FileRecord): Promise<boolean> {
  const partial = await promisifyRequest<FileRecord | undefined>(store.get(partialKey(record)));
  return partial?.version === record.version;
}

/** Deletes a file's record and its chunks. */
async function deleteVersion(store: IDBObjectStore, key: IDBValidKey): Promise<void> {
  const record = await promisifyRequest<FileRecord | undefined>(store.get(key));
  if (!record) return;
  store.delete(startingWith('chunk', record.version));
  store.delete(key);
}

/** A view is stored with the whole buffer behind it: cut it out first. */
const compact = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice();
