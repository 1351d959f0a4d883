import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FileLocks } from '../persistence/file-locks.ts';
import {
  type ChunkCache,
  chunkLength,
  emptyModelRecord,
  type FileKey,
  type FileRecord,
  type ModelRecord,
  nameOf,
  type StoredModel,
} from './cache.ts';

/*
 * One directory a model, named after its id; in it, for each file of a source, `<hash>` being that of its key:
 *   model.json             ModelRecord
 *   <hash>.file.json       FileRecord of the complete version
 *   <hash>.partial.json    FileRecord of an unfinished one
 *   <hash>.<version>.data  bytes, chunks in their order
 */
const RECORD = /^[0-9a-f]{40}\.(file|partial)\.json$/;

/** Model ids have slashes, and case that some file systems do not keep apart: readable, and unique by a hash. */
function folderOf(model: string): string {
  const readable = model.replace(/[^\w.-]+/g, '-').slice(0, 80);
  return `${readable}-${hash(model).slice(0, 12)}`;
}

const hash = (text: string): string => createHash('sha1').update(text).digest('hex');

const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException | null)?.code));

/** Keeps files in a directory, for Node. */
export class FileSystemCache implements ChunkCache {
  readonly kind = 'file-system';
  /** Between processes. */
  readonly locks: FileLocks;
  readonly #root: string;
  /** Changes of one model's records, one after the other. */
  readonly #queues = new Map<string, Promise<unknown>>();

