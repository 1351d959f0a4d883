import { type FileProgress, FoundationError, type StorageReport } from '@nearfield/spec';
import { anySignal, orAbort } from '../async/abort.ts';
import { type Locks, originLocks } from '../persistence/locks.ts';
import { advice, isQuotaError } from '../persistence/quota.ts';
import {
  type ChunkCache,
  type FileKey,
  type FileRecord,
  type ModelRecord,
  nameOf,
  type StoredModel,
  storedBytes,
} from './cache.ts';
import { openDefaultCache } from './default-cache.ts';
import { downloadFile } from './download.ts';
import { downloadFailed, isRetryable } from './errors.ts';
import { exportFiles } from './export.ts';
import { FilesSource } from './files-source.ts';
import { MANIFEST_FILE, parseManifest } from './manifest.ts';
import { checkPath } from './paths.ts';
import { ProgressReport } from './progress.ts';
import { type Channel, defaultChannel, ProgressChannel } from './progress-channel.ts';
import { repairChunk } from './repair.ts';
import { DEFAULT_RETRY, type RetryPolicy, withRetries } from './retry.ts';
import { defaultStorage, measureUsage, Room, type StorageEstimator } from './room.ts';
import { CachedFile, LocalFile } from './stored-file.ts';
import type {
  ExportedFile,
  FileDescription,
  FileRequest,
  ImportOptions,
  ManagedModelStore,
  ModelSource,
  ModelUsage,
  OpenFilesOptions,
  StoredFile,
} from './types.ts';

export interface ModelStoreOptions {
  /** Where bytes are kept. Default: IndexedDB, or memory where that is not to be had. */
  cache?: ChunkCache | Promise<ChunkCache> | undefined;
  /** Keeps two tabs from fetching the same file. Default: the cache's own, Web Locks, or locks of this process. */
  locks?: Locks | undefined;
  /** Opens a channel on which tabs tell their progress; `false` for none. Default: a `BroadcastChannel`. */
  channel?: (() => Channel | undefined) | false | undefined;
  /** Default: `navigator.storage`. */
  storage?: StorageEstimator | undefined;
  /**
   * What happens when there is no room: `never` fails with STORAGE_QUOTA_EXCEEDED, `least-recently-used` deletes
   * other models, the one unused for longest first. Default `never`.
   */
  evict?: 'never' | 'least-recently-used' | undefined;
  /** Files fetched at a time. Default 3. */
  parallel?: number | undefined;
  /** Bytes of a chunk, a multiple of 64. What a crash can cost, and what is held in memory. Default 8 MiB. */
  chunkBytes?: number | undefined;
  retry?: Partial<RetryPolicy> | undefined;
  /** Milliseconds without a byte after which a connection is given up and begun anew. Default 30 000. */
  stallTimeout?: number | undefined;
}

const CHUNK_BYTES = 8 * 1024 * 1024;

/** The source under which imported files are kept. No real source has this key. */
const IMPORTED = 'imported';

/** Uses of a model within this time are one: a warm start then writes nothing. */
const TOUCH_INTERVAL = 60_000;

/** A download that several callers of this tab wait for. It ends when the last of them has gone. */
interface SharedDownload {
  model: string;
  promise: Promise<{ record: FileRecord; fromCache: boolean }>;
  controller: AbortController;
  listeners: Set<(loaded: number, total: number) => void>;
  waiters: number;
}

/** What the first call opens. */
interface Opened {
  cache: ChunkCache;
  locks: Locks;
  room: Room;
}

interface MissingFile {
  request: FileRequest;
  description: FileDescription;
}

class DefaultModelStore implements ManagedModelStore {
  readonly #options: ModelStoreOptions;
  readonly #storage: StorageEstimator;
  readonly #retry: RetryPolicy;
  readonly #downloads = new Map<string, SharedDownload>();
  #opening: Promise<Opened> | undefined;

