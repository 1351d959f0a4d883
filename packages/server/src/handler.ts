import { FoundationError, type PageReader, type SearchFoundation } from '@nearfield/spec';
import { randomId, shortened } from '@nearfield/spec/implement';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { cors } from 'hono/cors';
import { Access } from './access.ts';
import { cohereRoutes } from './adapters/cohere.ts';
import { ollamaRoutes } from './adapters/ollama.ts';
import { teiRoutes } from './adapters/tei.ts';
import { type AllowOptions, requireEndpoint } from './allow.ts';
import { type ApiKeys, checkedKeys, requireKey } from './auth.ts';
import { tooLarge } from './bodies.ts';
import { forCallers } from './caller-words.ts';
import type { ApiContext, RequestFacts, Variables } from './context.ts';
import { asFoundationError, errorResponse, httpStatus } from './errors.ts';
import { requireIndexIds, type ServedIndexes } from './indexes.ts';
import type { UrlReader } from './inline-images.ts';
import type { Limiter } from './limiter.ts';
import { docsPage } from './openapi/docs-page.ts';
import { openApiDocument } from './openapi/document.ts';
import { RouteTable } from './route-table.ts';
import { batchRoutes } from './routes/batches.ts';
import { computingRoutes } from './routes/embed.ts';
import { indexRoutes } from './routes/indexes.ts';
import { modelRoutes } from './routes/models.ts';
import { readerRoutes } from './routes/reader.ts';
import { ApiService } from './service.ts';
import type { WebhookStore } from './webhooks.ts';

/** Options of `createHandler()`. All are optional. */
export interface HandlerOptions {
  /**
   * Keys that may use the API: visible ASCII; white space around them is ignored. Without keys, only this machine may
   * call: see `allowedHosts` and `cors`.
   * @default none required
   */
  apiKeys?: ApiKeys | undefined;
  /**
   * Origins of pages that may call, `*` for all. Without `apiKeys`, requests of pages of any other origin are refused,
   * except those of this machine: a page needs no permission to send some requests.
   * @default none
   */
  cors?: string | readonly string[] | undefined;
  /**
   * Names under which the server may be called besides those of this machine (`localhost`, 127.0.0.1, [::1]). A name
   * with a port is allowed with that port only; `*` allows any name. Without `apiKeys` the default keeps pages from
   * letting their own name point here (DNS rebinding).
   * @default none without `apiKeys`, any with them
   */
  allowedHosts?: readonly string[] | undefined;
  /**
   * The server's address for the outside, such as `https://search.example/api`; addresses in answers begin with it.
   * @default the address in the request if it is this machine's or one of `allowedHosts`; otherwise answers have paths
   */
  publicUrl?: string | URL | undefined;
  /** Maximum bytes of a request body. @default 64 MB */
  maxBodyBytes?: number | undefined;
  /**
   * With `late_chunking`, split a single input into sentences, as Jina's local server does. A request overrides it with
   * `split_sentences`.
   * @default true
   */
  splitSentences?: boolean | undefined;
  /**
   * Refuse what the references and common clients send and the contract does not have: fields that change nothing here,
   * tasks of models that have none, images as `{ url }`, reranking without a model. Otherwise these are accepted, and
   * what was ignored is in the header `X-Nearfield-Warning`.
   * @default false
   */
  strict?: boolean | undefined;
  /** Model of rerank requests that name none. @default jina-reranker-v3 if it is served, else the first reranker that is */
  reranker?: string | undefined;
  /**
   * Reads images and files of batches that requests name by URL, and calls webhooks. `createNodeServer` has one that
   * keeps to a list of hosts.
   * @default the foundation reads them under its own rules; webhooks are refused
   */
  urls?: UrlReader | undefined;
  /**
   * Where calls of webhooks are kept until they are answered: `FileWebhooks` and `PostgresWebhooks` of
   * `@nearfield/server/node` outlive the server.
   * @default memory
   */
  webhooks?: WebhookStore | undefined;
  /**
   * Key with which calls of webhooks are signed: `X-Nearfield-Signature` is `sha256=` and the HMAC-SHA-256, in
   * hexadecimal, of `X-Nearfield-Timestamp`, a full stop and the body.
   * @default not signed
   */
  webhookSecret?: string | undefined;
  /**
   * What `/r/` and `POST /` read pages and documents with, such as `createReader()` of @nearfield/reader. Where `urls`
   * reads addresses, it gets the page itself. Otherwise it loads what callers name: give it a `load` that refuses addresses
   * of private networks.
   *
   * @default the foundation
   */
  reader?: PageReader | undefined;
  /**
   * The only endpoints that are answered, by the ends of their paths (`embeddings`, `rerank`, `models`, …), and the only
   * models, by any of their ids.
   * @default all
   */
  allow?: AllowOptions | undefined;
  /**
   * Search indexes of `@nearfield/search` under their ids, searched at `/v1/indexes/{id}/search` with the foundation's
   * models: those of static files, live ones and those in engines.
   * @default none, and no such routes
   */
  indexes?: ServedIndexes | undefined;
  /** Resolves once requests can be answered; `/ready` says so. @default at once */
  ready?: (() => Promise<boolean>) | undefined;
  /** Limits on what callers may ask. @default none */
  limiter?: Limiter | undefined;
  /** Headers of every answer. @default none */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Called once for every answered request. It gets no contents. @default none */
  onRequest?: ((entry: RequestLog) => void) | undefined;
  /** Counts in Prometheus' text format, answered at `/metrics`. @default no such route */
  metrics?: (() => Promise<string>) | undefined;
  /** Ends what the handler does by itself, such as waiting for a batch whose end a webhook is for. @default never */
  closing?: AbortSignal | undefined;
  /** Called for server-side errors (status ≥ 500, and what the server depends on and does not have). @default none */
  onError?: ((error: FoundationError, requestId: string) => void) | undefined;
}

