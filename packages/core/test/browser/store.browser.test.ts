import { describe, expect, test } from 'vitest';
import {
  baseUrlSource,
  createModelStore,
  IndexedDbCache,
  type ModelStoreOptions,
  openDefaultCache,
} from '../../src/store/index.ts';
import type { ManagedModelStore, ModelSource } from '../../src/store/types.ts';
import { pseudoRandomBytes, sameBytes } from '../bytes.ts';
import { describeChunkCache } from '../chunk-cache-suite.ts';

const CHUNK = 256 * 1024;
const SIZE = 5 * CHUNK + 99;
const WEIGHTS = pseudoRandomBytes(SIZE);
const FILES = [{ path: 'onnx/model.onnx' }];
let count = 0;

/** A server within the page, for what is about this browser's storage and not about its network. */
class PageServer {
  readonly ranges: (string | null)[] = [];
  /** The next answers end after so many bytes. */
  readonly cuts: number[] = [];
  /** Milliseconds between two pieces of 50 000 bytes. */
  pause = 0;

  get source(): ModelSource {
    return baseUrlSource('https://models.example/tiny/', { fetch: this.fetch, manifest: false });
  }

  /** As storage hosts that do not allow ranges to other origins. */
  refusesRanges = false;

  readonly fetch: typeof fetch = async (_, init) => {
    const range = new Headers(init?.headers).get('range');
    if (this.refusesRanges && range !== null) throw new TypeError('Failed to fetch');
    if (range === null) {
      this.ranges.push(range);
      return new Response(WEIGHTS, { headers: { 'Content-Length': String(SIZE), ETag: '"v1"' } });
    }
    const [start = 0, end] = (/bytes=(\d+)-(\d*)/.exec(range ?? '')?.slice(1) ?? []).map(Number);
    if (range !== 'bytes=0-0') this.ranges.push(range);
    const body = WEIGHTS.subarray(start, end ? end + 1 : range === 'bytes=0-0' ? 1 : SIZE);
    const cut = range === 'bytes=0-0' ? undefined : this.cuts.shift();
    let sent = 0;
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: async (controller) => {
        if (this.pause > 0) await new Promise((resolve) => setTimeout(resolve, this.pause));
        if (cut !== undefined && sent >= cut) {
          controller.error(new TypeError('network error'));
          return;
        }
        const next = body.subarray(sent, Math.min(sent + 50_000, cut ?? body.length));
        sent += next.length;
        if (next.length > 0) controller.enqueue(next);
        if (sent >= body.length) controller.close();
      },
    });
    return new Response(stream, {
      status: 206,
      headers: {
        'Content-Range': `bytes ${start}-${start + body.length - 1}/${SIZE}`,
        'Content-Type': 'application/octet-stream',
        ETag: '"v1"',
      },
    });
  };
}

const storeIn = (database: string, options: ModelStoreOptions = {}): ManagedModelStore =>
  createModelStore({
    cache: new IndexedDbCache(database),
    chunkBytes: CHUNK,
    retry: { attempts: 3, baseDelay: 1 },
    ...options,
  });

describeChunkCache('IndexedDbCache in this browser', async () => new IndexedDbCache(`suite-${count++}`));

