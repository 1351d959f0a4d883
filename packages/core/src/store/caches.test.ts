import 'fake-indexeddb/auto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { describeChunkCache } from '../../test/chunk-cache-suite.ts';
import { openDefaultCache } from './default-cache.ts';
import { FileSystemCache } from './file-system-cache.ts';
import { IndexedDbCache } from './indexeddb-cache.ts';
import { MemoryCache } from './memory-cache.ts';

let directory: string | undefined;
let databases = 0;

const makeDirectory = async (): Promise<string> => {
  directory = await mkdtemp(join(tmpdir(), 'nearfield-'));
  return directory;
};

const removeDirectory = async (): Promise<void> => {
  if (directory) await rm(directory, { recursive: true, force: true });
};

describeChunkCache('MemoryCache', async () => new MemoryCache());
describeChunkCache('IndexedDbCache', async () => new IndexedDbCache(`caches-${databases++}`));
describeChunkCache(
  'FileSystemCache',
  async () => new FileSystemCache(join(await makeDirectory(), 'models')),
  removeDirectory,
);

describe('FileSystemCache', () => {
  afterEach(removeDirectory);

  test('leaves foreign files in its directory alone, and no drafts of its own', async () => {
    const root = await makeDirectory();
    await writeFile(join(root, 'notes.txt'), 'mine');
    const cache = new FileSystemCache(root);
    await cache.updateModel('org/a', (record) => ({ ...record, lastUsed: 1 }));
    expect(await cache.models()).toEqual(['org/a']);
    const [folder] = (await readdir(root)).filter((name) => name !== 'notes.txt');
    expect(await readdir(join(root, folder!))).toEqual(['model.json']);
    await cache.clear();
    expect(await readdir(root)).toEqual(['notes.txt']);
  });

  test('a record that was damaged on disk counts as absent', async () => {
    const root = await makeDirectory();
    const cache = new FileSystemCache(root);
    await cache.updateModel('org/a', (record) => ({ ...record, lastUsed: 1 }));
    const [folder] = await readdir(root);
    await writeFile(join(root, folder!, 'model.json'), '{"model":"org/a","lastU');
    expect((await cache.readModel('org/a')).record).toBeUndefined();
  });
});

describe('openDefaultCache', () => {
  afterEach(() => vi.unstubAllGlobals());

  test('takes IndexedDB where it opens', async () => {
    expect(await openDefaultCache('default-cache')).toMatchObject({ kind: 'indexeddb' });
  });

  test('takes memory where there is no IndexedDB, and says why', async () => {
    vi.stubGlobal('indexedDB', undefined);
    expect(await openDefaultCache()).toMatchObject({
      kind: 'memory',
      reason: expect.stringContaining('this realm has no IndexedDB'),
    });
  });

  test('takes memory where the browser forbids IndexedDB', async () => {
    vi.stubGlobal('indexedDB', {
      open() {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      },
    });
    expect(await openDefaultCache()).toMatchObject({
      kind: 'memory',
      reason: expect.stringContaining('The operation is insecure.'),
    });
  });
});