  constructor(options: ModelStoreOptions) {
    const { chunkBytes = CHUNK_BYTES } = options;
    if (!Number.isInteger(chunkBytes) || chunkBytes < 64 || chunkBytes % 64 !== 0) {
      throw new FoundationError({
        code: 'INPUT_VALIDATION_FAILED',
        message: `chunkBytes is ${chunkBytes}: use a positive multiple of 64.`,
        param: 'chunkBytes',
      });
    }
    this.#options = options;
    this.#storage = options.storage ?? defaultStorage();
    this.#retry = { ...DEFAULT_RETRY, ...options.retry };
  }

  open(
    modelId: string,
    source: ModelSource,
    files: readonly FileRequest[],
    options: OpenFilesOptions = {},
  ): Promise<Map<string, StoredFile>> {
    return this.#typed(() => this.#open(modelId, source, files, options), options.signal);
  }

  async #open(
    modelId: string,
    source: ModelSource,
    files: readonly FileRequest[],
    options: OpenFilesOptions,
  ): Promise<Map<string, StoredFile>> {
    const { signal } = options;
    signal?.throwIfAborted();
    for (const { path } of files) checkPath(path);
    if (source.local) return this.#openLocal(source, files, options);
    const { cache, locks, room } = await orAbort(this.#ready(), signal);
    const stored = await cache.readModel(modelId);
    const { found, missing, absent } = await this.#plan(source, files, stored, options);
    const progress = new ProgressReport(
      files.flatMap(({ path }): FileProgress[] => {
        const record = found.get(path);
        if (record) return [{ path, state: 'from-cache', loaded: record.size, total: record.size }];
        const file = missing.find(({ request }) => request.path === path);
        return file ? [{ path, state: 'waiting', loaded: 0, total: Math.max(0, file.description.size) }] : [];
      }),
      options.onProgress,
    );
    if (missing.length > 0) await room.ensure(modelId, bytesToFetch(source, missing, stored));
    const fetched = await this.#fetchAll(modelId, source, missing, progress, signal);
    await this.#remember(cache, modelId, source, stored.record, absent, missing.length > 0);
    signal?.throwIfAborted();
    const repairs = { chunk: this.#repairer(cache, locks, source) };
    return new Map(
      files.flatMap(({ path }): [string, StoredFile][] => {
        const cached = found.get(path);
        if (cached) return [[path, new CachedFile(cached, cache, repairs, true)]];
        const result = fetched.get(path);
        return result ? [[path, new CachedFile(result.record, cache, repairs, result.fromCache)]] : [];
      }),
    );
  }

  async has(modelId: string, source: ModelSource, files: readonly FileRequest[]): Promise<boolean> {
    if (source.local) {
      const described = await source.describe(files.map(({ path }) => path));
      return files.every(({ path, optional }) => optional || described.has(path));
    }
    const { cache } = await this.#ready();
    const stored = await cache.readModel(modelId);
    return files.every((file) => findStored(stored, source, file) || isSettledWithout(stored, source, file));
  }

  async paths(modelId: string): Promise<string[]> {
    const { cache } = await this.#ready();
    const { files } = await cache.readModel(modelId);
    return [...new Set(files.map(({ path }) => path))].sort();
  }

  async usage(): Promise<ModelUsage[]> {
    const { cache } = await this.#ready();
    return measureUsage(cache);
  }

  async report(): Promise<StorageReport> {
    const { cache, room } = await this.#ready();
    const usage = await measureUsage(cache);
    const persisted = await this.#storage.persisted?.().catch(() => undefined);
    return {
      kind: cache.kind,
      reason: cache.reason,
      modelBytes: usage.reduce((sum, { bytes }) => sum + bytes, 0),
      ...(await room.estimate()),
      persisted,
    };
  }

  async delete(modelId?: string): Promise<void> {
    const { cache } = await this.#ready();
    for (const download of this.#downloads.values()) {
      if (modelId !== undefined && download.model !== modelId) continue;
      download.controller.abort(
        downloadFailed(`${download.model} was deleted while it was downloaded.`, { retryable: false }),
      );
    }
    await (modelId === undefined ? cache.clear() : cache.deleteModel(modelId));
  }

  async persist(): Promise<boolean> {
    // Workers may ask whether, but only a page may ask for it.
    const answer = this.#storage.persist?.() ?? this.#storage.persisted?.();
    return (await answer?.catch(() => false)) ?? false;
  }

  async *exportModel(modelId: string): AsyncGenerator<ExportedFile> {
    const { cache } = await this.#ready();
    yield* exportFiles(cache, modelId);
  }

  importModel(
    modelId: string,
    files: Iterable<File> | ModelSource,
    options: ImportOptions = {},
  ): Promise<string[]> {
    return this.#typed(() => this.#import(modelId, files, options), options.signal);
  }

  async #import(
    modelId: string,
    files: Iterable<File> | ModelSource,
    options: ImportOptions,
  ): Promise<string[]> {
    const { signal } = options;
    const source = isSource(files) ? files : new FilesSource(files);
    const { cache, room } = await this.#ready();
    const listed = options.paths ?? (await source.list?.());
    if (!listed || listed.length === 0) {
      throw new FoundationError({
        code: 'INPUT_VALIDATION_FAILED',
        message: listed
          ? 'There are no files to import: choose the folder with config.json in it.'
          : 'This source cannot list its files: name them in `paths`.',
        param: 'files',
      });
    }
    for (const path of listed) checkPath(path);
    const described = await withRetries(() => source.describe([...listed], signal), this.#retry, signal);
    await options.check?.([...described.values()].filter(({ size }) => size !== 0).map(({ path }) => path));
    const manifest = await readManifest(source, described, signal);
    const missing = [...described.values()]
      .filter(({ path }) => !(manifest && path === MANIFEST_FILE))
      .map((description): MissingFile => {
        const { path } = description;
        return { request: { path, sha256: manifest?.get(path)?.sha256 }, description };
      });
    const progress = new ProgressReport(
      missing.map(({ description: { path, size } }) => ({
        path,
        state: 'waiting',
        loaded: 0,
        total: Math.max(0, size),
      })),
      options.onProgress,
    );
    const target: ModelSource = { ...delegate(source), key: IMPORTED };
    await room.ensure(modelId, bytesToFetch(target, missing, await cache.readModel(modelId)));
    await this.#fetchAll(modelId, target, missing, progress, signal);
    try {
      await cache.updateModel(modelId, (record) => ({ ...record, lastUsed: Date.now(), imported: true }));
    } catch (cause) {
      throw isQuotaError(cause) ? await room.fullError(modelId, 0, cause) : cause;
    }
    return missing.map(({ request }) => request.path);
  }

  /** Lets cancellation and typed errors through; what a cache throws beside them becomes one. */
  async #typed<Value>(action: () => Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
    try {
      return await action();
    } catch (error) {
      signal?.throwIfAborted();
      if (FoundationError.isInstance(error)) throw error;
      const kind = await this.#ready().then(
        ({ cache }) => cache.kind,
        () => 'memory' as const,
      );
      throw new FoundationError({
        code: 'INTERNAL_ERROR',
        message: `The store of model files failed: ${String(error)}. ${advice(kind)}`,
        cause: error,
      });
    }
  }

  #ready(): Promise<Opened> {
    this.#opening ??= (async () => {
      const cache = await (this.#options.cache ?? openDefaultCache());
      const isInUse = (model: string): boolean =>
        [...this.#downloads.values()].some((download) => download.model === model);
      const mayEvict = this.#options.evict === 'least-recently-used';
      const locks = this.#options.locks ?? cache.locks ?? originLocks();
      return { cache, locks, room: new Room(cache, this.#storage, mayEvict, isInUse) };
    })();
    return this.#opening;
  }

  async #openLocal(
    source: ModelSource,
    files: readonly FileRequest[],
    { signal, onProgress }: OpenFilesOptions,
  ): Promise<Map<string, StoredFile>> {
    const paths = files.map(({ path }) => path);
    const described = await withRetries(() => source.describe(paths, signal), this.#retry, signal);
    signal?.throwIfAborted();
    await requireFiles(source, files, described, signal);
    const present = paths.flatMap((path) => described.get(path) ?? []);
    onProgress?.(present.map(({ path, size }) => ({ path, state: 'done', loaded: size, total: size })));
    return new Map(present.map((description) => [description.path, new LocalFile(description, source)]));
  }

  /** Sorts the files into those that are here, those to fetch, and optional ones that do not exist. */
  async #plan(
    source: ModelSource,
    files: readonly FileRequest[],
    stored: StoredModel,
    { signal, revalidate = false }: OpenFilesOptions,
  ): Promise<{ found: Map<string, FileRecord>; missing: MissingFile[]; absent: string[] }> {
    const found = new Map<string, FileRecord>();
    for (const file of files) {
      const record = findStored(stored, source, file);
      if (record) found.set(file.path, record);
    }
    const asked = revalidate
      ? files
      : files.filter((file) => !found.has(file.path) && !isSettledWithout(stored, source, file));
    if (asked.length === 0) return { found, missing: [], absent: [] };
    // With all that is needed at hand, a silent network is no reason to wait or to fail.
    const isReady = files.every(({ path, optional }) => optional || found.has(path));
    let described: Map<string, FileDescription>;
    try {
      const ask = (): Promise<Map<string, FileDescription>> =>
        source.describe(
          asked.map(({ path }) => path),
          signal,
        );
      described = await (isReady ? ask() : withRetries(ask, this.#retry, signal));
    } catch (error) {
      signal?.throwIfAborted();
      if (isReady && isRetryable(error)) return { found, missing: [], absent: [] };
      throw error;
    }
    await requireFiles(
      source,
      asked.filter(({ path }) => !found.has(path)),
      described,
      signal,
    );
    const missing: MissingFile[] = [];
    const absent: string[] = [];
    for (const request of asked) {
      const { path } = request;
      const description = described.get(path);
      const record = found.get(path);
      if (!description) {
        if (!record) absent.push(path);
      } else if (!record || !isCurrent(record, description)) {
        found.delete(path);
        missing.push({ request, description });
      }
    }
    return { found, missing, absent };
  }

  /** Fetches files, a few at a time. The first failure stops the others; what they have stored stays. */
  async #fetchAll(
    model: string,
    source: ModelSource,
    missing: readonly MissingFile[],
    progress: ProgressReport,
    signal: AbortSignal | undefined,
  ): Promise<Map<string, { record: FileRecord; fromCache: boolean }>> {
    const results = new Map<string, { record: FileRecord; fromCache: boolean }>();
    const failure = new AbortController();
    const combined = anySignal(signal, failure.signal)!;
    const queue = [...missing];
    const work = async (): Promise<void> => {
      for (let file = queue.shift(); file; file = queue.shift()) {
        const { path } = file.request;
        const onProgress = (loaded: number, total: number): void =>
          progress.update(path, { state: 'downloading', loaded, total });
        const result = await this.#share(
          { model, source: source.key, path },
          source,
          file,
          combined,
          onProgress,
        );
        results.set(path, result);
        const { size } = result.record;
        progress.update(path, { state: result.fromCache ? 'from-cache' : 'done', loaded: size, total: size });
      }
    };
    const workers = Array.from({ length: Math.max(1, this.#options.parallel ?? 3) }, async () => {
      try {
        await work();
      } catch (error) {
        if (!failure.signal.aborted) failure.abort(error);
        throw error;
      }
    });
    await Promise.allSettled(workers);
    signal?.throwIfAborted();
    if (failure.signal.aborted) throw failure.signal.reason;
    return results;
  }

  /** Joins the download of this file that this tab has under way, or starts it. */
  async #share(
    key: FileKey,
    source: ModelSource,
    file: MissingFile,
    signal: AbortSignal,
    onProgress: (loaded: number, total: number) => void,
  ): Promise<{ record: FileRecord; fromCache: boolean }> {
    const name = nameOf(key);
    let shared = this.#downloads.get(name);
    if (!shared || shared.controller.signal.aborted) {
      shared = this.#start(key, source, file);
      this.#downloads.set(name, shared);
    }
    shared.waiters++;
    shared.listeners.add(onProgress);
    try {
      return await orAbort(shared.promise, signal);
    } finally {
      shared.listeners.delete(onProgress);
      if (--shared.waiters === 0) {
        shared.controller.abort(new DOMException('No one waits for this file any more.', 'AbortError'));
        if (this.#downloads.get(name) === shared) this.#downloads.delete(name);
      }
    }
  }

  #start(key: FileKey, source: ModelSource, file: MissingFile): SharedDownload {
    const controller = new AbortController();
    const listeners = new Set<(loaded: number, total: number) => void>();
    const promise = this.#fetchLocked(key, source, file, controller.signal, (loaded, total) => {
      for (const listener of listeners) listener(loaded, total);
    });
    // Whoever waits hears of a failure; when all have gone, no one needs to.
    promise.catch(() => {});
    return { model: key.model, promise, controller, listeners, waiters: 0 };
  }

  async #fetchLocked(
    key: FileKey,
    source: ModelSource,
    { request, description }: MissingFile,
    signal: AbortSignal,
    onProgress: (loaded: number, total: number) => void,
  ): Promise<{ record: FileRecord; fromCache: boolean }> {
    const { cache, locks, room } = await this.#ready();
    const { channel: openChannel = defaultChannel } = this.#options;
    const channel = new ProgressChannel(openChannel === false ? undefined : openChannel(), key, onProgress);
    try {
      let isIn = false;
      const fetchFile = async (): Promise<{ record: FileRecord; fromCache: boolean }> => {
        isIn = true;
        // Another tab may have fetched it while this one waited.
        const { file: ready } = await cache.readFile(key);
        if (ready && isWanted(ready, request) && isCurrent(ready, description)) {
          return { record: ready, fromCache: true };
        }
        const record = await downloadFile({
          cache,
          source,
          key,
          description,
          pinned: request.sha256,
          chunkBytes: this.#options.chunkBytes ?? CHUNK_BYTES,
          retry: this.#retry,
          stallTimeout: this.#options.stallTimeout ?? 30_000,
          signal,
          onProgress: (loaded, total) => {
            onProgress(loaded, total);
            channel.tell(loaded, total);
          },
          onFull: async (bytes, cause) => {
            if ((await room.evictOne(key.model)) > 0) return true;
            throw await room.fullError(key.model, bytes, cause);
          },
        });
        return { record, fromCache: false };
      };
      for (;;) {
        try {
          return await locks.wait(lockName(key), fetchFile, signal);
        } catch (error) {
          // A disk may be so full that it has no room for a lock.
          if (isIn || !isQuotaError(error)) throw error;
          if ((await room.evictOne(key.model)) > 0) continue;
          throw await room.fullError(key.model, Math.max(0, description.size), error);
        }
      }
    } finally {
      channel.close();
    }
  }

  #repairer(cache: ChunkCache, locks: Locks, source: ModelSource) {
    return (record: FileRecord, index: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> =>
      locks.wait(
        lockName(record),
        () => repairChunk({ cache, source, record, index, retry: this.#retry, signal }),
        signal,
      );
  }

  /** Notes the use of a model, for eviction, and which optional files it does not have. */
  async #remember(
    cache: ChunkCache,
    model: string,
    source: ModelSource,
    record: ModelRecord | undefined,
    absent: readonly string[],
    isFetched: boolean,
  ): Promise<void> {
    const now = Date.now();
    const isRecent = record !== undefined && now - record.lastUsed < TOUCH_INTERVAL;
    if (isRecent && absent.length === 0) return;
    const written = cache.updateModel(model, (current) => {
      const all = new Set([...(current.absent[source.key] ?? []), ...absent]);
      return {
        ...current,
        lastUsed: now,
        absent: all.size > 0 ? { ...current.absent, [source.key]: [...all] } : current.absent,
      };
    });
    // A note only: losing it costs a request, and a warm start does not wait for it.
    const settled = written.catch(() => {});
    if (isFetched) await settled;
  }
}

