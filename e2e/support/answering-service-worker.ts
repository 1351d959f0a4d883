/** The service worker of service-worker.spec.ts: pages answer the API, everything else is kept for offline use. */
import { routeToPages } from '@nearfield/server/service-worker';

/** The types of workers and of pages exclude each other; this is what is used of the former. */
declare const skipWaiting: () => Promise<void>;
declare const clients: { claim(): Promise<void> };
interface WorkerEvent extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
  waitUntil(work: Promise<unknown>): void;
}
const on = (type: string, listener: (event: WorkerEvent) => void): void =>
  addEventListener(type, (event) => listener(event as WorkerEvent));

/** Another one each time the worker is started. */
const INSTANCE = crypto.randomUUID();

routeToPages();
on('install', (event) => event.waitUntil(skipWaiting()));
on('activate', (event) => event.waitUntil(clients.claim()));
on('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).pathname.startsWith('/v1/')) return;
  const isInstance = new URL(request.url).pathname === '/instance';
  event.respondWith(isInstance ? Promise.resolve(new Response(INSTANCE)) : fromCache(request));
});

async function fromCache(request: Request): Promise<Response> {
  const cache = await caches.open('site');
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.status === 200) await cache.put(request, answer.clone());
  return answer;
}
