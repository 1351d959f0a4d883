import type { PrecacheEntry } from 'workbox-precaching';
import { entryOfLock, type RuntimeDevice } from './scope.ts';

/**
 * Files that are fetched when they are first needed, and kept from then on: onnxruntime's wasm of 14 to 27 MB, of which a
 * device needs one at most and mostly none, and the tables of tokenizers that are seldom chosen.
 */
const ON_USE = /\.wasm$|\/(?:(?:o200k|p50k|r50k)_base|linkedom)-[^/]*\.js$/u;

/** Divides the files of a build by when they are fetched. */
export function dividedFiles(entries: readonly (PrecacheEntry | string)[]): {
  ahead: PrecacheEntry[];
  onUse: string[];
} {
  const all = entries.map((entry) => (typeof entry === 'string' ? { url: entry, revision: null } : entry));
  return {
    ahead: all.filter(({ url }) => !ON_USE.test(`/${url}`)),
    onUse: all.filter(({ url }) => ON_USE.test(`/${url}`)).map(({ url }) => url),
  };
}

interface OpenPages {
  /** Pages of the app that are open, starting ones and those of other versions among them. */
  windows: number;
  /** Names of the locks that are held, one for each holder. */
  locks: readonly (string | undefined)[];
  /** Whether a script is the entry of the version that asks. */
  isOwnEntry: (entry: string) => boolean;
}

/**
 * Whether pages of one version alone are open. A page shows its version by a lock, so one that is still starting counts as
 * one of another version. Pages and locks are counted, as browsers give them ids of two kinds.
 */
export function isAlone({ windows, locks, isOwnEntry }: OpenPages): boolean {
  const entries = locks.map(entryOfLock).filter((entry) => entry !== undefined);
  return entries.every(isOwnEntry) && entries.length >= windows;
}

/** Deletes the entries of a cache whose address is not among those to keep. */
export async function deleteOthers(cache: Cache, kept: ReadonlySet<string>): Promise<void> {
  for (const request of await cache.keys()) if (!kept.has(request.url)) await cache.delete(request);
}

/** The file with onnxruntime's code for a device. */
export function runtimeFile(files: readonly string[], device: RuntimeDevice): string | undefined {
  const name = device === 'webgpu' ? /\/ort-wasm[\w-]*\.asyncify-[^/]*\.wasm$/u : /\/ort-wasm[\w-]*\.wasm$/u;
  return files.find((url) => name.test(url));
}

/** Keeps a file that is in use, wherever it came from: mostly it is in the browser's HTTP cache. */
export async function keepFile(cache: Cache, url: string, get: typeof fetch = fetch): Promise<void> {
  if (await cache.match(url)) return;
  const response = await get(url);
  if (response.status === 200) await cache.put(url, response);
}
