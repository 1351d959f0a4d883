import type { StorageReport } from '@nearfield/spec';
import type { Locks } from '@nearfield/storage';
import type { Sha256State } from './sha256.ts';

/** Which file: of which model, from which source. */
export interface FileKey {
  model: string;
  source: string;
  path: string;
}

/** Version of the records, written into each; those of the first have none. */
export const FORMAT = 1;

/** What is known of one stored version of a file, complete or not. */
export interface FileRecord extends FileKey {
  /** Names this version's chunks, so that a new version can be fetched while the old one stays in use. */
  version: string;
  /** Bytes of the whole file; −1 while unknown. */
  size: number;
  /** Bytes of each chunk but the last. */
  chunkBytes: number;
  /** SHA-256 of each chunk stored so far. */
  chunks: string[];
  complete: boolean;
  /** SHA-256 of the whole file: the one published, and once complete the one computed. */
  sha256?: string | undefined;
  gitSha1?: string | undefined;
  /** The source's validator of this version. */
  etag?: string | undefined;
  /** The whole file's hash as far as the chunks go, to go on from after a reload. Unfinished files only. */
  hashState?: Sha256State | undefined;
  format?: number | undefined;
}

/** What is remembered of a model besides its files. */
export interface ModelRecord {
  model: string;
  /** Milliseconds since 1970. */
  lastUsed: number;
  /** Optional files that a source does not have, so that a warm start does not ask again. */
  absent: Record<string, string[]>;
  /** Whether files were imported: then what is missing is not looked for elsewhere. */
  imported: boolean;
  format?: number | undefined;
}

/** What is stored of one file. */
export interface StoredVersions {
  /** The complete version. */
  file: FileRecord | undefined;
  /** An unfinished download. */
  partial: FileRecord | undefined;
}

/** All that is stored of one model. */
export interface StoredModel {
  record: ModelRecord | undefined;
  /** Complete files. */
  files: FileRecord[];
  /** Unfinished downloads. */
  partials: FileRecord[];
}

/**
 * Keeps files in chunks. Each method is atomic: a crash leaves the state before or after it. A file's record is
 * marked complete last, so what is marked complete was complete.
 */
export interface ChunkCache {
  readonly kind: StorageReport['kind'];
  /** Why this kind, where it is not the usual one. */
  readonly reason?: string | undefined;
  /** Locks that reach as far as this cache is shared. Default: those of the browser. */
  readonly locks?: Locks | undefined;
  /** All that is known of one model, in one read. */
  readModel(model: string): Promise<StoredModel>;
  /** What is known of one file, without a look at the others. */
  readFile(key: FileKey): Promise<StoredVersions>;
  /** Names of all models with files or a record. */
  models(): Promise<string[]>;
  /** Changes what is remembered of a model. */
  updateModel(model: string, change: (record: ModelRecord) => ModelRecord): Promise<void>;
  /** Starts a version of a file, in place of an earlier unfinished one. */
  begin(record: FileRecord): Promise<void>;
  /**
   * Stores a chunk, the last one of `record.chunks`, and the unfinished file's record with it.
   * @returns false, with nothing stored, if the version is no longer there: deleted, or begun anew elsewhere.
   */
  append(record: FileRecord, bytes: Uint8Array<ArrayBuffer>): Promise<boolean>;
  /** Marks a version as complete in place of the former one, whose chunks go. False as for `append`. */
  commit(record: FileRecord): Promise<boolean>;
  /** A chunk as it was stored, not to be changed; undefined if it is gone. */
  readChunk(record: FileRecord, index: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /**
   * All chunks in one buffer with `spareBytes` zeros behind them, where that is faster or leaner than chunk by
   * chunk; undefined if any is missing or of another length. Not verified: the caller compares hashes.
   */
  readAll?(record: FileRecord, spareBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Puts a chunk of a complete file back in place. */
  replaceChunk(record: FileRecord, index: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Forgets an unfinished file. */
  discard(key: FileKey): Promise<void>;
  /** Forgets a complete file. */
  deleteFile(key: FileKey): Promise<void>;
  /** Forgets all of a model. */
  deleteModel(model: string): Promise<void>;
  clear(): Promise<void>;
  /** Bytes that are free where this cache is; undefined where that is not known. */
  freeBytes?(): Promise<number | undefined>;
  /** Where this cache is, for messages. */
  readonly directory?: string | undefined;
}

/** One name for a file's three-part key, for locks and maps. */
export const nameOf = ({ model, source, path }: FileKey): string => JSON.stringify([model, source, path]);

/** Bytes of the stored chunks of a record. */
export function storedBytes(record: FileRecord): number {
  const whole = record.chunks.length * record.chunkBytes;
  return record.size >= 0 ? Math.min(whole, record.size) : whole;
}

/** Chunks of a file of known size. An empty file has none. */
export const chunkCount = (record: FileRecord): number => Math.ceil(record.size / record.chunkBytes);

/** Bytes of the chunk at `index` of a file of known size. */
export const chunkLength = (record: FileRecord, index: number): number =>
  Math.min(record.chunkBytes, record.size - index * record.chunkBytes);

export const emptyModelRecord = (model: string): ModelRecord => ({
  model,
  lastUsed: 0,
  absent: {},
  imported: false,
  format: FORMAT,
});
