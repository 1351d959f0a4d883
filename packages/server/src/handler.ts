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
import { rerankToWire, toWire } from '@nearfield/spec/implement';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { type ApiKeys, requireKey } from './auth.ts';
import { bulkJob, bulkLines } from './bulk.ts';
import { asFoundationError, errorBody } from './errors.ts';
import { jsonLinesStream } from './json-lines.ts';

export interface HandlerOptions {
  /** Keys that may use the API. Default: no key is asked for. */
  apiKeys?: ApiKeys | undefined;
  /** Origins of pages that may call, `*` for all. Default: none. */
  cors?: string | readonly string[] | undefined;
  /** Bytes of a request body. Default 64 MB. */
  maxBodyBytes?: number | undefined;
  /**
   * With `late_chunking`, split a single input into sentences, as Jina's local server does. A request may say
   * otherwise with `split_sentences`. Default true.
   */
  splitSentences?: boolean | undefined;
  /** Told of errors that are not the caller's. Default: nobody. */
  onError?: ((error: FoundationError, requestId: string) => void) | undefined;
}

/** Answers one request. Fits `Bun.serve`, `Deno.serve`, Service Workers, and Node through `createNodeServer`. */
export type FetchHandler = (request: Request) => Promise<Response>;

type Variables = { Variables: { requestId: string } };
type ApiContext = Context<Variables>;
type Body = Record<string, unknown>;

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * The API's routes over any implementation of the contract, with the API's JSON, statuses and error bodies.
 */
export function createHandler(foundation: SearchFoundation, options: HandlerOptions = {}): FetchHandler {
  const app = new Hono<Variables>();
  const { apiKeys, maxBodyBytes = MAX_BODY_BYTES, splitSentences = true, onError } = options;

  const fail = (context: ApiContext, thrown: unknown): Response => {
    const requestId = context.get('requestId');
    const error = asFoundationError(thrown);
    if (error.status >= 500) onError?.(error, requestId);
    const headers = new Headers({ 'Content-Type': 'application/json', 'X-Request-Id': requestId });
    if (error.retryAfter !== undefined) headers.set('Retry-After', String(error.retryAfter));
    if (error.status === 401) headers.set('WWW-Authenticate', 'Bearer');
    return new Response(JSON.stringify(errorBody(error, requestId)), { status: error.status, headers });
  };

  app.use(async (context, next) => {
    const requestId = crypto.randomUUID().replaceAll('-', '').slice(0, 16);
    context.set('requestId', requestId);
    await next();
    context.res.headers.set('X-Request-Id', requestId);
  });
  if (options.cors !== undefined) {
    const origin = typeof options.cors === 'string' ? options.cors : [...options.cors];
    app.use(cors({ origin, exposeHeaders: ['X-Request-Id', 'Retry-After'], maxAge: 600 }));
  }
  app.onError((error, context) => fail(context, error));
  app.notFound((context) =>
    context.json({ detail: `Not Found: ${context.req.method} ${context.req.path}` }, 404),
  );

  // What a load balancer asks; open, and says nothing about the models.
  app.get('/health', (context) => context.json({ status: 'ok' }));
  app.get('/live', (context) => context.json({ status: 'live' }));
  app.get('/ready', async (context) => {
    const { implementation } = await foundation.capabilities();
    return context.json({ status: 'ready', implementation });
  });

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
  // The foundation checks every request itself: the casts below only say what it will find or refuse.
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
    fileNames.set(status.batch_id, fileName);
    return context.json(bulkJob(status, fileName));
  });
  app.get('/v1/bulk-embeddings/:id', async (context) => {
    const status = await foundation.batches.get(context.req.param('id'), call(context));
    return context.json(bulkJob(status, fileNames.get(status.batch_id) ?? ''));
  });
  app.post('/v1/bulk-embeddings/:id/download-result', async (context) => {
    const { batch_id: id } = await foundation.batches.get(context.req.param('id'), call(context));
    const url = new URL(`/v1/batch/${encodeURIComponent(id)}/output`, context.req.url);
    return context.json({ id, download_url: url.href });
  });

  return async (request) => app.fetch(request);
}

/** @throws FoundationError INPUT_VALIDATION_FAILED: 415 for another media type, 422 for what is not a JSON object */
async function jsonBody(context: ApiContext): Promise<Body> {
  const type = context.req.header('Content-Type') ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      status: 415,
      message: `The request body must be JSON, sent with 'Content-Type: application/json'; this one says '${type}'.`,
    });
  }
  const text = await context.req.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    const message = `The request body is not JSON: ${(cause as Error).message}`;
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message,
      issues: [{ field: 'body', message, type: 'json_invalid' }],
    });
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Body;
  const message = 'The request body must be a JSON object.';
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message,
    issues: [{ field: 'body', message, type: 'model_attributes_type' }],
  });
}

/** @throws FoundationError INPUT_VALIDATION_FAILED (415) */
async function formOf(context: ApiContext): Promise<FormData> {
  try {
    return await context.req.formData();
  } catch (cause) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      status: 415,
      message: "The request body must be a form, sent with 'Content-Type: multipart/form-data'.",
      cause,
    });
  }
}

/** Turns sentence splitting on where Jina's local server does: late chunking of a single input. */
function withSentences(body: Body, splitSentences: boolean): Body {
  const { late_chunking: lateChunking, split_sentences: asked, input } = body;
  const single = !Array.isArray(input) || input.length === 1;
  if (!splitSentences || lateChunking !== true || asked != null || !single) return body;
  return { ...body, split_sentences: true };
}

function limitOf(context: ApiContext): number {
  const text = context.req.query('limit') ?? '20';
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1) return limit;
  const message = 'Input should be a whole number of at least 1';
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `Validation error: 'limit': ${message}`,
    param: 'limit',
    issues: [{ field: 'limit', message, type: 'int_parsing' }],
  });
}
