import 'fake-indexeddb/auto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { FoundationError } from '@nearfield/spec';
import { BUSY } from '@nearfield/spec/implement';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isNumber, itKeepsRecords } from '../../test/records-contract.ts';
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

describe.each(kinds)('records in %s', (_, create, reopen) => itKeepsRecords({ create, reopen }));

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
        reason: expect.stringContaining('this realm has no IndexedDB'),
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
