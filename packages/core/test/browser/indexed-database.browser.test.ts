import { IndexedDatabase } from '@nearfield/storage';
import { promisifyRequest } from 'idb-keyval';
import { expect, it, vi } from 'vitest';
import { IndexedDbRecords } from '../../src/persistence/indexeddb-records.ts';
import { openRecords } from '../../src/persistence/open-records.ts';
import { openDefaultCache } from '../../src/store/index.ts';

it('takes back what a failing write has written', async () => {
  const database = new IndexedDatabase('nearfield-test-indexed-database', 'things');
  await database.write((store) => {
    store.put('kept', 'key');
  });
  const failing = database.write((store) => {
    store.put('half', 'key');
    store.put(() => {}, 'functions cannot be stored');
  });
  await expect(failing).rejects.toMatchObject({ name: 'DataCloneError' });
  const value = await database.run(
    'readonly',
    (store) =>
      new Promise((resolve) => {
        const request = store.get('key');
        request.onsuccess = () => resolve(request.result);
      }),
  );
  expect(value).toBe('kept');
});

let count = 0;
const fresh = (): string => `nearfield-test-${Date.now()}-${++count}`;

const put = (database: IndexedDatabase, value: string): Promise<void> =>
  database.write((store) => {
    store.put(value, 'key');
  });
const get = (database: IndexedDatabase): Promise<unknown> =>
  database.run('readonly', (store) => promisifyRequest<unknown>(store.get('key')));

/** Opens a database as any other program of this origin would. */
function openRaw(
  name: string,
  version?: number,
  upgrade = (_: IDBDatabase): void => {},
): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => upgrade(request.result);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

it('lets others delete the database while it is open, and goes on with a new one', async () => {
  const name = fresh();
  const database = new IndexedDatabase(name, 'things');
  await put(database, 'old');
  // Resolves only once every connection is closed.
  await promisifyRequest(indexedDB.deleteDatabase(name));
  expect(await get(database)).toBeUndefined();
  await put(database, 'new');
  expect(await get(database)).toBe('new');
});

it('lets a newer version upgrade the database, and goes on with that', async () => {
  const name = fresh();
  const database = new IndexedDatabase(name, 'things');
  await put(database, 'kept');
  const newer = await openRaw(name, 7, (upgraded) => void upgraded.createObjectStore('more'));
  newer.close();
  expect(await get(database)).toBe('kept');
  await put(database, 'changed');
  const again = await openRaw(name);
  expect(again.version).toBe(7);
  expect([...again.objectStoreNames]).toEqual(['more', 'things']);
  again.close();
});

it('gives a database without its object store one, and leaves what else is there', async () => {
  const name = fresh();
  (await openRaw(name, 3, (made) => void made.createObjectStore('others'))).close();
  const [one, two] = [new IndexedDatabase(name, 'things'), new IndexedDatabase(name, 'things')];
  await Promise.all([put(one, 'a'), put(two, 'a')]);
  expect(await get(one)).toBe('a');
  expect(await get(two)).toBe('a');
  const raw = await openRaw(name);
  expect([...raw.objectStoreNames]).toEqual(['others', 'things']);
  raw.close();
});

it('finishes a write that was begun before the database had to be given up', async () => {
  const name = fresh();
  const database = new IndexedDatabase(name, 'things');
  await put(database, 'old');
  const writing = put(database, 'last');
  const upgrading = openRaw(name, 2);
  await writing;
  (await upgrading).close();
  expect(await get(database)).toBe('last');
});

it('says where records are while somebody else holds up the database, and moves them when that ends', async () => {
  const name = fresh();
  const stubborn = await openRaw(name, 1);
  // A version that waits for a connection which nobody closes: whoever opens the database now waits behind it.
  const upgrade = openRaw(name, 2, (made) => void made.createObjectStore('records'));
  const records = await openRecords(name, 50);
  expect(records.kind).toBe('memory');
  expect(records.reason).toContain('kept in memory');
  await records.put('classifier/a', { weights: Float32Array.of(1) });
  stubborn.close();
  (await upgrade).close();
  await vi.waitFor(() => expect(records.kind).toBe('indexeddb'));
  expect(records.reason).toBeUndefined();
  expect(await new IndexedDbRecords(name).get('classifier/a')).toEqual({ weights: Float32Array.of(1) });
});

it('opens at once after another program deleted what it held open', async () => {
  const name = fresh();
  const cache = await openDefaultCache(name);
  await cache.updateModel('m', (record) => record);
  await promisifyRequest(indexedDB.deleteDatabase(name));
  expect(await openDefaultCache(name)).toMatchObject({ kind: 'indexeddb' });
  expect(await cache.models()).toEqual([]);
});

it('sets records aside that are not what they should be, in this browser', async () => {
  const name = fresh();
  const records = new IndexedDbRecords(name);
  const isText = (value: unknown): value is string => typeof value === 'string';
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  await records.put('job/a', null);
  await records.put('job/b', 'fine');
  await expect(records.get('job/a', isText)).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
  expect(await records.keys('job/')).toEqual(['job/b']);
  expect(await new IndexedDbRecords(name).damaged()).toEqual(['job/a']);
  vi.restoreAllMocks();
});
