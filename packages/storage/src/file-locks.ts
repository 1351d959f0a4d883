import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BUSY, type Locks } from '@nearfield/spec/implement';
import { codeOf, isAbsent, onFiles } from './file-errors.ts';
import { formatHolder, type Holder, lifeOf, parseHolder, thisProcess } from './lock-holder.ts';
import { RealmLocks } from './locks.ts';

export interface FileLocksOptions {
  /** Milliseconds between two signs of life of a lock's holder. Default 2000. */
  heartbeat?: number | undefined;
  /** Milliseconds without one after which a holder of whom nothing else is known counts as dead. Default 30 000. */
  deadAfter?: number | undefined;
}

/** Milliseconds between two looks at a lock that another process holds: soon at first, then seldom. */
const POLL = 50;
const SLOWEST_POLL = 1000;

/** Milliseconds after which a draft or an empty lock is one that a killed process left: both live for an instant. */
const LEFT_OVER = 2000;

/** Another thread of this process cannot be queried; its locks are respected for this many times `deadAfter`. */
const OWN_PROCESS = 20;

/** Locks of all users of the same directory within one realm. */
const realmLocks = new RealmLocks();

/** Tokens of the locks that this realm holds; all of them begin with its name. */
const held = new Set<string>();
let realmName: string | undefined;
/** Name of this realm; made when it is needed, as some servers have no random numbers before their first request. */
const realm = (): string => {
  realmName ??= randomUUID();
  return realmName;
};

/** Failures to create a lock that is not there, after which something else is in its place. */
const MAX_TRIES = 20;

/** Whether a directory's file system has no hard links; then a lock is created and written in two steps. */
const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EXDEV',
]);

/** A lock's file as it was read. */
interface Found {
  token: string;
  holder: Holder | undefined;
  isEmpty: boolean;
  /** Time of the last sign of life, by the clock of the file system. */
  touched: number;
}

/**
 * Locks that processes share: a file that appears whole, with its holder's name in it, and that only one can create.
 *
 * The system knows whether a lock's holder lives: a living process keeps it, even if its event loop is blocked, and
 * that of a dead one is taken over at once. Of holders on other machines or in other containers only signs of life
 * are seen, which they write into the file: the lock of one that gave none for `deadAfter` is taken over. Both ages
 * are times of the file system, and a time that does not pass by its clock is watched by this process's own, so that
 * clocks which differ or are set back hold up no process.
 */
export class FileLocks implements Locks {
  readonly #directory: string;
  readonly #heartbeat: number;
  readonly #deadAfter: number;
  /** When a sign of life was first seen, by the time that this process has run. */
  readonly #seen = new Map<string, { mark: string; at: number }>();
  #isSwept = false;

  /** @param directory made if it does not exist. */
  constructor(directory: string, { heartbeat = 2000, deadAfter = 30_000 }: FileLocksOptions = {}) {
    this.#directory = directory;
    this.#heartbeat = heartbeat;
    this.#deadAfter = deadAfter;
  }

  /** @throws FoundationError STORAGE_QUOTA_EXCEEDED, STORAGE_FAILED if there can be no lock. */
  attempt<Result>(name: string, action: () => Promise<Result>): Promise<Result | typeof BUSY> {
    const path = this.#path(name);
    return realmLocks.attempt(path, async () => {
      const release = await this.#take(name, path);
      return release ? run(action, release) : BUSY;
    });
  }

  /** @throws FoundationError STORAGE_QUOTA_EXCEEDED, STORAGE_FAILED if there can be no lock. */
  wait<Result>(name: string, action: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const path = this.#path(name);
    return realmLocks.wait(
      path,
      async () => {
        for (let pause = POLL; ; pause = Math.min(pause * 1.5, SLOWEST_POLL)) {
          signal?.throwIfAborted();
          const release = await this.#take(name, path);
          if (release) return run(action, release);
          await delay(pause, undefined, { signal }).catch(() => {});
        }
      },
      signal,
    );
  }

  #path(name: string): string {
    // Names hold addresses, which may be longer than a file's name.
    return join(this.#directory, `${createHash('sha1').update(name).digest('hex')}.lock`);
  }

  #take(name: string, path: string): Promise<(() => Promise<void>) | undefined> {
    return onFiles({ what: `the lock of ${name}`, path }, () => this.#acquire(path));
  }

