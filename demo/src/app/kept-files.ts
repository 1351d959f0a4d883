import type { PrecacheEntry } from 'workbox-precaching';
import { entryOfLock } from './scope.ts';

/**
 * Files that are fetched when they are first needed, and kept from then on: onnxruntime's wasm of 14 to 27 MB, of which a
 * device needs one at most and mostly none, and the tables of tokenizers that are seldom chosen.
 */
const ON_USE = /\.wasm$|\/(?:o200k|p50k|r50k)_base-[^/]*\.js$/u;

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

/**
 * Keeps files that this browser has fetched before the service worker was there to see it: those that are still in its
 * HTTP cache. Nothing is fetched for it.
 */
export async function adoptFetched(
  cache: Cache,
  urls: readonly string[],
  look: typeof fetch = fetch,
): Promise<void> {
  for (const url of urls) {
    if (await cache.match(url)) continue;
    const response = await look(url, { cache: 'only-if-cached', mode: 'same-origin' }).catch(() => undefined);
    if (response?.status === 200) await cache.put(url, response);
  }
}
