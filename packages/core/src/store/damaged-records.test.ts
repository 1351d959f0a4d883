import 'fake-indexeddb/auto';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IndexedDatabase } from '@nearfield/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pseudoRandomBytes, sameBytes } from '../../test/bytes.ts';
import { Hub } from '../../test/hub.ts';
import { temporaryDirectory } from '../../test/temporary-directory.ts';
import type { ChunkCache, FileKey, FileRecord } from './cache.ts';
import { FileSystemCache } from './file-system-cache.ts';
import { createModelStore, hubSource, IndexedDbCache, MemoryCache } from './index.ts';
import type { ModelSource, StoredFile } from './types.ts';

const MODEL = 'org/m';
const CHUNK = 1024;
const GRAPH = 'onnx/model.onnx';
const WEIGHTS = pseudoRandomBytes(3 * CHUNK + 10);
const CONFIG = new TextEncoder().encode('{"a":1}');
const FILES = [{ path: 'config.json' }, { path: GRAPH }];

let hub: Hub;
const root = temporaryDirectory('damaged');
let count = 0;
beforeAll(async () => {
  hub = await Hub.start({ repositories: { [MODEL]: { 'config.json': CONFIG, [GRAPH]: WEIGHTS } } });
});
afterAll(async () => {
  await hub.close();
});

const source = (): ModelSource => hubSource(MODEL, { remoteHost: hub.url });
const openOn = (cache: ChunkCache): Promise<Map<string, StoredFile>> =>
  createModelStore({ cache, channel: false, chunkBytes: CHUNK, retry: { baseDelay: 1 } }).open(
    MODEL,
    source(),
    FILES,
  );

type Damage = (record: FileRecord) => unknown;
const damages: [string, Damage][] = [
  ['null', () => null],
  ['a number', () => 5],
  ['a list', () => []],
  ['nothing of what it needs', () => ({ complete: true })],
  ['chunks of no bytes', (record) => ({ ...record, chunkBytes: 0 })],
  ['chunks of less than no bytes', (record) => ({ ...record, chunkBytes: -1024 })],
  ['a size of nothing', (record) => ({ ...record, size: 0 })],
  ['a size of nothing and no chunks', (record) => ({ ...record, size: 0, chunks: [] })],
  ['an unknown size', (record) => ({ ...record, size: -1 })],
  ['a size in words', (record) => ({ ...record, size: 'x' })],
  ['a huge size', (record) => ({ ...record, size: 1e15 })],
  ['no list of chunks', (record) => ({ ...record, chunks: 'abc' })],
  ['hashes that are none', (record) => ({ ...record, chunks: record.chunks.map(() => 5) })],
  ['too few chunks', (record) => ({ ...record, chunks: record.chunks.slice(1) })],
  ['a version that is a path', (record) => ({ ...record, version: '../../x' })],
  ['a hash that is a number', (record) => ({ ...record, sha256: 5 })],
  ['a word for whether it is complete', (record) => ({ ...record, complete: 'yes' })],
  ['a later format', (record) => ({ ...record, format: 2 })],
];

describe('a damaged record counts as absent, and the file is fetched again', () => {
  test.each(damages)('on a file system: %s', async (_, damage) => {
    const directory = join(root, String(++count));
    await openOn(new FileSystemCache(directory));
    const folder = join(directory, (await readdir(directory)).find((name) => name.startsWith('org-m'))!);
    const names = (await readdir(folder)).filter((name) => name.endsWith('.file.json'));
    for (const name of names) {
      const path = join(folder, name);
      await writeFile(path, JSON.stringify(damage(JSON.parse(await readFile(path, 'utf8')) as FileRecord)));
    }
    const files = await openOn(new FileSystemCache(directory));
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
    expect(await files.get('config.json')!.text()).toBe('{"a":1}');
    // What the damaged records spoke of is not left over.
    expect((await readdir(folder)).filter((name) => name.endsWith('.data'))).toHaveLength(2);
    expect((await openOn(new FileSystemCache(directory))).get(GRAPH)!.fromCache).toBe(true);
  });

  test.each(damages)('in IndexedDB: %s', async (_, damage) => {
    const name = `damaged-${++count}`;
    await openOn(new IndexedDbCache(name));
    const { files: records } = await new IndexedDbCache(name).readModel(MODEL);
    expect(records).toHaveLength(2);
    await new IndexedDatabase(name, 'files').write((store) => {
      for (const record of records) store.put(damage(record), ['file', MODEL, record.source, record.path]);
      store.put(null, ['model', MODEL]);
    });
    const files = await openOn(new IndexedDbCache(name));
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
    expect((await openOn(new IndexedDbCache(name))).get(GRAPH)!.fromCache).toBe(true);
  });

  test.each([null, 5, { model: MODEL }, { model: MODEL, lastUsed: 0, imported: false, absent: { x: 5 } }])(
    'of a model: %j',
    async (value) => {
      const directory = join(root, String(++count));
      const cache = new FileSystemCache(directory);
      await openOn(cache);
      const folder = join(directory, (await readdir(directory)).find((name) => name.startsWith('org-m'))!);
      await writeFile(join(folder, 'model.json'), JSON.stringify(value));
      expect((await cache.readModel(MODEL)).record).toBeUndefined();
      expect((await openOn(cache)).get(GRAPH)!.fromCache).toBe(true);
      expect(await cache.models()).toEqual([MODEL]);
    },
  );

  test('also that of a download that was not finished', async () => {
    const name = `damaged-${++count}`;
    const cache = new IndexedDbCache(name);
    const key = { model: MODEL, source: source().key, path: GRAPH };
    const partial = {
      ...key,
      version: 'v',
      size: WEIGHTS.length,
      chunkBytes: CHUNK,
      chunks: [],
      complete: false,
    };
    for (const hashState of [
      'x',
      { words: [1], length: 64 },
      { words: [1, 2, 3, 4, 5, 6, 7, 8], length: 5 },
    ]) {
      await new IndexedDatabase(name, 'files').write((store) => {
        store.put({ ...partial, hashState }, ['partial', MODEL, key.source, GRAPH]);
      });
      expect(await cache.readFile(key)).toEqual({ file: undefined, partial: undefined });
    }
    expect(sameBytes(await (await openOn(cache)).get(GRAPH)!.read(), WEIGHTS)).toBe(true);
  });
});