/** One answered request. It has no contents. */
export interface RequestLog {
  requestId: string;
  method: string;
  /** The route's pattern, such as `/v1/batch/:id`; `*` for what is not served. */
  route: string;
  status: number;
  /** Milliseconds until the answer began. */
  milliseconds: number;
  model?: string | undefined;
  tokens?: number | undefined;
  /** Code of the error that was answered. */
  code?: string | undefined;
}

/** Answers one request. Suits `Bun.serve`, `Deno.serve`, Service Workers, and Node through `createNodeServer`. */
export type FetchHandler = (request: Request, peer?: Peer) => Promise<Response>;

/** Whoever sent a request, where the runtime knows. */
export interface Peer {
  /** IP address. */
  address?: string | undefined;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** The status that proxies log for a caller that did not wait; nobody receives it. */
const CLIENT_GONE = 499;

/** A request id that a caller may choose. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/**
 * The API's routes over any implementation of the contract, with the API's JSON, statuses and error bodies.
 *
 * @example
 * const handler = createHandler(foundation, { apiKeys: [process.env.SEARCH_KEY] });
 * Deno.serve(handler); // or Bun.serve({ fetch: handler }), or in a Service Worker: event.respondWith(handler(event.request))
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED for options that cannot be valid: an empty list of keys, keys that no
 * header can carry, hosts that are not host names
 */
export function createHandler(foundation: SearchFoundation, options: HandlerOptions = {}): FetchHandler {
  const app = new Hono<Variables>({ strict: false });
  const { maxBodyBytes = MAX_BODY_BYTES, onError, onRequest, allowedHosts, limiter } = options;
  const { apiKeys, publicUrl, origins, access } = checkHandlerOptions(options);
  if (options.indexes) requireIndexIds(options.indexes);
  const routes = new RouteTable(app);
  const report = (error: FoundationError, requestId: string): void => {
    // That it is asked too early or too much is no fault of the server.
    if (error.code === 'SERVICE_UNAVAILABLE') return;
    if (httpStatus(error) >= 500 || httpStatus(error) === 424) onError?.(error, requestId);
  };
  const fail = (context: ApiContext, thrown: unknown): Response => {
    const facts = context.get('facts');
    if (context.req.raw.signal.aborted) return new Response(null, { status: CLIENT_GONE });
    const error = asFoundationError(thrown);
    facts.code = error.code;
    report(error, facts.requestId);
    return errorResponse(forCallers(error, facts.model), facts.requestId);
  };
  const service = new ApiService({
    foundation,
    routes,
    access,
    strict: options.strict ?? false,
    splitSentences: options.splitSentences ?? true,
    maxBodyBytes,
    publicUrl,
    urls: options.urls,
    reader: options.reader,
    webhooks: options.webhooks,
    webhookSecret: options.webhookSecret,
    closing: options.closing ?? new AbortController().signal,
    reranker: options.reranker,
    allowedModels: options.allow?.models,
    fail,
    onError: (error, requestId) => report(asFoundationError(error), requestId),
  });

  app.use(async (context, next) => {
    const started = performance.now();
    const facts = factsOf(context);
    context.set('facts', facts);
    await next();
    const { headers, status } = context.res;
    headers.set('X-Request-Id', facts.requestId);
    for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value);
    if (facts.warnings.length > 0) headers.set('X-Nearfield-Warning', headerText(facts.warnings.join('; ')));
    onRequest?.({
      requestId: facts.requestId,
      method: context.req.method,
      route: routes.patternOf(context.req.method, context.req.path) ?? '*',
      status,
      milliseconds: performance.now() - started,
      model: facts.model,
      tokens: facts.tokens || undefined,
      code: facts.code,
    });
  });
  app.use(compress());
  if (options.cors !== undefined) {
    const origin = origins.includes('*') ? '*' : [...origins];
    app.use(cors({ origin, exposeHeaders: [...EXPOSED_HEADERS], maxAge: 600 }));
  }
  app.onError((error, context) => fail(context, error));
  app.notFound((context) => {
    const { method, path } = context.req;
    const allowed = routes.allowed(path);
    if (method === 'OPTIONS' && allowed.length > 0) {
      return new Response(null, { status: 204, headers: { Allow: allowed.join(', ') } });
    }
    const response = fail(
      context,
      allowed.length > 0 ? wrongMethod(method, path, allowed) : notFound(method, path),
    );
    if (allowed.length > 0) response.headers.set('Allow', allowed.join(', '));
    return response;
  });

