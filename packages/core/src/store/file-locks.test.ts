import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileLocks } from './file-locks.ts';
import { LocalLocks, type Locks } from './locks.ts';

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
    'LocalLocks',
    () => {
      const locks = new LocalLocks();
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
    const results = await Promise.all([one, two, one, two].map((locks) => locks.request('a', {}, action)));
    expect(results).toEqual([1, 1, 1, 1]);
    expect(most).toBe(1);
  });

  test("do not stand in each other's way", async () => {
    const [one, two] = create();
    await one.request('a', {}, () => two.request('b', {}, async () => {}));
  });

  test('are free again after a failure', async () => {
    const [one, two] = create();
    await expect(one.request('a', {}, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await two.request('a', {}, async () => 'free')).toBe('free');
  });

  test('let a waiter leave without letting the next one in early', async () => {
    const [one, two] = create();
    const controller = new AbortController();
    const order: string[] = [];
    const held = one.request('a', {}, async () => {
      await pause(60);
      order.push('first');
    });
    await pause(10);
    const left = two.request('a', { signal: controller.signal }, async () => order.push('left'));
    const next = two.request('a', {}, async () => order.push('next'));
    controller.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    await Promise.all([held, next]);
    expect(order).toEqual(['first', 'next']);
  });
});

describe('FileLocks', () => {
  test('take over what a dead process left, and leave nothing themselves', async () => {
    const locks = new FileLocks(directory);
    let name = '';
    await locks.request('a', {}, async () => {
      [name = ''] = await readdir(directory);
    });
    expect(await readdir(directory)).toEqual([]);
    await writeFile(join(directory, name), 'of a process that died');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(join(directory, name), longAgo, longAgo);
    expect(await locks.request('a', {}, async () => 'taken over')).toBe('taken over');
    expect(await readdir(directory)).toEqual([]);
  });
});
