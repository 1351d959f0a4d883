import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BUSY, type Locks } from '@nearfield/spec/implement';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { kill, processHolding } from '../test/lock-holder-process.ts';
import { FileLocks } from './file-locks.ts';
import { formatHolder, thisProcess } from './lock-holder.ts';
import { RealmLocks } from './locks.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nearfield-locks-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Two views of the same locks: two processes for files, one for those of a realm. */
const kinds: [string, () => [Locks, Locks]][] = [
  ['FileLocks', () => [new FileLocks(directory), new FileLocks(directory)]],
  [
    'RealmLocks',
    () => {
      const locks = new RealmLocks();
      return [locks, locks];
    },
  ],
];

describe.each(kinds)('%s', (_, create) => {
  test('let one in at a time, and give back what the action gives', async () => {
    const [one, two] = create();
    let inside = 0;
    let most = 0;
    const action = async (): Promise<number> => {
      most = Math.max(most, ++inside);
      await pause(5);
      return inside--;
    };
    const results = await Promise.all([one, two, one, two].map((locks) => locks.wait('a', action)));
    expect(results).toEqual([1, 1, 1, 1]);
    expect(most).toBe(1);
  });

  test('say at once that they are busy, where nobody wants to wait', async () => {
    const [one, two] = create();
    await one.wait('a', async () => {
      expect(await two.attempt('a', async () => 'in')).toBe(BUSY);
      expect(await two.attempt('b', async () => 'in')).toBe('in');
    });
    expect(await two.attempt('a', async () => 'in')).toBe('in');
  });

  test("do not stand in each other's way", async () => {
    const [one, two] = create();
    await one.wait('a', () => two.wait('b', async () => {}));
  });

  test('are free again after a failure', async () => {
    const [one, two] = create();
    await expect(one.wait('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await two.wait('a', async () => 'free')).toBe('free');
  });

  test('let a waiter leave without letting the next one in early', async () => {
    const [one, two] = create();
    const controller = new AbortController();
    const order: string[] = [];
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let held: Promise<void> = Promise.resolve();
    await new Promise<void>((entered) => {
      held = one.wait('a', async () => {
        entered();
        await released;
        order.push('first');
      });
    });
    const left = two.wait('a', async () => order.push('left'), controller.signal);
    const next = two.wait('a', async () => order.push('next'));
    controller.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    release();
    await Promise.all([held, next]);
    expect(order).toEqual(['first', 'next']);
  });
});

describe('FileLocks', () => {
  test('leave alone what a process of another machine holds, whose number means nothing here', async () => {
    const locks = new FileLocks(directory);
    let name = '';
    await locks.wait('a', async () => {
      [name = ''] = await readdir(directory);
    });
    await writeFile(join(directory, name), '999999 token another-machine');
    expect(await locks.attempt('a', async () => 'in')).toBe(BUSY);
  });

  test('take names of any length and letters', async () => {
    const name = `https://example.com/${'a/'.repeat(300)}`;
    const locks = new FileLocks(directory);
    await locks.wait(name, async () => {
      expect(await new FileLocks(directory).attempt(name, async () => 'in')).toBe(BUSY);
    });
  });

  test('take over what a dead process left, and leave nothing themselves', async () => {
    const locks = new FileLocks(directory);
    let name = '';
    await locks.wait('a', async () => {
      [name = ''] = await readdir(directory);
    });
    expect(await readdir(directory)).toEqual([]);
    await writeFile(join(directory, name), 'of a process that died');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(join(directory, name), longAgo, longAgo);
    expect(await locks.wait('a', async () => 'taken over')).toBe('taken over');
    expect(await readdir(directory)).toEqual([]);
  });

  /** Puts a lock of somebody else's in place. */
  async function plant(name: string, text: string, age = 0): Promise<string> {
    let file = '';
    await new FileLocks(directory).wait(name, async () => {
      [file = ''] = (await readdir(directory)).filter((each) => each.endsWith('.lock'));
    });
    const path = join(directory, file);
    await writeFile(path, text);
    const time = new Date(Date.now() - age);
    await utimes(path, time, time);
    return path;
  }

  const elsewhere = '4711 token other-machine boot/pid:[1] 99';
  const patient = { deadAfter: 3_600_000 };

  test('leave a process that lives its lock, however long it is blocked, and take it over when it is killed', async () => {
    const locks = new FileLocks(directory, { deadAfter: 1 });
    const child = await processHolding(directory, 'a', 'blocked');
    try {
      const [name = ''] = await readdir(directory);
      const longAgo = new Date(Date.now() - 3_600_000);
      await utimes(join(directory, name), longAgo, longAgo);
      for (let look = 0; look < 3; look++) {
        expect(await locks.attempt('a', async () => 'in')).toBe(BUSY);
        await pause(5);
      }
    } finally {
      await kill(child);
    }
    // At once: no sign of life is waited for.
    expect(await new FileLocks(directory, patient).attempt('a', async () => 'in')).toBe('in');
    expect(await readdir(directory)).toEqual([]);
  });

  test('are not taken over by two at once after their holder was killed', async () => {
    await kill(await processHolding(directory, 'a', 'idle'));
    const views = Array.from({ length: 8 }, () => new FileLocks(directory, patient));
    let inside = 0;
    const orders = await Promise.all(
      views.map((locks) =>
        locks.wait('a', async () => {
          const before = inside++;
          await pause(2);
          inside--;
          return before;
        }),
      ),
    );
    expect(orders).toEqual(views.map(() => 0));
    expect(await readdir(directory)).toEqual([]);
  });

  test('do not take a number that is in use again for the process that had it', async () => {
    const self = await thisProcess();
    const former = { ...self, pid: process.ppid, start: '1', token: 'former' };
    await plant('a', formatHolder(former));
    expect(await new FileLocks(directory, patient).attempt('a', async () => 'in')).toBe('in');
  });

  test.runIf(process.platform === 'linux')('leave another thread of this process its lock', async () => {
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       require('node:fs').writeFileSync(workerData.path, workerData.text);
       parentPort.postMessage('held');
       setInterval(() => {}, 1000);`,
      {
        eval: true,
        workerData: {
          path: await plant('a', ''),
          text: formatHolder({ ...(await thisProcess()), token: 'of a thread' }),
        },
      },
    );
    await new Promise((resolve) => worker.once('message', resolve));
    expect(await new FileLocks(directory).attempt('a', async () => 'in')).toBe(BUSY);
    await worker.terminate();
  });

  /** Lets time pass by the clock of this process alone. */
  async function afterwards<Result>(milliseconds: number, action: () => Promise<Result>): Promise<Result> {
    const { now } = performance;
    performance.now = () => now.call(performance) + milliseconds;
    try {
      return await action();
    } finally {
      performance.now = now;
    }
  }

  test('see from signs of life whether a holder in another place lives', async () => {
    const path = await plant('a', elsewhere);
    const locks = new FileLocks(directory, patient);
    const attempt = () => locks.attempt('a', async () => 'in');
    expect(await attempt()).toBe(BUSY);
    const longAgo = new Date(Date.now() - 7_200_000);
    await utimes(path, longAgo, longAgo);
    expect(await attempt()).toBe('in');
  });

  test.each([
    ['a lock', elsewhere],
    ['an unreadable lock', 'what is this'],
  ])('do not wait for a clock to catch up with %s of the future', async (_, text) => {
    const path = await plant('a', text, -7_200_000);
    const locks = new FileLocks(directory, patient);
    const attempt = () => locks.attempt('a', async () => 'in');
    expect(await attempt()).toBe(BUSY);
    expect(await afterwards(1_800_000, attempt)).toBe(BUSY);
    // A sign of life, by a clock that is ahead as well.
    const ahead = new Date(Date.now() + 7_202_000);
    await utimes(path, ahead, ahead);
    expect(await afterwards(3_601_000, attempt)).toBe(BUSY);
    expect(await afterwards(7_203_000, attempt)).toBe('in');
  });

  test('go by the clock of the files, not by the own', async () => {
    // Two seconds old by the files' clock, an hour by one that is ahead.
    await plant('a', elsewhere, 2000);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    try {
      expect(await new FileLocks(directory).attempt('a', async () => 'in')).toBe(BUSY);
    } finally {
      vi.useRealTimers();
    }
  });

  test('let in who comes upon the gate or the empty lock of a killed process', async () => {
    const path = await plant('a', '', 3000);
    await writeFile(`${path}.clear`, '');
    expect(await new FileLocks(directory, patient).attempt('a', async () => 'in')).toBe('in');
  });

  test('remove what killed processes left', async () => {
    const old = new Date(Date.now() - 60_000);
    const ahead = new Date(Date.now() + 3_600_000);
    for (const [name, time] of [
      ['x.lock.clear', old],
      ['x.lock.0123-ab.new', ahead],
      ['mine.txt', old],
    ] as const) {
      await writeFile(join(directory, name), '');
      await utimes(join(directory, name), time, time);
    }
    await writeFile(join(directory, 'y.lock.0123-ab.new'), 'of one that is at it now');
    await new FileLocks(directory).attempt('a', async () => {});
    expect((await readdir(directory)).sort()).toEqual(['mine.txt', 'y.lock.0123-ab.new']);
  });

  test('say who holds them in a file that is never seen half written', async () => {
    const self = await thisProcess();
    await new FileLocks(directory).wait('a', async () => {
      const [name = ''] = await readdir(directory);
      const [pid, token, host] = (await readFile(join(directory, name), 'utf8')).split(' ');
      expect([pid, host]).toEqual([String(process.pid), hostname().replaceAll(' ', '-')]);
      expect(token).toMatch(/^[\w.-]+$/);
    });
    if (process.platform === 'linux') expect(self.start).toMatch(/^\d+$/);
  });

  test('say what is in their place, where that is no lock', async () => {
    const path = await plant('a', '');
    await rm(path);
    await mkdir(path);
    const failed = { code: 'STORAGE_FAILED', message: expect.stringContaining(path) };
    await expect(new FileLocks(directory).attempt('a', async () => 'in')).rejects.toMatchObject(failed);
    await rm(path, { recursive: true });
    if (process.platform !== 'win32') {
      await symlink(join(directory, 'nowhere'), path);
      await expect(new FileLocks(directory).wait('a', async () => 'in')).rejects.toMatchObject(failed);
    }
    const file = join(directory, 'file');
    await writeFile(file, '');
    await expect(new FileLocks(join(file, 'locks')).wait('a', async () => 'in')).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining(file),
    });
  });
});
