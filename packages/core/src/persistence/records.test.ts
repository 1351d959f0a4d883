import 'fake-indexeddb/auto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { FoundationError } from '@nearfield/spec';
import { BUSY } from '@nearfield/storage';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryDirectory } from '../../test/temporary-directory.ts';
import { FileRecords } from './file-records.ts';
import { IndexedDbRecords } from './indexeddb-records.ts';
import { LateRecords } from './late-records.ts';
import { MemoryRecords } from './memory-records.ts';
import { openRecords } from './open-records.ts';
import { writing } from './record-errors.ts';
import type { Records } from './records.ts';

const directory = temporaryDirectory('records');

let count = 0;
const kinds: [string, () => Records, (() => Records) | undefined][] = [
  ['memory', () => new MemoryRecords(), undefined],
  ['IndexedDB', () => new IndexedDbRecords(`test-${++count}`), () => new IndexedDbRecords(`test-${count}`)],
  [
    'files',
    () => new FileRecords(join(directory, String(++count))),
    () => new FileRecords(join(directory, String(count))),
  ],
];

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

const isNumber = (value: unknown): value is number => typeof value === 'number';

describe.each(kinds)('records in %s', (kind, create, reopen) => {
  it('set aside what is not what its reader expects, keep it there, and say so', async () => {
    const records = create();
    for (const [key, value] of [
      ['n/good', 1],
      ['n/bad', null],
      ['n/odd', { n: 1 }],
    ] as const) {
      await records.put(key, value);
    }
    const damaged = { code: 'RECORD_DAMAGED', param: 'n/bad', message: expect.stringContaining('bad') };
    await expect(records.get('n/bad', isNumber)).rejects.toMatchObject(damaged);
    // As often as it is asked for, whoever asks.
    await expect((reopen?.() ?? records).get('n/bad', isNumber)).rejects.toMatchObject(damaged);
    expect(await records.get('n/good', isNumber)).toBe(1);
    expect(await records.keys('n/')).toEqual(['n/good', 'n/odd']);
    expect(await records.damaged()).toEqual(['n/bad']);
    if (kind !== 'memory') expect(console.warn).toHaveBeenCalledTimes(1);

    // A new value takes its place; deleting it takes what was set aside too.
    expect(await records.update('n/bad', (n = 0) => n + 1, isNumber)).toBe(1);
    expect(await records.get('n/bad', isNumber)).toBe(1);
    expect(await records.update('n/odd', (n = 10) => n + 1, isNumber)).toBe(11);
    expect(await records.damaged()).toEqual(['n/bad', 'n/odd']);
    await records.delete('n/bad', 'n/odd');
    expect(await records.damaged()).toEqual([]);
    expect(await records.get('n/bad', isNumber)).toBeUndefined();
  });

  it('gives back what was put, vectors included, and nothing for other keys', async () => {
    const records = create();
    const value = { name: 'ä', weights: Float32Array.of(1.5, -2), list: [1, null, 'x'] };
    await records.put('classifier/a', value);
    expect(await records.get('classifier/a')).toEqual(value);
    expect(await records.get('classifier/b')).toBeUndefined();
    expect(await records.get('classifier')).toBeUndefined();
  });

  it('keeps a value of its own', async () => {
    const records = create();
    const value = { list: [1] };
    await records.put('a', value);
    value.list.push(2);
    const read = await records.get<typeof value>('a');
    read?.list.push(3);
    expect(await records.get('a')).toEqual({ list: [1] });
  });

  it('lists keys by their start, sorted, and deletes', async () => {
    const records = create();
    for (const key of ['job/b', 'job/a/00000010', 'job/a/00000002', 'job/ab', 'other/x']) {
      await records.put(key, key);
    }
    expect(await records.keys('job/a/')).toEqual(['job/a/00000002', 'job/a/00000010']);
    expect(await records.keys('job/')).toEqual(['job/a/00000002', 'job/a/00000010', 'job/ab', 'job/b']);
    expect(await records.keys('none/')).toEqual([]);
    await records.delete('job/b', 'job/nobody', 'job/a/00000002');
    expect(await records.keys('job/')).toEqual(['job/a/00000010', 'job/ab']);
  });

  it('takes names of any characters', async () => {
    const records = create();
    for (const name of ['..', '.', 'a b', 'ü%2F', '\\x', 'C:']) await records.put(`odd/${name}/v`, name);
    for (const name of ['a b', 'ü%2F', '\\x', 'C:']) {
      expect(await records.get(`odd/${name}/v`)).toBe(name);
      expect(await records.keys(`odd/${name}/`)).toEqual([`odd/${name}/v`]);
    }
  });

  it('loses no update among many at once', async () => {
    const records = create();
    const other = reopen?.() ?? records;
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? records : other).update<number>('n', (n = 0) => n + 1),
      ),
    );
    expect(await records.get('n')).toBe(20);
  });

  it('leaves a value as it is where the change says so or fails', async () => {
    const records = create();
    expect(await records.update('a', () => undefined)).toBeUndefined();
    expect(await records.keys('')).toEqual([]);
    await records.put('a', { n: 1 });
    expect(await records.update('a', () => undefined)).toEqual({ n: 1 });
    const failing = records.update('a', () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await records.get('a')).toEqual({ n: 1 });
  });

  it.runIf(reopen)('finds everything again after it was opened anew', async () => {
    await create().put('a/b', new Map([[1, Uint8Array.of(7)]]));
    expect(await reopen?.().get('a/b')).toEqual(new Map([[1, Uint8Array.of(7)]]));
  });

  it('has locks that one holds at a time', async () => {
    const records = create();
    const other = reopen?.() ?? records;
    const order: string[] = [];
    let release = (): void => {};
    let entered = (): void => {};
    const held = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const first = records.locks.attempt('x', async () => {
      entered();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      order.push('first');
      return 1;
    });
    await held;
    expect(await other.locks.attempt('x', async () => 2)).toBe(BUSY);
    expect(await other.locks.attempt('y', async () => 3)).toBe(3);
    const second = other.locks.wait('x', async () => order.push('second'));
    const given = AbortSignal.abort(new Error('given up'));
    await expect(other.locks.wait('x', async () => order.push('never'), given)).rejects.toThrow('given up');
    release();
    expect(await first).toBe(1);
    await second;
    expect(order).toEqual(['first', 'second']);
    expect(await records.locks.attempt('x', async () => 4)).toBe(4);
  });

  it('lets go of a lock whose action failed, and of a waiter that gave up', async () => {
    const { locks } = create();
    await expect(locks.attempt('x', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    let release = (): void => {};
    let holder: Promise<void> = Promise.resolve();
    await new Promise<void>((entered) => {
      holder = locks.wait('x', () => {
        entered();
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      });
    });
    expect(await locks.attempt('x', async () => 0)).toBe(BUSY);
    const controller = new AbortController();
    const waiter = locks.wait('x', async () => 'never', controller.signal);
    const last = locks.wait('x', async () => 'last');
    controller.abort(new Error('enough'));
    await expect(waiter).rejects.toThrow('enough');
    release();
    await holder;
    expect(await last).toBe('last');
  });
});

