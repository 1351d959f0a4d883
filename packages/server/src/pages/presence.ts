/** The page's side: what a page is to service workers while it answers. */
import { randomId } from '@nearfield/spec/implement';
import type { FetchHandler } from '../handler.ts';
import { AnsweringPort } from '../ports/answering.ts';
import type { ToAnswering } from '../ports/messages.ts';
import { type HereMessage, type LeaveMessage, PAGE_LOCK } from './messages.ts';

interface Connection {
  port: MessagePort;
  answering: AnsweringPort;
}

export class Presence {
  readonly #handler: FetchHandler;
  readonly #page = randomId();
  /** Those to service workers that have ended disappear by themselves: nothing else keeps them. */
  #connections: WeakRef<Connection>[] = [];
  readonly #ended = new AbortController();
  /** Resolves once service workers can see the page. */
  readonly isKnown: Promise<void>;

  constructor(handler: FetchHandler) {
    this.#handler = handler;
    const { signal } = this.#ended;
    this.isKnown = new Promise((resolve) => {
      void navigator.locks
        .request(
          PAGE_LOCK + this.#page,
          () =>
            new Promise<void>((release) => {
              resolve();
              if (signal.aborted) release();
              else signal.addEventListener('abort', () => release());
            }),
        )
        // A page that is being taken down gets none.
        .catch(() => resolve());
    });
  }

  /** Makes a service worker able to ask this page. */
  sayTo(worker: Pick<ServiceWorker, 'postMessage'>): void {
    if (this.#ended.signal.aborted) return;
    const { port1: port, port2 } = new MessageChannel();
    const answering = new AnsweringPort({
      handler: this.#handler,
      say: (message, transfer = []) => port.postMessage(message, [...transfer]),
    });
    const connection: Connection = { port, answering };
    port.onmessage = ({ data }: MessageEvent<ToAnswering>) => connection.answering.hear(data);
    this.#connections = [...this.#live().map((each) => new WeakRef(each)), new WeakRef(connection)];
    worker.postMessage({ type: 'nearfield-here', page: this.#page } satisfies HereMessage, [port2]);
  }

  /** Takes no further requests; resolves once those that are running are answered. */
  async leave(): Promise<void> {
    const connections = this.#live();
    for (const { port } of connections) port.postMessage({ type: 'leave' } satisfies LeaveMessage);
    await Promise.all(connections.map(({ answering }) => answering.idle()));
    this.end();
  }

  /** Answers nothing any more. */
  end(): void {
    this.#ended.abort();
    for (const { port, answering } of this.#live()) {
      answering.abort();
      port.close();
    }
    this.#connections = [];
  }

  #live(): Connection[] {
    return this.#connections.flatMap((each) => each.deref() ?? []);
  }
}