  /** @returns a function that releases the lock, or undefined if another process holds it. */
  async #acquire(path: string): Promise<(() => Promise<void>) | undefined> {
    for (let tries = 0; ; ) {
      const found = await this.#read(path);
      if (!found) {
        const lock = await this.#create(path);
        if (lock) {
          this.#seen.delete(path);
          return lock;
        }
        if (++tries < MAX_TRIES) continue;
        throw Object.assign(new Error('The lock can be neither read nor created.'), { code: 'EEXIST', path });
      }
      if (!(await this.#isDead(path, found))) return undefined;
      // Whoever clears a dead lock holds one that is named after it. Tokens are never used twice, so that the next
      // holder's lock cannot go with it.
      const release = await this.#acquire(this.#path(`${path} ${found.token}`));
      if (!release) return undefined;
      await run(async () => {
        if ((await this.#read(path))?.token === found.token) await rm(path, { force: true });
      }, release);
    }
  }

  async #read(path: string): Promise<Found | undefined> {
    try {
      const [text, { mtimeMs, ino }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
      const holder = parseHolder(text);
      const isEmpty = text.trim() === '';
      return { token: holder?.token ?? `${ino} ${text.slice(0, 100)}`, holder, isEmpty, touched: mtimeMs };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async #isDead(path: string, { token, holder, isEmpty, touched }: Found): Promise<boolean> {
    if (token.startsWith(realm())) return !held.has(token);
    const life = holder ? await lifeOf(holder) : 'unknown';
    if (life === 'no') return true;
    const isOwnProcess = life === 'yes' && holder?.pid === process.pid;
    if (life === 'yes' && !isOwnProcess) return false;
    const patience = isEmpty ? LEFT_OVER : this.#deadAfter * (isOwnProcess ? OWN_PROCESS : 1);
    const mark = `${token} ${touched}`;
    const seen = this.#seen.get(path);
    if (seen?.mark !== mark) this.#seen.set(path, { mark, at: performance.now() });
    else if (performance.now() - seen.at > patience) return true;
    return (await this.#now(path)) - touched > patience;
  }

  /** The time by the clock of the file system: another machine's may be behind or ahead. */
  async #now(path: string): Promise<number> {
    const probe = `${path}.${randomUUID()}.new`;
    try {
      const file = await open(probe, 'wx');
      try {
        return (await file.stat()).mtimeMs;
      } finally {
        await file.close();
      }
    } catch {
      // A full or read-only disk: the own clock will do.
      return Date.now();
    } finally {
      await rm(probe, { force: true }).catch(() => {});
    }
  }

  /** Creates a lock's file; undefined if another process was quicker. */
  async #create(path: string): Promise<(() => Promise<void>) | undefined> {
    await mkdir(this.#directory, { recursive: true });
    if (!this.#isSwept) {
      this.#isSwept = true;
      await this.#sweep();
    }
    const token = `${realm()}.${randomUUID()}`;
    const text = formatHolder({ ...(await thisProcess()), token });
    const file = await this.#write(path, text);
    if (!file) return undefined;
    held.add(token);
    const timer = setInterval(() => {
      // Write to the open file: a process that took over has another one under the same name.
      file.write(text, 0).catch(() => {});
    }, this.#heartbeat);
    timer.unref();
    return async () => {
      clearInterval(timer);
      held.delete(token);
      await file.close().catch(() => {});
      try {
        // A holder that was taken for dead must not remove the lock of its successor.
        if ((await this.#read(path))?.token === token) await rm(path, { force: true });
      } catch {
        // The action is done. Its token shows that the lock is no longer held.
      }
    };
  }

  /** Writes a file aside and links it into place, so that it exists with its full content or not at all. */
  async #write(path: string, text: string): Promise<FileHandle | undefined> {
    const draft = `${path}.${randomUUID()}.new`;
    let file: FileHandle | undefined;
    try {
      file = await open(draft, 'wx');
      await file.write(text, 0);
      try {
        await link(draft, path);
        return file;
      } catch (error) {
        const code = codeOf(error) ?? '';
        await file.close();
        if (code === 'EEXIST' || code === 'ENOENT') return undefined;
        if (!NO_LINKS.has(code)) throw error;
        return await this.#writeInPlace(path, text);
      }
    } catch (error) {
      await file?.close().catch(() => {});
      throw error;
    } finally {
      await rm(draft, { force: true }).catch(() => {});
    }
  }

  async #writeInPlace(path: string, text: string): Promise<FileHandle | undefined> {
    let file: FileHandle;
    try {
      file = await open(path, 'wx');
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return undefined;
      throw error;
    }
    try {
      await file.write(text, 0);
      return file;
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Removes files that killed processes left beside locks: drafts, and the gates of earlier versions. */
  async #sweep(): Promise<void> {
    try {
      for (const name of await readdir(this.#directory)) {
        if (!/\.lock\.(clear|[\w-]+\.new)$/.test(name)) continue;
        const path = join(this.#directory, name);
        const age = Date.now() - (await stat(path)).mtimeMs;
        if (Math.abs(age) > this.#deadAfter) await rm(path, { force: true });
      }
    } catch {
      // Another process was quicker, or removal is not allowed: the file does no harm.
    }
  }
}

async function run<Result>(action: () => Promise<Result>, release: () => Promise<void>): Promise<Result> {
  try {
    return await action();
  } finally {
    await release();
  }
}
