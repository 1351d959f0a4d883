import { type AddressInfo, isIPv6 } from 'node:net';
import { type HttpBindings, serve } from '@hono/node-server';
import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import { isHost } from './access.ts';
import { createHandler, type FetchHandler, type HandlerOptions } from './handler.ts';
import { createLimiter, type LimiterOptions } from './limiter.ts';
import { createMetrics } from './node/metrics.ts';
import { GuardedUrlReader } from './node/url-reader.ts';

export { createLimiter, type LimiterOptions } from './limiter.ts';
export { GuardedUrlReader, type UrlReaderOptions } from './node/url-reader.ts';

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

/** A server that listens. */
export interface NodeServer {
  /** Address of the server, such as `http://127.0.0.1:8080`. */
  url: string;
  port: number;
  /** Stops listening and resolves once the requests that are running are answered. */
  drain(): Promise<void>;
  /** Ends every connection at once. The foundation stays open: it is the caller's. */
  close(): Promise<void>;
}

/** Milliseconds for a request's headers, and for all of it. */
const HEADERS_TIMEOUT = 15_000;
const REQUEST_TIMEOUT = 300_000;
/** Milliseconds between two looks for connections that are over their time. */
const CHECK_EVERY = 5_000;

/** Without keys, the server also answers to the name or address that it listens on. */
function withOwnHost(options: HandlerOptions, host: string): HandlerOptions {
  if (options.apiKeys !== undefined && options.allowedHosts === undefined) return options;
  const own = isIPv6(host) ? `[${host.replace(/%.*$/, '')}]` : host;
  return isHost(own) ? { ...options, allowedHosts: [...(options.allowedHosts ?? []), own] } : options;
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

/** @throws FoundationError INPUT_VALIDATION_FAILED */
function requirePort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return;
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: 'port (--port) must be a whole number from 0, any free one, to 65535.',
    param: 'port',
  });
}

/**
 * Listens, and gives requests to a handler.
 * @param onClosing called when the server begins to end
 * @throws FoundationError CONNECTION_FAILED if the port is taken or not allowed
 */
function listen(
  handler: FetchHandler,
  { port, host }: { port: number; host: string },
  onClosing: () => void,
): Promise<NodeServer> {
  return new Promise((resolve, reject) => {
    const onListening = (address: AddressInfo): void => {
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      const end = (): Promise<void> => {
        onClosing();
        // A server that is ended twice has no news.
        return new Promise((done) => server.close(() => done()));
      };
      resolve({
        url: `http://${name}:${address.port}`,
        port: address.port,
        drain: () => {
          const ended = end();
          if ('closeIdleConnections' in server) server.closeIdleConnections();
          return ended;
        },
        close: () => {
          const ended = end();
          if ('closeAllConnections' in server) server.closeAllConnections();
          return ended;
        },
      });
    };
    const server = serve(
      {
        fetch: (request, env) =>
          handler(request, { address: (env as HttpBindings).incoming.socket.remoteAddress }),
        port,
        hostname: host,
        serverOptions: {
          headersTimeout: HEADERS_TIMEOUT,
          requestTimeout: REQUEST_TIMEOUT,
          connectionsCheckingInterval: CHECK_EVERY,
        },
      },
      onListening,
    );
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program uses it' : cause.message;
      reject(
        new FoundationError({
          code: 'CONNECTION_FAILED',
          message: `Cannot listen on ${host}:${port}: ${why}. Choose another port.`,
          cause,
        }),
      );
    });
  });
}
