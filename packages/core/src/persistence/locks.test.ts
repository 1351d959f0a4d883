import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileLocks } from './file-locks.ts';
import { BUSY, type Locks, RealmLocks } from './locks.ts';

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
    const held = one.wait('a', async () => {
      await pause(60);
      order.push('first');
    });
    await pause(10);
    const left = two.wait('a', async () => order.push('left'), controller.signal);
    const next = two.wait('a', async () => order.push('next'));
    controller.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
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
});
