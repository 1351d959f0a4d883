import {
  type BatchRequest,
  type CallOptions,
  type ChatRequest,
  type ClassifyRequest,
  type EmbeddingsRequest,
  FoundationError,
  type MultiVectorRequest,
  type RerankRequest,
  type SearchFoundation,
  type SegmentRequest,
  type TrainRequest,
} from '@nearfield/spec';
import { invalid, randomId, rerankToWire, shortened, toWire } from '@nearfield/spec/implement';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { Access } from './access.ts';
import { type ApiKeys, checkedKeys, requireKey } from './auth.ts';
import { bulkJob, bulkLines } from './bulk.ts';
import { asFoundationError, errorBody } from './errors.ts';
import { parseJsonBody } from './json-body.ts';
import { jsonLinesStream } from './json-lines.ts';

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
  /** Called for server-side errors (status ≥ 500). @default none */
  onError?: ((error: FoundationError, requestId: string) => void) | undefined;
}

/** Answers one request. Suits `Bun.serve`, `Deno.serve`, Service Workers, and Node through `createNodeServer`. */
export type FetchHandler = (request: Request) => Promise<Response>;

type Variables = { Variables: { requestId: string } };
type ApiContext = Context<Variables>;
type Body = Record<string, unknown>;

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Names of uploaded files that are remembered, and characters of each. */
const FILE_NAMES = 1000;
const FILE_NAME = 255;

/** The status that proxies log for a caller that did not wait; nobody receives it. */
const CLIENT_GONE = 499;

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
  const app = new Hono<Variables>();
  const { maxBodyBytes = MAX_BODY_BYTES, splitSentences = true, onError, allowedHosts } = options;
  const apiKeys = options.apiKeys && checkedKeys(options.apiKeys);
  const publicUrl = options.publicUrl === undefined ? undefined : addressOf(options.publicUrl);
  const origins = typeof options.cors === 'string' ? [options.cors] : (options.cors ?? []);
  const access = new Access({
    hosts: allowedHosts ?? [],
    origins: origins.includes('*') ? '*' : origins,
  });

  const fail = (context: ApiContext, thrown: unknown): Response => {
    const requestId = context.get('requestId');
    if (context.req.raw.signal.aborted) return new Response(null, { status: CLIENT_GONE });
    const error = asFoundationError(thrown);
    if (error.status >= 500) onError?.(error, requestId);
    const headers = new Headers({ 'Content-Type': 'application/json', 'X-Request-Id': requestId });
    if (error.retryAfter !== undefined) headers.set('Retry-After', String(error.retryAfter));
    if (error.status === 401) headers.set('WWW-Authenticate', 'Bearer');
    return new Response(JSON.stringify(errorBody(error, requestId)), { status: error.status, headers });
  };

  app.use(async (context, next) => {
    const requestId = randomId().replaceAll('-', '').slice(0, 16);
    context.set('requestId', requestId);
    await next();
    context.res.headers.set('X-Request-Id', requestId);
  });
  if (options.cors !== undefined) {
    const origin = origins.includes('*') ? '*' : [...origins];
    app.use(cors({ origin, exposeHeaders: ['X-Request-Id', 'Retry-After'], maxAge: 600 }));
  }
  app.onError((error, context) => fail(context, error));
  app.notFound((context) =>
    context.json({ detail: `Not Found: ${context.req.method} ${shortened(context.req.path)}` }, 404),
  );

  if (apiKeys === undefined) {
    app.use(async (context, next) => {
      access.requireOrigin(context.req.raw);
      await next();
    });
  }

  // Health checks of load balancers, under their usual names: open to all, without a word about the models.
  app.get('/health', (context) => context.json({ status: 'ok' }));
  app.get('/live', (context) => context.json({ status: 'live' }));
  app.get('/ready', async (context) => {
    const { implementation } = await foundation.capabilities();
    return context.json({ status: 'ready', implementation });
  });

  if (apiKeys === undefined || allowedHosts !== undefined) {
    app.use(async (context, next) => {
      access.requireHost(context.req.raw);
      await next();
    });
  }
  if (apiKeys !== undefined) {
    app.use(async (context, next) => {
      await requireKey(context.req.header('Authorization'), apiKeys);
      await next();
    });
  }
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: (context) =>
        fail(
          context as ApiContext,
          new FoundationError({
            code: 'INPUT_VALIDATION_FAILED',
            status: 413,
            message: `The request body is larger than ${maxBodyBytes} bytes. Split the request.`,
          }),
        ),
    }),
  );

  const reply = (context: ApiContext, value: unknown): Response => context.json(toWire(value) as object);
  const call = (context: ApiContext): CallOptions => ({ signal: context.req.raw.signal });
  /** A POST route: JSON in, a method of the contract, JSON out. */
  const post = (path: string, answer: (body: Body, options: CallOptions) => Promise<unknown>): void => {
    app.post(path, async (context) => reply(context, await answer(await jsonBody(context), call(context))));
  };
  // The foundation checks every request itself, so the casts below are safe.
  post('/v1/embeddings', (body, how) =>
    foundation.embeddings(withSentences(body, splitSentences) as unknown as EmbeddingsRequest, how),
  );
  post('/v1/multi-vector', (body, how) => foundation.multiVector(body as unknown as MultiVectorRequest, how));
  post('/v1/rerank', async (body, how) =>
    rerankToWire(await foundation.rerank(body as unknown as RerankRequest, how)),
  );
  post('/v1/classify', (body, how) => foundation.classify(body as unknown as ClassifyRequest, how));
  post('/v1/train', (body, how) => foundation.train(body as unknown as TrainRequest, how));
  post('/v1/chat/completions', (body, how) => foundation.chat(body as unknown as ChatRequest, how));
  for (const path of ['/', '/v1/segment']) {
    post(path, (body, how) => foundation.segment(body as unknown as SegmentRequest, how));
  }

  app.on(['GET', 'POST'], '/v1/classifiers', async (context) =>
    reply(context, await foundation.classifiers.list(call(context))),
  );
  app.delete('/v1/classifiers/:id', async (context) =>
    reply(context, await foundation.classifiers.delete(context.req.param('id'), call(context))),
  );

  app.get('/v1/models', async (context) => reply(context, await foundation.models.list(call(context))));
  // Full ids have a slash.
  app.get('/v1/models/:id{.+}', async (context) =>
    reply(context, await foundation.models.get(context.req.param('id'), call(context))),
  );

  // Beyond the API: a client cannot know otherwise which methods are behind these routes. Neither the
  // device nor stored files are reported: they are this machine's own affairs.
  app.get('/v1/capabilities', async (context) => {
    const { methods, models } = await foundation.capabilities();
    return context.json({ methods: { ...methods, read: false, search: false, ground: false }, models });
  });

  post('/v1/batch/embeddings', (body, how) =>
    foundation.batches.create(body as unknown as BatchRequest, how),
  );
  app.get('/v1/batches', async (context) =>
    reply(context, await foundation.batches.list({ ...call(context), limit: limitOf(context) })),
  );
  app.get('/v1/batch/:id', async (context) =>
    reply(context, await foundation.batches.get(context.req.param('id'), call(context))),
  );
  app.delete('/v1/batch/:id', async (context) =>
    reply(context, await foundation.batches.cancel(context.req.param('id'), call(context))),
  );
  for (const file of ['output', 'errors'] as const) {
    app.get(`/v1/batch/:id/${file}`, async (context) => {
      const lines = foundation.batches[file](context.req.param('id'), call(context));
      return context.body(await jsonLinesStream(lines), 200, { 'Content-Type': 'application/jsonl' });
    });
  }

  // The older API's bulk jobs are batches of a file's rows.
  const fileNames = new Map<string, string>();
  app.post('/v1/bulk-embeddings', async (context) => {
    const { model, fileName, input } = await bulkLines(await formOf(context));
    const status = await foundation.batches.create({ model, input }, call(context));
    const name = shortened(fileName, FILE_NAME);
    fileNames.set(status.batch_id, name);
    for (const oldest of fileNames.keys()) {
      if (fileNames.size <= FILE_NAMES) break;
      fileNames.delete(oldest);
    }
    return context.json(bulkJob(status, name));
  });
  app.get('/v1/bulk-embeddings/:id', async (context) => {
    const status = await foundation.batches.get(context.req.param('id'), call(context));
    return context.json(bulkJob(status, fileNames.get(status.batch_id) ?? ''));
  });
  app.post('/v1/bulk-embeddings/:id/download-result', async (context) => {
    const { batch_id: id } = await foundation.batches.get(context.req.param('id'), call(context));
    const path = `v1/batch/${encodeURIComponent(id)}/output`;
    const { url } = context.req;
    const base = publicUrl ?? (access.knowsHost(new URL(url).host) ? new URL('/', url) : undefined);
    return context.json({ id, download_url: base ? new URL(path, base).href : `/${path}` });
  });

  return async (request) => app.fetch(request);
}

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

