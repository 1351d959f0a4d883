/*
 * A disk without room. The first half runs on a real one, where this process may mount it (root on Linux); the second
 * half lets the same calls fail as such a disk does, and runs everywhere.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { smallDisk } from '../../test/full-disk.ts';
import { Hub } from '../../test/hub.ts';
import { createNodeFoundation, type LocalFoundation } from '../node.ts';
import { FileSystemCache } from '../store/file-system-cache.ts';
import { createModelStore, hubSource } from '../store/index.ts';
import { FileRecords } from './file-records.ts';

const { failWith } = vi.hoisted(() => ({ failWith: { code: undefined as string | undefined } }));

/** Lets every write of bytes fail while `failWith` has a code: files can be made, but nothing goes into them. */
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const refuse = (syscall: string): void => {
    const { code } = failWith;
    if (code) throw Object.assign(new Error(`${code}: made to fail, ${syscall}`), { code, syscall });
  };
  const open: typeof real.open = async (...parameters) => {
    const file = await real.open(...parameters);
    const { write, writeFile } = file;
    file.write = (async (...bytes: Parameters<typeof write>) => {
      refuse('write');
      return write.apply(file, bytes);
    }) as typeof write;
    file.writeFile = async (...bytes) => {
      refuse('write');
      return writeFile.apply(file, bytes);
    };
    return file;
  };
  const writeFile: typeof real.writeFile = async (...parameters) => {
    refuse('write');
    return real.writeFile(...parameters);
  };
  return { ...real, open, writeFile, default: { ...real, open, writeFile } };
});

const MODEL = 'all-MiniLM-L6-v2';
const closing: (() => unknown)[] = [];
const create = (dataDirectory: string): LocalFoundation => {
  const foundation = createNodeFoundation({
    models: [{ id: MODEL, source: miniLMDirectory() }],
    dataDirectory,
    threads: 1,
  });
  closing.push(() => foundation.close());
  return foundation;
};
const examples = ['good', 'fine', 'bad', 'awful'].map((text, index) => ({
  text,
  label: index < 2 ? 'up' : 'down',
}));

afterEach(async () => {
  failWith.code = undefined;
  for (const close of closing.splice(0).reverse()) await close();
});

/** What holds on any disk that becomes full, and again when there is room. */
function itHolds(disk: () => { directory: string; fill(): void; clear(): void }): void {
  const full = {
    code: 'STORAGE_QUOTA_EXCEEDED',
    status: 507,
    message: expect.stringMatching(/no room.*(needs|the lock of).*disk of .*Delete|no room.*the lock of/s),
  };

  it('answers what needs no room, frees what it can, and says what it needs', async () => {
    const { directory, fill, clear } = disk();
    const foundation = create(directory);
    const { classifier_id: id } = await foundation.train({ model: MODEL, input: examples });
    fill();
    const { data } = await foundation.classify({ classifier_id: id, input: ['good'] });
    expect(data[0]!.prediction).toBe('up');
    await expect(foundation.train({ model: MODEL, input: examples })).rejects.toMatchObject(full);
    await expect(foundation.train({ classifier_id: id, input: examples })).rejects.toMatchObject(full);
    await expect(
      foundation.batches.create({ model: MODEL, input: [{ body: { input: 'x' } }] }),
    ).rejects.toMatchObject(full);
    expect(await foundation.batches.list()).toEqual([]);
    expect(await foundation.classifiers.list()).toHaveLength(1);
    await foundation.classifiers.delete(id);
    expect(await foundation.classifiers.list()).toEqual([]);
    // Nothing was left in anybody's way.
    expect(await readdir(join(directory, 'records', 'locks'))).toEqual([]);
    clear();
    const { classifier_id: next } = await foundation.train({ model: MODEL, input: examples });
    expect(await foundation.classifiers.list()).toMatchObject([{ classifier_id: next }]);
    const batch = await foundation.batches.create({ model: MODEL, input: [{ body: { input: 'x' } }] });
    await expect.poll(async () => (await foundation.batches.get(batch.batch_id)).status).toBe('completed');
  });

  it('cancels a batch, whose lines make room', async () => {
    const { directory, fill, clear } = disk();
    const foundation = create(directory);
    // Waits for its lines as long as the test.
    const url = 'http://127.0.0.1:9/none';
    const { batch_id: id } = await foundation.batches.create({ model: MODEL, input_url: url });
    fill();
    await foundation.batches.cancel(id).catch((error: unknown) => expect(error).toMatchObject(full));
    clear();
    expect(['cancelled', 'failed']).toContain((await foundation.batches.cancel(id)).status);
  });

  it('is no internal error of the store of models either', async () => {
    const { directory, fill, clear } = disk();
    const bytes = new Uint8Array(200_000).fill(1);
    const hub = await Hub.start({ repositories: { 'org/m': { 'onnx/model.onnx': bytes } } });
    closing.push(() => hub.close());
    const cache = new FileSystemCache(join(directory, 'models'));
    const store = createModelStore({ cache, channel: false, chunkBytes: 64 * 1024 });
    const open = () =>
      store.open('org/m', hubSource('org/m', { remoteHost: hub.url }), [{ path: 'onnx/model.onnx' }]);
    fill();
    const error = await open().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'STORAGE_QUOTA_EXCEEDED',
      message: expect.stringMatching(/^org\/m needs 200\.0 kB more on this device, but .*disk of .*models/),
    });
    expect(String(error)).not.toMatch(/browser|site/);
    clear();
    expect((await (await open()).get('onnx/model.onnx')!.read()).length).toBe(200_000);
  });
}

const mounted = smallDisk();
afterAll(() => mounted?.remove());

// Needs the right to mount a file system: where there is none, the second half stands for it.
describe.runIf(mounted)('a real disk that is full', () => {
  beforeEach(async () => {
    mounted!.clear();
    for (const name of await readdir(mounted!.directory)) {
      await rm(join(mounted!.directory, name), { recursive: true });
    }
  });
  itHolds(() => mounted!);

  it('tells how much is needed and how much is free', async () => {
    const records = new FileRecords(mounted!.directory);
    await expect(records.put('big', new Uint8Array(3_000_000))).rejects.toMatchObject({
      code: 'STORAGE_QUOTA_EXCEEDED',
      message: expect.stringMatching(
        /store big: it needs 3\.0 MB, but only [\d.]+ MB are free on the disk of /,
      ),
    });
    expect(await records.keys('')).toEqual([]);
    expect(await readdir(join(mounted!.directory, 'values'))).toEqual([]);
  });
});

describe('writes that fail for lack of room', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'nearfield-full-'));
    closing.unshift(() => rm(directory, { recursive: true, force: true }));
  });
  itHolds(() => ({
    directory,
    fill: () => {
      failWith.code = 'ENOSPC';
    },
    clear: () => {
      failWith.code = undefined;
    },
  }));

  it.each(['EROFS', 'EACCES', 'EIO'])('%s is told with the place', async (code) => {
    const records = new FileRecords(directory);
    failWith.code = code;
    const failed = { code: 'STORAGE_FAILED', message: expect.stringContaining(code) };
    await expect(records.put('a', 1)).rejects.toMatchObject(failed);
    await expect(records.update('a', () => 1)).rejects.toMatchObject({
      ...failed,
      message: expect.stringContaining(directory),
    });
  });
});
