import { below, isHosted, isJina } from './addresses.ts';
import { type Body, requireKnownToApi } from './request-body.ts';
import { sizeOf } from './size.ts';
import type { Call, Transport } from './transport.ts';

/** Calls that change something at the server: twice is not the same as once. */
const CHANGES = ['train', 'batches'];

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
    return { what, url: below(this.base, path), method: 'GET', needsKey: this.#isHosted, isRepeatable: true };
  }

  delete(what: string, path: string): Call {
    // The answer to a second one would be that there is nothing.
    return { ...this.get(what, path), method: 'DELETE', isRepeatable: false };
  }

  /** @throws FoundationError NOT_SUPPORTED for a field that Jina's services would ignore */
  post(what: string, path: string, body: Body, url = below(this.base, path)): Call {
    if (isJina(url)) requireKnownToApi(what, body);
    const isRepeatable = !CHANGES.includes(what);
    return {
      what,
      url,
      method: 'POST',
      body,
      needsKey: this.#isHosted,
      isRepeatable,
      size: sizeOf(body.input ?? body.documents),
    };
  }
}
