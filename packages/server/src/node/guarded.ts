import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { Access } from '../access.ts';
import { checkedKeys, requireKey } from '../auth.ts';
import { asFoundationError, errorResponse } from '../errors.ts';
import type { FetchHandler, HandlerOptions } from '../handler.ts';
import { listen, type NodeServer, requirePort, withOwnHost } from './listen.ts';

/** Who may call, and where. As for `createNodeServer`. */
export interface GuardedServerOptions extends Pick<HandlerOptions, 'apiKeys' | 'cors' | 'allowedHosts'> {
  /** Port to listen on; 0 for any free one. */
  port: number;
  /** Address to listen on. @default '127.0.0.1' */
  host?: string | undefined;
  /** Request headers that pages of `cors` may send, and response headers that they may read. @default none */
  headers?: { readonly allowed: readonly string[]; readonly exposed: readonly string[] } | undefined;
  /** Called when the server begins to end. */
  onClosing?: (() => void) | undefined;
}

/**
 * Serves a handler of another protocol under the rules of the API's server: with keys, only their owners may call;
 * without, only programs of this machine, under names that are its own (DNS rebinding), and pages of allowed origins.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED for options that cannot be valid, see `createHandler`
 * @throws FoundationError CONNECTION_FAILED if the port is taken or not allowed
 */
export async function createGuardedServer(
  handler: FetchHandler,
  { port, host = '127.0.0.1', headers, onClosing = () => {}, ...options }: GuardedServerOptions,
): Promise<NodeServer> {
  requirePort(port);
  const { apiKeys, allowedHosts, cors: origin } = withOwnHost(options, host);
  const keys = apiKeys && checkedKeys(apiKeys);
  const origins = typeof origin === 'string' ? [origin] : (origin ?? []);
  const isOpen = origins.includes('*');
  const access = new Access({ hosts: allowedHosts ?? [], origins: isOpen ? '*' : origins });
  const app = new Hono({ strict: false });
  app.onError((error) => errorResponse(asFoundationError(error), crypto.randomUUID()));
  if (keys === undefined || allowedHosts !== undefined) {
    app.use(async ({ req }, next) => {
      access.requireHost(req.raw);
      await next();
    });
  }
  if (origins.length > 0) {
    app.use(
      cors({
        origin: isOpen ? '*' : [...origins],
        ...(headers && { allowHeaders: [...headers.allowed], exposeHeaders: [...headers.exposed] }),
      }),
    );
  }
  app.use(async ({ req }, next) => {
    if (keys === undefined) access.requireOrigin(req.raw);
    else await requireKey(req.header('Authorization'), keys);
    await next();
  });
  app.all('*', ({ req }) => handler(req.raw));
  return listen(async (request) => app.fetch(request), { port, host }, onClosing);
}