describe('locks in files', () => {
  it('takes over the lock of a process that died', async () => {
    const path = join(directory, 'dead');
    const records = new FileRecords(path);
    const gone = spawn(process.execPath, ['-e', '0']);
    await once(gone, 'exit');
    await records.locks.attempt('job', async () => {
      // What a process that was killed leaves behind: its lock under its number.
      const [name] = await readdir(join(path, 'locks'));
      await writeFile(join(path, 'locks', name!), `${gone.pid} token ${hostname()}`);
    });
    expect(await readdir(join(path, 'locks'))).toHaveLength(1);
    expect(await new FileRecords(path).locks.attempt('job', async () => 'mine')).toBe('mine');
    expect(await readdir(join(path, 'locks'))).toEqual([]);
  });

  it('respects the lock of a process that lives', async () => {
    const path = join(directory, 'alive');
    const records = new FileRecords(path);
    const living = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      await once(living, 'spawn');
      await records.locks.attempt('job', async () => {
        const [name] = await readdir(join(path, 'locks'));
        await writeFile(join(path, 'locks', name!), `${living.pid} token ${hostname()}`);
      });
      expect(await records.locks.attempt('job', async () => 'mine')).toBe(BUSY);
      const controller = new AbortController();
      const waiting = records.locks.wait('job', async () => 'mine', controller.signal);
      controller.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
    } finally {
      living.kill();
    }
  });
});

describe('records in files', () => {
  const fileOf = (path: string, ...names: string[]): string => join(path, 'values', ...names);

  it.each([
    ['empty', ''],
    ['filled with zeros', '\0'.repeat(500)],
    ['cut off', Buffer.from([0xff, 0x0f, 0x6f, 0x22])],
    ['text', 'what is this'],
  ])('that are %s are set aside with their bytes', async (_, bytes) => {
    const path = join(directory, String(++count));
    const records = new FileRecords(path);
    await records.put('job/a', 1);
    await writeFile(fileOf(path, 'job', 'a.record'), bytes);
    await records.put('job/b', 2);
    await expect(records.get('job/a')).rejects.toMatchObject({
      code: 'RECORD_DAMAGED',
      message: expect.stringContaining(join(path, 'damaged', 'job', 'a.record')),
    });
    expect(await readdir(join(path, 'damaged', 'job'))).toEqual(['a.record']);
    expect(await records.keys('job/')).toEqual(['job/b']);
    expect(await records.get('job/b')).toBe(2);
  });

  it('are found beside files of others, and beside what killed writers left', async () => {
    const path = join(directory, String(++count));
    const records = new FileRecords(path);
    await records.put('job/a', 1);
    const folder = fileOf(path, 'job');
    const names = [
      '100%.txt',
      '100%.record',
      '%E0%A4%A.record',
      'notes.txt',
      'a.record.old.new',
      'a.record.now.new',
    ];
    for (const name of names) await writeFile(join(folder, name), '');
    await mkdir(join(folder, '50%'));
    await mkdir(join(folder, 'b.record'));
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(folder, 'a.record.old.new'), longAgo, longAgo);
    expect(await records.keys('')).toEqual(['job/a']);
    expect((await readdir(folder)).sort()).toEqual(
      [...names.filter((name) => !name.includes('old')), '50%', 'a.record', 'b.record'].sort(),
    );
    // What is in the place of a record is no damaged record: it is somebody's.
    const failed = { code: 'STORAGE_FAILED', message: expect.stringContaining(join(folder, 'b.record')) };
    await expect(records.get('job/b')).rejects.toMatchObject(failed);
    await expect(records.put('job/b', 1)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });

  it('say what is wrong with their directory', async () => {
    const file = join(directory, String(++count));
    await writeFile(file, '');
    const inFile = new FileRecords(join(file, 'data'));
    expect(await inFile.get('a')).toBeUndefined();
    expect(await inFile.keys('')).toEqual([]);
    const failed = { code: 'STORAGE_FAILED', message: expect.stringContaining(file) };
    await expect(inFile.put('a', 1)).rejects.toMatchObject(failed);
    await expect(inFile.update('a', () => 1)).rejects.toMatchObject(failed);
    const records = new FileRecords(join(directory, String(++count)));
    await expect(records.put('x'.repeat(300), 1)).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining('ENAMETOOLONG'),
    });
  });
});

