import { below, isHosted, isJina } from './addresses.ts';
import { type Body, requireKnownToApi } from './request-body.ts';
import type { Call, Transport } from './transport.ts';

/** Calls of the API below one address. */
export class Api {
  readonly transport: Transport;
  readonly base: URL;
  readonly #isHosted: boolean;

  constructor(base: URL, transport: Transport) {
    this.base = base;
    this.#isHosted = isHosted(base);
    this.transport = transport;
  }

  /** @param what name for messages, such as `embeddings` */
  get(what: string, path: string): Call {
    return { what, url: below(this.base, path), method: 'GET', needsKey: this.#isHosted };
  }

  delete(what: string, path: string): Call {
    return { ...this.get(what, path), method: 'DELETE' };
  }

  /** @throws FoundationError NOT_SUPPORTED for a field that Jina's services would ignore */
  post(what: string, path: string, body: Body, url = below(this.base, path)): Call {
    if (isJina(url)) requireKnownToApi(what, body);
    return { what, url, method: 'POST', body, needsKey: this.#isHosted };
  }
}
