import { IndexedDatabase } from '@nearfield/storage';
import { promisifyRequest } from 'idb-keyval';
import {
  type ChunkCache,
  chunkCount,
  chunkLength,
  emptyModelRecord,
  type FileKey,
  type FileRecord,
  type ModelRecord,
  type StoredModel,
  type StoredVersions,
} from './cache.ts';
import { isFileRecord, isModelRecord } from './check-records.ts';

/*
 * One object store of idb-keyval, in a database of its own. Keys:
 *   ['model', model]                  ModelRecord
 *   ['file', model, source, path]     FileRecord of the complete version
 *   ['partial', model, source, path]  FileRecord of an unfinished one
 *   ['chunk', version, index]         bytes, as a Blob
 * Blobs are read several times faster than typed arrays, which pass through structured cloning as a whole, and
 * several of them go into one buffer without a copy in script.
 */
const modelKey = (model: string): IDBValidKey => ['model', model];
const fileKey = (key: FileKey): IDBValidKey => ['file', key.model, key.source, key.path];
const partialKey = (key: FileKey): IDBValidKey => ['partial', key.model, key.source, key.path];
const chunkKey = (version: string, index: number): IDBValidKey => ['chunk', version, index];

/** Every key that starts so: IndexedDB sorts arrays behind strings and numbers. */
const startingWith = (...prefix: string[]): IDBKeyRange => IDBKeyRange.bound(prefix, [...prefix, []]);

type StoredChunk = Blob | Uint8Array<ArrayBuffer>;

export const DEFAULT_DATABASE = 'nearfield-models';

/** Keeps files in IndexedDB, for every tab of this origin. */
export class IndexedDbCache implements ChunkCache {
  readonly kind = 'indexeddb';
  readonly #database: IndexedDatabase;
  #keepsBlobs = true;

  /** @param database name of the database. Default `nearfield-models`. */
  constructor(database = DEFAULT_DATABASE) {
    this.#database = new IndexedDatabase(database, 'files');
  }

  /** Opens the database; rejects where that is not possible. */
  async probe(): Promise<void> {
    await this.#database.run('readonly', (store) => promisifyRequest(store.count(modelKey(''))));
  }

