import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChunkCache, FileKey, FileRecord } from '../src/store/cache.ts';
import { sha256 } from '../src/store/digest.ts';
import { pseudoRandomBytes, sameBytes } from './bytes.ts';

const CHUNK = 1024;
const KEY: FileKey = { model: 'org/a', source: 'https://host/a', path: 'onnx/model.onnx' };

/** Any hash: caches do not compute any. */
const HASH = 'ab'.repeat(32);

const record = (version: string, size: number, key: FileKey = KEY): FileRecord => ({
  ...key,
  version,
  size,
  chunkBytes: CHUNK,
  chunks: [],
  complete: false,
});

/** Stores a whole file the way a download does. */
async function put(
  cache: ChunkCache,
  version: string,
  bytes: Uint8Array<ArrayBuffer>,
  key: FileKey = KEY,
): Promise<FileRecord> {
  let current = record(version, bytes.length, key);
  await cache.begin(current);
  for (let start = 0; start < bytes.length; start += CHUNK) {
    const chunk = bytes.slice(start, start + CHUNK);
    current = { ...current, chunks: [...current.chunks, await sha256(chunk)] };
    // A view in the middle of a larger buffer, as downloads have them.
    expect(await cache.append(current, bytes.subarray(start, start + CHUNK))).toBe(true);
  }
  current = { ...current, complete: true, sha256: await sha256(bytes) };
  expect(await cache.commit(current)).toBe(true);
  return current;
}

