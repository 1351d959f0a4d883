import { type AddressInfo, isIPv6 } from 'node:net';
import { serve } from '@hono/node-server';
import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import { isHost } from './access.ts';
import { createHandler, type HandlerOptions } from './handler.ts';

export interface NodeServerOptions extends HandlerOptions {
  /** Port to listen on; 0 for any free one. @default 8080 */
  port?: number | undefined;
  /** Address to listen on. The default serves this machine only. @default '127.0.0.1' */
  host?: string | undefined;
}

/** A server that listens. */
export interface NodeServer {
  /** Address of the server, such as `http://127.0.0.1:8080`. */
  url: string;
  port: number;
  /** Ends every connection. The foundation stays open: it is the caller's. */
  close(): Promise<void>;
}

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
  const { port = 8080, host = '127.0.0.1', ...handlerOptions } = options;
  const handler = createHandler(foundation, withOwnHost(handlerOptions, host));
  return new Promise((resolve, reject) => {
    const onListening = (address: AddressInfo): void => {
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      resolve({
        url: `http://${name}:${address.port}`,
        port: address.port,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            if ('closeAllConnections' in server) server.closeAllConnections();
          }),
      });
    };
    const server = serve({ fetch: handler, port, hostname: host }, onListening);
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
