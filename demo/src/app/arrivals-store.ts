/** Files that the service worker was given, until a page takes them. */
import { namesOf } from './scope.ts';

/** What a shared address becomes: a file with the address as its content. */
export const ADDRESS_TYPE = 'text/uri-list';

/** Keeps files for the next page. */
export async function keepArrivals(scope: string, files: readonly File[]): Promise<void> {
  const cache = await caches.open(namesOf(scope).arrivalsCache);
  const batch = crypto.randomUUID();
  for (const [index, file] of files.entries()) {
    const address = new URL(`arrivals/${batch}/${index}/${encodeURIComponent(file.name)}`, scope);
    await cache.put(address, new Response(file, { headers: { 'Content-Type': file.type } }));
  }
}

/** Takes what was kept, in its order. Of several pages that take at once, one gets each file. */
export async function takeKept(scope: string): Promise<File[]> {
  if (!('caches' in globalThis)) return [];
  const { arrivalsCache, arrivalsLock } = namesOf(scope);
  return navigator.locks.request(arrivalsLock, async () => {
    if (!(await caches.has(arrivalsCache))) return [];
    const cache = await caches.open(arrivalsCache);
    const files: File[] = [];
    for (const request of await cache.keys()) {
      const response = await cache.match(request);
      const name = decodeURIComponent(new URL(request.url).pathname.split('/').at(-1)!);
      if (response) {
        const type = response.headers.get('Content-Type') ?? '';
        files.push(new File([await response.blob()], name, { type }));
      }
    }
    await caches.delete(arrivalsCache);
    return files;
  });
}