/** @throws FoundationError INPUT_VALIDATION_FAILED: 415 for another media type, 422 for a body that is not a JSON object */
async function jsonBody(context: ApiContext): Promise<Body> {
  const type = context.req.header('Content-Type') ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      status: 415,
      message: `The request body must be JSON, sent with 'Content-Type: application/json'; this one says '${shortened(type)}'.`,
    });
  }
  return parseJsonBody(await arrived(context.req.text()));
}

/** @throws FoundationError INPUT_VALIDATION_FAILED (415) */
async function formOf(context: ApiContext): Promise<FormData> {
  try {
    // Read whole before it is taken apart: that it did not arrive is no fault of its format.
    const body = await arrived(context.req.arrayBuffer());
    const type = context.req.header('Content-Type') ?? '';
    return await new Response(body, { headers: { 'Content-Type': type } }).formData();
  } catch (cause) {
    if (FoundationError.isInstance(cause)) throw cause;
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      status: 415,
      message: "The request body must be a form, sent with 'Content-Type: multipart/form-data'.",
      cause,
    });
  }
}

/** A body that is being read. @throws FoundationError INPUT_VALIDATION_FAILED (400) if its sender goes away */
async function arrived<Value>(body: Promise<Value>): Promise<Value> {
  try {
    return await body;
  } catch (cause) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      status: 400,
      message: 'The request body did not arrive whole. Send it again.',
      cause,
    });
  }
}

/** Turns sentence splitting on where Jina's local server does: late chunking of a single input. */
function withSentences(body: Body, splitSentences: boolean): Body {
  const { late_chunking: lateChunking, split_sentences: requested, input } = body;
  const single = !Array.isArray(input) || input.length === 1;
  if (!splitSentences || lateChunking !== true || requested != null || !single) return body;
  return { ...body, split_sentences: true };
}

function limitOf(context: ApiContext): number {
  const text = context.req.query('limit') ?? '20';
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw invalid('limit', 'Input should be a whole number of at least 1', { type: 'int_parsing' });
}
