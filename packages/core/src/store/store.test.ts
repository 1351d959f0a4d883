import 'fake-indexeddb/auto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileProgress } from '@nearfield/spec';
import { RealmLocks } from '@nearfield/storage';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { pseudoRandomBytes, sameBytes } from '../../test/bytes.ts';
import { type Fault, Hub, type HubOptions } from '../../test/hub.ts';
import type { ChunkCache, FileRecord } from './cache.ts';
import { FileSystemCache } from './file-system-cache.ts';
import {
  baseUrlSource,
  createModelStore,
  filesSource,
  hubSource,
  IndexedDbCache,
  MemoryCache,
  type ModelStoreOptions,
} from './index.ts';
import type { ManagedModelStore, ModelSource, StoredFile } from './types.ts';

const MODEL = 'example/tiny-model';
const CHUNK = 64 * 1024;
const SIZE = 10 * CHUNK + 1234;
const GRAPH = 'onnx/model.onnx';
const WEIGHTS = pseudoRandomBytes(SIZE);
const CONFIG = new TextEncoder().encode(JSON.stringify({ hidden_size: 8, note: 'x'.repeat(4000) }));
const FILES = [{ path: 'config.json' }, { path: GRAPH }];

const closing: (() => unknown)[] = [];
let databases = 0;

afterEach(async () => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0)) await close();
});

async function startHub(options: Partial<HubOptions> = {}): Promise<Hub> {
  const hub = await Hub.start({
    repositories: { [MODEL]: { 'config.json': CONFIG, [GRAPH]: WEIGHTS } },
    ...options,
  });
  closing.push(() => hub.close());
  return hub;
}

const freshCache = (): ChunkCache => new IndexedDbCache(`store-${databases++}`);

const fast: ModelStoreOptions = {
  chunkBytes: CHUNK,
  retry: { attempts: 4, baseDelay: 1 },
  stallTimeout: 10_000,
};

const storeOn = (cache: ChunkCache, options: ModelStoreOptions = {}): ManagedModelStore =>
  createModelStore({ cache, channel: false, ...fast, ...options });

const readAll = async (files: Map<string, StoredFile>): Promise<Map<string, Uint8Array>> =>
  new Map(await Promise.all([...files].map(async ([path, file]) => [path, await file.read()] as const)));

const filesOf = async (cache: ChunkCache): Promise<FileRecord[]> => (await cache.readModel(MODEL)).files;

/** A download that ends as by a crash after so many more bytes: nothing but the cache stays. */
async function crashAfter(bytes: number, hub: Hub, cache: ChunkCache, source: ModelSource): Promise<void> {
  const partial = async (): Promise<FileRecord | undefined> => (await cache.readModel(MODEL)).partials[0];
  const before = (await partial())?.chunks.length ?? 0;
  const expected = Math.floor((before * CHUNK + bytes) / CHUNK);
  // The hub falls silent instead of cutting, so that all bytes arrive however busy this machine is.
  hub.fail(GRAPH, { kind: 'stall', after: bytes });
  const crash = new AbortController();
  const store = storeOn(cache, { stallTimeout: 60_000 });
  const opened = store.open(MODEL, source, [{ path: GRAPH }], { signal: crash.signal });
  const transfers = hub.transfers(GRAPH).length;
  await expect
    .poll(async () => hub.transfers(GRAPH).length > transfers && (await partial())?.chunks.length, {
      interval: 2,
    })
    .toBe(expected);
  crash.abort();
  await expect(opened).rejects.toMatchObject({ name: 'AbortError' });
}

