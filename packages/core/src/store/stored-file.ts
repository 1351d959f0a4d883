import { FoundationError } from '@nearfield/spec';
import { type ChunkCache, chunkCount, chunkLength, type FileRecord } from './cache.ts';
import { checkFirstBytes } from './content.ts';
import { sha256 } from './digest.ts';
import { downloadFailed, formatBytes } from './errors.ts';
import type { FileDescription, ModelSource, StoredFile } from './types.ts';

interface ReadOptions {
  spareBytes?: number;
  signal?: AbortSignal;
}

/** What mends a file whose stored chunks turn out to be damaged. */
export interface Repairs {
  /** The right bytes of one chunk, fetched again and put back in place. */
  chunk(record: FileRecord, index: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** One buffer for the whole file: the only copy of it in script. */
function allocate(path: string, bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new FoundationError({
      code: 'OUT_OF_MEMORY',
      message: `There is no memory for ${path}: ${formatBytes(bytes)} in one piece. Close other tabs, or use a smaller dtype.`,
      cause,
    });
  }
}

/** A complete file of the cache. */
export class CachedFile implements StoredFile {
  readonly path: string;
  readonly size: number;
  readonly fromCache: boolean;
  readonly #record: FileRecord;
  readonly #cache: ChunkCache;
  readonly #repairs: Repairs;

  constructor(record: FileRecord, cache: ChunkCache, repairs: Repairs, fromCache: boolean) {
    this.path = record.path;
    this.size = record.size;
    this.fromCache = fromCache;
    this.#record = record;
    this.#cache = cache;
    this.#repairs = repairs;
  }

  /** Every chunk is hashed as it is read, off this thread and while the next one is being read. */
  async read({ spareBytes = 0, signal }: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const record = this.#record;
    const target = allocate(this.path, this.size + spareBytes);
    const count = chunkCount(record);
    const hashes: Promise<string>[] = [];
    const damaged: number[] = [];
    let next = count > 0 ? this.#cache.readChunk(record, 0) : undefined;
    for (let index = 0; index < count; index++) {
      signal?.throwIfAborted();
      const bytes = await next;
      next = index + 1 < count ? this.#cache.readChunk(record, index + 1) : undefined;
      // Not lost if this loop ends early.
      next?.catch(() => {});
      const start = index * record.chunkBytes;
      const length = chunkLength(record, index);
      if (bytes?.length === length) {
        target.set(bytes, start);
        hashes[index] = sha256(target.subarray(start, start + length));
      } else {
        damaged.push(index);
      }
    }
    for (const [index, hash] of (await Promise.all(hashes)).entries()) {
      if (hash !== undefined && hash !== record.chunks[index]) damaged.push(index);
    }
    for (const index of damaged) {
      target.set(await this.#repairs.chunk(record, index, signal), index * record.chunkBytes);
    }
    signal?.throwIfAborted();
    return target;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.read());
  }

  /** The verified bytes, a chunk at a time. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let index = 0;
    return new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull: async (controller) => {
          if (index >= chunkCount(this.#record)) {
            controller.close();
            return;
          }
          const stored = await this.#cache.readChunk(this.#record, index);
          const isRight = stored && (await sha256(stored)) === this.#record.chunks[index];
          controller.enqueue(isRight ? stored.slice() : await this.#repairs.chunk(this.#record, index));
          index++;
        },
      },
      { highWaterMark: 0 },
    );
  }
}

/** A file that its source has at hand: nothing to keep. */
export class LocalFile implements StoredFile {
  readonly path: string;
  readonly size: number;
  readonly fromCache = false;
  readonly #source: ModelSource;

  constructor(description: FileDescription, source: ModelSource) {
    this.path = description.path;
    this.size = description.size;
    this.#source = source;
  }

  async read({ spareBytes = 0, signal }: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const target = allocate(this.path, this.size + spareBytes);
    const { stream } = await this.#source.open(this.path, { offset: 0, signal });
    let position = 0;
    const reader = stream.getReader();
    try {
      for (;;) {
        signal?.throwIfAborted();
        const { done, value } = await reader.read();
        if (done) break;
        if (position + value.length > this.size) throw this.#changed();
        if (position === 0) checkFirstBytes(this.path, value, this.#source.key);
        target.set(value, position);
        position += value.length;
      }
    } catch (error) {
      await reader.cancel().catch(() => {});
      throw error;
    }
    if (position !== this.size) throw this.#changed();
    return target;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.read());
  }

  #changed(): Error {
    return downloadFailed(`${this.path} changed while it was read: choose the files again.`, {
      retryable: false,
    });
  }
}
