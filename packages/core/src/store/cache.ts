import type { StorageReport } from '@nearfield/spec';
import type { Locks } from '@nearfield/spec/implement';
import type { Sha256State } from './sha256.ts';

/** Key of a file: its model, source and path. */
export interface FileKey {
  model: string;
  source: string;
  path: string;
}

/** Version of the records, written into each; those of the first have none. */
export const FORMAT = 1;

/** Facts about one stored version of a file, complete or not. */
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

/** Stored facts about a model besides its files. */
export interface ModelRecord {
  model: string;
  /** Milliseconds since 1970. */
  lastUsed: number;
  /** Optional files that a source does not have, so that a warm start does not look for them again. */
  absent: Record<string, string[]>;
  /** Whether files were imported: then missing files are not looked for elsewhere. */
  imported: boolean;
  format?: number | undefined;
}

/** Stored state of one file. */
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
 * marked complete last, so that the mark is reliable.
 */
export interface ChunkCache {
  readonly kind: StorageReport['kind'];
  /** The reason for this kind, if it is not the usual one. */
  readonly reason?: string | undefined;
  /** Locks that reach as far as this cache is shared. Default: those of the browser. */
  readonly locks?: Locks | undefined;
  /** All that is known of one model, in one read. */
  readModel(model: string): Promise<StoredModel>;
  /** Stored state of one file, without reading the others. */
  readFile(key: FileKey): Promise<StoredVersions>;
  /** Names of all models with files or a record. */
  models(): Promise<string[]>;
  /** Changes the stored facts about a model. */
  updateModel(model: string, change: (record: ModelRecord) => ModelRecord): Promise<void>;
  /** Starts a version of a file, in place of an earlier unfinished one. */
  begin(record: FileRecord): Promise<void>;
  /**
   * Stores a chunk, the last one of `record.chunks`, and the unfinished file's record with it.
   * @returns false, with nothing stored, if the version no longer exists: deleted, or begun anew elsewhere.
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
  /** Deletes everything stored of a model. */
  deleteModel(model: string): Promise<void>;
  clear(): Promise<void>;
  /** Free bytes at the location of this cache; undefined if unknown. */
  freeBytes?(): Promise<number | undefined>;
  /** Location of this cache, for messages. */
  readonly directory?: string | undefined;
}

/** One name for a file's three-part key, for locks and maps. */
export const nameOf = ({ model, source, path }: FileKey): string => JSON.stringify([model, source, path]);

/** Bytes of the stored chunks of a record. */
export function storedBytes(record: FileRecord): number {
  const whole = record.chunks.length * record.chunkBytes;
  return record.size >= 0 ? Math.min(whole, record.size) : whole;
}

/** Number of chunks of a file of known size. An empty file has none. */
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