const lockName = (key: FileKey): string => `nearfield:${nameOf(key)}`;

const isSource = (files: Iterable<File> | ModelSource): files is ModelSource => 'describe' in files;

/** A source's methods, for a copy with another key. */
const delegate = (source: ModelSource): Omit<ModelSource, 'key'> => ({
  local: source.local,
  describe: (paths, signal) => source.describe(paths, signal),
  open: (path, options) => source.open(path, options),
});

const isSameFile = (record: FileRecord, key: FileKey): boolean =>
  record.source === key.source && record.path === key.path;

const isWanted = (record: FileRecord, { sha256 }: FileRequest): boolean =>
  sha256 === undefined || record.sha256 === sha256;

/** The stored file of this source, or an imported one. */
function findStored(
  { files, record }: StoredModel,
  source: ModelSource,
  wanted: FileRequest,
): FileRecord | undefined {
  const { path } = wanted;
  const from = (key: string): FileRecord | undefined =>
    files.find((file) => file.source === key && file.path === path && isWanted(file, wanted));
  return from(source.key) ?? (record?.imported ? from(IMPORTED) : undefined);
}

/** Whether an optional file is known not to exist. What was imported is all there is. */
const isSettledWithout = (
  { record }: StoredModel,
  source: ModelSource,
  { path, optional }: FileRequest,
): boolean =>
  optional === true && (record?.imported === true || record?.absent[source.key]?.includes(path) === true);