/** What every cache promises; run for each of them. */
export function describeChunkCache(
  name: string,
  create: () => Promise<ChunkCache>,
  destroy?: () => Promise<void>,
): void {
  describe(name, () => {
    let cache: ChunkCache;
    beforeEach(async () => {
      cache = await create();
    });
    afterEach(() => destroy?.());

    test('is empty at first', async () => {
      expect(await cache.readModel('org/a')).toEqual({ record: undefined, files: [], partials: [] });
      expect(await cache.models()).toEqual([]);
      expect(await cache.readChunk(record('v', 10), 0)).toBeUndefined();
    });

    test('gives back the bytes of a file, chunk by chunk and whole', async () => {
      const bytes = pseudoRandomBytes(2 * CHUNK + 100);
      const stored = await put(cache, 'v1', bytes);
      expect((await cache.readModel('org/a')).files).toEqual([stored]);
      expect(sameBytes(await cache.readChunk(stored, 0), bytes.subarray(0, CHUNK))).toBe(true);
      expect(sameBytes(await cache.readChunk(stored, 2), bytes.subarray(2 * CHUNK))).toBe(true);
      if (cache.readAll) {
        const whole = await cache.readAll(stored, 7);
        expect(whole?.length).toBe(bytes.length + 7);
        expect(sameBytes(whole?.subarray(0, bytes.length), bytes)).toBe(true);
        expect(whole?.subarray(bytes.length)).toEqual(new Uint8Array(7));
      }
    });

    test('keeps an empty file', async () => {
      const stored = await put(cache, 'v1', new Uint8Array(), { ...KEY, path: 'empty.txt' });
      expect((await cache.readModel('org/a')).files).toEqual([stored]);
    });

    test('shows an unfinished file as such, with the chunks it has', async () => {
      const partial = {
        ...record('v1', 3 * CHUNK),
        chunks: [HASH],
        hashState: { words: [1, -2, 3, -4, 5, -6, 7, -8], length: CHUNK },
      };
      await cache.begin(record('v1', 3 * CHUNK));
      await cache.append(partial, pseudoRandomBytes(CHUNK));
      expect(await cache.readModel('org/a')).toEqual({ record: undefined, files: [], partials: [partial] });
      expect(await cache.readFile(KEY)).toEqual({ file: undefined, partial });
      await cache.discard(KEY);
      expect((await cache.readModel('org/a')).partials).toEqual([]);
      expect(await cache.readChunk(partial, 0)).toBeUndefined();
    });

    test('keeps the former version until the next one is complete, and drops it then', async () => {
      const old = pseudoRandomBytes(CHUNK, 1);
      const former = await put(cache, 'v1', old);
      const begun = { ...record('v2', CHUNK), chunks: [HASH] };
      await cache.begin(record('v2', CHUNK));
      await cache.append(begun, pseudoRandomBytes(CHUNK, 2));
      expect((await cache.readModel('org/a')).files).toEqual([former]);
      expect(await cache.readFile(KEY)).toEqual({ file: former, partial: begun });
      expect(await cache.readFile({ ...KEY, path: 'other' })).toEqual({
        file: undefined,
        partial: undefined,
      });
      expect(sameBytes(await cache.readChunk(former, 0), old)).toBe(true);
      await cache.commit({ ...begun, complete: true });
      const after = await cache.readModel('org/a');
      expect(after.files.map(({ version }) => version)).toEqual(['v2']);
      expect(after.partials).toEqual([]);
      expect(await cache.readChunk(former, 0)).toBeUndefined();
    });

    test('refuses chunks and commits of a version that was begun anew or deleted', async () => {
      await cache.begin(record('v1', CHUNK));
      await cache.begin(record('v2', CHUNK));
      const late = { ...record('v1', CHUNK), chunks: [HASH] };
      expect(await cache.append(late, pseudoRandomBytes(CHUNK))).toBe(false);
      expect(await cache.commit({ ...late, complete: true })).toBe(false);
      await cache.deleteModel('org/a');
      expect(await cache.append({ ...late, version: 'v2' }, pseudoRandomBytes(CHUNK))).toBe(false);
      expect(await cache.models()).toEqual([]);
    });

    test('puts a chunk of a complete file back in place', async () => {
      const stored = await put(cache, 'v1', pseudoRandomBytes(2 * CHUNK));
      const other = pseudoRandomBytes(CHUNK, 9);
      await cache.replaceChunk(stored, 1, other);
      expect(sameBytes(await cache.readChunk(stored, 1), other)).toBe(true);
    });

    test('forgets one file, one model, everything', async () => {
      const second = { ...KEY, path: 'config.json' };
      const other = { ...KEY, model: 'org/ab' };
      const stored = await put(cache, 'v1', pseudoRandomBytes(CHUNK));
      await put(cache, 'v2', pseudoRandomBytes(10), second);
      const kept = await put(cache, 'v3', pseudoRandomBytes(10), other);
      await cache.updateModel('org/a', (model) => ({ ...model, lastUsed: 5 }));
      await cache.deleteFile(KEY);
      expect((await cache.readModel('org/a')).files.map(({ path }) => path)).toEqual(['config.json']);
      expect(await cache.readChunk(stored, 0)).toBeUndefined();
      await cache.deleteModel('org/a');
      expect(await cache.readModel('org/a')).toEqual({ record: undefined, files: [], partials: [] });
      expect((await cache.readModel('org/ab')).files).toEqual([kept]);
      await cache.clear();
      expect(await cache.models()).toEqual([]);
    });

    test('remembers what is told about a model, without losing changes made at once', async () => {
      await Promise.all(
        Array.from({ length: 5 }, (_, index) =>
          cache.updateModel('org/a', (model) => ({
            ...model,
            absent: { ...model.absent, [`s${index}`]: ['x'] },
          })),
        ),
      );
      const { record: model } = await cache.readModel('org/a');
      expect(Object.keys(model!.absent)).toHaveLength(5);
      expect(model).toMatchObject({ model: 'org/a', lastUsed: 0, imported: false });
    });

    test('tells apart models, sources and paths whose names run into each other', async () => {
      const keys = [
        { model: 'a', source: 'b/c', path: 'd' },
        { model: 'a', source: 'b', path: 'c/d' },
        { model: 'a/b', source: 'c', path: 'd' },
        { model: 'A', source: 'b', path: 'c/d' },
      ];
      for (const [index, key] of keys.entries())
        await put(cache, `v${index}`, pseudoRandomBytes(index + 1), key);
      expect((await cache.models()).sort()).toEqual(['A', 'a', 'a/b']);
      expect((await cache.readModel('a')).files.map(({ size }) => size).sort()).toEqual([1, 2]);
      expect((await cache.readModel('A')).files.map(({ size }) => size)).toEqual([4]);
    });
  });
}
