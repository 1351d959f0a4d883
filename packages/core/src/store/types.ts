import type { FileProgress, StorageReport } from '@nearfield/spec';

/** What a source knows of a file before any of its bytes move. */
export interface FileDescription {
  path: string;
  /** Bytes. */
  size: number;
  /** SHA-256 of the whole file, lower-case hex, where the source publishes it. */
  sha256?: string | undefined;
  /** Validator for `If-Range`. */
  etag?: string | undefined;
}

/** A byte stream from `offset` on. A source that cannot seek answers with offset 0. */
export interface OpenedStream {
  stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  offset: number;
  /** Size of the whole file, where the response tells. */
  size?: number | undefined;
  etag?: string | undefined;
}

/** Where the files of one model come from: a hub repository, a base URL, files that the user picked, a folder. */
export interface ModelSource {
  /** Stable identity, part of the cache key. */
  readonly key: string;
  /** Whether the bytes are at hand already (picked files, folders), so that caching them again is waste. */
  readonly local: boolean;
  /** Sizes of the named files; a file that does not exist is left out of the answer. */
  describe(paths: readonly string[], signal?: AbortSignal): Promise<Map<string, FileDescription>>;
  open(
    path: string,
    options: { offset: number; etag?: string | undefined; signal?: AbortSignal | undefined },
  ): Promise<OpenedStream>;
}

/** A file that a model needs. */
export interface FileRequest {
  path: string;
  /** A missing optional file is left out of the result instead of failing. */
  optional?: boolean;
}

/** A file whose bytes are complete and verified. */
export interface StoredFile {
  readonly path: string;
  readonly size: number;
  readonly fromCache: boolean;
  /**
   * The bytes, in a fresh buffer of `size + spareBytes` bytes (the spare ones are zero, at the end), so that
   * a caller can append without copying.
   */
  read(options?: { spareBytes?: number; signal?: AbortSignal }): Promise<Uint8Array<ArrayBuffer>>;
  text(): Promise<string>;
}

export interface OpenFilesOptions {
  signal?: AbortSignal | undefined;
  /** Called with every file's state: first with all sizes before the first byte moves. */
  onProgress?: ((files: FileProgress[]) => void) | undefined;
}

/** Gets model files into the cache and out of it again. */
export interface ModelStore {
  /**
   * Makes the files of one model available: from the cache, or by (resumed) download.
   * @throws FoundationError DOWNLOAD_FAILED, INTEGRITY_MISMATCH, STORAGE_QUOTA_EXCEEDED; AbortError.
   */
  open(
    modelId: string,
    source: ModelSource,
    files: readonly FileRequest[],
    options?: OpenFilesOptions,
  ): Promise<Map<string, StoredFile>>;
  /** Bytes kept for each model. */
  usage(): Promise<{ model: string; bytes: number; lastUsed: number; complete: boolean }[]>;
  report(): Promise<StorageReport>;
  /** Forgets one model's files; everything if no id is given. */
  delete(modelId?: string): Promise<void>;
  /** Asks the browser not to evict. */
  persist(): Promise<boolean>;
}
