/**
 * For service workers: requests of a site's pages, answered by the engine in one of them.
 *
 * @module
 */
import { randomId } from '@nearfield/spec/implement';
import { tooLarge } from './bodies.ts';
import { asFoundationError, errorResponse } from './errors.ts';
import { AnsweringPages, goneMidway, noPage, type PageClients, PageGone } from './pages/answering-pages.ts';
import { type HereMessage, isMessage } from './pages/messages.ts';

/** Options of `routeToPages()`. All are optional. */
export interface PageRoutingOptions {
  /**
   * Beginnings of the URLs that pages answer; those without an origin are of the service worker's. Before the route,
   * what precedes `v1/` is cut off, or all of a beginning that does not end so: `/ai/v1/` and `/ai/` both make
   * `/ai/v1/embeddings` the route `/v1/embeddings`.
   * @default ['/v1/']
   */
  urls?: readonly string[] | undefined;
  /**
   * Answers requests while no open page does, by the hosted API for example.
   * @default an error, 503 with `Retry-After: 1`
   */
  fallback?: ((request: Request) => Promise<Response>) | undefined;
  /** Maximum bytes of a request body. @default 64 MB */
  maxBodyBytes?: number | undefined;
}

/** The part of a service worker's global scope in use. */
interface ServiceWorkerScope {
  readonly clients: PageClients;
  readonly location: { readonly href: string };
  addEventListener(
    type: 'fetch',
    listener: (event: {
      readonly request: Request;
      readonly clientId: string;
      respondWith(response: Promise<Response>): void;
    }) => void,
  ): void;
  addEventListener(
    type: 'message',
    listener: (event: {
      readonly data: unknown;
      readonly source: unknown;
      readonly ports: readonly MessagePort[];
    }) => void,
  ): void;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Requests that are not sent to a second page if the first one closes: it may have done what they ask. */
const NOT_REPEATED = /^\/v1\/(?:train|batch|bulk-embeddings)\b/;

/**
 * Gives requests to Jina's API to an open page that calls `answerRequests`: the one that sent the request if it does,
 * else the one that was used last. Call it while the service worker's script runs.
 *
 * A page that closes before it has answered is replaced by another one. Requests that no page can answer go to
 * `fallback`.
 *
 * @example
 * // sw.js
 * import { routeToPages } from '@nearfield/server/service-worker';
 *
 * routeToPages();
 * addEventListener('install', () => skipWaiting());
 * addEventListener('activate', (event) => event.waitUntil(clients.claim()));
 */
export function routeToPages(options: PageRoutingOptions = {}): void {
  const { urls = ['/v1/'], fallback, maxBodyBytes = MAX_BODY_BYTES } = options;
  const scope = globalThis as unknown as ServiceWorkerScope;
  const pages = new AnsweringPages(scope.clients);
  const beginnings = urls.map((url) => new URL(url, scope.location.href).href);

  const answer = async (request: Request, route: URL, client: string): Promise<Response> => {
    try {
      const body = request.body ? await bodyOf(request.clone(), maxBodyBytes) : undefined;
      for (;;) {
        const page = await pages.choose(client);
        if (!page) return await (fallback ? fallback(request) : refused(noPage()));
        const { method, headers, signal } = request;
        try {
          return (await page.ask({ method, headers, signal, url: route.href }, body)).response;
        } catch (error) {
          if (!(error instanceof PageGone)) throw error;
          if (method !== 'GET' && NOT_REPEATED.test(route.pathname)) throw goneMidway();
        }
      }
    } catch (error) {
      request.signal.throwIfAborted();
      return refused(error);
    }
  };

  scope.addEventListener('message', ({ data, source, ports: [port] }) => {
    if (port && isMessage<HereMessage>(data, 'nearfield-here')) {
      pages.welcome(data, (source as { id: string }).id, port);
    }
  });
  scope.addEventListener('fetch', (event) => {
    const { request, clientId } = event;
    const beginning = beginnings.find((each) => request.url.startsWith(each));
    if (beginning === undefined) return;
    // A form of another site can make the browser send one.
    if (request.mode === 'navigate' && request.method !== 'GET') return;
    event.respondWith(answer(request, routeOf(request.url, beginning), clientId));
  });
}

const refused = (error: unknown): Response =>
  errorResponse(asFoundationError(error), randomId().replaceAll('-', '').slice(0, 16));

/** A request's URL as the handler knows it. */
function routeOf(url: string, beginning: string): URL {
  const base = beginning.replace(/v1\/$/, '');
  return new URL(`/${url.slice(base.length)}`, url);
}

/** @throws FoundationError INPUT_VALIDATION_FAILED (413) */
async function bodyOf(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.length > maxBytes) throw tooLarge(maxBytes);
  return body;
}
