import type { CallProgress, StorageReport } from '@nearfield/spec';

/** A source's description of a file before any of its bytes are fetched. */
export interface FileDescription {
  path: string;
  /** Bytes; −1 if the source does not know before the file has been read. */
  size: number;
  /** SHA-256 of the whole file, lower-case hex, if the source publishes it. */
  sha256?: string | undefined;
  /** Git's object id (SHA-1 of header and content), which hubs publish for files outside large-file storage. */
  gitSha1?: string | undefined;
  /** Names this version of the file: an `ETag`, or another value that changes when the content does. */
  etag?: string | undefined;
}

/** A byte stream from `offset` on. A source that cannot seek answers with offset 0. */
export interface OpenedStream {
  stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  offset: number;
  /** Size of the whole file, if the response states it. */
  size?: number | undefined;
  etag?: string | undefined;
}

export interface OpenStreamOptions {
  /** First byte wanted. */
  offset: number;
  /** One past the last byte wanted: a hint, the stream may go on. Default: the end of the file. */
  end?: number | undefined;
  /** Validator of the version that `offset` belongs to. */
  etag?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Source of one model's files: a hub repository, a base URL, files that the user picked, or a folder. */
export interface ModelSource {
  /** Stable identity, part of the cache key. */
  readonly key: string;
  /** Whether the bytes are local already (picked files, folders), so that caching them would be a waste. */
  readonly local: boolean;
  /**
   * Sizes of the named files; a file that does not exist is left out of the answer. One attempt: the store
   * repeats it when the error is retryable.
   */
  describe(paths: readonly string[], signal?: AbortSignal): Promise<Map<string, FileDescription>>;
  /** Starts one transfer. One attempt: the store resumes and repeats. */
  open(path: string, options: OpenStreamOptions): Promise<OpenedStream>;
  /** Paths of all files, if the source knows them. */
  list?(): Promise<string[]>;
}

/** A file that a model needs. */
export interface FileRequest {
  path: string;
  /** A missing optional file is left out of the result instead of failing. */
  optional?: boolean;
  /** SHA-256 the file must have, lower-case hex. A stored copy with another one is replaced. */
  sha256?: string | undefined;
}

/** A file whose bytes are complete and verified. */
export interface StoredFile {
  readonly path: string;
  readonly size: number;
  readonly fromCache: boolean;
  /** SHA-256 of the whole file, lower-case hex; undefined for files that were never hashed. */
  readonly sha256?: string | undefined;
  /**
   * The bytes, in a fresh buffer of `size + spareBytes` bytes (the spare ones are zero, at the end), so that
   * a caller can append without copying.
   */
  read(options?: { spareBytes?: number; signal?: AbortSignal }): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The bytes piece by piece, each verified before it is handed out, so that no more than two are in memory at a time.
   * A piece is the reader's until the next is asked for, and not to be changed: a cache in memory hands out its own.
   */
  pieces(signal?: AbortSignal): AsyncIterable<Uint8Array<ArrayBuffer>>;
  text(): Promise<string>;
}

/** Progress of the files of one model. */
export type ModelProgress = Extract<CallProgress, { type: 'model-progress' }>;

export interface OpenFilesOptions {
  signal?: AbortSignal | undefined;
  /** Called with every file's state: first with all sizes before the first byte moves. */
  onProgress?: ((event: ModelProgress) => void) | undefined;
  /**
   * Checks with the source whether stored files are current and fetches those that changed; what is stored is
   * used if the source cannot be reached. Default false: a stored file is used without any request.
   */
  revalidate?: boolean | undefined;
}

/** Size of one model in the cache. */
export interface ModelUsage {
  model: string;
  /** Bytes kept, unfinished downloads included. */
  bytes: number;
  /** Milliseconds since 1970. */
  lastUsed: number;
  /** Whether the model can be loaded from its stored files: false while a download of one of them is unfinished. */
  complete: boolean;
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
  /** Whether these files are complete in the cache: opening them needs no network. */
  has(modelId: string, source: ModelSource, files: readonly FileRequest[]): Promise<boolean>;
  /** Paths of the complete files of a model, from any source. */
  paths(modelId: string): Promise<string[]>;
  /** Bytes kept for each model. */
  usage(): Promise<ModelUsage[]>;
  report(): Promise<StorageReport>;
  /** Forgets one model's files; everything if no id is given. */
  delete(modelId?: string): Promise<void>;
  /** Requests that the browser does not evict the cache. */
  persist(): Promise<boolean>;
}

/** One file on its way out of the cache. */
export interface ExportedFile {
  path: string;
  size: number;
  /** SHA-256 of the whole file, lower-case hex. */
  sha256: string;
  /** The bytes, chunk by chunk, each verified as it is read. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
  blob(): Promise<Blob>;
}

/** A store that also hands models over as files, to carry them to a machine without a network. */
export interface ManagedModelStore extends ModelStore {
  /**
   * The complete files of a model, and last a `manifest.json` with their sizes and hashes: the folder they
   * make can be imported elsewhere, or served as a base URL.
   * @throws FoundationError RESOURCE_NOT_FOUND if nothing complete is stored under this id.
   */
  exportModel(modelId: string): AsyncIterable<ExportedFile>;
  /**
   * Puts files into the cache that came another way: a folder the user picked, or any source. They then serve
   * every `open` of this model id, whatever its source, until `delete`. Hashes of an enclosed `manifest.json` are
   * checked. Returns the paths that were stored.
   */
  importModel(
    modelId: string,
    files: Iterable<File> | ModelSource,
    options?: ImportOptions,
  ): Promise<string[]>;
}

export interface ImportOptions extends OpenFilesOptions {
  /** Needed when the source cannot list its files: the paths to take. */
  paths?: readonly string[] | undefined;
  /**
   * Called with the paths of all files that are not empty, before the first is stored. When it rejects, nothing is
   * stored and nothing that was stored is touched.
   */
  check?: ((paths: string[]) => Promise<void>) | undefined;
}

/** One file of an exported model. */
export interface ExportedModelFile {
  /** Path in the hub's layout, such as `onnx/model_quantized.onnx`. */
  path: string;
  /** Bytes. */
  size: number;
  /** SHA-256, lower-case hex. */
  sha256: string;
  blob: Blob;
}
