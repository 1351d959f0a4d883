import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { delay } from './abort.ts';
import { LocalLocks, type Locks } from './locks.ts';

/** How often the holder of a lock shows that it lives, in milliseconds. */
const HEARTBEAT = 2_000;
/** A lock without a sign of life for so long was left behind by a process that died. */
const STALE = 10_000;
/** How often a waiting process looks again. */
const POLL = 100;

const hasCode = (error: unknown, code: string): boolean =>
  (error as NodeJS.ErrnoException | null)?.code === code;

/** Locks between processes that share a directory: a file that only one of them can create. */
export class FileLocks implements Locks {
  readonly #directory: string;
  readonly #own = new LocalLocks();

  constructor(directory: string) {
    this.#directory = directory;
  }

  request<Result>(
    name: string,
    options: { signal?: AbortSignal },
    action: () => Promise<Result>,
  ): Promise<Result> {
    return this.#own.request(name, options, async () => {
      const path = join(this.#directory, `${createHash('sha1').update(name).digest('hex')}.lock`);
      const id = await this.#acquire(path, options.signal);
      const heartbeat = setInterval(() => {
        const now = new Date();
        // If the file is gone, so is the claim to it; what is stored is verified all the same.
        utimes(path, now, now).catch(() => {});
      }, HEARTBEAT);
      heartbeat.unref();
      try {
        return await action();
      } finally {
        clearInterval(heartbeat);
        if ((await readFile(path, 'utf8').catch(() => '')) === id) await rm(path, { force: true });
      }
    });
  }

  /** Waits for the lock; what is returned is written in its file. */
  async #acquire(path: string, signal: AbortSignal | undefined): Promise<string> {
    const id = randomUUID();
    await mkdir(this.#directory, { recursive: true });
    for (;;) {
      signal?.throwIfAborted();
      try {
        const file = await open(path, 'wx');
        await file.writeFile(id);
        await file.close();
        return id;
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      }
      if (await isStale(path)) await takeAway(path);
      else await delay(POLL, signal);
    }
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > STALE;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Moves a lock that was left behind out of the way: of several who try, one succeeds. */
async function takeAway(path: string): Promise<void> {
  const grave = `${path}.${randomUUID()}`;
  try {
    await rename(path, grave);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  await rm(grave, { force: true });
}
