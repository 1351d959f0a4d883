/**
 * A server whose thread that listens computes nothing: requests are answered by worker threads, so that none of them
 * keeps the others, nor a load balancer's questions, waiting.
 *
 * @module
 */
import { FoundationError } from '@nearfield/spec';
import { tooLarge } from './bodies.ts';
import { type CallerOptions, callersOf } from './callers.ts';
import { asFoundationError, errorResponse } from './errors.ts';
import type { FetchHandler, RequestLog } from './handler.ts';
import { createLimiter, type LimiterOptions } from './limiter.ts';
import { listen, type NodeServer, requirePort } from './node/listen.ts';
import { createMetrics } from './node/metrics.ts';
import { EngineThread } from './threads/engine-thread.ts';
import type { ReportError, ThreadWorker } from './threads/messages.ts';

export type { CallerOptions } from './callers.ts';
export { checkHandlerOptions } from './handler.ts';
export { FileWebhooks } from './node/file-webhooks.ts';
export { PostgresWebhooks } from './node/postgres-webhooks.ts';
export { type PostgresWindowsOptions, postgresWindows, type QueryPool } from './node/postgres-windows.ts';
export { GuardedUrlReader } from './node/url-reader.ts';
export { answerInThread, type EngineThreadOptions, failThread } from './threads/engine.ts';
export type { ThreadPort, ThreadWorker } from './threads/messages.ts';
export type { WebhookStore } from './webhooks.ts';

/** Options of `createThreadedServer()`. */
export interface ThreadedServerOptions {
  /** Starts a thread that calls `answerInThread`. */
  engine: () => ThreadWorker;
  /**
   * Starts another one for requests that only read text (`/v1/segment`). It may be started late.
   * @default they are answered by `engine`
   */
  text?: (() => ThreadWorker) | undefined;
  /** @default 8080 */
  port?: number | undefined;
  /** @default '127.0.0.1' */
  host?: string | undefined;
  /**
   * Who may call, as for `createHandler`. The threads decide; with this, it is decided here too, before a caller is
   * counted, and answers that come from here can be read by the pages of `cors`.
   * @default everybody is counted
   */
  callers?: CallerOptions | undefined;
  /** Limits on what callers may ask. @default 1024 requests at a time */
  limits?: LimiterOptions | undefined;
  /** Maximum bytes of a request body. @default 64 MB */
  maxBodyBytes?: number | undefined;
  /** Called once for every answered request. It gets no contents. @default none */
  onRequest?: ((entry: RequestLog) => void) | undefined;
  /** Called for server-side errors. @default none */
  onError?: ReportError | undefined;
}

/** A server that listens, and its threads. */
export interface ThreadedServer extends NodeServer {
  /** Resolves once the preloaded models answer. @throws the error that keeps them from it */
  ready(): Promise<void>;
  /** Why the thread that computes can answer nothing, if that is so. */
  failure(): Error | undefined;
  /** Lets requests that are running finish, then ends the threads. */
  drain(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const PROBES: Readonly<Record<string, string>> = { '/health': 'ok', '/live': 'live' };

/**
 * Listens, and gives requests to worker threads.
 *
 * @example
 * const server = await createThreadedServer({ engine: () => new Worker(new URL('./engine-thread.js', import.meta.url)) });
 *
 * @throws FoundationError CONNECTION_FAILED if the port is taken or not allowed
 */
export async function createThreadedServer(options: ThreadedServerOptions): Promise<ThreadedServer> {
  const { port = 8080, host = '127.0.0.1', maxBodyBytes = MAX_BODY_BYTES, onRequest } = options;
  requirePort(port);
  const metrics = createMetrics({
    engine: () => engine.memory(),
    ...(options.text && { text: () => text.memory() }),
  });
  const limiter = createLimiter(options.limits ?? {});
  const callers = callersOf(options.callers);
  const onError: ReportError = (error, requestId) => options.onError?.(error, requestId);
  const threadOf = (start: () => ThreadWorker): EngineThread =>
    new EngineThread({ start, onError, metrics: metrics.text });
  const engine = threadOf(options.engine);
  const text = options.text ? threadOf(options.text) : engine;
  let isClosing = false;

  const answer: FetchHandler = async (request, peer) => {
    const { pathname } = new URL(request.url);
    const probe = PROBES[pathname];
    if (probe !== undefined && request.method === 'GET') {
      return callers.withCors(Response.json({ status: probe }), request);
    }
    const isCounted = isLimited(pathname) && request.method !== 'OPTIONS';
    if (isCounted) await callers.require(request);
    const pass = isCounted
      ? await limiter.enter(request.headers.get('Authorization') ?? peer?.address ?? 'anyone')
      : undefined;
    let tokens = 0;
    try {
      const body = await bodyOf(request, maxBodyBytes);
      const thread = isText(pathname) ? text : engine;
      const { response, log } = await thread.ask(request, body, peer);
      if (log) {
        tokens = log.tokens ?? 0;
        metrics.onRequest(log);
        onRequest?.(log);
      }
      for (const [name, value] of Object.entries((await pass?.leave(tokens)) ?? {})) {
        response.headers.set(name, value);
      }
      return response;
    } catch (error) {
      await pass?.leave(tokens);
      throw error;
    }
  };
  const handler: FetchHandler = async (request, peer) => {
    const end = metrics.begin();
    let response: Response;
    try {
      response = await answer(request, peer);
    } catch (thrown) {
      if (request.signal.aborted) return new Response(null, { status: 499 });
      const error = asFoundationError(thrown);
      const requestId = crypto.randomUUID().replaceAll('-', '').slice(0, 16);
      if (error.status >= 500 && error.code !== 'SERVICE_UNAVAILABLE') onError(error, requestId);
      response = callers.withCors(errorResponse(error, requestId), request);
    } finally {
      end();
    }
    // A connection that stays open would keep the server from ending.
    if (isClosing) response.headers.set('Connection', 'close');
    return response;
  };

  const server = await listen(handler, { port, host }, () => {
    isClosing = true;
  });
  engine.start();
  const endThreads = async (): Promise<void> => {
    await Promise.all(text === engine ? [engine.close()] : [engine.close(), text.close()]);
  };
  return {
    url: server.url,
    port: server.port,
    ready: () => engine.ready(),
    failure: () => engine.failure,
    drain: async () => {
      await server.drain();
      await endThreads();
    },
    close: async () => {
      await server.close();
      await endThreads();
    },
  };
}

const isText = (path: string): boolean => path === '/' || /^\/v1\/segment\/?$/.test(path);
const isLimited = (path: string): boolean =>
  path === '/' || /^\/(?:v1|v2|api)\/|^\/(?:embed|rerank|[rsg])(?:\/|$)/.test(path);

/** @throws FoundationError INPUT_VALIDATION_FAILED: 413 for more bytes than are read, 400 if they do not arrive */
async function bodyOf(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!request.body) return undefined;
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of request.body) {
      size += part.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      parts.push(part);
    }
  } catch (cause) {
    if (FoundationError.isInstance(cause)) throw cause;
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      status: 400,
      message: 'The request body did not arrive whole. Send it again.',
      cause,
    });
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