describe('open', () => {
  test('downloads once, then works without the network', async () => {
    const hub = await startHub();
    const cache = freshCache();
    const source = hubSource(MODEL, { remoteHost: hub.url });
    const wanted = [...FILES, { path: 'absent.json', optional: true }];
    const first = await storeOn(cache).open(MODEL, source, wanted);
    expect([...first.keys()]).toEqual(['config.json', GRAPH]);
    expect(first.get(GRAPH)).toMatchObject({ size: SIZE, fromCache: false });
    expect(sameBytes((await readAll(first)).get(GRAPH), WEIGHTS)).toBe(true);
    expect(hub.bytesSent(GRAPH)).toBe(SIZE);
    await hub.offline();
    const store = storeOn(cache);
    expect(await store.has(MODEL, source, wanted)).toBe(true);
    const second = await store.open(MODEL, source, wanted);
    expect(JSON.parse(await second.get('config.json')!.text())).toMatchObject({ hidden_size: 8 });
    const read = await second.get(GRAPH)!.read({ spareBytes: 10 });
    expect(second.get(GRAPH)!.fromCache).toBe(true);
    expect(read.length).toBe(SIZE + 10);
    expect(sameBytes(read.subarray(0, SIZE), WEIGHTS)).toBe(true);
    expect(read.subarray(SIZE)).toEqual(new Uint8Array(10));
  });

  test.each(['hub', 'manifest', 'none'] as const)('works with listing %s', async (listing) => {
    const hub = await startHub({ listing });
    const source =
      listing === 'hub' ? hubSource(MODEL, { remoteHost: hub.url }) : baseUrlSource(hub.baseUrl(MODEL));
    const files = await readAll(await storeOn(freshCache()).open(MODEL, source, FILES));
    expect(sameBytes(files.get(GRAPH), WEIGHTS)).toBe(true);
    expect(sameBytes(files.get('config.json'), CONFIG)).toBe(true);
  });

  test('works in memory and on a file system', async () => {
    const hub = await startHub();
    const directory = await mkdtemp(join(tmpdir(), 'nearfield-'));
    closing.push(() => rm(directory, { recursive: true, force: true }));
    const source = hubSource(MODEL, { remoteHost: hub.url });
    for (const cache of [new MemoryCache('asked'), new FileSystemCache(directory)]) {
      await crashAfter(5 * CHUNK, hub, cache, source);
      const store = storeOn(cache);
      expect(sameBytes((await readAll(await store.open(MODEL, source, FILES))).get(GRAPH), WEIGHTS)).toBe(
        true,
      );
      expect((await store.open(MODEL, source, FILES)).get(GRAPH)!.fromCache).toBe(true);
      expect(await store.report()).toMatchObject({ kind: cache.kind, modelBytes: SIZE + CONFIG.length });
    }
  });

  test('tells every size before the first byte, then each file’s way', async () => {
    const hub = await startHub();
    const reports: FileProgress[][] = [];
    let bytesAtFirst: number | undefined;
    await storeOn(freshCache()).open(MODEL, hubSource(MODEL, { remoteHost: hub.url }), FILES, {
      onProgress: ({ files }) => {
        bytesAtFirst ??= hub.bytesSent();
        reports.push(files);
      },
    });
    expect(bytesAtFirst).toBe(0);
    expect(reports[0]).toEqual([
      { path: 'config.json', state: 'waiting', loaded: 0, total: CONFIG.length },
      { path: GRAPH, state: 'waiting', loaded: 0, total: SIZE },
    ]);
    const states = (path: string): string[] => [
      ...new Set(reports.map((files) => files.find((file) => file.path === path)!.state)),
    ];
    expect(states(GRAPH)).toEqual(['waiting', 'downloading', 'done']);
    expect(reports.at(-1)!.every(({ state, loaded, total }) => state === 'done' && loaded === total)).toBe(
      true,
    );
  });

  test('names a required file that is missing', async () => {
    const hub = await startHub();
    await expect(
      storeOn(freshCache()).open(MODEL, hubSource(MODEL, { remoteHost: hub.url }), [
        { path: 'config.json' },
        { path: 'onnx/model_q4.onnx' },
      ]),
    ).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      status: 404,
      param: 'onnx/model_q4.onnx',
      retryable: false,
    });
    expect(hub.bytesSent()).toBe(0);
  });

  test('refuses paths that leave the model', async () => {
    const hub = await startHub();
    await expect(
      storeOn(freshCache()).open(MODEL, hubSource(MODEL, { remoteHost: hub.url }), [{ path: '../../x' }]),
    ).rejects.toMatchObject({ code: 'INPUT_VALIDATION_FAILED' });
  });

  test('a pinned hash decides which stored copy will do', async () => {
    const hub = await startHub({ listing: 'manifest' });
    const cache = freshCache();
    const source = baseUrlSource(hub.baseUrl(MODEL));
    await storeOn(cache).open(MODEL, source, FILES);
    const old = (await filesOf(cache)).find(({ path }) => path === GRAPH)!.sha256!;
    const next = pseudoRandomBytes(SIZE - 5, 7);
    hub.repositories[MODEL]![GRAPH] = next;
    // Without a pin what is stored stays in use.
    expect((await storeOn(cache).open(MODEL, source, FILES)).get(GRAPH)!.size).toBe(SIZE);
    const pinned = (await source.describe([GRAPH])).get(GRAPH)!.sha256!;
    const files = await storeOn(cache).open(MODEL, source, [{ path: GRAPH, sha256: pinned }]);
    expect(sameBytes(await files.get(GRAPH)!.read(), next)).toBe(true);
    expect(await filesOf(cache)).toHaveLength(2);
    await expect(storeOn(cache).open(MODEL, source, [{ path: GRAPH, sha256: old }])).rejects.toMatchObject({
      code: 'INTEGRITY_MISMATCH',
    });
    expect(sameBytes(await (await storeOn(cache).open(MODEL, source, FILES)).get(GRAPH)!.read(), next)).toBe(
      true,
    );
  });

  test('revalidation fetches what changed, and is content with the cache offline', async () => {
    const hub = await startHub();
    const cache = freshCache();
    const source = hubSource(MODEL, { remoteHost: hub.url });
    await storeOn(cache).open(MODEL, source, FILES);
    const next = pseudoRandomBytes(SIZE, 3);
    hub.repositories[MODEL]![GRAPH] = next;
    const before = hub.transfers('config.json').length;
    const files = await storeOn(cache).open(MODEL, source, FILES, { revalidate: true });
    expect(sameBytes(await files.get(GRAPH)!.read(), next)).toBe(true);
    expect(files.get('config.json')!.fromCache).toBe(true);
    expect(hub.transfers('config.json')).toHaveLength(before);
    await hub.offline();
    const offline = await storeOn(cache).open(MODEL, source, FILES, { revalidate: true });
    expect(sameBytes(await offline.get(GRAPH)!.read(), next)).toBe(true);
  });
});