describe('records of a database that answers late', () => {
  it('are in memory until then, and are moved with all that was put', async () => {
    let open = (_: Records): void => {};
    const later = new Promise<Records>((resolve) => {
      open = resolve;
    });
    const memory = new MemoryRecords('not yet');
    const records = new LateRecords(later, memory);
    expect(records).toMatchObject({ kind: 'memory', reason: 'not yet' });
    await records.put('a', 1);
    await records.put('b', 2);
    const database = new IndexedDbRecords(`late-${++count}`);
    await database.put('b', 'there before');
    await database.put('c', 3);
    open(database);
    // At the same moment, and as soon as possible.
    const puts = [records.put('d', 4), later.then(() => records.put('e', 5))];
    await Promise.all(puts);
    await expect.poll(() => records.kind).toBe('indexeddb');
    expect(records.reason).toBeUndefined();
    expect(await database.keys('')).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await records.get('b')).toBe('there before');
    expect(await records.update('a', (n = 0) => n + 1, isNumber)).toBe(2);
    expect(await database.get('a')).toBe(2);
    await records.delete('a');
    expect(await database.get('a')).toBeUndefined();
    expect(await records.damaged()).toEqual([]);
  });

  it('stay in memory where it never does', async () => {
    const records = new LateRecords(Promise.reject(new Error('no')), new MemoryRecords('not yet'));
    await records.put('a', 1);
    expect(await records.get('a')).toBe(1);
    expect(records).toMatchObject({ kind: 'memory', reason: 'not yet' });
  });

  it('are what a slow database gives, with the locks of the origin', async () => {
    const slow = new IDBFactory();
    const { indexedDB: kept } = globalThis;
    let answer = (): void => {};
    vi.spyOn(slow, 'open').mockImplementation(() => {
      const request = {} as IDBOpenDBRequest;
      answer = () => {
        const real = kept.open('slow-records');
        real.onupgradeneeded = () => real.result.createObjectStore('records');
        real.onsuccess = () => {
          Object.assign(request, { result: real.result });
          request.onsuccess?.(new Event('success'));
        };
      };
      return request;
    });
    vi.stubGlobal('indexedDB', slow);
    try {
      const records = await openRecords('slow-records', 1);
      expect(records).toMatchObject({
        kind: 'memory',
        reason: expect.stringMatching(/not answered yet.*kept in memory/),
      });
      await records.put('classifier/a', 1);
      answer();
      await expect.poll(() => records.kind).toBe('indexeddb');
      expect(await records.get('classifier/a')).toBe(1);
    } finally {
      vi.unstubAllGlobals();
    }
    expect(await new IndexedDbRecords('slow-records').get('classifier/a')).toBe(1);
  });
});

describe('where records cannot be kept', () => {
  it('uses memory, and says so', async () => {
    const { indexedDB: kept } = globalThis;
    Object.defineProperty(globalThis, 'indexedDB', { value: undefined, configurable: true, writable: true });
    try {
      expect(await openRecords()).toMatchObject({
        kind: 'memory',
        reason: expect.stringContaining('there is no IndexedDB here'),
      });
    } finally {
      Object.defineProperty(globalThis, 'indexedDB', { value: kept, configurable: true, writable: true });
    }
    expect((await openRecords('there')).kind).toBe('indexeddb');
  });

  it('turns a full disk into an error that says what to do', async () => {
    const failing = writing('x', () => Promise.reject(new DOMException('full', 'QuotaExceededError')));
    const error = await failing.catch((reason: unknown) => reason);
    expect(FoundationError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'STORAGE_QUOTA_EXCEEDED', status: 507 });
    await expect(writing('x', () => Promise.reject(new Error('other')))).rejects.toThrow('other');
  });
});
