import type { SearchFoundation } from '@nearfield/spec';
import { createHandler, type HandlerOptions } from './handler.ts';

/** Options of `createFetch()`. */
export interface FetchOptions
  extends Pick<HandlerOptions, 'strict' | 'reranker' | 'splitSentences' | 'maxBodyBytes'> {
  /**
   * Origins whose requests the foundation answers; all others go on as they are. A client's own base URL is one of them.
   * @default ['https://api.jina.ai', 'https://segment.jina.ai']
   */
  origins?: readonly string[] | undefined;
  /** Handler of all other requests. @default the global `fetch` */
  fetch?: typeof globalThis.fetch | undefined;
}

const JINA = ['https://api.jina.ai', 'https://segment.jina.ai'];

/**
 * A `fetch` whose requests to Jina's API are answered by a foundation: for clients that take one. Nothing is sent.
 *
 * @example
 * const foundation = createLocal({ models: [{ id: 'all-MiniLM-L6-v2', source: '/models/all-MiniLM-L6-v2/' }] });
 * const client = new OpenAI({ baseURL: 'https://api.jina.ai/v1', apiKey: 'none', fetch: createFetch(foundation) });
 * await client.embeddings.create({ model: 'all-MiniLM-L6-v2', input: ['hello'] });
 */
export function createFetch(
  foundation: SearchFoundation,
  options: FetchOptions = {},
): typeof globalThis.fetch {
  const { origins = JINA, fetch: other = globalThis.fetch, ...handlerOptions } = options;
  const answered = new Set(origins.map((origin) => new URL(origin).origin));
  // The caller is the page itself: neither names nor origins are to be checked.
  const handler = createHandler(foundation, { ...handlerOptions, allowedHosts: ['*'], cors: '*' });
  return async (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    if (!URL.canParse(address) || !answered.has(new URL(address).origin)) return other(input, init);
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const response = await handler(request);
    // The handler answers nobody once its caller is gone; `fetch` rejects then.
    request.signal.throwIfAborted();
    return response;
  };
}
