import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { FileLocks } from './file-locks.ts';
import { writing } from './record-errors.ts';
import type { Records } from './records.ts';

const ENDING = '.record';

const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException | null)?.code));

/** Records in a directory, for Node: one file a key, written aside and moved into place. */
export class FileRecords implements Records {
  readonly kind = 'file-system';
  readonly locks: FileLocks;
  readonly #root: string;

  /** @param directory made if it does not exist. */
  constructor(directory: string) {
    this.#root = resolve(directory, 'values');
    this.locks = new FileLocks(resolve(directory, 'locks'));
  }

  async get<Value>(key: string): Promise<Value | undefined> {
    try {
      return deserialize(await readFile(this.#path(key))) as Value;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async put(key: string, value: unknown): Promise<void> {
    const path = this.#path(key);
    const aside = `${path}.${randomUUID()}.new`;
    await writing(key, async () => {
      await mkdir(dirname(path), { recursive: true });
      try {
        const file = await open(aside, 'w');
        try {
          await file.writeFile(serialize(value));
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(aside, path);
      } catch (error) {
        await rm(aside, { force: true });
        throw error;
      }
    });
  }

  update<Value>(
    key: string,
    change: (value: Value | undefined) => Value | undefined,
  ): Promise<Value | undefined> {
    return this.locks.wait(`update/${key}`, async () => {
      const before = await this.get<Value>(key);
      const after = change(before);
      if (after === undefined || after === before) return before;
      await this.put(key, after);
      return after;
    });
  }

  async delete(...keys: string[]): Promise<void> {
    await Promise.all(keys.map((key) => rm(this.#path(key), { force: true })));
  }

  async keys(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    const visit = async (path: string, names: string[]): Promise<void> => {
      for (const entry of await entriesOf(path)) {
        const name = decodeURIComponent(entry.name.replace(ENDING, ''));
        const key = [...names, name].join('/');
        if (entry.isDirectory()) {
          if (key.startsWith(prefix) || prefix.startsWith(`${key}/`)) {
            await visit(join(path, entry.name), [...names, name]);
          }
        } else if (entry.name.endsWith(ENDING) && key.startsWith(prefix)) {
          keys.push(key);
        }
      }
    };
    await visit(this.#root, []);
    return keys.sort();
  }

  /** Names of a key become names of folders; none of them can lead out of the root. */
  #path(key: string): string {
    const names = key.split('/').map((name) => encodeURIComponent(name).replace(/^\.+$/, 'dots'));
    return `${this.#root}${sep}${names.join(sep)}${ENDING}`;
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
