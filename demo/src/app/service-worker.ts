/**
 * The service worker of the built demo: keeps the app for use without a network, isolates its pages, and takes what other
 * apps share with it. Models are not its own: the engine keeps them in IndexedDB. docs/offline.md says how it works.
 */
import { PrecacheController, type PrecacheEntry } from 'workbox-precaching';
import { registerRoute } from 'workbox-routing';
import { CacheFirst } from 'workbox-strategies';
import { keepArrivals } from './arrivals-store.ts';
import { isolated } from './isolation.ts';
import { deleteOthers, dividedFiles, isAlone, keepFile, runtimeFile } from './kept-files.ts';
import { entryOfLock, isPageMessage, namesOf, type PageMessage, type RuntimeDevice } from './scope.ts';
import { filesOf, SHARE_PATH } from './shared-data.ts';
import { worker } from './worker-scope.ts';

declare const self: { __WB_MANIFEST: (PrecacheEntry | string)[] };

const { scope } = worker.registration;
const names = namesOf(scope);
const address = (path: string): string => new URL(path, scope).href;

const { ahead, onUse } = dividedFiles(self.__WB_MANIFEST);
const usedFiles = onUse.map(address);
const isolating = { handlerWillRespond: async ({ response }: { response: Response }) => isolated(response) };

const precache = new PrecacheController({ plugins: [isolating] });
precache.addToCacheList(ahead);
const used = new CacheFirst({ cacheName: names.usedCache, plugins: [isolating] });

// The page, whatever its parameters. Other documents of the folder, such as the cards of the models, come from the host.
const PAGES = new Set([address('./'), address('index.html')].map((url) => new URL(url).pathname));
registerRoute(
  ({ request, sameOrigin, url }) => sameOrigin && request.mode === 'navigate' && PAGES.has(url.pathname),
  precache.createHandlerBoundToURL('index.html'),
);

registerRoute(
  ({ url }) => precache.getCacheKeyForURL(url.href) !== undefined && !PAGES.has(url.pathname),
  precache.strategy,
);

registerRoute(({ url }) => usedFiles.includes(url.href), used);

// Scripts of a version that is no longer this one's: a page that has it open goes on with them.
registerRoute(
  ({ url }) => url.href.startsWith(address('assets/')),
  async ({ event, request }) => {
    const kept = await caches.match(request, { cacheName: precache.strategy.cacheName });
    return kept ? isolated(kept) : used.handle({ event, request });
  },
);

registerRoute(
  ({ url }) => url.href === address(SHARE_PATH),
  async ({ request }) => {
    await keepArrivals(scope, filesOf(await request.formData()));
    // The page finds what was kept, and shows it where it belongs.
    return Response.redirect(address('./'), 303);
  },
  'POST',
);

/**
 * Deletes what only pages of other versions need, once none of them is open. A version that is on its way has its files
 * here already.
 */
async function tidy(): Promise<void> {
  const { registration, serviceWorker } = worker;
  const isReplaced = serviceWorker?.state === 'redundant';
  if (registration.installing || registration.waiting || isReplaced) return;
  const [{ held = [] }, windows] = await Promise.all([
    navigator.locks.query(),
    worker.clients.matchAll({ type: 'window', includeUncontrolled: true }),
  ]);
  const isOwnEntry = (entry: string): boolean => precache.getCacheKeyForURL(entry) !== undefined;
  const own = windows.filter(({ url }) => url.startsWith(scope)).length;
  const locks = held.map(({ name }) => name).filter((name) => entryOfLock(name)?.startsWith(scope));
  if (!isAlone({ windows: own, locks, isOwnEntry })) return;
  await deleteOthers(
    await caches.open(precache.strategy.cacheName),
    new Set(precache.getURLsToCacheKeys().values()),
  );
  await deleteOthers(await caches.open(names.usedCache), new Set(usedFiles));
}

/** Runs what changes the files of versions, one at a time for all versions. */
const locked = (work: () => Promise<unknown>): Promise<unknown> =>
  navigator.locks.request(names.filesLock, work);

async function keepRuntime(device: RuntimeDevice): Promise<void> {
  const file = runtimeFile(usedFiles, device);
  if (file !== undefined) await keepFile(await caches.open(names.usedCache), file);
}

const WORK: Readonly<Record<PageMessage, () => Promise<unknown>>> = {
  'use-new-version': () => worker.skipWaiting(),
  started: () => locked(tidy),
  'uses-wasm': () => keepRuntime('wasm'),
  'uses-webgpu': () => keepRuntime('webgpu'),
};

worker.addEventListener('install', (event) => {
  event.waitUntil(locked(() => precache.install(event as Parameters<PrecacheController['install']>[0])));
});
worker.addEventListener('activate', (event) => {
  event.waitUntil(worker.clients.claim());
  // An activation that takes long holds up pages that are opened meanwhile.
  void locked(tidy);
});
worker.addEventListener('message', (event) => {
  if (isPageMessage(event.data)) event.waitUntil(WORK[event.data]());
});
