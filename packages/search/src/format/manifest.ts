import { FoundationError } from '@nearfield/spec';
import { damaged } from '../errors.ts';

/** The version of the format that this package writes and reads. */
export const FORMAT_VERSION = 3;
/** The one file whose name never changes. */
export const MANIFEST = 'manifest.json';

/** A file of the index. Its name carries the beginning of its sum, so that no cache serves an old one. */
export interface IndexFile {
  readonly name: string;
  readonly bytes: number;
  /** Hex SHA-256 of the bytes as stored, its first 32 digits. */
  readonly sha256: string;
}

/** A file of blocks, whole and in shards, each with the number of its first block. */
export interface BlockFiles {
  /** For loaders that read ranges. */
  readonly all: IndexFile;
  /** The same blocks apart. */
  readonly shards: readonly (IndexFile & { readonly first: number })[];
}

/** Description of an index and list of its files. */
export interface Manifest {
  readonly format: 'nearfield-search';
  readonly version: typeof FORMAT_VERSION;
  /** SHA-256 over all that follows: another index has another. */
  readonly id: string;
  /** The language of most of its documents, BCP 47. */
  readonly language: string;
  /** Languages of its documents, BCP 47: words are stemmed by each. */
  readonly languages: readonly string[];
  readonly documents: number;
  readonly passages: number;
  readonly files: {
    /** Data that every query needs: words, documents and lengths of passages, offsets of blocks. */
    readonly start: IndexFile;
    /** Blocks of terms and their postings, then of the query table's rare tokens. */
    readonly terms: BlockFiles;
    /** Blocks of passages' texts, with what is shown of their documents. */
    readonly texts: BlockFiles;
    /** All documents, each file with the number of the first that it holds. */
    readonly titles: readonly (IndexFile & { readonly first: number })[];
  };
  /** Absent from an index of keywords alone. */
  readonly meaning?: {
    /** The model that embedded the passages. */
    readonly model: string;
    readonly dimensions: number;
    /** First 8 numbers of the model's vectors of known texts, by which another model is noticed. */
    readonly goldens: readonly { readonly text: string; readonly first8: readonly number[] }[];
    readonly bits: IndexFile;
    readonly vectors: IndexFile;
    readonly table?: {
      readonly name: string;
      /** Passages of a row. */
      readonly top: number;
      /** A row for each token, the likeliest first: read in parts, or from the beginning. */
      readonly rows: IndexFile;
    };
  };
}

/** Reads a manifest: NOT_SUPPORTED for another version, INTEGRITY_MISMATCH for what is none. */
export async function readManifest(
  bytes: Uint8Array,
  idOf: (manifest: object) => Promise<string>,
): Promise<Manifest> {
  let value: Partial<Manifest> | null;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Manifest> | null;
  } catch (cause) {
    throw damaged(MANIFEST, 'it is not JSON', cause);
  }
  if (value?.format !== 'nearfield-search') throw damaged(MANIFEST, 'it is not that of a search index');
  if (value.version !== FORMAT_VERSION) {
    throw new FoundationError({
      code: 'NOT_SUPPORTED',
      message: `The index has format version ${value.version}, this package reads ${FORMAT_VERSION}. Build the index anew with this version: nearfield index SOURCE --out DIRECTORY.`,
    });
  }
  const { id, ...rest } = value;
  if (id !== (await idOf(rest))) throw damaged(MANIFEST, 'it was changed after it was written');
  return value as Manifest;
}
