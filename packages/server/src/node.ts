import type { SearchFoundation } from '@nearfield/spec';
import { createHandler, type FetchHandler, type HandlerOptions } from './handler.ts';
import { createLimiter, type LimiterOptions } from './limiter.ts';
import { listen, type NodeServer, requirePort, withOwnHost } from './node/listen.ts';
import { createMetrics } from './node/metrics.ts';
import { GuardedUrlReader } from './node/url-reader.ts';

export { createLimiter, type Limiter, type LimiterOptions } from './limiter.ts';
export { FileWebhooks } from './node/file-webhooks.ts';
export { createGuardedServer, type GuardedServerOptions } from './node/guarded.ts';
export type { NodeServer } from './node/listen.ts';
export { PostgresWebhooks } from './node/postgres-webhooks.ts';
export { type PostgresWindowsOptions, postgresWindows, type QueryPool } from './node/postgres-windows.ts';
export { GuardedUrlReader, type UrlReaderOptions } from './node/url-reader.ts';

/** Options of `createNodeServer()`. All are optional. */
export interface NodeServerOptions extends Omit<HandlerOptions, 'metrics' | 'closing' | 'limiter'> {
  /** Port to listen on; 0 for any free one. @default 8080 */
  port?: number | undefined;
  /** Address to listen on. The default serves this machine only. @default '127.0.0.1' */
  host?: string | undefined;
  /**
   * Beginnings of URLs that requests may name (images, files of batches, webhooks), such as `https://images.example/`;
   * `*` for every public https address. Addresses of private networks are never used.
   * @default none
   */
  allowUrls?: readonly string[] | undefined;
  /** Limits on what callers may ask. @default 1024 requests at a time */
  limits?: LimiterOptions | undefined;
}

/**
 * Serves a foundation over HTTP in Node. Resolves once it listens.
 *
 * @example
 * const foundation = createNodeFoundation({ models: [{ id: 'all-MiniLM-L6-v2', source: './models/all-MiniLM-L6-v2' }] });
 * const server = await createNodeServer(foundation, { port: 8080 });
 * console.log(`POST ${server.url}/v1/embeddings`);
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED for options that cannot be valid, see `createHandler`
 * @throws FoundationError CONNECTION_FAILED if the port is taken or not allowed
 */
export async function createNodeServer(
  foundation: SearchFoundation,
  options: NodeServerOptions = {},
): Promise<NodeServer> {
  const { port = 8080, host = '127.0.0.1', allowUrls = [], limits = {}, ...handlerOptions } = options;
  requirePort(port);
  const metrics = createMetrics();
  const closing = new AbortController();
  const handler = createHandler(
    foundation,
    withOwnHost(
      {
        urls: new GuardedUrlReader({ allowed: allowUrls }),
        ...handlerOptions,
        limiter: createLimiter(limits),
        closing: closing.signal,
        metrics: metrics.text,
        onRequest: (entry) => {
          metrics.onRequest(entry);
          handlerOptions.onRequest?.(entry);
        },
      },
      host,
    ),
  );
  const counted: FetchHandler = async (request, peer) => {
    const end = metrics.begin();
    try {
      const response = await handler(request, peer);
      // A connection that stays open would keep the server from ending.
      if (closing.signal.aborted) response.headers.set('Connection', 'close');
      return response;
    } finally {
      end();
    }
  };
  return listen(counted, { port, host }, () => closing.abort(new Error('The server is closing.')));
}
