import { FoundationError } from '@nearfield/spec';
import { formatBytes } from '@nearfield/storage';
import { type ChunkCache, chunkCount, chunkLength, type FileRecord } from './cache.ts';
import { checkFirstBytes } from './content.ts';
import { sha256 } from './digest.ts';
import { downloadFailed } from './errors.ts';
import type { FileDescription, ModelSource, StoredFile } from './types.ts';

interface ReadOptions {
  spareBytes?: number;
  signal?: AbortSignal;
}

/** Repairs a file whose stored chunks turn out to be damaged. */
export interface Repairs {
  /** The right bytes of one chunk, fetched again and put back in place. */
  chunk(record: FileRecord, index: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** Number of chunks hashed at a time. */
const PARALLEL_CHECKS = 3;

const outOfMemory = (path: string, bytes: number, cause: unknown): FoundationError =>
  new FoundationError({
    code: 'OUT_OF_MEMORY',
    message: `Not enough memory for ${path}: ${formatBytes(bytes)} in one piece. Close other tabs, or use a smaller dtype.`,
    cause,
  });

/** One buffer for the whole file: the only copy of it in script. */
function allocate(path: string, bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw outOfMemory(path, bytes, cause);
  }
}

/** Frees bytes at once where the engine can: collected as garbage, they would be in memory until all have been read. */
function giveBack({ buffer }: Uint8Array<ArrayBuffer>): void {
  const { transfer } = buffer as ArrayBuffer & { transfer?: (bytes: number) => ArrayBuffer };
  transfer?.call(buffer, 0);
}

/** A complete file of the cache. */
export class CachedFile implements StoredFile {
  readonly path: string;
  readonly size: number;
  readonly fromCache: boolean;
  readonly sha256: string | undefined;
  readonly #record: FileRecord;
  readonly #cache: ChunkCache;
  readonly #repairs: Repairs;

  constructor(record: FileRecord, cache: ChunkCache, repairs: Repairs, fromCache: boolean) {
    this.path = record.path;
    this.size = record.size;
    this.fromCache = fromCache;
    this.sha256 = record.sha256;
    this.#record = record;
    this.#cache = cache;
    this.#repairs = repairs;
  }

  /** All bytes, each chunk compared with its hash; damaged ones are fetched again. */
  async read({ spareBytes = 0, signal }: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    const record = this.#record;
    const count = chunkCount(record);
    const present = new Set<number>();
    const target = await this.#gather(spareBytes, present, signal);
    const damaged: number[] = [];
    const check = async (index: number): Promise<void> => {
      const start = index * record.chunkBytes;
      const isRight =
        present.has(index) &&
        (await sha256(target.subarray(start, start + chunkLength(record, index)))) === record.chunks[index];
      if (!isRight) damaged.push(index);
    };
    let next = 0;
    const checker = async (): Promise<void> => {
      while (next < count) await check(next++);
    };
    // WebCrypto copies its input and works on other threads: a few chunks at a time, not all.
    await Promise.all(Array.from({ length: Math.min(count, PARALLEL_CHECKS) }, checker));
    for (const index of damaged) {
      signal?.throwIfAborted();
      target.set(await this.#repairs.chunk(record, index, signal), index * record.chunkBytes);
    }
    signal?.throwIfAborted();
    return target;
  }

  /** The stored bytes in one buffer, and in `present` the chunks that exist. */
  async #gather(
    spareBytes: number,
    present: Set<number>,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const record = this.#record;
    const count = chunkCount(record);
    try {
      const whole = await this.#cache.readAll?.(record, spareBytes);
      if (whole) {
        for (let index = 0; index < count; index++) present.add(index);
        return whole;
      }
    } catch (cause) {
      if (cause instanceof RangeError) throw outOfMemory(this.path, this.size + spareBytes, cause);
      throw cause;
    }
    const target = allocate(this.path, this.size + spareBytes);
    for (let index = 0; index < count; index++) {
      signal?.throwIfAborted();
      const bytes = await this.#cache.readChunk(record, index);
      if (bytes?.length !== chunkLength(record, index)) continue;
      target.set(bytes, index * record.chunkBytes);
      present.add(index);
    }
    return target;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.read());
  }

  /** Chunk by chunk: the next is read and compared with its hash while the reader has the one before. */
  async *pieces(signal?: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    const count = chunkCount(this.#record);
    let next = count > 0 ? this.#verified(0, signal) : undefined;
    for (let index = 0; index < count; index++) {
      signal?.throwIfAborted();
      const piece = await next!;
      next = index + 1 < count ? this.#verified(index + 1, signal) : undefined;
      // Its error is thrown when it is its turn.
      next?.catch(() => {});
      yield piece;
      // A cache in memory hands out its own.
      if (this.#cache.kind !== 'memory') giveBack(piece);
    }
  }

  /** The right bytes of a chunk. */
  async #verified(index: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const record = this.#record;
    const stored = await this.#cache.readChunk(record, index);
    const isWhole = stored?.length === chunkLength(record, index);
    if (isWhole && (await sha256(stored)) === record.chunks[index]) return stored;
    signal?.throwIfAborted();
    return this.#repairs.chunk(record, index, signal);
  }

  /** The verified bytes, one chunk at a time. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let index = 0;
    return new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull: async (controller) => {
          if (index >= chunkCount(this.#record)) {
            controller.close();
            return;
          }
          // A cache in memory hands out its own bytes.
          controller.enqueue((await this.#verified(index)).slice());
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
    let position = 0;
    for await (const piece of this.pieces(signal)) {
      target.set(piece, position);
      position += piece.length;
    }
    return target;
  }

  async *pieces(signal?: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
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
        position += value.length;
        yield value;
      }
      if (position !== this.size) throw this.#changed();
    } catch (error) {
      signal?.throwIfAborted();
      if (FoundationError.isInstance(error)) throw error;
      throw downloadFailed(`${this.path} in ${this.#source.key} cannot be read: ${String(error)}.`, {
        param: this.path,
        retryable: false,
        cause: error,
      });
    } finally {
      // Nothing is left of it, or nobody reads on.
      await reader.cancel().catch(() => {});
    }
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
