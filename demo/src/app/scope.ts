/**
 * Names of what the app keeps for one address. An origin may hold several copies of the app, below paths of their own,
 * and caches and locks are those of the whole origin.
 * @param scope the address of the folder that the app lies in, with a slash at its end
 */
export const namesOf = (scope: string) => ({
  /** Large files of the build, since they were first used. */
  usedCache: `nearfield-used ${scope}`,
  /** Files that were shared with the app, until a page takes them. */
  arrivalsCache: `nearfield-arrivals ${scope}`,
  arrivalsLock: `nearfield-arrivals ${scope}`,
  /** Held while files of a version come or go. */
  filesLock: `nearfield-files ${scope}`,
});

/** Begins the name of the lock that a page holds while it is open; the address of its entry script follows. */
const PAGE_LOCK = 'nearfield-page ';

/** The lock by which an open page shows of which version it is: names of scripts change with what is in them. */
export const pageLock = (entry: string): string => PAGE_LOCK + entry;

/** The entry script of the page that holds a lock; undefined for locks of other kinds. */
export const entryOfLock = (name: string | undefined): string | undefined =>
  name?.startsWith(PAGE_LOCK) ? name.slice(PAGE_LOCK.length) : undefined;

/** Devices that onnxruntime has code of its own for. */
export type RuntimeDevice = 'wasm' | 'webgpu';

/** What pages say to the service worker. */
export type PageMessage =
  /** The visitor wants the new version now. */
  | 'use-new-version'
  /** A page has started: files of versions that are gone may go, too. */
  | 'started'
  /** A model runs on onnxruntime: its code for the device is worth keeping, also if it was loaded before it could be. */
  | `uses-${RuntimeDevice}`;

const MESSAGES: readonly unknown[] = [
  'use-new-version',
  'started',
  'uses-wasm',
  'uses-webgpu',
] satisfies PageMessage[];

export const isPageMessage = (value: unknown): value is PageMessage => MESSAGES.includes(value);
