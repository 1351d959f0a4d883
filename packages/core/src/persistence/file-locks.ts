import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { delay } from '../async/abort.ts';
import { BUSY, type Locks, RealmLocks } from './locks.ts';

/** Milliseconds between two signs of life of a lock's holder, and after which it counts as dead. */
const HEARTBEAT = 2000;
const DEAD_AFTER = 30_000;
/** Milliseconds between two looks at a lock that another process holds: soon at first, then seldom. */
const POLL = 50;
const SLOWEST_POLL = 1000;

/** Within one process, whoever opens the same directory. */
const processLocks = new RealmLocks();

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException | null)?.code;

/**
 * Locks that processes share: a file that only one can create, which its holder touches as long as it lives. A
 * lock whose holder died is taken over.
 */
export class FileLocks implements Locks {
  readonly #directory: string;

  /** @param directory made if it does not exist. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  attempt<Result>(name: string, action: () => Promise<Result>): Promise<Result | typeof BUSY> {
    const path = this.#path(name);
    return processLocks.attempt(path, async () => {
      const release = await this.#acquire(path);
      return release ? run(action, release) : BUSY;
    });
  }

  wait<Result>(name: string, action: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const path = this.#path(name);
    return processLocks.wait(
      path,
      async () => {
        for (let pause = POLL; ; pause = Math.min(pause * 1.5, SLOWEST_POLL)) {
          signal?.throwIfAborted();
          const release = await this.#acquire(path);
          if (release) return run(action, release);
          await delay(pause, signal);
        }
      },
      signal,
    );
  }

  #path(name: string): string {
    // Names hold addresses, which may be longer than a file's name.
    return join(this.#directory, `${createHash('sha1').update(name).digest('hex')}.lock`);
  }

  /** @returns how to let go of the lock, or undefined if another process holds it. */
  async #acquire(path: string): Promise<(() => Promise<void>) | undefined> {
    await mkdir(this.#directory, { recursive: true });
    const token = randomUUID();
    if (!(await create(path, token)) && !((await this.#clearDead(path)) && (await create(path, token)))) {
      return undefined;
    }
    const timer = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => {});
    }, HEARTBEAT);
    timer.unref();
    return async () => {
      clearInterval(timer);
      // Who was taken for dead must not remove the lock of the one who took over.
      if ((await holderOf(path))?.token === token) await rm(path, { force: true });
    };
  }

  /** Removes a lock whose holder is dead. Only one process at a time may: the next lock must not go with it. */
  async #clearDead(path: string): Promise<boolean> {
    const gate = `${path}.clear`;
    if (!(await create(gate, ''))) {
      if (await isOld(gate)) await rm(gate, { force: true });
      return false;
    }
    try {
      const holder = await holderOf(path);
      if (holder && isAlive(holder) && !(await isOld(path))) return false;
      await rm(path, { force: true });
      return true;
    } finally {
      await rm(gate, { force: true });
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

async function create(path: string, token: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(`${process.pid} ${token} ${hostname()}`);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

interface Holder {
  pid: number;
  token: string | undefined;
  host: string | undefined;
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const [pid, token, host] = (await readFile(path, 'utf8')).split(' ');
    return { pid: Number(pid), token, host };
  } catch {
    return undefined;
  }
}

async function isOld(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > DEAD_AFTER;
  } catch {
    return true;
  }
}

/**
 * Whether a process lives. This one does not count: the locks it holds are known to it, so a file with its number
 * is a former process's (in a container they all get the same one).
 */
function isAlive({ pid, host }: Holder): boolean {
  // Of another machine or container, or just created and its number not yet written: age decides.
  if (host !== hostname() || !(pid > 0)) return true;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