  /** @param directory made if it does not exist. */
  constructor(directory: string) {
    this.#root = resolve(directory);
    this.locks = new FileLocks(join(this.#root, '.locks'));
  }

  async readModel(model: string): Promise<StoredModel> {
    return this.#readFolder(folderOf(model));
  }

  async models(): Promise<string[]> {
    const folders = await list(this.#root);
    const stored = await Promise.all(folders.map((folder) => this.#readFolder(folder)));
    return stored.flatMap(({ record, files, partials }) => {
      const known = record ?? files[0] ?? partials[0];
      return known ? [known.model] : [];
    });
  }

  updateModel(model: string, change: (record: ModelRecord) => ModelRecord): Promise<void> {
    return this.#inTurn(model, async () => {
      const path = join(this.#root, folderOf(model), 'model.json');
      const record = await readJson<ModelRecord>(path);
      await this.#write(model, 'model.json', change(record ?? emptyModelRecord(model)));
    });
  }

  begin(record: FileRecord): Promise<void> {
    return this.#inTurn(record.model, async () => {
      await this.#delete(record, 'partial');
      await this.#write(record.model, recordName(record, 'partial'), record);
    });
  }

  append(record: FileRecord, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return this.#inTurn(record.model, async () => {
      if (!(await this.#isCurrent(record))) return false;
      await this.#writeAt(record, record.chunks.length - 1, bytes);
      await this.#write(record.model, recordName(record, 'partial'), record);
      return true;
    });
  }

  commit(record: FileRecord): Promise<boolean> {
    return this.#inTurn(record.model, async () => {
      if (!(await this.#isCurrent(record))) return false;
      const former = await this.#read(record, 'file');
      if (record.chunks.length === 0) await this.#writeAt(record, 0, new Uint8Array());
      await this.#write(record.model, recordName(record, 'file'), record);
      await rm(this.#path(record.model, recordName(record, 'partial')), { force: true });
      if (former && former.version !== record.version) await rm(this.#dataPath(former), { force: true });
      return true;
    });
  }

  async readChunk(record: FileRecord, index: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const bytes = new Uint8Array(record.size >= 0 ? chunkLength(record, index) : record.chunkBytes);
    return (await this.#fill(record, index * record.chunkBytes, bytes)) ? bytes : undefined;
  }

  async readAll(record: FileRecord, spareBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const bytes = new Uint8Array(record.size + spareBytes);
    return (await this.#fill(record, 0, bytes.subarray(0, record.size))) ? bytes : undefined;
  }

  replaceChunk(record: FileRecord, index: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#inTurn(record.model, async () => {
      const current = await this.#read(record, 'file');
      if (current?.version === record.version) await this.#writeAt(record, index, bytes);
    });
  }

  discard(key: FileKey): Promise<void> {
    return this.#inTurn(key.model, () => this.#delete(key, 'partial'));
  }

  deleteFile(key: FileKey): Promise<void> {
    return this.#inTurn(key.model, () => this.#delete(key, 'file'));
  }

  deleteModel(model: string): Promise<void> {
    return this.#inTurn(model, () => rm(join(this.#root, folderOf(model)), { recursive: true, force: true }));
  }

  async clear(): Promise<void> {
    // Only what this cache made: the directory may be shared with other things.
    for (const model of await this.models()) await this.deleteModel(model);
  }

  async #readFolder(folder: string): Promise<StoredModel> {
    const path = join(this.#root, folder);
    const names = (await list(path)).filter((name) => RECORD.test(name));
    const [record, records] = await Promise.all([
      readJson<ModelRecord>(join(path, 'model.json')),
      Promise.all(names.map((name) => readJson<FileRecord>(join(path, name)))),
    ]);
    const present = records.filter((one) => one !== undefined);
    return {
      record,
      files: present.filter(({ complete }) => complete),
      partials: present.filter(({ complete }) => !complete),
    };
  }

  #path(model: string, name: string): string {
    return join(this.#root, folderOf(model), name);
  }

  #dataPath(record: FileRecord): string {
    return this.#path(record.model, `${hash(nameOf(record))}.${record.version}.data`);
  }

  #read(key: FileKey, kind: 'file' | 'partial'): Promise<FileRecord | undefined> {
    return readJson<FileRecord>(this.#path(key.model, recordName(key, kind)));
  }

  async #isCurrent(record: FileRecord): Promise<boolean> {
    return (await this.#read(record, 'partial'))?.version === record.version;
  }

  async #delete(key: FileKey, kind: 'file' | 'partial'): Promise<void> {
    const record = await this.#read(key, kind);
    if (!record) return;
    await rm(this.#path(key.model, recordName(key, kind)), { force: true });
    await rm(this.#dataPath(record), { force: true });
  }

  /** A record appears whole or not at all: written beside its place and moved there. */
  async #write(model: string, name: string, value: FileRecord | ModelRecord): Promise<void> {
    const path = this.#path(model, name);
    const draft = `${path}.${randomUUID()}.tmp`;
    await mkdir(join(this.#root, folderOf(model)), { recursive: true });
    try {
      await writeFile(draft, JSON.stringify(value));
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  async #writeAt(record: FileRecord, index: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const path = this.#dataPath(record);
    const file = await open(path, 'r+').catch((error: unknown) => {
      if (!isAbsent(error)) throw error;
      return open(path, 'w+');
    });
    try {
      for (let position = 0; position < bytes.length; ) {
        const start = index * record.chunkBytes + position;
        const { bytesWritten } = await file.write(bytes, position, bytes.length - position, start);
        position += bytesWritten;
      }
      // On disk before the record that vouches for it.
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Fills `target` with a file's bytes from `start` on; false if there are not as many. */
  async #fill(record: FileRecord, start: number, target: Uint8Array<ArrayBuffer>): Promise<boolean> {
    try {
      const file = await open(this.#dataPath(record), 'r');
      try {
        for (let position = 0; position < target.length; ) {
          const { bytesRead } = await file.read(target, position, target.length - position, start + position);
          if (bytesRead === 0) return false;
          position += bytesRead;
        }
        return true;
      } finally {
        await file.close();
      }
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
  }

  async #inTurn<Result>(model: string, action: () => Promise<Result>): Promise<Result> {
    const turn = (this.#queues.get(model) ?? Promise.resolve()).then(action);
    const settled = turn.catch(() => {});
    this.#queues.set(model, settled);
    try {
      return await turn;
    } finally {
      if (this.#queues.get(model) === settled) this.#queues.delete(model);
    }
  }
}

const recordName = (key: FileKey, kind: 'file' | 'partial'): string => `${hash(nameOf(key))}.${kind}.json`;

async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** Undefined if there is no such file, or none that can be read as JSON: then it is fetched again. */
async function readJson<Value>(path: string): Promise<Value | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Value;
  } catch (error) {
    if (isAbsent(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
