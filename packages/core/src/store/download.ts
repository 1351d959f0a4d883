import { FoundationError } from '@nearfield/spec';
import { randomId } from '@nearfield/spec/implement';
import { formatBytes, isQuotaError } from '@nearfield/storage';
import { anySignal } from '../async/abort.ts';
import { type ChunkCache, type FileKey, type FileRecord, FORMAT, storedBytes } from './cache.ts';
import { isNeverEmpty } from './check-records.ts';
import { checkFirstBytes } from './content.ts';
import { gitBlobSha1, sha256 } from './digest.ts';
import { downloadFailed, integrityMismatch } from './errors.ts';
import type { ProgressChannel } from './progress-channel.ts';
import { type RetryPolicy, waitBeforeRetry, withRetries } from './retry.ts';
import { Sha256 } from './sha256.ts';
import type { FileDescription, ModelSource, OpenedStream } from './types.ts';

export interface DownloadOptions {
  cache: ChunkCache;
  source: ModelSource;
  key: FileKey;
  description: FileDescription;
  /** SHA-256 that the file must have, regardless of the source's. */
  pinned?: string | undefined;
  chunkBytes: number;
  retry: RetryPolicy;
  /** Milliseconds without a byte after which a connection is closed. */
  stallTimeout: number;
  signal: AbortSignal;
  progress: ProgressChannel;
  /** Called when the cache has no room for this many bytes; true if room was made. */
  onFull: (bytes: number, cause: unknown) => Promise<boolean>;
}

/** Maximum number of times that a file may change while it is fetched. */
const MAX_RESTARTS = 3;

