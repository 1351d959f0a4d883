import { type FileProgress, FoundationError, type StorageReport } from '@nearfield/spec';
import type { Locks } from '@nearfield/spec/implement';
import { advice, originLocks } from '@nearfield/storage';
import { orAbort } from '../async/abort.ts';
import type { ChunkCache, FileRecord, ModelRecord } from './cache.ts';
import { openDefaultCache } from './default-cache.ts';
import { Downloads, lockName } from './downloads.ts';
import { downloadFailed } from './errors.ts';
import { exportFiles } from './export.ts';
import { importFiles, importSource } from './import.ts';
import { checkPath } from './paths.ts';
import { bytesToFetch, findStored, isSettledWithout, planFiles, requireFiles } from './plan.ts';
import { modelProgress, ProgressReport } from './progress.ts';
import type { Channel } from './progress-channel.ts';
import { repairChunk } from './repair.ts';
import { DEFAULT_RETRY, type RetryPolicy, withRetries } from './retry.ts';
import { defaultStorage, measureUsage, Room, type StorageEstimator } from './room.ts';
import { CachedFile, LocalFile } from './stored-file.ts';
import type {
  ExportedFile,
  FileRequest,
  ImportOptions,
  ManagedModelStore,
  ModelSource,
  ModelUsage,
  OpenFilesOptions,
  StoredFile,
} from './types.ts';

export interface ModelStoreOptions {
  /** Storage of bytes. Default: IndexedDB, or memory if that is not available. */
  cache?: ChunkCache | Promise<ChunkCache> | undefined;
  /** Keeps two tabs from fetching the same file. Default: the cache's own, Web Locks, or locks of this process. */
  locks?: Locks | undefined;
  /** Opens a channel on which tabs report progress; `false` for none. Default: a `BroadcastChannel`. */
  channel?: (() => Channel | undefined) | false | undefined;
  /** Default: `navigator.storage`. */
  storage?: StorageEstimator | undefined;
  /**
   * Behaviour when storage is full: `never` fails with STORAGE_QUOTA_EXCEEDED, `least-recently-used` deletes
   * other models, the one unused for longest first. Default `never`.
   */
  evict?: 'never' | 'least-recently-used' | undefined;
  /** Number of files fetched at a time. Default 3. */
  parallel?: number | undefined;
  /** Bytes per chunk, a multiple of 64: the amount that a crash can cost and a few of which are held in memory. Default 4 MiB. */
  chunkBytes?: number | undefined;
  retry?: Partial<RetryPolicy> | undefined;
  /** Milliseconds without a byte after which a connection is closed and opened anew. Default 30 000. */
  stallTimeout?: number | undefined;
}

const CHUNK_BYTES = 4 * 1024 * 1024;

/** Uses of a model within this time are one: a warm start then writes nothing. */
const TOUCH_INTERVAL = 60_000;

/** Opened by the first call. */
interface Opened {
  cache: ChunkCache;
  locks: Locks;
  room: Room;
  downloads: Downloads;
}

class DefaultModelStore implements ManagedModelStore {
  readonly #options: ModelStoreOptions;
  readonly #storage: StorageEstimator;
  readonly #retry: RetryPolicy;
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
    if (source.local) return this.#openLocal(modelId, source, files, options);
    const { cache, locks, room, downloads } = await orAbort(this.#ready(), signal);
    const stored = await cache.readModel(modelId);
    const { found, missing, absent } = await planFiles(source, files, stored, options, this.#retry);
    const progress = new ProgressReport(
      modelId,
      files.flatMap(({ path }): FileProgress[] => {
        const record = found.get(path);
        if (record) return [{ path, state: 'from-cache', loaded: record.size, total: record.size }];
        const file = missing.find(({ request }) => request.path === path);
        return file ? [{ path, state: 'waiting', loaded: 0, total: Math.max(0, file.description.size) }] : [];
      }),
      options.onProgress,
    );
    if (missing.length > 0) await room.ensure(modelId, bytesToFetch(source, missing, stored));
    const fetched = await downloads.fetchAll(modelId, source, missing, progress, signal);
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
    const { cache, downloads } = await this.#ready();
    downloads.abort(modelId, (model) =>
      downloadFailed(`${model} was deleted while it was downloaded.`, { retryable: false }),
    );
    await (modelId === undefined ? cache.clear() : cache.deleteModel(modelId));
  }

  async persist(): Promise<boolean> {
    // Workers may query the state, but only a page may request persistence.
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
    return this.#typed(async () => {
      const source = importSource(files);
      return importFiles(modelId, source, options, { ...(await this.#ready()), retry: this.#retry });
    }, options.signal);
  }

  /** Passes cancellation and typed errors on; other errors of a cache become typed. */
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
      const locks = this.#options.locks ?? cache.locks ?? originLocks();
      const mayEvict = this.#options.evict === 'least-recently-used';
      const isInUse = (model: string): boolean => downloads.isFetching(model);
      const room = new Room(cache, this.#storage, mayEvict, isInUse);
      const { channel, parallel, stallTimeout, chunkBytes = CHUNK_BYTES } = this.#options;
      const downloads = new Downloads(
        { cache, locks, room },
        { channel, parallel, stallTimeout, chunkBytes, retry: this.#retry },
      );
      return { cache, locks, room, downloads };
    })();
    return this.#opening;
  }

  async #openLocal(
    modelId: string,
    source: ModelSource,
    files: readonly FileRequest[],
    { signal, onProgress }: OpenFilesOptions,
  ): Promise<Map<string, StoredFile>> {
    const paths = files.map(({ path }) => path);
    const described = await withRetries(() => source.describe(paths, signal), this.#retry, signal);
    signal?.throwIfAborted();
    await requireFiles(source, files, described, signal);
    const present = paths.flatMap((path) => described.get(path) ?? []);
    const states = present.map(
      ({ path, size }): FileProgress => ({ path, state: 'done', loaded: size, total: size }),
    );
    onProgress?.(modelProgress(modelId, states));
    return new Map(present.map((description) => [description.path, new LocalFile(description, source)]));
  }

  #repairer(cache: ChunkCache, locks: Locks, source: ModelSource) {
    return (record: FileRecord, index: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> =>
      locks.wait(
        lockName(record),
        () => repairChunk({ cache, source, record, index, retry: this.#retry, signal }),
        signal,
      );
  }

  /** Records the use of a model, for eviction, and the optional files that it does not have. */
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
    // Losing this record costs one request, so a warm start does not wait for it.
    const settled = written.catch(() => {});
    if (isFetched) await settled;
  }
}

/** The store of model files: sources → verified, resumable downloads → a cache shared by all tabs. */
export const createModelStore = (options: ModelStoreOptions = {}): ManagedModelStore =>
  new DefaultModelStore(options);