describe('faults', () => {
  const cuts: [string, Fault[]][] = [
    ['a cut at the first byte', [{ kind: 'cut', after: 0 }]],
    ['a cut within a chunk', [{ kind: 'cut', after: 3 * CHUNK + 17 }]],
    ['a cut at the end of a chunk', [{ kind: 'cut', after: 4 * CHUNK }]],
    ['a cut before the last byte', [{ kind: 'cut', after: SIZE - 1 }]],
    ['many cuts', Array.from({ length: 8 }, (): Fault => ({ kind: 'cut', after: CHUNK + 100 }))],
    ['an error 500', [{ kind: 'status', status: 500 }]],
    ['three errors 503', Array.from({ length: 3 }, (): Fault => ({ kind: 'status', status: 503 }))],
    ['a 429 with Retry-After', [{ kind: 'status', status: 429, retryAfter: '0' }]],
    ['a web page', [{ kind: 'html' }]],
    ['a web page that calls itself binary', [{ kind: 'html', disguised: true }]],
    ['a slow trickle', [{ kind: 'trickle', bytes: 40_000, every: 5 }]],
  ];

  test.each(cuts)('%s: the bytes are right and no more than a chunk is fetched twice', async (_, faults) => {
    const hub = await startHub();
    const cache = freshCache();
    hub.fail(GRAPH, ...faults);
    const files = await storeOn(cache).open(MODEL, hubSource(MODEL, { remoteHost: hub.url }), FILES);
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
    expect(hub.transfers(GRAPH)).toHaveLength(faults.length + (faults[0]!.kind === 'trickle' ? 0 : 1));
    expect(hub.bytesSent(GRAPH)).toBeLessThanOrEqual(SIZE + CHUNK);
  });

  test('a stall: the bytes are right and no more than a chunk is fetched twice', async () => {
    const hub = await startHub();
    const cache = freshCache();
    hub.fail(GRAPH, { kind: 'stall', after: 2 * CHUNK + 5 });
    // The clock is driven, so that a busy machine is not taken for a silent hub.
    const stallTimeout = 60_000;
    const now = performance.now.bind(performance);
    const startTimer = globalThis.setInterval;
    const looks: (() => void)[] = [];
    let ahead = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
    vi.spyOn(globalThis, 'setInterval').mockImplementation(((act: () => void, milliseconds?: number) => {
      if (milliseconds === stallTimeout / 4) looks.push(act);
      return startTimer(act, milliseconds);
    }) as typeof setInterval);
    const opened = storeOn(cache, { stallTimeout }).open(
      MODEL,
      hubSource(MODEL, { remoteHost: hub.url }),
      FILES,
    );
    await expect
      .poll(async () => (await cache.readModel(MODEL)).partials[0]?.chunks.length, { interval: 2 })
      .toBe(2);
    ahead = stallTimeout;
    for (const look of looks) look();
    const files = await opened;
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
    expect(hub.transfers(GRAPH)).toHaveLength(2);
    expect(hub.bytesSent(GRAPH)).toBeLessThanOrEqual(SIZE + CHUNK);
  });

  test.each(['hub', 'manifest'] as const)(
    'a flipped byte is noticed and fetched again (%s)',
    async (listing) => {
      const hub = await startHub({ listing });
      const source =
        listing === 'hub' ? hubSource(MODEL, { remoteHost: hub.url }) : baseUrlSource(hub.baseUrl(MODEL));
      hub.fail(GRAPH, { kind: 'flip', at: 5 * CHUNK + 3 });
      hub.fail('config.json', { kind: 'flip', at: 30 });
      const files = await readAll(await storeOn(freshCache()).open(MODEL, source, FILES));
      expect(sameBytes(files.get(GRAPH), WEIGHTS)).toBe(true);
      expect(sameBytes(files.get('config.json'), CONFIG)).toBe(true);
    },
  );

  test('a small file, which hubs name by git’s id and not by its hash, is checked by that', async () => {
    const small = pseudoRandomBytes(5000);
    const hub = await startHub({ repositories: { [MODEL]: { 'vocab.bin': small } } });
    const source = hubSource(MODEL, { remoteHost: hub.url });
    hub.fail('vocab.bin', { kind: 'flip', at: 4000 });
    const files = await storeOn(freshCache()).open(MODEL, source, [{ path: 'vocab.bin' }]);
    expect(sameBytes(await files.get('vocab.bin')!.read(), small)).toBe(true);
    hub.failOften('vocab.bin', 5, { kind: 'flip', at: 4000 });
    await expect(storeOn(freshCache()).open(MODEL, source, [{ path: 'vocab.bin' }])).rejects.toMatchObject({
      code: 'INTEGRITY_MISMATCH',
      message: expect.stringContaining('git id'),
    });
  });

  test('a byte that stays flipped is a typed error, and none of the bytes stay', async () => {
    const hub = await startHub();
    const cache = freshCache();
    hub.failOften(GRAPH, 9, { kind: 'flip', at: 5 });
    await expect(
      storeOn(cache).open(MODEL, hubSource(MODEL, { remoteHost: hub.url }), FILES),
    ).rejects.toMatchObject({ code: 'INTEGRITY_MISMATCH', message: expect.stringContaining(GRAPH) });
    const stored = await cache.readModel(MODEL);
    expect(stored.files.filter(({ path }) => path === GRAPH)).toEqual([]);
    expect(stored.partials.filter(({ path }) => path === GRAPH)).toEqual([]);
    hub.recover();
    const files = await storeOn(cache).open(MODEL, hubSource(MODEL, { remoteHost: hub.url }), FILES);
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
  });

  const permanent: [string, Fault, object][] = [
    ['cut', { kind: 'cut', after: 0 }, { code: 'DOWNLOAD_FAILED', retryable: true }],
    ['500', { kind: 'status', status: 500 }, { code: 'DOWNLOAD_FAILED', retryable: true }],
    ['403', { kind: 'status', status: 403 }, { code: 'DOWNLOAD_FAILED', status: 403, retryable: false }],
    [
      '429',
      { kind: 'status', status: 429, retryAfter: '3600' },
      { code: 'DOWNLOAD_FAILED', status: 429, retryAfter: 3600 },
    ],
    ['html', { kind: 'html' }, { code: 'DOWNLOAD_FAILED', message: expect.stringContaining('web page') }],
    ['disguised html', { kind: 'html', disguised: true }, { code: 'DOWNLOAD_FAILED' }],
    [
      'too long',
      { kind: 'wrong-length', by: 9 },
      { code: 'DOWNLOAD_FAILED', message: expect.stringContaining(`${SIZE + 9} bytes`) },
    ],
    [
      'too short',
      { kind: 'wrong-length', by: -9 },
      { code: 'DOWNLOAD_FAILED', message: expect.stringContaining(`${SIZE - 9} bytes`) },
    ],
    [
      'stall',
      { kind: 'stall', after: 0 },
      { code: 'DOWNLOAD_FAILED', message: expect.stringContaining('No byte') },
    ],
  ];

  test.each(permanent)(
    '%s without end is a typed error and never a complete file',
    async (_, fault, expected) => {
      const hub = await startHub();
      const cache = freshCache();
      hub.failOften(GRAPH, 30, fault);
      // Only who is to wait in vain has little patience.
      const stallTimeout = fault.kind === 'stall' ? 60 : 60_000;
      const source = hubSource(MODEL, { remoteHost: hub.url });
      await expect(
        storeOn(cache, { stallTimeout }).open(MODEL, source, [{ path: GRAPH }]),
      ).rejects.toMatchObject(expected);
      expect(await filesOf(cache)).toEqual([]);
      const store = storeOn(cache, { stallTimeout: 60_000 });
      expect(await store.has(MODEL, source, [{ path: GRAPH }])).toBe(false);
      hub.recover();
      const files = await store.open(MODEL, source, [{ path: GRAPH }]);
      expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
    },
  );

  test('Retry-After is waited for', async () => {
    const hub = await startHub();
    const setTimer = globalThis.setTimeout;
    const requestsAt: number[] = [];
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((act: () => void, milliseconds?: number) => {
      if (milliseconds !== 7_000_000) return setTimer(act, milliseconds);
      // The clock is driven: the wait is over at once.
      requestsAt.push(hub.transfers(GRAPH).length);
      return setTimer(act);
    }) as typeof setTimeout);
    hub.fail(GRAPH, { kind: 'status', status: 429, retryAfter: '7000' });
    const retry = { attempts: 4, baseDelay: 1, maxDelay: 8_000_000 };
    const store = storeOn(freshCache(), { retry });
    await store.open(MODEL, hubSource(MODEL, { remoteHost: hub.url }), [{ path: GRAPH }]);
    // Between the refused request and the next one.
    expect(requestsAt).toEqual([1]);
    expect(hub.transfers(GRAPH)).toHaveLength(2);
  });

  test.each([true, false])(
    'a file that changes while it is fetched is begun anew (hashes known: %s)',
    async (hashed) => {
      const hub = await startHub({ listing: hashed ? 'hub' : 'none' });
      const source = hashed ? hubSource(MODEL, { remoteHost: hub.url }) : baseUrlSource(hub.baseUrl(MODEL));
      const next = pseudoRandomBytes(SIZE, 5);
      hub.fail(GRAPH, { kind: 'change', after: 6 * CHUNK + 1, to: next });
      const files = await storeOn(freshCache()).open(MODEL, source, [{ path: GRAPH }]);
      expect(sameBytes(await files.get(GRAPH)!.read(), next)).toBe(true);
    },
  );

  test('a file that changes its size while it is fetched is begun anew', async () => {
    const hub = await startHub();
    const next = pseudoRandomBytes(3 * CHUNK, 5);
    hub.fail(GRAPH, { kind: 'change', after: 6 * CHUNK + 1, to: next });
    const source = hubSource(MODEL, { remoteHost: hub.url });
    const files = await storeOn(freshCache()).open(MODEL, source, [{ path: GRAPH }]);
    expect(sameBytes(await files.get(GRAPH)!.read(), next)).toBe(true);
  });

  test('a server without ranges costs more, but gives the right bytes', async () => {
    const hub = await startHub();
    hub.fail(GRAPH, { kind: 'cut', after: 5 * CHUNK }, { kind: 'no-range' });
    const files = await storeOn(freshCache()).open(MODEL, hubSource(MODEL, { remoteHost: hub.url }), [
      { path: GRAPH },
    ]);
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
  });

  test('without hash and validator nothing is continued that could be of another version', async () => {
    const hub = await startHub({ listing: 'none', etags: false });
    const cache = freshCache();
    const source = baseUrlSource(hub.baseUrl(MODEL));
    await crashAfter(5 * CHUNK, hub, cache, source);
    const next = pseudoRandomBytes(SIZE, 5);
    hub.repositories[MODEL]![GRAPH] = next;
    const files = await storeOn(cache).open(MODEL, source, [{ path: GRAPH }]);
    expect(sameBytes(await files.get(GRAPH)!.read(), next)).toBe(true);
  });

  test('offline: a typed error in plain words, and it goes on when the network is back', async () => {
    const hub = await startHub();
    const cache = freshCache();
    const source = hubSource(MODEL, { remoteHost: hub.url });
    await crashAfter(7 * CHUNK + 9, hub, cache, source);
    await hub.offline();
    await expect(storeOn(cache).open(MODEL, source, FILES)).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      retryable: true,
      message: expect.stringContaining('could not be reached'),
    });
    await hub.online();
    const files = await storeOn(cache).open(MODEL, source, FILES);
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
    expect(hub.transfers(GRAPH).at(-1)!.range).toBe(`bytes=${7 * CHUNK}-`);
  });

  test('the network comes back during a download', async () => {
    const hub = await startHub();
    hub.fail(GRAPH, { kind: 'crawl', after: 5 * CHUNK });
    let failed = (): void => {};
    const unreachable = new Promise<void>((resolve) => {
      failed = resolve;
    });
    const source = hubSource(MODEL, {
      remoteHost: hub.url,
      fetch: async (...request) => {
        try {
          return await fetch(...request);
        } catch (error) {
          failed();
          throw error;
        }
      },
    });
    let begun = (): void => {};
    const halfway = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const opened = storeOn(freshCache(), {
      retry: { attempts: 20, baseDelay: 20 },
      stallTimeout: 60_000,
    }).open(MODEL, source, [{ path: GRAPH }], {
      onProgress: ({ files: [file] }) => {
        if (file!.loaded >= 4 * CHUNK) begun();
      },
    });
    await halfway;
    await hub.offline();
    await unreachable;
    await hub.online();
    expect(sameBytes(await (await opened).get(GRAPH)!.read(), WEIGHTS)).toBe(true);
    expect(hub.bytesSent(GRAPH)).toBeLessThanOrEqual(SIZE + 2 * CHUNK);
  });
});