  async readModel(model: string): Promise<StoredModel> {
    return this.#database.run('readonly', async (store) => {
      const [record, files, partials] = await Promise.all([
        readModelRecord(store, model),
        promisifyRequest<unknown[]>(store.getAll(startingWith('file', model))),
        promisifyRequest<unknown[]>(store.getAll(startingWith('partial', model))),
      ]);
      return {
        record,
        files: files.filter(isFileRecord).filter((file) => file.complete),
        partials: partials.filter(isFileRecord).filter((file) => !file.complete),
      };
    });
  }

  async readFile(key: FileKey): Promise<StoredVersions> {
    return this.#database.run('readonly', async (store) => {
      const [file, partial] = await Promise.all([
        readRecord(store, fileKey(key)),
        readRecord(store, partialKey(key)),
      ]);
      return {
        file: file?.complete ? file : undefined,
        partial: partial?.complete === false ? partial : undefined,
      };
    });
  }

  async models(): Promise<string[]> {
    return this.#database.run('readonly', async (store) => {
      const kinds = ['model', 'file', 'partial'].map((kind) =>
        promisifyRequest<IDBValidKey[]>(store.getAllKeys(startingWith(kind))),
      );
      return [...new Set((await Promise.all(kinds)).flat().map((key) => (key as string[])[1]!))];
    });
  }

  async updateModel(model: string, change: (record: ModelRecord) => ModelRecord): Promise<void> {
    await this.#database.write(async (store) => {
      const record = await readModelRecord(store, model);
      store.put(change(record ?? emptyModelRecord(model)), modelKey(model));
    });
  }

  async begin(record: FileRecord): Promise<void> {
    await this.#database.write(async (store) => {
      await deleteVersion(store, partialKey(record));
      store.put(record, partialKey(record));
    });
  }

  async append(record: FileRecord, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return this.#writeChunk(bytes, async (store, chunk) => {
      if (!(await isCurrent(store, record))) return false;
      store.put(chunk, chunkKey(record.version, record.chunks.length - 1));
      store.put(record, partialKey(record));
      return true;
    });
  }

  async commit(record: FileRecord): Promise<boolean> {
    return this.#database.write(async (store) => {
      if (!(await isCurrent(store, record))) return false;
      const former = await readRecord(store, fileKey(record));
      if (former) store.delete(startingWith('chunk', former.version));
      store.delete(partialKey(record));
      store.put(record, fileKey(record));
      return true;
    });
  }

  async readChunk(record: FileRecord, index: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return ifReadable(async () => {
      const chunk = await this.#database.run('readonly', (store) =>
        promisifyRequest<unknown>(store.get(chunkKey(record.version, index))),
      );
      if (chunk instanceof Blob) return new Uint8Array(await chunk.arrayBuffer());
      return chunk instanceof Uint8Array ? (chunk as Uint8Array<ArrayBuffer>) : undefined;
    });
  }

  async readAll(record: FileRecord, spareBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return ifReadable(async () => {
      const chunks = await this.#database.run('readonly', async (store) => {
        const first = await promisifyRequest<unknown>(store.get(chunkKey(record.version, 0)));
        // Blobs are handles; bytes would all be loaded here, only to be copied.
        if (!(first instanceof Blob)) return [];
        return promisifyRequest<StoredChunk[]>(store.getAll(startingWith('chunk', record.version)));
      });
      const isWhole =
        chunks.length > 0 &&
        chunks.length === chunkCount(record) &&
        chunks.every((chunk, index) => chunk instanceof Blob && chunk.size === chunkLength(record, index));
      if (!isWhole) return undefined;
      return new Uint8Array(await new Blob([...chunks, new Uint8Array(spareBytes)]).arrayBuffer());
    });
  }

  async replaceChunk(record: FileRecord, index: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#writeChunk(bytes, async (store, chunk) => {
      const current = await readRecord(store, fileKey(record));
      if (current?.version === record.version) store.put(chunk, chunkKey(record.version, index));
    });
  }

  async discard(key: FileKey): Promise<void> {
    await this.#database.write((store) => deleteVersion(store, partialKey(key)));
  }

  async deleteFile(key: FileKey): Promise<void> {
    await this.#database.write((store) => deleteVersion(store, fileKey(key)));
  }

  async deleteModel(model: string): Promise<void> {
    await this.#database.write(async (store) => {
      const ranges = [startingWith('file', model), startingWith('partial', model)];
      const records = ranges.map((range) => promisifyRequest<unknown[]>(store.getAll(range)));
      for (const { version } of (await Promise.all(records)).flat().filter(isFileRecord))
        store.delete(startingWith('chunk', version));
      for (const range of ranges) store.delete(range);
      store.delete(modelKey(model));
    });
  }

  async clear(): Promise<void> {
    await this.#database.write((store) => {
      store.clear();
    });
  }

  /** A write of a chunk, as a Blob where the browser can keep those. */
  async #writeChunk<Result>(
    bytes: Uint8Array<ArrayBuffer>,
    action: (store: IDBObjectStore, chunk: StoredChunk) => Promise<Result>,
  ): Promise<Result> {
    if (this.#keepsBlobs) {
      try {
        const blob = new Blob([bytes]);
        return await this.#database.write((store) => action(store, blob));
      } catch (error) {
        // WebKit has modes (private windows, some workers) that refuse Blobs but take bytes.
        if (!(error instanceof DOMException) || !['DataCloneError', 'UnknownError'].includes(error.name))
          throw error;
        this.#keepsBlobs = false;
      }
    }
    // A view is stored with the whole buffer behind it: cut it out first.
    const compact = bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice();
    return this.#database.write((store) => action(store, compact));
  }
}

async function isCurrent(store: IDBObjectStore, record: FileRecord): Promise<boolean> {
  const partial = await readRecord(store, partialKey(record));
  return partial?.version === record.version;
}

/** A file's record; undefined for one that is damaged as well. */
async function readRecord(store: IDBObjectStore, key: IDBValidKey): Promise<FileRecord | undefined> {
  const record = await promisifyRequest<unknown>(store.get(key));
  return isFileRecord(record) ? record : undefined;
}

async function readModelRecord(store: IDBObjectStore, model: string): Promise<ModelRecord | undefined> {
  const record = await promisifyRequest<unknown>(store.get(modelKey(model)));
  return isModelRecord(record) ? record : undefined;
}

/** Deletes a file's record and its chunks. */
async function deleteVersion(store: IDBObjectStore, key: IDBValidKey): Promise<void> {
  const record = await readRecord(store, key);
  if (record) store.delete(startingWith('chunk', record.version));
  store.delete(key);
}

/** Undefined where a row is there but its bytes are not (removed or damaged on disk): as good as gone. */
async function ifReadable<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    const isGone =
      error instanceof DOMException &&
      ['DataError', 'NotFoundError', 'NotReadableError', 'UnknownError'].includes(error.name);
    if (isGone) return undefined;
    throw error;
  }
}
