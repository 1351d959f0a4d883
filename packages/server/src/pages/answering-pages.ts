/** The service worker's side: pages that answer requests. Nothing here outlives the worker; a new one asks again. */
import { FoundationError } from '@nearfield/spec';
import { AskingPort } from '../ports/asking.ts';
import type { ToAsking } from '../ports/messages.ts';
import {
  type ConnectMessage,
  type HereMessage,
  isMessage,
  type LeaveMessage,
  PAGE_LOCK,
} from './messages.ts';

/** The part of a service worker's clients in use: the types of workers and of pages exclude each other. */
export interface PageClients {
  matchAll(options: {
    type: 'window';
    includeUncontrolled: boolean;
  }): Promise<readonly { id: string; postMessage(message: unknown): void }[]>;
}

/** A page that answers. */
interface Page {
  id: string;
  /** The browser's name for it. */
  client: string;
  asking: AskingPort;
}

/** Error of a request whose page was closed before it answered. */
export class PageGone extends Error {
  override name = 'PageGone';
}

export class AnsweringPages {
  readonly #clients: PageClients;
  readonly #pages = new Map<string, Page>();
  /** Pages that finish their last requests. */
  readonly #leaving = new Set<string>();
  #onPage: (() => void)[] = [];

  constructor(clients: PageClients) {
    this.#clients = clients;
  }

  /** Takes what a page says of itself. */
  welcome({ page: id }: HereMessage, client: string, port: MessagePort): void {
    const asking = new AskingPort((message, transfer = []) => port.postMessage(message, [...transfer]));
    port.onmessage = ({ data }: MessageEvent<ToAsking | LeaveMessage>) => {
      if (!isMessage<LeaveMessage>(data, 'leave')) return asking.hear(data);
      this.#leaving.add(id);
      this.#pages.delete(id);
    };
    this.#pages.set(id, { id, client, asking });
    void this.#goneOf(id).then(() => {
      this.#pages.delete(id);
      this.#leaving.delete(id);
      asking.fail(new PageGone('The page that was asked is closed.'));
      port.close();
    });
    for (const tell of this.#onPage.splice(0)) tell();
  }

  /**
   * Whoever is to answer a client's request: its own page if that one answers, else the one that was used last.
   * Undefined if no open page does.
   */
  async choose(client: string): Promise<AskingPort | undefined> {
    for (;;) {
      const live = await this.#live();
      const own = live.find((id) => this.#pages.get(id)?.client === client);
      if (own !== undefined) return this.#pages.get(own)!.asking;
      const clients = await this.#clients.matchAll({ type: 'window', includeUncontrolled: true });
      const known = new Map([...this.#pages.values()].map((page) => [page.client, page]));
      const nearest = clients.find(({ id }) => known.has(id));
      if (nearest) return known.get(nearest.id)!.asking;
      if (live.length === 0) return undefined;
      // A worker that has just started: pages know of it by being asked.
      const next = new Promise<void>((resolve) => this.#onPage.push(resolve));
      for (const each of clients) each.postMessage({ type: 'nearfield-connect' } satisfies ConnectMessage);
      const stop = new AbortController();
      await Promise.race([next, ...live.map((id) => this.#goneOf(id, stop.signal))]);
      stop.abort();
    }
  }

  /** Ids of open pages that answer. */
  async #live(): Promise<string[]> {
    const { held = [] } = await navigator.locks.query();
    return held
      .flatMap(({ name }) => (name?.startsWith(PAGE_LOCK) ? [name.slice(PAGE_LOCK.length)] : []))
      .filter((id) => !this.#leaving.has(id));
  }

  /** Resolves once a page is closed, or when the signal says that nobody waits for it any more. */
  async #goneOf(id: string, signal?: AbortSignal): Promise<void> {
    const options = { mode: 'shared', ...(signal && { signal }) } as const;
    await navigator.locks.request(PAGE_LOCK + id, options, () => {}).catch(() => {});
  }
}

/** The error of a request that no page can answer. */
export const noPage = (): FoundationError =>
  new FoundationError({
    code: 'SERVICE_UNAVAILABLE',
    message:
      'No open page answers requests. Open one that calls answerRequests(), or give routeToPages() a fallback.',
    retryAfter: 1,
  });

/** The error of a request that may have been done by the page that was closed. */
export const goneMidway = (): FoundationError =>
  new FoundationError({
    code: 'SERVICE_UNAVAILABLE',
    message:
      'The page that was asked closed before it answered. Look whether it was done (/v1/classifiers, /v1/batches) before you send it again.',
    retryable: false,
  });