describe('resuming', () => {
  test('after a crash at any point at most one chunk is fetched again', async () => {
    const hub = await startHub();
    const source = hubSource(MODEL, { remoteHost: hub.url });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: SIZE }), { minLength: 1, maxLength: 6 }),
        async (lengths) => {
          const cache = new MemoryCache();
          hub.requests.length = 0;
          let have = 0;
          let crashes = 0;
          for (const length of lengths) {
            if (have + length >= SIZE) break;
            await crashAfter(length, hub, cache, source);
            crashes++;
            have = Math.floor((have + length) / CHUNK) * CHUNK;
          }
          const files = await storeOn(cache).open(MODEL, source, [{ path: GRAPH }]);
          expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
          expect(hub.bytesSent(GRAPH)).toBeLessThanOrEqual(SIZE + crashes * CHUNK);
          expect(hub.transfers(GRAPH).at(-1)!.range).toBe(`bytes=${have}-`);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('a file that changed in between is begun anew, by its hash or by its ETag', async () => {
    for (const listing of ['hub', 'none'] as const) {
      const hub = await startHub({ listing });
      const cache = freshCache();
      const source =
        listing === 'hub' ? hubSource(MODEL, { remoteHost: hub.url }) : baseUrlSource(hub.baseUrl(MODEL));
      await crashAfter(5 * CHUNK, hub, cache, source);
      const next = pseudoRandomBytes(SIZE, 8);
      hub.repositories[MODEL]![GRAPH] = next;
      const files = await storeOn(cache).open(MODEL, source, [{ path: GRAPH }]);
      expect(sameBytes(await files.get(GRAPH)!.read(), next)).toBe(true);
      expect((await cache.readModel(MODEL)).partials).toEqual([]);
    }
  });

  test('a mirror with another ETag continues, because the hash vouches for the file', async () => {
    const [first, second] = [await startHub(), await startHub({ etags: false })];
    const cache = freshCache();
    const source = hubSource(MODEL, { remoteHost: first.url, mirrors: [second.url] });
    await crashAfter(5 * CHUNK, first, cache, source);
    await first.offline();
    const files = await storeOn(cache).open(MODEL, source, [{ path: GRAPH }]);
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
    expect(second.bytesSent(GRAPH)).toBe(SIZE - 5 * CHUNK);
  });

  test('a failing download leaves what is stored as it was', async () => {
    const hub = await startHub();
    const cache = freshCache();
    const source = hubSource(MODEL, { remoteHost: hub.url });
    await storeOn(cache).open(MODEL, source, FILES);
    hub.repositories[MODEL]![GRAPH] = pseudoRandomBytes(SIZE, 4);
    hub.failOften(GRAPH, 20, { kind: 'cut', after: 100 });
    await expect(
      storeOn(cache, { retry: { attempts: 1 } }).open(MODEL, source, FILES, { revalidate: true }),
    ).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    const files = await storeOn(cache).open(MODEL, source, FILES);
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
  });
});