describe('the store on this browser’s IndexedDB', () => {
  test('keeps files for the next visit, verified, without a request', async () => {
    const server = new PageServer();
    const database = `visit-${count++}`;
    const first = await storeIn(database).open('tiny', server.source, FILES);
    expect(first.get('onnx/model.onnx')!.fromCache).toBe(false);
    const requests = server.ranges.length;
    const store = storeIn(database);
    const second = await store.open('tiny', server.source, FILES);
    const bytes = await second.get('onnx/model.onnx')!.read({ spareBytes: 5 });
    expect(second.get('onnx/model.onnx')!.fromCache).toBe(true);
    expect(sameBytes(bytes.subarray(0, SIZE), WEIGHTS)).toBe(true);
    expect(bytes.length).toBe(SIZE + 5);
    expect(server.ranges).toHaveLength(requests);
    const report = await store.report();
    expect(report).toMatchObject({ kind: 'indexeddb', modelBytes: SIZE });
    expect(report.quota).toBeGreaterThan(report.usage!);
  });

  test('goes on at the chunk where an earlier visit ended', async () => {
    const server = new PageServer();
    const database = `resume-${count++}`;
    server.cuts.push(3 * CHUNK + 70_000);
    await expect(
      storeIn(database, { retry: { attempts: 1 } }).open('tiny', server.source, FILES),
    ).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    const files = await storeIn(database).open('tiny', server.source, FILES);
    expect(server.ranges).toEqual(['bytes=0-', `bytes=${3 * CHUNK}-`]);
    expect(sameBytes(await files.get('onnx/model.onnx')!.read(), WEIGHTS)).toBe(true);
  });

  test('mends a chunk that was altered in the database', async () => {
    const server = new PageServer();
    const cache = new IndexedDbCache(`damage-${count++}`);
    const store = createModelStore({ cache, chunkBytes: CHUNK });
    await store.open('tiny', server.source, FILES);
    const [record] = (await cache.readModel('tiny')).files;
    const altered = WEIGHTS.slice(2 * CHUNK, 3 * CHUNK);
    altered[100]! ^= 1;
    await cache.replaceChunk(record!, 2, altered);
    server.ranges.length = 0;
    const files = await store.open('tiny', server.source, FILES);
    expect(sameBytes(await files.get('onnx/model.onnx')!.read(), WEIGHTS)).toBe(true);
    expect(server.ranges).toEqual([`bytes=${2 * CHUNK}-${3 * CHUNK - 1}`]);
  });

  test('stops when it is aborted, and keeps what is stored', async () => {
    const server = new PageServer();
    server.pause = 10;
    const database = `abort-${count++}`;
    const controller = new AbortController();
    const opened = storeIn(database).open('tiny', server.source, FILES, {
      signal: controller.signal,
      onProgress: ({ files: [file] }) => {
        if (file!.loaded > 2 * CHUNK) controller.abort();
      },
    });
    await expect(opened).rejects.toMatchObject({ name: 'AbortError' });
    const [usage] = await storeIn(database).usage();
    expect(usage!.complete).toBe(false);
    expect(usage!.bytes).toBeGreaterThanOrEqual(2 * CHUNK);
    await storeIn(database).delete('tiny');
    expect(await storeIn(database).usage()).toEqual([]);
  });

  test('uses Web Locks: a second store waits for the first and takes its file', async () => {
    const server = new PageServer();
    const database = `locks-${count++}`;
    const [one, two] = await Promise.all([
      storeIn(database).open('tiny', server.source, FILES),
      storeIn(database).open('tiny', server.source, FILES),
    ]);
    expect(server.ranges).toEqual(['bytes=0-']);
    expect([one, two].map((files) => files.get('onnx/model.onnx')!.fromCache).sort()).toEqual([false, true]);
  });

  test('does without ranges where another origin does not allow them', async () => {
    const server = new PageServer();
    const database = `ranges-${count++}`;
    server.cuts.push(2 * CHUNK + 10);
    await expect(
      storeIn(database, { retry: { attempts: 1 } }).open('tiny', server.source, FILES),
    ).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    server.refusesRanges = true;
    const files = await storeIn(database).open('tiny', server.source, FILES);
    expect(sameBytes(await files.get('onnx/model.onnx')!.read(), WEIGHTS)).toBe(true);
    // What was there stays: of the whole file that came, the beginning was passed over.
    const [first] = (await new IndexedDbCache(database).readModel('tiny')).files;
    expect(first!.chunks).toHaveLength(6);
  });

  test('opens its database by default', async () => {
    expect(await openDefaultCache(`default-${count++}`)).toMatchObject({ kind: 'indexeddb' });
  });
});
