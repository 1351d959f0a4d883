import { type AddressInfo, isIPv6 } from 'node:net';
import { type HttpBindings, serve } from '@hono/node-server';
import { FoundationError } from '@nearfield/spec';
import { isHost } from '../access.ts';
import type { FetchHandler, HandlerOptions } from '../handler.ts';

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

/** How long a client may take, in milliseconds. Who takes longer is answered 408, and the connection is closed. */
export interface Patience {
  /** For a request's headers. @default 15_000 */
  headers?: number;
  /** For a request and its body. @default 300_000 */
  request?: number;
  /** Between two looks for connections that are over their time. @default 5_000 */
  checkEvery?: number;
}

/** Without keys, the server also answers to the name or address that it listens on. */
export function withOwnHost<Options extends Pick<HandlerOptions, 'apiKeys' | 'allowedHosts'>>(
  options: Options,
  host: string,
): Options {
  if (options.apiKeys !== undefined && options.allowedHosts === undefined) return options;
  const own = isIPv6(host) ? `[${host.replace(/%.*$/, '')}]` : host;
  return isHost(own) ? { ...options, allowedHosts: [...(options.allowedHosts ?? []), own] } : options;
}

/** @throws FoundationError INPUT_VALIDATION_FAILED */
export function requirePort(port: number): void {
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
export function listen(
  handler: FetchHandler,
  { port, host }: { port: number; host: string },
  onClosing: () => void,
  { headers = 15_000, request = 300_000, checkEvery = 5_000 }: Patience = {},
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
          headersTimeout: headers,
          requestTimeout: request,
          connectionsCheckingInterval: checkEvery,
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