describe('damage in the cache', () => {
  async function damaged(): Promise<{
    hub: Hub;
    cache: ChunkCache;
    source: ModelSource;
    record: FileRecord;
  }> {
    const hub = await startHub();
    const cache = freshCache();
    const source = hubSource(MODEL, { remoteHost: hub.url });
    await storeOn(cache).open(MODEL, source, [{ path: GRAPH }]);
    const [record] = await filesOf(cache);
    await cache.replaceChunk(record!, 3, new Uint8Array(CHUNK));
    await cache.replaceChunk(record!, 10, new Uint8Array(7));
    hub.requests.length = 0;
    return { hub, cache, source, record: record! };
  }

  test('is noticed when it is read, and only the damaged chunks are fetched again', async () => {
    const { hub, cache, source, record } = await damaged();
    const files = await storeOn(cache).open(MODEL, source, [{ path: GRAPH }]);
    expect(hub.requests).toEqual([]);
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
    expect(hub.bytesSent(GRAPH)).toBe(CHUNK + 1234);
    expect(sameBytes(await cache.readChunk(record, 3), WEIGHTS.subarray(3 * CHUNK, 4 * CHUNK))).toBe(true);
    await hub.offline();
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
  });

  test('is never served: offline it is an error, and mended later', async () => {
    const { hub, cache, source } = await damaged();
    const files = await storeOn(cache).open(MODEL, source, [{ path: GRAPH }]);
    await hub.offline();
    await expect(files.get(GRAPH)!.read()).rejects.toMatchObject({ code: 'INTEGRITY_MISMATCH' });
    await hub.online();
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
  });

  test('with another version at the source is not patched together', async () => {
    const { hub, cache, source } = await damaged();
    const next = pseudoRandomBytes(SIZE, 6);
    hub.repositories[MODEL]![GRAPH] = next;
    const files = await storeOn(cache).open(MODEL, source, [{ path: GRAPH }]);
    await expect(files.get(GRAPH)!.read()).rejects.toMatchObject({ code: 'INTEGRITY_MISMATCH' });
    const again = await storeOn(cache).open(MODEL, source, [{ path: GRAPH }]);
    expect(sameBytes(await again.get(GRAPH)!.read(), next)).toBe(true);
  });
});

