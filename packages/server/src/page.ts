/**
 * For pages: a foundation that answers what their service worker is asked.
 *
 * @module
 */
import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import { createHandler, type HandlerOptions } from './handler.ts';
import { type ConnectMessage, isMessage } from './pages/messages.ts';
import { Presence } from './pages/presence.ts';

/** Options of `answerRequests()`. All are optional. */
export interface AnswerRequestsOptions
  extends Pick<HandlerOptions, 'strict' | 'reranker' | 'splitSentences' | 'maxBodyBytes' | 'onError'> {
  /** The address before `v1/`, with which addresses in answers begin. @default the origin's */
  publicUrl?: string | URL | undefined;
}

/** A page that answers requests. */
export interface AnsweringPage {
  /**
   * Resolves once requests of this page come to it: its service worker runs, and controls it. Requests that are sent
   * earlier go to the network.
   */
  readonly ready: Promise<void>;
  /** Takes no further requests, and resolves once those that are running are answered. The foundation stays open. */
  close(): Promise<void>;
}

/**
 * Answers the requests that the service worker of this page is asked, see `routeToPages` of
 * `@nearfield/server/service-worker`: those of this page, and those of others while no other page answers. While the
 * page is frozen or kept for the way back, others do.
 *
 * @example
 * const foundation = createLocal({ models: [{ id: 'all-MiniLM-L6-v2', source: '/models/all-MiniLM-L6-v2/' }] });
 * await navigator.serviceWorker.register('/sw.js', { type: 'module' });
 * await answerRequests(foundation).ready;
 * const client = new OpenAI({ baseURL: `${location.origin}/v1`, apiKey: 'none', dangerouslyAllowBrowser: true });
 * await client.embeddings.create({ model: 'all-MiniLM-L6-v2', input: ['hello'] });
 *
 * @throws FoundationError NOT_SUPPORTED where the browser has no service workers: outside of pages, and in pages that
 * came over plain http
 */
export function answerRequests(
  foundation: SearchFoundation,
  options: AnswerRequestsOptions = {},
): AnsweringPage {
  const container = globalThis.navigator?.serviceWorker as ServiceWorkerContainer | undefined;
  if (!container || !globalThis.document) {
    throw new FoundationError({
      code: 'NOT_SUPPORTED',
      message:
        'answerRequests() needs a page with service workers: one that came over https, or from localhost. Elsewhere give the client createFetch(foundation).',
    });
  }
  // Whoever asks is of this origin: neither names nor origins are to be checked.
  const handler = createHandler(foundation, {
    publicUrl: location.origin,
    ...options,
    allowedHosts: ['*'],
    cors: '*',
  });
  let presence: Presence | undefined;
  const ended = new AbortController();
  const { signal } = ended;

  const sayHere = (worker: ServiceWorker | null | undefined): void => {
    if (worker) presence?.sayTo(worker);
  };
  const appear = async (): Promise<void> => {
    presence ??= new Presence(handler);
    await presence.isKnown;
    sayHere(container.controller);
  };
  const vanish = (): void => {
    presence?.end();
    presence = undefined;
  };

  container.addEventListener(
    'message',
    ({ data, source }) => {
      if (isMessage<ConnectMessage>(data, 'nearfield-connect')) sayHere(source as ServiceWorker | null);
    },
    { signal },
  );
  container.addEventListener('controllerchange', () => sayHere(container.controller), { signal });
  // Messages that came before this script ran are waiting.
  container.startMessages();
  // A page that is kept aside does not run: its requests are for others to answer.
  addEventListener('pagehide', vanish, { signal });
  document.addEventListener('freeze', vanish, { signal });
  addEventListener('pageshow', () => void appear(), { signal });
  document.addEventListener('resume', () => void appear(), { signal });

  const controlled = container.controller
    ? Promise.resolve()
    : new Promise<void>((resolve) =>
        container.addEventListener('controllerchange', () => resolve(), { once: true, signal }),
      );
  return {
    ready: Promise.all([appear(), controlled]).then(() => {}),
    close: async () => {
      ended.abort();
      await presence?.leave();
      presence = undefined;
    },
  };
}