  if (apiKeys === undefined) {
    app.use(async (context, next) => {
      access.requireOrigin(context.req.raw);
      await next();
    });
  }

  // Health checks of load balancers, under their usual names: open to all, without a word about the models.
  routes.add('GET', '/health', (context) => context.json({ status: 'ok' }));
  routes.add('GET', '/live', (context) => context.json({ status: 'live' }));
  routes.add('GET', '/ready', async (context) => {
    if (options.ready && !(await options.ready())) {
      throw new FoundationError({
        code: 'SERVICE_UNAVAILABLE',
        message: 'The models are being loaded. Ask again in a few seconds.',
        retryAfter: 2,
      });
    }
    const { implementation } = await foundation.capabilities();
    return context.json({ status: 'ready', implementation });
  });

  if (apiKeys === undefined || allowedHosts !== undefined) {
    app.use(async (context, next) => {
      access.requireHost(context.req.raw);
      await next();
    });
  }
  routes.add('GET', '/openapi.json', (context) => {
    const server = publicUrl?.href.replace(/\/$/, '') ?? '/';
    return context.json(openApiDocument(routes.routes, { server, needsKey: apiKeys !== undefined }));
  });
  routes.add('GET', '/docs', (context) =>
    context.html(docsPage(routes.routes, service.addressOf(context, '').replace(/\/$/, ''))),
  );
  if (apiKeys !== undefined) {
    app.use(async (context, next) => {
      await requireKey(context.req.header('Authorization'), apiKeys);
      await next();
    });
  }
  const { metrics } = options;
  if (metrics) {
    routes.add('GET', '/metrics', async (context) =>
      context.text(await metrics(), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }),
    );
  }
  const { allow } = options;
  if (allow) {
    app.use(async (context, next) => {
      requireEndpoint(allow, context.req.path);
      await next();
    });
  }
  if (limiter) {
    app.use(async (context, next) => {
      // Questions about the server itself are not counted.
      if (/^\/(?:docs|openapi\.json|metrics)$/.test(context.req.path)) return next();
      const key = context.req.header('Authorization') ?? peers.get(context.req.raw)?.address ?? 'anyone';
      const pass = await limiter.enter(key);
      try {
        await next();
      } finally {
        const left = await pass.leave(context.get('facts').tokens);
        for (const [name, value] of Object.entries(left)) context.res.headers.set(name, value);
      }
    });
  }
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: (context) => fail(context as ApiContext, tooLarge(maxBodyBytes)),
    }),
  );
  readerRoutes(service);
  computingRoutes(service);
  modelRoutes(service);
  batchRoutes(service);
  if (options.indexes) indexRoutes(service, options.indexes);
  cohereRoutes(service);
  teiRoutes(service);
  ollamaRoutes(service);

  const peers = new WeakMap<Request, Peer>();
  return async (request, peer) => {
    if (peer) peers.set(request, peer);
    return app.fetch(request);
  };
}