describe('several callers', () => {
  test('of one tab share one download, and one who leaves does not end it', async () => {
    const hub = await startHub();
    hub.fail(GRAPH, { kind: 'trickle', bytes: 64_000, every: 10 });
    const store = storeOn(freshCache());
    const source = hubSource(MODEL, { remoteHost: hub.url });
    const leaving = new AbortController();
    const seen = { left: 0, stayed: [] as FileProgress[] };
    const left = store.open(MODEL, source, [{ path: GRAPH }], {
      signal: leaving.signal,
      onProgress: ({ files: [file] }) => {
        seen.left++;
        if (file!.loaded > 0) leaving.abort(new Error('gone'));
      },
    });
    const stayed = store.open(MODEL, source, [{ path: GRAPH }], {
      onProgress: ({ files: [file] }) => seen.stayed.push(file!),
    });
    await expect(left).rejects.toThrow('gone');
    const seenBeforeLeaving = seen.left;
    expect(sameBytes(await (await stayed).get(GRAPH)!.read(), WEIGHTS)).toBe(true);
    expect(seen.left).toBe(seenBeforeLeaving);
    expect([...new Set(seen.stayed.map(({ state }) => state))]).toEqual(['waiting', 'downloading', 'done']);
    expect(seen.stayed.at(-1)).toEqual({ path: GRAPH, state: 'done', loaded: SIZE, total: SIZE });
    expect(hub.transfers(GRAPH)).toHaveLength(1);
  });

  test('when all have left the transfer ends, and the next one goes on from there', async () => {
    const hub = await startHub();
    hub.fail(GRAPH, { kind: 'trickle', bytes: 64_000, every: 15 });
    const cache = freshCache();
    const store = storeOn(cache);
    const source = hubSource(MODEL, { remoteHost: hub.url });
    const controller = new AbortController();
    const opened = store.open(MODEL, source, [{ path: GRAPH }], {
      signal: controller.signal,
      onProgress: ({ files: [file] }) => {
        if (file!.loaded > 3 * CHUNK) controller.abort();
      },
    });
    await expect(opened).rejects.toMatchObject({ name: 'AbortError' });
    const files = await store.open(MODEL, source, [{ path: GRAPH }]);
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
    const [first, second] = hub.transfers(GRAPH);
    expect(first!.bytes).toBeLessThan(SIZE);
    expect(Number(/\d+/.exec(second!.range!)![0])).toBeGreaterThanOrEqual(2 * CHUNK);
  });

  test('of two tabs fetch a file once, and the second sees the first one’s progress', async () => {
    const hub = await startHub();
    hub.failOften(GRAPH, 2, { kind: 'trickle', bytes: 20_000, every: 10 });
    const shared: ModelStoreOptions = {
      locks: new RealmLocks(),
      channel: () => new BroadcastChannel('nearfield-test-downloads'),
    };
    const cache = freshCache();
    const [one, two] = [storeOn(cache, shared), storeOn(cache, shared)];
    const source = hubSource(MODEL, { remoteHost: hub.url });
    const seen: number[] = [];
    const [first, second] = await Promise.all([
      one.open(MODEL, source, [{ path: GRAPH }]),
      two.open(MODEL, source, [{ path: GRAPH }], {
        onProgress: ({ files: [file] }) => {
          if (file!.state === 'downloading') seen.push(file!.loaded);
        },
      }),
    ]);
    expect(hub.transfers(GRAPH)).toHaveLength(1);
    expect([first.get(GRAPH)!.fromCache, second.get(GRAPH)!.fromCache].sort()).toEqual([false, true]);
    expect(sameBytes(await second.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
    expect(seen.some((loaded) => loaded > 0 && loaded < SIZE)).toBe(true);
  });

  test('that no lock keeps apart end with the same file, and none of them fails', async () => {
    const hub = await startHub();
    const cache = freshCache();
    const source = hubSource(MODEL, { remoteHost: hub.url });
    await crashAfter(2 * CHUNK, hub, cache, source);
    hub.failOften(GRAPH, 4, { kind: 'trickle', bytes: 100_000, every: 5 });
    const opened = await Promise.all(
      [1, 2].map(() => storeOn(cache, { locks: new RealmLocks() }).open(MODEL, source, [{ path: GRAPH }])),
    );
    for (const files of opened) expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
  });

  test('where the first tab gives up, the second goes on', async () => {
    const hub = await startHub();
    hub.fail(GRAPH, { kind: 'trickle', bytes: 64_000, every: 15 });
    const locks = new RealmLocks();
    const cache = freshCache();
    const source = hubSource(MODEL, { remoteHost: hub.url });
    const controller = new AbortController();
    const first = storeOn(cache, { locks }).open(MODEL, source, [{ path: GRAPH }], {
      signal: controller.signal,
      onProgress: ({ files: [file] }) => {
        if (file!.loaded > 2 * CHUNK) controller.abort();
      },
    });
    const second = storeOn(cache, { locks }).open(MODEL, source, [{ path: GRAPH }]);
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect(sameBytes(await (await second).get(GRAPH)!.read(), WEIGHTS)).toBe(true);
    expect(hub.bytesSent(GRAPH)).toBeLessThanOrEqual(SIZE + 3 * CHUNK);
  });

  test('an aborted signal stops a call before it begins', async () => {
    const hub = await startHub();
    const signal = AbortSignal.abort(new Error('no'));
    await expect(
      storeOn(freshCache()).open(MODEL, hubSource(MODEL, { remoteHost: hub.url }), FILES, { signal }),
    ).rejects.toThrow('no');
    expect(hub.requests).toEqual([]);
  });

  test('a model that is deleted while it is fetched does not come back', async () => {
    const hub = await startHub();
    hub.fail(GRAPH, { kind: 'trickle', bytes: 64_000, every: 15 });
    const cache = freshCache();
    const [store, otherTab] = [storeOn(cache), storeOn(cache)];
    const source = hubSource(MODEL, { remoteHost: hub.url });
    const opened = store.open(MODEL, source, [{ path: GRAPH }], {
      onProgress: ({ files: [file] }) => {
        if (file!.loaded > 2 * CHUNK) void otherTab.delete(MODEL);
      },
    });
    await expect(opened).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('deleted'),
    });
    expect(await cache.readModel(MODEL)).toEqual({ record: undefined, files: [], partials: [] });
    const again = store.open(MODEL, source, [{ path: GRAPH }]);
    await store.delete(MODEL);
    await again.catch(() => {});
    const files = await store.open(MODEL, source, [{ path: GRAPH }]);
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
  });
});

