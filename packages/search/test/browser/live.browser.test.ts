import { HashedFoundation } from '@nearfield/hashed-foundation';
import { afterEach, expect, it, vi } from 'vitest';
import type { LiveIndex } from '../../src/live/index.ts';
import { openLiveIndex, type PageIndexOptions } from '../../src/live/index.ts';
import { countingFoundation, MODEL, sampleDocuments } from '../live.ts';

let count = 0;
const fresh = (): string => `test ${Date.now()} ${++count}`;
const open: LiveIndex[] = [];
const opened = async (name: string, more: Partial<PageIndexOptions> = {}): Promise<LiveIndex> => {
  const index = await openLiveIndex({ name, foundation: new HashedFoundation(), model: MODEL, ...more });
  open.push(index);
  return index;
};
afterEach(async () => {
  for (const index of open.splice(0)) await index.close();
  document.body.replaceChildren();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Another tab: a page of its own, which can be taken away in the middle of its work. */
async function tab(name: string, what: 'write' | 'embed') {
  const frame = document.createElement('iframe');
  const url = new URL('./live-tab.html', import.meta.url);
  url.search = new URLSearchParams({ name, what }).toString();
  frame.src = url.href;
  const stored: number[] = [];
  const reached = (number: number): Promise<void> =>
    vi.waitFor(() => {
      if (!(stored.length >= number)) throw new Error(`The tab stored ${stored.length} of ${number}.`);
    }, 60_000);
  addEventListener('message', ({ source, data }) => {
    if (source === frame.contentWindow) stored.push(data as number);
  });
  document.body.append(frame);
  return { stored, reached, kill: () => frame.remove() };
}

it('keeps documents for the next visit, and searches them in a worker', async () => {
  const workers: Worker[] = [];
  vi.stubGlobal(
    'Worker',
    class extends Worker {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given);
        workers.push(this);
      }
    },
  );
  const name = fresh();
  const first = await opened(name);
  await first.add(sampleDocuments(40));
  expect(workers).toHaveLength(1);
  const before = await first.search('tune the violin of number27');
  expect(before.results[0]!.id).toBe('d27');
  await first.close();
  const counted = countingFoundation();
  const again = await opened(name, { foundation: counted.foundation });
  expect(again.counts).toEqual({ documents: 40, passages: 40, pending: 0 });
  expect(await again.search('tune the violin of number27')).toEqual(before);
  expect(counted.inputs).toHaveLength(3);
  expect((await again.related('d27', { limit: 3 })).map(({ title }) => title.split(' ')[0])).toEqual(
    Array(3).fill('violin'),
  );
});

it('finds the same where no worker may start', async () => {
  vi.stubGlobal('Worker', function forbidden() {
    throw new DOMException('worker-src', 'SecurityError');
  });
  const index = await opened(fresh());
  await index.add(sampleDocuments(20));
  expect((await index.search('observe the planet')).meaning).toBe('full');
});

it('is shared by tabs: each hears of the others, one embeds', async () => {
  const name = fresh();
  const counted = countingFoundation();
  const [one, two] = [await opened(name, { foundation: counted.foundation }), await opened(name)];
  const heard = new Promise<void>((resolve) => {
    two.onChange(() => {
      if (two.counts.documents === 30) resolve();
    });
  });
  await one.add(sampleDocuments(30));
  await heard;
  expect((await two.search('number11')).results[0]!.id).toBe('d11');
  await Promise.all([
    one.add(sampleDocuments(10, 100)),
    two.add(sampleDocuments(10, 200)),
    two.remove('d3'),
    one.update({ id: 'd4', text: 'changed in a tab' }),
  ]);
  await Promise.all([one.embedded(), two.embedded()]);
  expect(await one.ids()).toHaveLength(49);
  expect((await one.ids()).sort()).toEqual((await two.ids()).sort());
  expect((await two.search('changed in a tab')).results[0]!.id).toBe('d4');
  await expect(two.add(sampleDocuments(1, 100))).rejects.toMatchObject({ param: 'id' });
});

