/**
 * Counts what leaves this device. Requests with a body go through the page's `fetch`, where every client of a server
 * sends its own; the browser's list of requests has those of the page by whatever means, and the engine reports the model
 * files that its worker fetches.
 */
import type { CallProgress } from '@nearfield/spec';
import { Store } from '../shell/store.ts';

export interface NetworkCounts {
  /** Bytes of bodies that were sent, by host. */
  sent: Readonly<Record<string, number>>;
  /** Requests with a body. */
  uploads: number;
  /** Requests of the page for its own parts. */
  requests: number;
  /** Bytes of model files that were downloaded; files that were stored here already are none. */
  models: number;
}

/** Ways to send something that are not `fetch`; nothing on this page uses them. */
const OTHER_WAYS = new Set(['beacon', 'xmlhttprequest', 'ping']);

/** Bytes of a body. One whose size cannot be known without reading it counts as one byte: it is not nothing. */
function sizeOf(body: BodyInit): number {
  if (typeof body === 'string') return new TextEncoder().encode(body).length;
  if (body instanceof Blob) return body.size;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength;
  if (body instanceof URLSearchParams) return body.toString().length;
  return 1;
}

/** The network counter of a page. */
export class NetworkCounter extends Store<NetworkCounts> {
  readonly #modelBytes = new Map<string, number>();

  constructor() {
    super({ sent: {}, uploads: 0, requests: 0, models: 0 });
  }

  /** Bytes of content that were sent to anyone. */
  get sentBytes(): number {
    return Object.values(this.state.sent).reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Counts what goes through the `fetch` of a realm from now on, and its requests from the start. */
  install(realm: typeof globalThis = globalThis): void {
    const original = realm.fetch;
    realm.fetch = (input, init) => {
      this.#count(input, init);
      return original.call(realm, input, init);
    };
    if (typeof PerformanceObserver === 'undefined') return;
    new PerformanceObserver((list) => this.#note(list.getEntries() as PerformanceResourceTiming[])).observe({
      type: 'resource',
      buffered: true,
    });
  }

  /** Counts model files by the progress of a call. */
  readonly note = (event: CallProgress): void => {
    if (event.type !== 'model-progress' || event.fromCache) return;
    const loaded = event.files.reduce(
      (sum, file) => sum + (file.state === 'from-cache' ? 0 : file.loaded),
      0,
    );
    const before = this.#modelBytes.get(event.model) ?? 0;
    if (loaded <= before) return;
    this.#modelBytes.set(event.model, loaded);
    this.update({ models: this.state.models + loaded - before });
  };

  #count(input: RequestInfo | URL, init: RequestInit | undefined): void {
    const own = input instanceof Request ? input : undefined;
    const bytes = init?.body ? sizeOf(init.body) : own?.body ? 1 : 0;
    if (bytes === 0) return;
    const { host } = new URL(own?.url ?? String(input), globalThis.location?.href);
    const { sent, uploads } = this.state;
    this.update({ uploads: uploads + 1, sent: { ...sent, [host]: (sent[host] ?? 0) + bytes } });
  }

  #note(entries: readonly PerformanceResourceTiming[]): void {
    const others = entries.filter(({ initiatorType }) => OTHER_WAYS.has(initiatorType));
    const sent = { ...this.state.sent };
    for (const { name } of others) {
      const { host } = new URL(name);
      sent[host] = (sent[host] ?? 0) + 1;
    }
    this.update({
      requests: this.state.requests + entries.length,
      ...(others.length > 0 && { sent, uploads: this.state.uploads + others.length }),
    });
  }
}

/** The counter of this page. */
export const network = new NetworkCounter();
network.install();