test('records of the first version, which have no format, are read; new ones have it', async () => {
  const name = `format-${++count}`;
  await openOn(new IndexedDbCache(name));
  const { files, record } = await new IndexedDbCache(name).readModel(MODEL);
  expect([...files, record].map((each) => each?.format)).toEqual([1, 1, 1]);
  await new IndexedDatabase(name, 'files').write((store) => {
    for (const { format: _, ...old } of files) store.put(old, ['file', MODEL, old.source, old.path]);
  });
  expect((await openOn(new IndexedDbCache(name))).get(GRAPH)!.fromCache).toBe(true);
});

test('chunks in IndexedDB that are no bytes are fetched again', async () => {
  const name = `chunks-${++count}`;
  const cache = new IndexedDbCache(name);
  await openOn(cache);
  const { files } = await cache.readModel(MODEL);
  const { version } = files.find(({ path }) => path === GRAPH)!;
  await new IndexedDatabase(name, 'files').write((store) => {
    ['text', null, 5].forEach((chunk, index) => void store.put(chunk, ['chunk', version, index]));
  });
  expect(sameBytes(await (await openOn(cache)).get(GRAPH)!.read(), WEIGHTS)).toBe(true);
});

test('a data file that cannot be read is a typed error with its place', async () => {
  const directory = join(root, String(++count));
  const files = await openOn(new FileSystemCache(directory));
  const folder = join(directory, (await readdir(directory)).find((name) => name.startsWith('org-m'))!);
  for (const name of (await readdir(folder)).filter((each) => each.endsWith('.data'))) {
    await rm(join(folder, name));
    await mkdir(join(folder, name));
  }
  await expect(files.get(GRAPH)!.read()).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    message: expect.stringContaining('EISDIR'),
  });
});

test('drafts of killed writers are removed, those of today are not', async () => {
  const directory = join(root, String(++count));
  const cache = new FileSystemCache(directory);
  await openOn(cache);
  const folder = join(directory, (await readdir(directory)).find((name) => name.startsWith('org-m'))!);
  const draft = (start: string): string => `model.json.${start}0000000-0000-4000-8000-000000000000.tmp`;
  const longAgo = new Date(Date.now() - 3_600_000);
  for (const start of ['1', '2']) await writeFile(join(folder, draft(start)), '');
  await utimes(join(folder, draft('1')), longAgo, longAgo);
  await cache.readModel(MODEL);
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([draft('2')]);
});

test('importing many files reads what is known of each, not of all for each', async () => {
  const reads = { models: 0, files: 0 };
  class CountingCache extends MemoryCache {
    override readModel(model: string) {
      reads.models++;
      return super.readModel(model);
    }
    override readFile(key: FileKey) {
      reads.files++;
      return super.readFile(key);
    }
  }
  const files = Array.from({ length: 300 }, (_, index) => new File([`file ${index}`], `f${index}.txt`));
  const store = createModelStore({ cache: new CountingCache(), channel: false });
  expect(await store.importModel(MODEL, files)).toHaveLength(300);
  expect(reads.models).toBeLessThan(5);
  expect(reads.files).toBeLessThanOrEqual(600);
});

test('a check that refuses comes before anything is stored', async () => {
  const cache = new MemoryCache();
  const store = createModelStore({ cache, channel: false });
  const offered: string[] = [];
  const importing = store.importModel(MODEL, [new File(['x'], 'a.png'), new File([], 'empty.json')], {
    check: async (paths) => {
      offered.push(...paths);
      throw new Error('no');
    },
  });
  await expect(importing).rejects.toThrow('no');
  expect(offered).toEqual(['a.png']);
  expect(await cache.models()).toEqual([]);
});
