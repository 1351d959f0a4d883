import type { FileProgress } from '@nearfield/spec';
import type { Locks } from '@nearfield/spec/implement';
import { isQuotaError } from '@nearfield/storage';
import { anySignal } from '../async/abort.ts';
import { SharedTask } from '../async/shared-task.ts';
import { type ChunkCache, type FileKey, type FileRecord, nameOf } from './cache.ts';
import { downloadFile } from './download.ts';
import { isCurrent, isWanted, type MissingFile } from './plan.ts';
import type { ProgressReport } from './progress.ts';
import { type Channel, defaultChannel, ProgressChannel } from './progress-channel.ts';
import type { RetryPolicy } from './retry.ts';
import type { Room } from './room.ts';
import type { ModelSource } from './types.ts';

/** Number of files fetched at a time. */
const PARALLEL = 3;

/** Milliseconds without a byte after which a connection is closed. */
const STALL_TIMEOUT = 30_000;

/** As in `ModelStoreOptions`. */
export interface DownloadsOptions {
  channel?: (() => Channel | undefined) | false | undefined;
  parallel?: number | undefined;
  stallTimeout?: number | undefined;
  chunkBytes: number;
  retry: RetryPolicy;
}

/** A file that is stored now. */
export interface Fetched {
  record: FileRecord;
  /** Whether another tab had fetched it meanwhile. */
  fromCache: boolean;
}

/** A download that several callers of this tab wait for. It ends when the last of them has gone. */
interface Download {
  readonly model: string;
  readonly task: SharedTask<Fetched, FileProgress>;
}

/** The name of the lock under which a file is written. */
export const lockName = (key: FileKey): string => `nearfield:${nameOf(key)}`;

/** Fetches files into a cache: one download of a file for all callers of this tab, and for all tabs. */
export class Downloads {
  readonly #kept: { readonly cache: ChunkCache; readonly locks: Locks; readonly room: Room };
  readonly #options: DownloadsOptions;
  /** By the file's name. */
  readonly #running = new Map<string, Download>();

  constructor(kept: { cache: ChunkCache; locks: Locks; room: Room }, options: DownloadsOptions) {
    this.#kept = kept;
    this.#options = options;
  }

  /** Whether files of a model are being fetched. */
  isFetching(model: string): boolean {
    return [...this.#running.values()].some((download) => download.model === model);
  }

  /** Ends the downloads of a model, or all, for all callers. */
  abort(model: string | undefined, reasonOf: (model: string) => Error): void {
    for (const download of this.#running.values()) {
      if (model === undefined || download.model === model) download.task.abort(reasonOf(download.model));
    }
  }

  /** Fetches files, a few at a time. The first failure stops the others, whose stored parts stay. */
  async fetchAll(
    model: string,
    source: ModelSource,
    missing: readonly MissingFile[],
    progress: ProgressReport,
    signal: AbortSignal | undefined,
  ): Promise<Map<string, Fetched>> {
    const results = new Map<string, Fetched>();
    const failure = new AbortController();
    const combined = anySignal(signal, failure.signal)!;
    const queue = [...missing];
    const work = async (): Promise<void> => {
      for (let file = queue.shift(); file; file = queue.shift()) {
        const { path } = file.request;
        const key = { model, source: source.key, path };
        const result = await this.#share(key, source, file, combined, progress.update);
        results.set(path, result);
        const { size } = result.record;
        progress.update({
          path,
          state: result.fromCache ? 'from-cache' : 'done',
          loaded: size,
          total: size,
        });
      }
    };
    const workers = Array.from({ length: Math.max(1, this.#options.parallel ?? PARALLEL) }, async () => {
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
    onProgress: (progress: FileProgress) => void,
  ): Promise<Fetched> {
    signal.throwIfAborted();
    const name = nameOf(key);
    let download = this.#running.get(name);
    if (!download || download.task.abandoned) {
      const task = new SharedTask<Fetched, FileProgress>((within, emit) =>
        this.#fetchLocked(key, source, file, within, emit),
      );
      download = { model: key.model, task };
      this.#running.set(name, download);
    }
    try {
      return await download.task.join(signal, onProgress);
    } finally {
      if (download.task.idle && this.#running.get(name) === download) this.#running.delete(name);
    }
  }

  async #fetchLocked(
    key: FileKey,
    source: ModelSource,
    { request, description }: MissingFile,
    signal: AbortSignal,
    emit: (progress: FileProgress) => void,
  ): Promise<Fetched> {
    const { cache, locks, room } = this.#kept;
    const {
      channel: openChannel = defaultChannel,
      chunkBytes,
      retry,
      stallTimeout = STALL_TIMEOUT,
    } = this.#options;
    const progress = new ProgressChannel(openChannel === false ? undefined : openChannel(), key, emit);
    try {
      let isIn = false;
      const fetchFile = async (): Promise<Fetched> => {
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
          chunkBytes,
          retry,
          stallTimeout,
          signal,
          progress,
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
      progress.close();
    }
  }
}