/**
 * The options that say who may call, and under which names: for those who start a server and a handler apart.
 * @throws FoundationError INPUT_VALIDATION_FAILED for options that cannot be valid
 */
export function checkHandlerOptions(
  options: Pick<HandlerOptions, 'apiKeys' | 'publicUrl' | 'cors' | 'allowedHosts'>,
) {
  const origins = typeof options.cors === 'string' ? [options.cors] : (options.cors ?? []);
  return {
    apiKeys: options.apiKeys && checkedKeys(options.apiKeys),
    publicUrl: options.publicUrl === undefined ? undefined : addressOf(options.publicUrl),
    origins,
    access: new Access({
      hosts: options.allowedHosts ?? [],
      origins: origins.includes('*') ? '*' : origins,
    }),
  };
}

/** Headers of answers that pages of other origins may read. */
export const EXPOSED_HEADERS: readonly string[] = [
  'X-Request-Id',
  'Retry-After',
  'X-Nearfield-Warning',
  'X-RateLimit-Limit-Requests',
  'X-RateLimit-Remaining-Requests',
  'X-RateLimit-Limit-Tokens',
  'X-RateLimit-Remaining-Tokens',
];

function factsOf(context: Context<Variables>): RequestFacts {
  const asked = context.req.header('X-Request-Id');
  const requestId =
    asked !== undefined && REQUEST_ID.test(asked) ? asked : randomId().replaceAll('-', '').slice(0, 16);
  return { requestId, model: undefined, tokens: 0, code: undefined, warnings: [] };
}

/** A text that a header can carry. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');

const notFound = (method: string, path: string): FoundationError =>
  new FoundationError({
    code: 'RESOURCE_NOT_FOUND',
    message: `Not Found: ${method} ${shortened(path)}. What this server answers is listed at /openapi.json.`,
  });

const wrongMethod = (method: string, path: string, allowed: readonly string[]): FoundationError =>
  new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    status: 405,
    message: `${shortened(path)} does not answer ${method}. Use ${allowed.filter((each) => each !== 'OPTIONS').join(' or ')}.`,
  });

/** The address with which those in answers begin. @throws FoundationError INPUT_VALIDATION_FAILED */
function addressOf(publicUrl: string | URL): URL {
  const text = String(publicUrl);
  if (URL.canParse(text) && /^https?:/i.test(text)) return new URL(text.endsWith('/') ? text : `${text}/`);
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `publicUrl (--public-url) must be an http(s) address, such as https://search.example; it is '${shortened(text)}'.`,
    param: 'publicUrl',
  });
}
