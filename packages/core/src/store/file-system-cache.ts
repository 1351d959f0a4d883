import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FileLocks, freeBytes, isAbsent, onFiles } from '@nearfield/storage/node';
import {
  type ChunkCache,
  chunkLength,
  emptyModelRecord,
  type FileKey,
  type FileRecord,
  type ModelRecord,
  nameOf,
  type StoredModel,
  type StoredVersions,
} from './cache.ts';
import { isFileRecord, isModelRecord } from './check-records.ts';

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

/** A record's draft, which lives for an instant; and the milliseconds after which it is one that a killed process left. */
const DRAFT = /\.json\.[0-9a-f-]{36}\.tmp$/;
const LEFT_OVER = 600_000;

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

  get directory(): string {
    return this.#root;
  }

  freeBytes(): Promise<number | undefined> {
    return freeBytes(this.#root);
  }

  readModel(model: string): Promise<StoredModel> {
    return this.#onFiles(model, () => this.#readFolder(folderOf(model)));
  }

  readFile(key: FileKey): Promise<StoredVersions> {
    return this.#onFiles(key.model, async () => {
      const [file, partial] = await Promise.all([this.#read(key, 'file'), this.#read(key, 'partial')]);
      return { file, partial };
    });
  }

  models(): Promise<string[]> {
    return this.#onFiles('The list of models', async () => {
      const folders = await list(this.#root);
      const stored = await Promise.all(folders.map((folder) => this.#readFolder(folder)));
      return stored.flatMap(({ record, files, partials }) => {
        const known = record ?? files[0] ?? partials[0];
        return known ? [known.model] : [];
      });
    });
  }

  updateModel(model: string, change: (record: ModelRecord) => ModelRecord): Promise<void> {
    return this.#inTurn(model, async () => {
      const record = await readModelRecord(join(this.#root, folderOf(model)));
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
      const isOdd = !former && (await this.#exists(record.model, recordName(record, 'file')));
      if (record.chunks.length === 0) await this.#writeAt(record, 0, new Uint8Array());
      await this.#write(record.model, recordName(record, 'file'), record);
      await rm(this.#path(record.model, recordName(record, 'partial')), { force: true });
      if (former && former.version !== record.version) await rm(this.#dataPath(former), { force: true });
      // A record that could not be read did not say which bytes were its own.
      if (isOdd) await this.#deleteOtherData(record);
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
    const names = await list(path);
    const [record, records] = await Promise.all([
      readModelRecord(path),
      Promise.all(
        names.filter((name) => RECORD.test(name)).map((name) => readFileRecord(path, folder, name)),
      ),
    ]);
    for (const name of names) if (DRAFT.test(name)) await removeLeftOver(join(path, name));
    const present = records.filter((one) => one !== undefined);
    return {
      record: record && folderOf(record.model) === folder ? record : undefined,
      files: present.filter(({ complete }) => complete),
      partials: present.filter(({ complete }) => !complete),
    };
  }

  async #exists(model: string, name: string): Promise<boolean> {
    return stat(this.#path(model, name)).then(
      () => true,
      () => false,
    );
  }

  async #deleteOtherData(record: FileRecord): Promise<void> {
    const folder = join(this.#root, folderOf(record.model));
    const start = `${hash(nameOf(record))}.`;
    for (const name of await list(folder)) {
      const path = join(folder, name);
      const isOther = name.startsWith(start) && name.endsWith('.data') && path !== this.#dataPath(record);
      if (isOther) await rm(path, { force: true });
    }
  }

  #path(model: string, name: string): string {
    return join(this.#root, folderOf(model), name);
  }

  #dataPath(record: FileRecord): string {
    return this.#path(record.model, `${hash(nameOf(record))}.${record.version}.data`);
  }

  #read(key: FileKey, kind: 'file' | 'partial'): Promise<FileRecord | undefined> {
    const folder = folderOf(key.model);
    return readFileRecord(join(this.#root, folder), folder, recordName(key, kind));
  }

  async #isCurrent(record: FileRecord): Promise<boolean> {
    return (await this.#read(record, 'partial'))?.version === record.version;
  }

  async #delete(key: FileKey, kind: 'file' | 'partial'): Promise<void> {
    const record = await this.#read(key, kind);
    await rm(this.#path(key.model, recordName(key, kind)), { force: true }).catch((error: unknown) => {
      if (!isAbsent(error)) throw error;
    });
    if (record) await rm(this.#dataPath(record), { force: true });
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
      await rm(draft, { force: true }).catch(() => {});
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
    return this.#onFiles(record.path, async () => {
      const file = await openIfThere(this.#dataPath(record));
      if (!file) return false;
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
    });
  }

  /** What the file system refuses becomes the contract's error, with the place or the room. */
  #onFiles<Result>(what: string, action: () => Promise<Result>): Promise<Result> {
    return onFiles({ what, path: `${this.#root}/.` }, action);
  }

  async #inTurn<Result>(model: string, action: () => Promise<Result>): Promise<Result> {
    const turn = (this.#queues.get(model) ?? Promise.resolve()).then(() => this.#onFiles(model, action));
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

/** A folder's record of its model; undefined if there is none, or none that can be read. */
async function readModelRecord(path: string): Promise<ModelRecord | undefined> {
  const value = await readJson(join(path, 'model.json'));
  return isModelRecord(value) ? value : undefined;
}

/** A file's record, if it is one and in its place: then it is used, else the file is fetched again. */
async function readFileRecord(path: string, folder: string, name: string): Promise<FileRecord | undefined> {
  const value = await readJson(join(path, name));
  if (!isFileRecord(value)) return undefined;
  const kind = value.complete ? 'file' : 'partial';
  return folderOf(value.model) === folder && recordName(value, kind) === name ? value : undefined;
}

/** Undefined if there is no such file, or none that can be read as JSON. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (isAbsent(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function openIfThere(path: string) {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** One whose time lies ahead was written by a clock that was wrong. */
async function removeLeftOver(path: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(path);
    if (Math.abs(Date.now() - mtimeMs) > LEFT_OVER) await rm(path, { force: true });
  } catch {
    // Somebody else was quicker.
  }
}
