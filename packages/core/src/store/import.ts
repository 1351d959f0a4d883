import { FoundationError } from '@nearfield/spec';
import { isQuotaError } from '@nearfield/storage';
import type { ChunkCache } from './cache.ts';
import type { Downloads } from './downloads.ts';
import { FilesSource } from './files-source.ts';
import { MANIFEST_FILE, parseManifest } from './manifest.ts';
import { checkPath } from './paths.ts';
import { bytesToFetch, IMPORTED, type MissingFile } from './plan.ts';
import { ProgressReport } from './progress.ts';
import { type RetryPolicy, withRetries } from './retry.ts';
import type { Room } from './room.ts';
import type { FileDescription, ImportOptions, ModelSource } from './types.ts';

/** Target of an import: the cache, and the fetching of files from their source. */
export interface ImportTarget {
  cache: ChunkCache;
  room: Room;
  downloads: Downloads;
  retry: RetryPolicy;
}

const isSource = (files: Iterable<File> | ModelSource): files is ModelSource => 'describe' in files;

/** The source of files to import. Picked files are noted at once: their list may be emptied later. */
export const importSource = (files: Iterable<File> | ModelSource): ModelSource =>
  isSource(files) ? files : new FilesSource(files);

/**
 * Stores files that came another way, in the place of a download.
 * @returns the paths that were stored.
 */
export async function importFiles(
  modelId: string,
  source: ModelSource,
  options: ImportOptions,
  { cache, room, downloads, retry }: ImportTarget,
): Promise<string[]> {
  const { signal } = options;
  const listed = options.paths ?? (await source.list?.());
  if (!listed || listed.length === 0) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: listed
        ? 'No files to import: choose the folder with config.json in it.'
        : 'This source cannot list its files: name them in `paths`.',
      param: 'files',
    });
  }
  for (const path of listed) checkPath(path);
  const described = await withRetries(() => source.describe([...listed], signal), retry, signal);
  await options.check?.([...described.values()].filter(({ size }) => size !== 0).map(({ path }) => path));
  const manifest = await readManifest(source, described, signal);
  const missing = [...described.values()]
    .filter(({ path }) => !(manifest && path === MANIFEST_FILE))
    .map((description): MissingFile => {
      const { path } = description;
      return { request: { path, sha256: manifest?.get(path)?.sha256 }, description };
    });
  const progress = new ProgressReport(
    modelId,
    missing.map(({ description: { path, size } }) => ({
      path,
      state: 'waiting',
      loaded: 0,
      total: Math.max(0, size),
    })),
    options.onProgress,
  );
  const target: ModelSource = { ...delegate(source), key: IMPORTED };
  await room.ensure(modelId, bytesToFetch(target, missing, await cache.readModel(modelId)));
  await downloads.fetchAll(modelId, target, missing, progress, signal);
  try {
    await cache.updateModel(modelId, (record) => ({ ...record, lastUsed: Date.now(), imported: true }));
  } catch (cause) {
    throw isQuotaError(cause) ? await room.fullError(modelId, 0, cause) : cause;
  }
  return missing.map(({ request }) => request.path);
}

/** A source's methods, for a copy with another key. */
const delegate = (source: ModelSource): Omit<ModelSource, 'key'> => ({
  local: source.local,
  describe: (paths, signal) => source.describe(paths, signal),
  open: (path, options) => source.open(path, options),
});
/** The hashes that were exported with a model. */
async function readManifest(
  source: ModelSource,
  described: Map<string, FileDescription>,
  signal: AbortSignal | undefined,
): Promise<Map<string, FileDescription> | undefined> {
  if (!described.has(MANIFEST_FILE)) return undefined;
  const { stream } = await source.open(MANIFEST_FILE, { offset: 0, signal });
  return parseManifest(await new Response(stream).text());
}
