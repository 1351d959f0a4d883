import { FoundationError } from '@nearfield/spec';
import { describeRoom, formatBytes } from '@nearfield/storage';
import { type ChunkCache, storedBytes } from './cache.ts';
import type { ModelUsage } from './types.ts';

/** The part of the browser's `navigator.storage` that the store uses. */
export interface StorageEstimator {
  estimate?(): Promise<{ usage?: number; quota?: number }>;
  persist?(): Promise<boolean>;
  persisted?(): Promise<boolean>;
}

export const defaultStorage = (): StorageEstimator =>
  (typeof navigator === 'object' ? (navigator as { storage?: StorageManager }).storage : undefined) ?? {};

/** What each model takes, least recently used first. */
export async function measureUsage(cache: ChunkCache): Promise<ModelUsage[]> {
  const models = await cache.models();
  const usages = await Promise.all(
    models.map(async (model) => {
      const { record, files, partials } = await cache.readModel(model);
      const bytes = [...files, ...partials].reduce((sum, file) => sum + storedBytes(file), 0);
      return {
        model,
        bytes,
        lastUsed: record?.lastUsed ?? 0,
        complete: partials.length === 0 && files.length > 0,
      };
    }),
  );
  return usages.filter(({ bytes }) => bytes > 0).sort((one, other) => one.lastUsed - other.lastUsed);
}

/** Makes room in the cache, as far as that is allowed. */
export class Room {
  readonly #cache: ChunkCache;
  readonly #storage: StorageEstimator;
  readonly #mayEvict: boolean;
  readonly #isInUse: (model: string) => boolean;

  constructor(
    cache: ChunkCache,
    storage: StorageEstimator,
    mayEvict: boolean,
    isInUse: (model: string) => boolean,
  ) {
    this.#cache = cache;
    this.#storage = storage;
    this.#mayEvict = mayEvict;
    this.#isInUse = isInUse;
  }

  /**
   * Checks before a download that its bytes will fit, as far as the browser tells.
   * @throws FoundationError STORAGE_QUOTA_EXCEEDED
   */
  async ensure(model: string, bytes: number): Promise<void> {
    if (bytes <= 0 || this.#cache.kind !== 'indexeddb') return;
    const { usage, quota } = await this.estimate();
    if (usage === undefined || quota === undefined) return;
    let missing = bytes - (quota - usage);
    while (missing > 0) {
      const freed = await this.evictOne(model);
      if (freed === 0) throw await this.fullError(model, bytes);
      missing -= freed;
    }
  }

  /** Deletes the least recently used other model, if that is allowed. Returns the bytes freed. */
  async evictOne(model: string): Promise<number> {
    if (!this.#mayEvict) return 0;
    const [oldest] = (await measureUsage(this.#cache)).filter(
      (usage) => usage.model !== model && !this.#isInUse(usage.model),
    );
    if (!oldest) return 0;
    await this.#cache.deleteModel(oldest.model);
    return oldest.bytes;
  }

  /** The error for a full disk, with what would help. */
  async fullError(model: string, bytes: number, cause?: unknown): Promise<FoundationError> {
    const others = (await measureUsage(this.#cache)).filter((kept) => kept.model !== model);
    const room = await this.#describe(bytes, cause);
    const list = others.map(
      (kept) =>
        `${kept.model} (${formatBytes(kept.bytes)}, last used ${new Date(kept.lastUsed).toISOString().slice(0, 10)})`,
    );
    const advice =
      list.length > 0
        ? `Delete a stored model to make room: ${list.join(', ')}.`
        : 'No other model is stored: free disk space, or use a smaller dtype.';
    return new FoundationError({
      code: 'STORAGE_QUOTA_EXCEEDED',
      message: `${model} needs ${formatBytes(bytes)} more on this device, but ${room}. ${advice}`,
      cause,
    });
  }

  /**
   * How little room there is. A browser's estimates are no promise (Chromium reports 10 GiB of headroom whatever the
   * disk has), so one that contradicts the failure is not quoted; newer browsers put the figures on the error.
   */
  async #describe(needed: number, cause: unknown): Promise<string> {
    const { directory } = this.#cache;
    if (directory !== undefined) {
      return describeRoom({ needed, free: await this.#cache.freeBytes?.(), directory });
    }
    const told = (cause ?? {}) as { quota?: unknown };
    if (typeof told.quota === 'number') return describeRoom({ needed, quota: told.quota });
    const { usage, quota } = await this.estimate();
    const free = usage === undefined || quota === undefined ? undefined : quota - usage;
    return free === undefined ? describeRoom({ needed }) : describeRoom({ needed, free, quota });
  }

  async estimate(): Promise<{ usage?: number; quota?: number }> {
    try {
      return (await this.#storage.estimate?.()) ?? {};
    } catch {
      return {};
    }
  }
}
