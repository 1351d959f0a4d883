/** A live index in files, for Node: a log that is appended to, and a manifest that names it. */
import { randomUUID } from 'node:crypto';
import {
  copyFile,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { join } from 'node:path';
import { FoundationError } from '@nearfield/spec';
import { FileLocks, isAbsent, onFiles } from '@nearfield/storage/node';
import { checksum } from '../format/sha256.ts';
import { readFrames, writeFrame } from './frames.ts';
import type { Change, LiveStore, News } from './store.ts';
import { FORMAT_VERSION, newerFormat, ROOM_ADVICE } from './store-errors.ts';

const MANIFEST = 'manifest.json';
/** Bytes that are read at once, and that a frame of a new log has, about. */
const CHUNK = 4 * 1024 * 1024;
/** Bytes of replaced records that are not worth writing a log anew. */
const WASTE = 1024 * 1024;

interface Place {
  readonly start: number;
  readonly length: number;
}

export class FileStore implements LiveStore {
  readonly kind = 'file-system';
  readonly locks: FileLocks;
  readonly damage: string[] = [];
  readonly #directory: string;
  readonly #places = new Map<string, Place>();
  #log: { readonly name: string; readonly file: FileHandle; readonly salt: number } | undefined;
  /** Offset of the next frame. */
  #end = 0;
  #sequence = 0;
  /** Bytes of records that count. */
  #used = 0;

  private constructor(directory: string) {
    this.#directory = directory;
    this.locks = new FileLocks(join(directory, 'locks'));
  }

  /**
   * Opens or makes a store. A write that a killed process did not finish is removed; damaged parts of the log are kept
   * aside.
   *
   * @throws FoundationError STORAGE_FAILED, STORAGE_QUOTA_EXCEEDED.
   */
  static async open(directory: string): Promise<FileStore> {
    const store = new FileStore(directory);
    try {
      await store.#on(async () => {
        await mkdir(directory, { recursive: true });
      });
      await store.locks.wait('write', () => store.#recover());
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async hasNews(): Promise<boolean> {
    return this.#on(async () => {
      const name = await this.#currentLog();
      return name !== this.#log?.name || (await stat(join(this.#directory, name))).size > this.#end;
    });
  }

  async read(after: number, onChanges: (changes: readonly Change[]) => Promise<void>): Promise<News> {
    const isNew = await this.#on(() => this.#follow());
    const isWhole = isNew || after === 0 || after < this.#sequence;
    if (isWhole) this.#rewind();
    await this.#readOn(onChanges);
    return { sequence: this.#sequence, isWhole };
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const place = this.#places.get(key);
    return place && this.#on(() => this.#readAt(place));
  }

  async write(changes: readonly Change[]): Promise<number> {
    const { file, salt } = this.#log!;
    const sequence = this.#sequence + 1;
    const frame = writeFrame({ sequence, changes }, salt);
    await this.#on(async () => {
      try {
        // More than one write may be necessary for many bytes.
        for (let at = 0; at < frame.length; ) {
          at += (await file.write(frame, at, frame.length - at, this.#end + at)).bytesWritten;
        }
        await file.datasync();
      } catch (error) {
        await file.truncate(this.#end).catch(() => {});
        throw error;
      }
    }, frame.length);
    for (const found of readFrames(frame, salt, this.#end).frames) this.#take(found);
    this.#end += frame.length;
    return sequence;
  }

  /** Other processes are not heard; their writes are seen by `hasNews`. */
  onNews(): void {}

  async tidy(): Promise<void> {
    if (this.#end < WASTE || this.#end < this.#used * 2) return;
    await this.#on(() => this.#rewrite(), this.#used);
  }

  async close(): Promise<void> {
    await this.#log?.file.close();
    this.#log = undefined;
  }

  /** Under the lock: nobody writes. */
  async #recover(): Promise<void> {
    await this.#on(async () => {
      const name = await this.#currentLog().catch((error: unknown) => {
        if (isAbsent(error)) return undefined;
        throw error;
      });
      if (name === undefined) {
        const first = `log-${randomUUID()}.bin`;
        await (await open(join(this.#directory, first), 'wx')).close();
        await this.#writeManifest(first);
        await this.#openLog(first);
      } else await this.#openLog(name);
    });
    const { name, file } = this.#log!;
    const damaged = await this.#readOn(async () => {});
    await this.#on(async () => {
      if (damaged > 0) {
        const aside = join(this.#directory, 'damaged');
        await mkdir(aside, { recursive: true });
        await copyFile(join(this.#directory, name), join(aside, name));
        this.damage.push(
          `${damaged} parts of ${join(this.#directory, name)} are damaged; the file was kept as ${join(aside, name)}. Documents that were in them are missing: add them again.`,
        );
        await this.#rewrite();
      } else if ((await file.stat()).size > this.#end) await file.truncate(this.#end);
      for (const left of await readdir(this.#directory)) {
        const isLeft = /^log-.+\.bin$|\.new$/.test(left) && left !== this.#log?.name;
        if (isLeft) await rm(join(this.#directory, left), { force: true });
      }
    });
    // The index reads everything itself.
    this.#rewind();
  }

  /** @returns the number of damaged parts. */
  async #readOn(onChanges: (changes: readonly Change[]) => Promise<void>): Promise<number> {
    const { file, salt } = this.#log!;
    let damaged = 0;
    for (let size = CHUNK; ; ) {
      const buffer = new Uint8Array(size);
      const { bytesRead } = await this.#on(() => file.read(buffer, 0, size, this.#end));
      const found = readFrames(buffer.subarray(0, bytesRead), salt, this.#end);
      for (const frame of found.frames) this.#take(frame);
      const isEnd = bytesRead < size;
      damaged += found.damaged.length;
      const changes = found.frames.flatMap((frame) => frame.changes);
      // A frame that is longer than what was read is read again in one piece.
      if (found.end === this.#end) size *= 2;
      this.#end = found.end;
      if (changes.length > 0) await onChanges(changes);
      if (isEnd) return damaged;
    }
  }

  #take({ sequence, changes, places }: ReturnType<typeof readFrames>['frames'][number]): void {
    this.#sequence = sequence;
    for (const [index, { key, value }] of changes.entries()) {
      this.#used -= this.#places.get(key)?.length ?? 0;
      const start = places[index];
      if (value === undefined || start === undefined) this.#places.delete(key);
      else {
        this.#places.set(key, { start, length: value.length });
        this.#used += value.length;
      }
    }
  }

  /** Writes what counts into a new log; the manifest that names it comes last. */
  async #rewrite(): Promise<void> {
    const name = `log-${randomUUID()}.bin`;
    const salt = saltOf(name);
    const file = await open(join(this.#directory, name), 'wx+');
    try {
      let changes: Change[] = [];
      let size = 0;
      const flush = async (): Promise<void> => {
        await file.appendFile(writeFrame({ sequence: this.#sequence, changes }, salt));
        changes = [];
        size = 0;
      };
      for (const [key, place] of this.#places) {
        const value = await this.#readAt(place);
        changes.push({ key, value });
        size += value.length;
        if (size >= CHUNK) await flush();
      }
      // Also if there is nothing left: the number of the last write goes on.
      await flush();
      await file.sync();
    } catch (error) {
      await file.close();
      await rm(join(this.#directory, name), { force: true });
      throw error;
    }
    await file.close();
    const before = this.#log!.name;
    await this.#writeManifest(name);
    await this.#openLog(name);
    this.#rewind();
    await this.#readOn(async () => {});
    await rm(join(this.#directory, before), { force: true }).catch(() => {});
  }

  /** Opens the log that the manifest names, if it is another one. */
  async #follow(): Promise<boolean> {
    for (let tries = 0; ; tries++) {
      const name = await this.#currentLog();
      if (name === this.#log?.name) return false;
      try {
        await this.#openLog(name);
        return true;
      } catch (error) {
        // It was replaced between the two.
        if (!isAbsent(error) || tries > 3) throw error;
      }
    }
  }

  #rewind(): void {
    this.#places.clear();
    this.#used = 0;
    this.#end = 0;
    this.#sequence = 0;
  }

  async #openLog(name: string): Promise<void> {
    const file = await open(join(this.#directory, name), 'r+');
    await this.#log?.file.close();
    this.#log = { name, file, salt: saltOf(name) };
  }

  async #currentLog(): Promise<string> {
    const path = join(this.#directory, MANIFEST);
    const text = await readFile(path, 'utf8');
    let manifest: { version?: unknown; log?: unknown };
    try {
      manifest = JSON.parse(text) as typeof manifest;
    } catch (cause) {
      throw damagedManifest(path, cause);
    }
    const { version, log } = manifest;
    if (typeof version === 'number' && version > FORMAT_VERSION) throw newerFormat(path, version);
    if (typeof log !== 'string' || !/^log-[\w-]+\.bin$/.test(log)) throw damagedManifest(path);
    return log;
  }

  async #writeManifest(log: string): Promise<void> {
    const path = join(this.#directory, MANIFEST);
    const draft = `${path}.${randomUUID()}.new`;
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(JSON.stringify({ format: 'nearfield-live', version: FORMAT_VERSION, log }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  }

  async #readAt({ start, length }: Place): Promise<Uint8Array<ArrayBuffer>> {
    const value = new Uint8Array(length);
    await this.#log!.file.read(value, 0, length, start);
    return value;
  }

  #on<Result>(action: () => Promise<Result>, bytes?: number): Promise<Result> {
    const path = join(this.#directory, this.#log?.name ?? MANIFEST);
    return onFiles({ what: 'the live index', path, bytes, advice: ROOM_ADVICE }, action);
  }
}

/** Frames of another log, which a value may hold, are none of this one. */
const saltOf = (name: string): number => checksum(new TextEncoder().encode(name), 0);

const damagedManifest = (path: string, cause?: unknown): FoundationError =>
  new FoundationError({
    code: 'STORAGE_FAILED',
    message: `${path} is not the manifest of a live index. Name another directory; or, if it was one, write {"version": ${FORMAT_VERSION}, "log": "NAME"} into it with the name of the newest log-….bin beside it.`,
    cause,
  });
