import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { codeOf, FileLocks, isAbsent, onFiles } from '@nearfield/storage/node';
import { isDamage, ROOM_ADVICE, recordDamaged, warnOfDamage } from './record-errors.ts';
import type { IsSound, Records } from './records.ts';

const ENDING = '.record';

/** Milliseconds after which a draft is one that a killed process left: writing takes an instant. */
const LEFT_OVER = 600_000;

/** Records in a directory, for Node: one file a key, written aside and moved into place. */
export class FileRecords implements Records {
  readonly kind = 'file-system';
  readonly locks: FileLocks;
  readonly #root: string;
  /** What was set aside, in the same layout. */
  readonly #aside: string;

  /** @param directory made if it does not exist. */
  constructor(directory: string) {
    this.#root = resolve(directory, 'values');
    this.#aside = resolve(directory, 'damaged');
    this.locks = new FileLocks(resolve(directory, 'locks'));
  }

  async get<Value>(key: string, isSound?: IsSound<Value>): Promise<Value | undefined> {
    const path = pathOf(this.#root, key);
    const bytes = await onFiles({ what: key, path }, () => readIfThere(path));
    if (!bytes) {
      const aside = pathOf(this.#aside, key);
      if (await onFiles({ what: key, path: aside }, () => isThere(aside))) throw recordDamaged(key, aside);
      return undefined;
    }
    let cause: unknown;
    try {
      const value: unknown = deserialize(bytes);
      if (!isSound || isSound(value)) return value as Value;
    } catch (error) {
      cause = error;
    }
    throw await this.#setAside(key, cause);
  }

  async put(key: string, value: unknown): Promise<void> {
    const path = pathOf(this.#root, key);
    const draft = `${path}.${randomUUID()}.new`;
    const bytes = serialize(value);
    await onFiles({ what: key, path, bytes: bytes.length, advice: ROOM_ADVICE }, async () => {
      await mkdir(dirname(path), { recursive: true });
      try {
        const file = await open(draft, 'w');
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true }).catch(() => {});
        throw error;
      }
    });
  }

  update<Value>(
    key: string,
    change: (value: Value | undefined) => Value | undefined,
    isSound?: IsSound<Value>,
  ): Promise<Value | undefined> {
    return this.locks.wait(`update/${key}`, async () => {
      let before: Value | undefined;
      try {
        before = await this.get<Value>(key, isSound);
      } catch (error) {
        if (!isDamage(error)) throw error;
      }
      const after = change(before);
      if (after === undefined || after === before) return before;
      await this.put(key, after);
      return after;
    });
  }

  async delete(...keys: string[]): Promise<void> {
    for (const key of keys) {
      for (const root of [this.#root, this.#aside]) {
        const path = pathOf(root, key);
        await onFiles({ what: key, path }, async () => {
          try {
            await rm(path, { force: true });
          } catch (error) {
            if (!isAbsent(error)) throw error;
          }
        });
      }
    }
  }

  keys(prefix: string): Promise<string[]> {
    return onFiles({ what: `The list of ${prefix || 'records'}`, path: this.#root }, () =>
      keysIn(this.#root, prefix),
    );
  }

  damaged(): Promise<string[]> {
    return onFiles({ what: 'The list of damaged records', path: this.#aside }, () => keysIn(this.#aside, ''));
  }

  /** Moves a file out of the way, over what was set aside of this key before. */
  async #setAside(key: string, cause: unknown): Promise<unknown> {
    const from = pathOf(this.#root, key);
    const to = pathOf(this.#aside, key);
    try {
      await mkdir(dirname(to), { recursive: true });
      await rename(from, to);
    } catch (error) {
      // Another process was quicker; or it stays where it is, and is as damaged there.
      if (isAbsent(error)) return recordDamaged(key, to, cause);
      return recordDamaged(key, from, cause);
    }
    const error = recordDamaged(key, to, cause);
    warnOfDamage(error);
    return error;
  }
}

/** Names of a key become names of folders; none of them can lead out of the root. */
function pathOf(root: string, key: string): string {
  const names = key.split('/').map((name) => encodeURIComponent(name).replace(/^\.+$/, 'dots'));
  return `${root}${sep}${names.join(sep)}${ENDING}`;
}

async function keysIn(root: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  const visit = async (path: string, names: string[]): Promise<void> => {
    for (const entry of await entriesOf(path)) {
      const isFolder = entry.isDirectory();
      if (!isFolder && entry.name.endsWith('.new')) await removeLeftOver(join(path, entry.name));
      if (!isFolder && !entry.name.endsWith(ENDING)) continue;
      const name = decoded(isFolder ? entry.name : entry.name.slice(0, -ENDING.length));
      // Nothing that this class wrote: a folder or file of somebody else's.
      if (name === undefined) continue;
      const key = [...names, name].join('/');
      if (!isFolder) {
        if (key.startsWith(prefix)) keys.push(key);
      } else if (key.startsWith(prefix) || prefix.startsWith(`${key}/`)) {
        await visit(join(path, entry.name), [...names, name]);
      }
    }
  };
  await visit(root, []);
  return keys.sort();
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

async function entriesOf(path: string) {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    // A key that is too long for a name was never stored.
    if (isAbsent(error) || codeOf(error) === 'ENAMETOOLONG') return false;
    throw error;
  }
}

/** A draft of a process that was killed. One whose time lies ahead was written by a clock that was wrong. */
async function removeLeftOver(path: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(path);
    if (Math.abs(Date.now() - mtimeMs) > LEFT_OVER) await rm(path, { force: true });
  } catch {
    // Somebody else was quicker.
  }
}