/** A cache with so much room and no more. The real thing is tried in a browser. */
class SmallCache extends MemoryCache {
  readonly #limit: number;
  constructor(limit: number) {
    super('small');
    this.#limit = limit;
  }

  override async append(record: FileRecord, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    let used = bytes.length;
    for (const model of await this.models()) {
      const { files, partials } = await this.readModel(model);
      for (const file of [...files, ...partials])
        used += Math.min(file.chunks.length * file.chunkBytes, file.size);
    }
    if (used > this.#limit) throw new DOMException('full', 'QuotaExceededError');
    return super.append(record, bytes);
  }
}

describe('room', () => {
  const repositories = {
    'org/old': { [GRAPH]: pseudoRandomBytes(4 * CHUNK, 1) },
    'org/new': { [GRAPH]: pseudoRandomBytes(4 * CHUNK, 2) },
    'org/next': { [GRAPH]: pseudoRandomBytes(5 * CHUNK, 3) },
  };

  async function filled(evict: 'never' | 'least-recently-used', cache: ChunkCache) {
    const hub = await startHub({ repositories });
    const store = storeOn(cache, { evict });
    const open = (model: string) =>
      store.open(model, hubSource(model, { remoteHost: hub.url }), [{ path: GRAPH }]);
    await open('org/old');
    await open('org/new');
    await cache.updateModel('org/old', (record) => ({ ...record, lastUsed: Date.UTC(2026, 0, 2) }));
    await cache.updateModel('org/new', (record) => ({ ...record, lastUsed: Date.UTC(2026, 5, 7) }));
    return { store, open };
  }

  test('a full disk is an error with numbers and what to delete', async () => {
    const cache = new SmallCache(10 * CHUNK);
    const { store, open } = await filled('never', cache);
    const failed = open('org/next');
    await expect(failed).rejects.toMatchObject({ code: 'STORAGE_QUOTA_EXCEEDED' });
    await expect(failed).rejects.toThrow(
      /org\/next needs .* more .*org\/old \(262\.1 kB, last used 2026-01-02\), org\/new \(262\.1 kB, last used 2026-06-07\)/,
    );
    expect((await store.usage()).map(({ model, complete }) => [model, complete])).toEqual([
      ['org/next', false],
      ['org/old', true],
      ['org/new', true],
    ]);
  });

  test('with permission the model unused for longest goes', async () => {
    const { store, open } = await filled('least-recently-used', new SmallCache(10 * CHUNK));
    const files = await open('org/next');
    expect(sameBytes(await files.get(GRAPH)!.read(), repositories['org/next'][GRAPH])).toBe(true);
    expect((await store.usage()).map(({ model }) => model)).toEqual(['org/new', 'org/next']);
  });

  test('a model larger than all the room is an error even with permission', async () => {
    const { open } = await filled('least-recently-used', new SmallCache(8 * CHUNK));
    await open('org/next');
    const small = new SmallCache(3 * CHUNK);
    const hub = await startHub({ repositories });
    await expect(
      storeOn(small, { evict: 'least-recently-used' }).open(
        'org/next',
        hubSource('org/next', { remoteHost: hub.url }),
        [{ path: GRAPH }],
      ),
    ).rejects.toMatchObject({
      code: 'STORAGE_QUOTA_EXCEEDED',
      message: expect.stringContaining('No other model'),
    });
  });

  test('what cannot fit is refused before the first byte moves', async () => {
    const hub = await startHub();
    const storage = {
      estimate: async () => ({ usage: 900_000, quota: 1_000_000 }),
      persisted: async () => false,
      persist: async () => true,
    };
    const store = storeOn(freshCache(), { storage });
    await expect(
      store.open(MODEL, hubSource(MODEL, { remoteHost: hub.url }), [{ path: GRAPH }]),
    ).rejects.toMatchObject({
      code: 'STORAGE_QUOTA_EXCEEDED',
      message: expect.stringContaining('only 100.0 kB of 1.0 MB are free'),
    });
    expect(hub.bytesSent()).toBe(0);
    expect(await store.report()).toMatchObject({
      kind: 'indexeddb',
      modelBytes: 0,
      usage: 900_000,
      quota: 1_000_000,
      persisted: false,
    });
    expect(await store.persist()).toBe(true);
  });

  test('usage per model, delete one, delete all', async () => {
    const cache = freshCache();
    const { store } = await filled('never', cache);
    expect(await store.usage()).toEqual([
      { model: 'org/old', bytes: 4 * CHUNK, lastUsed: Date.UTC(2026, 0, 2), complete: true },
      { model: 'org/new', bytes: 4 * CHUNK, lastUsed: Date.UTC(2026, 5, 7), complete: true },
    ]);
    await store.delete('org/old');
    expect((await store.usage()).map(({ model }) => model)).toEqual(['org/new']);
    await store.delete();
    expect(await store.usage()).toEqual([]);
  });
});

describe('export and import', () => {
  test('carry a model to a machine without a network', async () => {
    const hub = await startHub();
    const source = hubSource(MODEL, { remoteHost: hub.url });
    const here = storeOn(freshCache());
    await here.open(MODEL, source, FILES);
    await hub.offline();
    const carried: File[] = [];
    for await (const { path, size, blob } of here.exportModel(MODEL)) {
      const file = new File([await blob()], path.split('/').at(-1)!);
      Object.defineProperty(file, 'webkitRelativePath', { value: `stick/my-model/${path}` });
      expect(file.size).toBe(size);
      carried.push(file);
    }
    expect(carried.map(({ name }) => name)).toEqual(['config.json', 'model.onnx', 'manifest.json']);
    const cache = freshCache();
    const there = storeOn(cache);
    expect(await there.importModel(MODEL, carried)).toEqual(['config.json', GRAPH]);
    const files = await there.open(MODEL, source, [...FILES, { path: 'absent.json', optional: true }]);
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
    expect(files.get(GRAPH)!.fromCache).toBe(true);
    expect(files.has('absent.json')).toBe(false);
  });

  test('an altered file is refused', async () => {
    const hub = await startHub();
    const here = storeOn(freshCache());
    await here.open(MODEL, hubSource(MODEL, { remoteHost: hub.url }), FILES);
    const carried: File[] = [];
    for await (const { path, blob } of here.exportModel(MODEL)) {
      const bytes = new Uint8Array(await (await blob()).arrayBuffer());
      if (path === GRAPH) bytes[500_000]! ^= 1;
      carried.push(new File([bytes], path.split('/').at(-1)!));
    }
    const cache = freshCache();
    await expect(storeOn(cache).importModel(MODEL, carried)).rejects.toMatchObject({
      code: 'INTEGRITY_MISMATCH',
    });
    expect((await filesOf(cache)).map(({ path }) => path)).not.toContain(GRAPH);
  });

  test('what is exported can be served as a base URL', async () => {
    const hub = await startHub();
    const here = storeOn(freshCache());
    await here.open(MODEL, hubSource(MODEL, { remoteHost: hub.url }), FILES);
    const served: Record<string, Uint8Array> = {};
    for await (const { path, stream } of here.exportModel(MODEL)) {
      served[path] = new Uint8Array(await new Response(stream()).arrayBuffer());
    }
    const host = await startHub({ listing: 'none', repositories: { served } });
    const source = baseUrlSource(host.baseUrl('served'));
    const described = await source.describe([GRAPH]);
    expect(described.get(GRAPH)!.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(
      sameBytes((await readAll(await storeOn(freshCache()).open(MODEL, source, FILES))).get(GRAPH), WEIGHTS),
    ).toBe(true);
  });

  test('an unknown model and an empty choice are typed errors', async () => {
    const store = storeOn(freshCache());
    const nothing = store.exportModel('org/nothing')[Symbol.asyncIterator]().next();
    await expect(nothing).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    await expect(store.importModel(MODEL, [])).rejects.toMatchObject({ code: 'INPUT_VALIDATION_FAILED' });
    await expect(store.importModel(MODEL, filesSource([]))).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
    });
  });
});