/** Whether two validators mean the same content. Servers mark a validator weak when they compress. */
const isSameVersion = (one: string, other: string): boolean =>
  one.replace(/^W\//, '') === other.replace(/^W\//, '');

/**
 * Fetches one file into the cache, resuming an earlier attempt. Chunks are hashed and stored as they
 * fill; the whole file's hash is kept running and compared at the end. The former version, if there is one,
 * stays in place until then.
 */
export async function downloadFile(options: DownloadOptions): Promise<FileRecord> {
  const { partial } = await options.cache.readFile(options.key);
  return new Download(options).run(partial);
}

/** Not an error to its caller: another process stored the same file first. */
class FinishedElsewhere extends Error {
  readonly record: FileRecord;

  constructor(record: FileRecord) {
    super('finished elsewhere');
    this.record = record;
  }
}

class Download {
  readonly #options: DownloadOptions;
  #description: FileDescription;
  #record!: FileRecord;
  /** Hash of all bytes so far, those of the unfinished chunk included. */
  #hash = new Sha256();
  /** The unfinished chunk. Kept over a lost connection, so that not a byte of it is fetched twice. */
  #chunk: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;
  #restarts = 0;

  constructor(options: DownloadOptions) {
    this.#options = options;
    this.#description = options.description;
  }

  /** Bytes that need not be fetched any more. */
  get #position(): number {
    return this.#hash.length;
  }

  async run(partial: FileRecord | undefined): Promise<FileRecord> {
    const { retry, signal } = this.#options;
    this.#checkPin();
    if (partial && this.#canContinue(partial)) this.#continue(partial);
    else await this.#restart();
    for (let failures = 0; ; ) {
      const before = this.#position;
      try {
        return await this.#attempt();
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof FinishedElsewhere) return error.record;
        failures = this.#position > before ? 1 : failures + 1;
        await waitBeforeRetry(error, failures, retry, signal);
      }
    }
  }

  get #expectedSha256(): string | undefined {
    return this.#options.pinned ?? this.#description.sha256;
  }

  #checkPin(): void {
    const { pinned, key } = this.#options;
    const { sha256: published } = this.#description;
    if (pinned && published && pinned !== published) {
      throw integrityMismatch(
        `${key.path} at ${key.source} is another version than the requested one: its SHA-256 is ${published}, expected ${pinned}.`,
        { retryable: false },
      );
    }
  }

  /** Whether an unfinished file can be of the same version as the one described now. */
  #canContinue(partial: FileRecord): boolean {
    const { size, sha256: published, gitSha1, etag } = this.#description;
    if (partial.chunks.length === 0 || partial.hashState === undefined) return false;
    if (partial.size !== size || partial.chunkBytes !== this.#options.chunkBytes) return false;
    if (partial.sha256 !== (this.#options.pinned ?? published) || partial.gitSha1 !== gitSha1) return false;
    return etag === undefined || partial.etag === undefined || isSameVersion(etag, partial.etag);
  }

  #continue(partial: FileRecord): void {
    this.#record = partial;
    this.#hash = new Sha256(partial.hashState);
    this.#filled = 0;
  }

  /** Begins a new version from the first byte. */
  async #restart(): Promise<void> {
    const { cache, key, chunkBytes } = this.#options;
    this.#record = {
      ...key,
      version: randomId(),
      size: this.#description.size,
      chunkBytes,
      chunks: [],
      complete: false,
      format: FORMAT,
      sha256: this.#expectedSha256,
      gitSha1: this.#description.gitSha1,
      etag: this.#description.etag,
    };
    this.#hash = new Sha256();
    this.#filled = 0;
    await this.#withRoom(0, () => cache.begin(this.#record));
  }

  /** One connection, from the position on to the end of the file. */
  async #attempt(): Promise<FileRecord> {
    const { size } = this.#record;
    this.#options.progress.report(this.#position, Math.max(0, size));
    if (size < 0 || this.#position < size) {
      const other = await this.#transfer();
      if (other) {
        await this.#learn(other);
        return this.#attempt();
      }
    }
    return this.#finish();
  }

  /** Takes the bytes of one connection; returns the response instead if it is about another version of the file. */
  async #transfer(): Promise<OpenedStream | undefined> {
    const { source, key, signal, stallTimeout } = this.#options;
    const stalled = new AbortController();
    let lastByte = performance.now();
    const watchdog = setInterval(() => {
      if (performance.now() - lastByte < stallTimeout) return;
      stalled.abort(downloadFailed(`No byte of ${key.path} arrived for ${stallTimeout / 1000} seconds.`));
    }, stallTimeout / 4);
    try {
      const opened = await source.open(key.path, {
        offset: this.#position,
        etag: this.#record.etag,
        signal: anySignal(signal, stalled.signal),
      });
      if (this.#isOtherVersion(opened)) {
        await opened.stream.cancel().catch(() => {});
        return opened;
      }
      // A source that did not know the size before may send it with the bytes: then an early end is noticed.
      if (this.#record.size < 0 && opened.size !== undefined) this.#record.size = opened.size;
      await this.#take(opened, () => {
        lastByte = performance.now();
      });
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      throw stalled.signal.aborted ? stalled.signal.reason : error;
    } finally {
      clearInterval(watchdog);
    }
  }

  /** Whether the server sends another file than the one whose beginning is stored. */
  #isOtherVersion(opened: OpenedStream): boolean {
    const { size, etag, sha256: published, gitSha1, chunkBytes } = this.#record;
    if (opened.size !== undefined && size >= 0 && opened.size !== size) return true;
    if (etag !== undefined && opened.etag !== undefined) return !isSameVersion(etag, opened.etag);
    // Without anything to compare, and without a hash to check at the end, the stored part may be of any version.
    const isVouchedFor = published !== undefined || (gitSha1 !== undefined && size <= chunkBytes);
    return this.#position > 0 && !isVouchedFor;
  }

  /** Has the source describe the file again, and prepares to resume or to start over. */
  async #learn(opened: OpenedStream): Promise<void> {
    const { source, key, retry, signal } = this.#options;
    const before = this.#description;
    const isOtherSize = opened.size !== undefined && opened.size !== this.#record.size;
    const wrongSize = `${key.source} sends ${opened.size} bytes for ${key.path} instead of ${this.#record.size}.`;
    if (++this.#restarts > MAX_RESTARTS) {
      const changing = `${key.path} at ${key.source} keeps changing while it is downloaded: try again later.`;
      throw downloadFailed(isOtherSize ? wrongSize : changing, { retryable: false });
    }
    const described = await withRetries(() => source.describe([key.path], signal), retry, signal);
    const news = described.get(key.path);
    if (!news) {
      throw downloadFailed(`${key.path} disappeared from ${key.source} while it was downloaded.`, {
        status: 404,
        param: key.path,
        retryable: false,
      });
    }
    this.#description = news;
    this.#checkPin();
    const isSameContent =
      news.size === before.size && news.sha256 === before.sha256 && news.gitSha1 === before.gitSha1;
    const isHashed = news.sha256 !== undefined || news.gitSha1 !== undefined;
    if (isSameContent && (isHashed || news.etag === before.etag)) {
      // One response that does not match a file that has not changed: try again, and keep the stored part.
      if (isOtherSize) throw downloadFailed(wrongSize);
      // Another server of the same file (a mirror, a cache) with another validator: the hash vouches for it.
      if (isHashed && opened.etag !== undefined) {
        this.#record.etag = opened.etag;
        return;
      }
    }
    await this.#restart();
  }

  /** Reads a stream to its end. */
  async #take(opened: OpenedStream, onByte: () => void): Promise<void> {
    const { key, signal, progress } = this.#options;
    this.#record.etag ??= opened.etag;
    // A server that cannot continue sends everything again: skip the stored part.
    let skip = this.#position - opened.offset;
    const reader = opened.stream.getReader();
    try {
      if (skip < 0) throw downloadFailed(`${key.source} left out the beginning of ${key.path}.`);
      for (;;) {
        const { done, value } = await this.#next(reader);
        if (done) break;
        onByte();
        if (this.#position === 0) checkFirstBytes(key.path, value, key.source);
        await this.#add(skip > 0 ? value.subarray(Math.min(skip, value.length)) : value);
        onByte();
        skip = Math.max(0, skip - value.length);
        progress.report(this.#position, Math.max(0, this.#record.size));
      }
    } catch (error) {
      await reader.cancel().catch(() => {});
      throw error;
    }
    signal.throwIfAborted();
    const { size } = this.#record;
    if (size >= 0 && this.#position < size) {
      throw downloadFailed(
        `The connection for ${key.path} ended after ${formatBytes(this.#position)} of ${formatBytes(size)}.`,
      );
    }
  }

  async #next(
    reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  ): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
    try {
      return await reader.read();
    } catch (cause) {
      this.#options.signal.throwIfAborted();
      throw downloadFailed(
        `The connection for ${this.#options.key.path} was lost after ${formatBytes(this.#position)}.`,
        { cause },
      );
    }
  }

  async #add(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { size, chunkBytes } = this.#record;
    if (size >= 0 && this.#position + bytes.length > size) {
      // Too many bytes are as wrong as too few, and put the bytes so far in doubt.
      await this.#restart();
      throw downloadFailed(
        `${this.#options.key.source} sends more than ${size} bytes for ${this.#options.key.path}.`,
      );
    }
    for (let taken = 0; taken < bytes.length; ) {
      this.#chunk ??= new Uint8Array(size < 0 ? chunkBytes : Math.min(chunkBytes, size - this.#position));
      const part = bytes.subarray(taken, taken + this.#chunk.length - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#hash.update(part);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled === this.#chunk.length) await this.#store(this.#chunk);
    }
  }

  /**
   * Stores a full chunk before more bytes are taken, so that a crash never costs more than one chunk. The network
   * keeps filling the browser's own buffers meanwhile.
   */
  async #store(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    const { cache } = this.#options;
    const hash = await sha256(chunk);
    const record: FileRecord = {
      ...this.#record,
      chunks: [...this.#record.chunks, hash],
      // Only the last chunk can end within a block of the hash, and nothing follows it.
      hashState: this.#hash.length % 64 === 0 ? this.#hash.save() : undefined,
    };
    const isStored = await this.#withRoom(chunk.length, () => cache.append(record, chunk));
    if (!isStored) throw await this.#superseded();
    this.#record = record;
    this.#chunk = undefined;
    this.#filled = 0;
  }

  /** Compares the whole file's hash and marks it complete. */
  async #finish(): Promise<FileRecord> {
    const { cache } = this.#options;
    if (this.#filled > 0) await this.#store(this.#chunk!.subarray(0, this.#filled));
    const size = this.#position;
    const { key, source } = this.#options;
    if (size === 0 && !source.local && isNeverEmpty(key.path)) {
      await cache.discard(key);
      throw downloadFailed(
        `${key.source} sends nothing for ${key.path}, which is never empty. Check that address.`,
        {
          param: key.path,
          retryable: false,
        },
      );
    }
    const computed = this.#hash.digest();
    const expected = this.#record.sha256;
    if (expected !== undefined && computed !== expected) {
      await this.#reject(`its SHA-256 is ${computed}, expected ${expected}`);
    }
    const { hashState: _, ...rest } = this.#record;
    const record: FileRecord = { ...rest, size, complete: true, sha256: computed };
    if (record.gitSha1 !== undefined) await this.#checkGitSha1(record);
    const isStored = await this.#withRoom(0, () => cache.commit(record));
    if (!isStored) throw await this.#superseded();
    this.#options.progress.report(size, size);
    return record;
  }

  /** Files outside large-file storage are small; only a single chunk is worth a second look. */
  async #checkGitSha1(record: FileRecord): Promise<void> {
    if (record.chunks.length > 1) return;
    const bytes =
      record.chunks.length === 0 ? new Uint8Array() : await this.#options.cache.readChunk(record, 0);
    const computed = bytes && (await gitBlobSha1(bytes));
    if (computed !== undefined && computed !== record.gitSha1) {
      await this.#reject(`its git id is ${computed}, expected ${record.gitSha1}`);
    }
  }

  /** Bytes that are not the promised ones: none of them stays. Worth one more try, from the first byte. */
  async #reject(why: string): Promise<never> {
    const { cache, key, source, retry, signal } = this.#options;
    const message = `${key.path} from ${key.source} arrived altered: ${why}.`;
    await cache.discard(key);
    if (++this.#restarts > 1) {
      throw integrityMismatch(`${message} Nothing of it was kept; the former version, if any, is untouched.`);
    }
    const described = await withRetries(() => source.describe([key.path], signal), retry, signal);
    this.#description = described.get(key.path) ?? this.#description;
    this.#checkPin();
    await this.#restart();
    throw downloadFailed(message);
  }

  /** The reason why a write failed: the file was finished elsewhere (beyond the reach of locks), or deleted. */
  async #superseded(): Promise<Error> {
    const { cache, key } = this.#options;
    const { file } = await cache.readFile(key);
    const { sha256: expected, size } = this.#record;
    const isSame = file && (expected === undefined ? file.size === size : file.sha256 === expected);
    return isSame
      ? new FinishedElsewhere(file)
      : downloadFailed(`${key.path} was deleted from this device while it was downloaded.`, {
          retryable: false,
        });
  }

  /** Runs a write, and once more if it failed for lack of room and room could be made. */
  async #withRoom<Result>(bytes: number, write: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (!isQuotaError(error)) {
          if (FoundationError.isInstance(error)) throw error;
          throw downloadFailed(`${this.#options.key.path} could not be stored: ${String(error)}.`, {
            cause: error,
          });
        }
        const missing = Math.max(bytes, this.#description.size - storedBytes(this.#record));
        if (!(await this.#options.onFull(missing, error))) throw error;
      }
    }
  }
}
