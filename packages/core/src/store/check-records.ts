import { type FileRecord, FORMAT, type ModelRecord } from './cache.ts';
import { Sha256 } from './sha256.ts';

/*
 * Records as they are read may be anything: files are cut off by crashes and edited by hand. One that is not what this
 * version writes counts as absent, and the file is fetched again.
 */

const isText = (value: unknown): value is string => typeof value === 'string';
const isHash = (value: unknown): value is string => isText(value) && /^[0-9a-f]{64}$/.test(value);
const isOptionalText = (value: unknown): boolean => value === undefined || isText(value);
const isKnownFormat = (format: unknown): boolean => format === undefined || format === FORMAT;

const isObject = (value: unknown): value is Record<string, unknown> & { format?: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** SHA-256 of an empty file. */
const EMPTY = new Sha256().digest();

/** Files of these kinds are never empty: a record that says so was made of a listing without sizes. */
export const isNeverEmpty = (path: string): boolean => /\.(json|onnx|model|onnx_data(_\d+)?)$/i.test(path);

export function isFileRecord(value: unknown): value is FileRecord {
  if (!isObject(value) || !isKnownFormat(value.format)) return false;
  const { model, source, path, version, size, chunkBytes, chunks, complete, sha256 } =
    value as Partial<FileRecord>;
  const { gitSha1, etag, hashState } = value as Partial<FileRecord>;
  const fits =
    [model, source, path].every(isText) &&
    // It is part of a file's name.
    isText(version) &&
    /^[\w.-]+$/.test(version) &&
    !version.includes('..') &&
    Number.isSafeInteger(size) &&
    size! >= -1 &&
    Number.isSafeInteger(chunkBytes) &&
    chunkBytes! > 0 &&
    Array.isArray(chunks) &&
    chunks.every(isHash) &&
    typeof complete === 'boolean' &&
    [gitSha1, etag].every(isOptionalText) &&
    (sha256 === undefined || isHash(sha256)) &&
    (hashState === undefined || isHashState(hashState));
  if (!fits) return false;
  if (size! >= 0 && chunks.length > Math.ceil(size! / chunkBytes!)) return false;
  if (!complete) return true;
  if (size! < 0 || chunks.length !== Math.ceil(size! / chunkBytes!)) return false;
  return size! > 0 || ((sha256 === undefined || sha256 === EMPTY) && !isNeverEmpty(path!));
}

function isHashState(value: unknown): boolean {
  const { words, length } = (value ?? {}) as { words?: unknown; length?: unknown };
  return (
    Array.isArray(words) &&
    words.length === 8 &&
    words.every(Number.isInteger) &&
    Number.isSafeInteger(length) &&
    (length as number) % 64 === 0
  );
}

export function isModelRecord(value: unknown): value is ModelRecord {
  if (!isObject(value) || !isKnownFormat(value.format)) return false;
  const { model, lastUsed, absent, imported } = value as Partial<ModelRecord>;
  return (
    isText(model) &&
    Number.isFinite(lastUsed) &&
    typeof imported === 'boolean' &&
    isObject(absent) &&
    Object.values(absent).every((paths) => Array.isArray(paths) && paths.every(isText))
  );
}