it('forgets what many removed documents were, without losing a tab', async () => {
  const name = fresh();
  const keywords = { foundation: undefined, model: undefined } as unknown as Partial<PageIndexOptions>;
  const [one, two] = [await opened(name, keywords), await opened(name, keywords)];
  await one.add(sampleDocuments(1100));
  expect(await two.ids()).toHaveLength(1100);
  await one.remove(Array.from({ length: 1099 }, (_, at) => `d${at}`));
  await one.add({ id: 'new', text: 'after the tidying' });
  expect((await two.ids()).sort()).toEqual(['d1099', 'new']);
  expect((await (await opened(name, keywords)).ids()).sort()).toEqual(['d1099', 'new']);
});

it('keeps all that a killed tab said was stored, and embeds what it left', async () => {
  const name = fresh();
  const killed = await tab(name, 'write');
  await killed.reached(12);
  killed.kill();
  const stored = [...killed.stored];
  const index = await opened(name);
  await index.embedded();
  const ids = new Set(await index.ids());
  for (const number of stored) expect(ids.has(`d${number}`)).toBe(true);
  expect(index.counts.pending).toBe(0);
  expect(index.problems).toEqual([]);
  const last = stored.at(-1)!;
  expect((await index.search(`number${last}`)).results[0]!.id).toBe(`d${last}`);
});

it('takes over the embedding of a tab that is killed while its model works', async () => {
  const name = fresh();
  const killed = await tab(name, 'embed');
  await killed.reached(1);
  const index = await opened(name);
  expect(index.counts.pending).toBe(5);
  const embedded = index.embedded();
  killed.kill();
  await embedded;
  expect(index.counts.pending).toBe(0);
});

it('goes from one browser to another as a file', async () => {
  const from = await opened(fresh());
  await from.add(sampleDocuments(15));
  const file = await from.export();
  const counted = countingFoundation();
  const to = await opened(fresh(), { foundation: counted.foundation });
  expect(await to.import(file)).toBe(15);
  expect(counted.inputs).toHaveLength(0);
  expect(await to.search('enter the harbour')).toEqual(await from.search('enter the harbour'));
});

it('says that there is no room, and loses nothing', async () => {
  const name = fresh();
  const index = await opened(name);
  await index.add(sampleDocuments(3));
  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  await expect(index.add(sampleDocuments(3, 10))).rejects.toMatchObject({
    code: 'STORAGE_QUOTA_EXCEEDED',
    message: expect.stringContaining('Nothing that was stored is lost'),
  });
  expect(await index.ids()).toEqual(['d0', 'd1', 'd2']);
  put.mockRestore();
  await index.add(sampleDocuments(3, 10));
  expect(await (await opened(name)).ids()).toHaveLength(6);
});

it('keeps nothing if it is not to, and says where nothing can be kept', async () => {
  const name = fresh();
  const index = await opened(name, { persist: false });
  await index.add(sampleDocuments(3));
  expect((await opened(name, { persist: false })).counts.documents).toBe(0);
  vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('no', 'SecurityError');
  });
  await expect(opened(fresh())).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    message: expect.stringContaining('persist: false'),
  });
});

it('sets a damaged record aside and keeps the others', async () => {
  const name = fresh();
  const index = await opened(name);
  await index.add(sampleDocuments(3));
  await index.close();
  const database = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(`nearfield-live/${name}`);
    request.onsuccess = () => resolve(request.result);
  });
  const store = database.transaction('records', 'readwrite').objectStore('records');
  await new Promise<void>((resolve) => {
    const request = store.openCursor(IDBKeyRange.bound([0], [0, Number.POSITIVE_INFINITY]));
    request.onsuccess = () => {
      const cursor = request.result!;
      if ((cursor.value as { key: string }).key !== 'document/d1') {
        cursor.continue();
        return;
      }
      (cursor.value as { value: Uint8Array }).value[30]! ^= 1;
      cursor.update(cursor.value).onsuccess = () => resolve();
    };
  });
  database.close();
  const again = await opened(name);
  expect((await again.ids()).sort()).toEqual(['d0', 'd2']);
  expect(again.problems).toMatchObject([{ code: 'RECORD_DAMAGED' }]);
  await again.add(sampleDocuments(1, 1));
  expect((await opened(name)).problems).toEqual([]);
});