/** Whether a stored file is still what the source describes, by the strongest thing both know. */
function isCurrent(record: FileRecord, { size, sha256, gitSha1, etag }: FileDescription): boolean {
  if (sha256 !== undefined) return record.sha256 === sha256;
  if (size >= 0 && record.size !== size) return false;
  if (gitSha1 !== undefined && record.gitSha1 !== undefined) return record.gitSha1 === gitSha1;
  return etag === undefined || record.etag === undefined || record.etag === etag;
}

const bytesToFetch = (
  source: ModelSource,
  missing: readonly MissingFile[],
  { partials }: StoredModel,
): number =>
  missing.reduce((sum, { description: { path, size } }) => {
    const partial = partials.find((record) => isSameFile(record, { model: '', source: source.key, path }));
    return sum + Math.max(0, size - (partial ? storedBytes(partial) : 0));
  }, 0);

/** Fails for the first required file that the source does not have, in the source's own words if it has any. */
async function requireFiles(
  source: ModelSource,
  files: readonly FileRequest[],
  described: Map<string, FileDescription>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const lacking = files.find(({ path, optional }) => !optional && !described.has(path));
  if (!lacking) return;
  let cause: unknown;
  try {
    const { stream } = await source.open(lacking.path, { offset: 0, end: 1, signal });
    await stream.cancel().catch(() => {});
  } catch (error) {
    signal?.throwIfAborted();
    if (!isRetryable(error)) throw error;
    cause = error;
  }
  const why = cause instanceof Error ? ` ${cause.message}` : ' Check the id, the revision and the dtype.';
  throw downloadFailed(`${source.key} does not have ${lacking.path}.${why}`, {
    status: 404,
    param: lacking.path,
    retryable: false,
    cause,
  });
}

/** The hashes that were exported with a model. */
async function readManifest(
  source: ModelSource,
  described: Map<string, FileDescription>,
  signal: AbortSignal | undefined,
): Promise<Map<string, FileDescription> | undefined> {
  if (!described.has(MANIFEST_FILE)) return undefined;
  const { stream } = await source.open(MANIFEST_FILE, { offset: 0, signal });
  return parseManifest(await new Response(stream).text());
}

/** The store of model files: sources → verified, resumable downloads → a cache shared by all tabs. */
export const createModelStore = (options: ModelStoreOptions = {}): ManagedModelStore =>
  new DefaultModelStore(options);
