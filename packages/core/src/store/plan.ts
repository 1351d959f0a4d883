/** A model's files: stored, needed and missing. */
import { type FileKey, type FileRecord, type StoredModel, storedBytes } from './cache.ts';
import { downloadFailed, isRetryable } from './errors.ts';
import { type RetryPolicy, withRetries } from './retry.ts';
import type { FileDescription, FileRequest, ModelSource, OpenFilesOptions } from './types.ts';

/** The source under which imported files are kept. No real source has this key. */
export const IMPORTED = 'imported';

/** A file to fetch, and its source's description. */
export interface MissingFile {
  request: FileRequest;
  description: FileDescription;
}

export interface FilePlan {
  /** Stored files by path. */
  found: Map<string, FileRecord>;
  missing: MissingFile[];
  /** Optional files that the source does not have. */
  absent: string[];
}

/** Sorts the files into those that are here, those to fetch, and optional ones that do not exist. */
export async function planFiles(
  source: ModelSource,
  files: readonly FileRequest[],
  stored: StoredModel,
  { signal, revalidate = false }: OpenFilesOptions,
  retry: RetryPolicy,
): Promise<FilePlan> {
  const found = new Map<string, FileRecord>();
  for (const file of files) {
    const record = findStored(stored, source, file);
    if (record) found.set(file.path, record);
  }
  const asked = revalidate
    ? files
    : files.filter((file) => !found.has(file.path) && !isSettledWithout(stored, source, file));
  if (asked.length === 0) return { found, missing: [], absent: [] };
  // With all required files stored, a silent network is no reason to wait or to fail.
  const isReady = files.every(({ path, optional }) => optional || found.has(path));
  let described: Map<string, FileDescription>;
  try {
    const ask = (): Promise<Map<string, FileDescription>> =>
      source.describe(
        asked.map(({ path }) => path),
        signal,
      );
    described = await (isReady ? ask() : withRetries(ask, retry, signal));
  } catch (error) {
    signal?.throwIfAborted();
    if (isReady && isRetryable(error)) return { found, missing: [], absent: [] };
    throw error;
  }
  await requireFiles(
    source,
    asked.filter(({ path }) => !found.has(path)),
    described,
    signal,
  );
  const missing: MissingFile[] = [];
  const absent: string[] = [];
  for (const request of asked) {
    const { path } = request;
    const description = described.get(path);
    const record = found.get(path);
    if (!description) {
      if (!record) absent.push(path);
    } else if (!record || !isCurrent(record, description)) {
      found.delete(path);
      missing.push({ request, description });
    }
  }
  return { found, missing, absent };
}

const isSameFile = (record: FileRecord, key: FileKey): boolean =>
  record.source === key.source && record.path === key.path;

export const isWanted = (record: FileRecord, { sha256 }: FileRequest): boolean =>
  sha256 === undefined || record.sha256 === sha256;

/** The stored file of this source, or an imported one. */
export function findStored(
  { files, record }: StoredModel,
  source: ModelSource,
  wanted: FileRequest,
): FileRecord | undefined {
  const { path } = wanted;
  const from = (key: string): FileRecord | undefined =>
    files.find((file) => file.source === key && file.path === path && isWanted(file, wanted));
  return from(source.key) ?? (record?.imported ? from(IMPORTED) : undefined);
}

/** Whether an optional file is known not to exist. An import is complete by definition. */
export const isSettledWithout = (
  { record }: StoredModel,
  source: ModelSource,
  { path, optional }: FileRequest,
): boolean =>
  optional === true && (record?.imported === true || record?.absent[source.key]?.includes(path) === true);

/** Whether a stored file still matches the source's description, by the strongest evidence that both have. */
export function isCurrent(record: FileRecord, { size, sha256, gitSha1, etag }: FileDescription): boolean {
  if (sha256 !== undefined) return record.sha256 === sha256;
  if (size >= 0 && record.size !== size) return false;
  if (gitSha1 !== undefined && record.gitSha1 !== undefined) return record.gitSha1 === gitSha1;
  return etag === undefined || record.etag === undefined || record.etag === etag;
}

export const bytesToFetch = (
  source: ModelSource,
  missing: readonly MissingFile[],
  { partials }: StoredModel,
): number =>
  missing.reduce((sum, { description: { path, size } }) => {
    const partial = partials.find((record) => isSameFile(record, { model: '', source: source.key, path }));
    return sum + Math.max(0, size - (partial ? storedBytes(partial) : 0));
  }, 0);

/** Fails for the first required file that the source does not have, in the source's own words if it has any. */
export async function requireFiles(
  source: ModelSource,
  files: readonly FileRequest[],
  described: Map<string, FileDescription>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const lacking = files.find(({ path, optional }) => !optional && !described.has(path));
  if (!lacking) return;
  let cause: unknown;
  try {
    const { stream } = await source.open(lacking.path, { offset: 0, end: 1, signal });
    await stream.cancel().catch(() => {});
  } catch (error) {
    signal?.throwIfAborted();
    if (!isRetryable(error)) throw error;
    cause = error;
  }
  const why = cause instanceof Error ? ` ${cause.message}` : ' Check the id, the revision and the dtype.';
  throw downloadFailed(`${source.key} does not have ${lacking.path}.${why}`, {
    status: 404,
    param: lacking.path,
    retryable: false,
    cause,
  });
}
