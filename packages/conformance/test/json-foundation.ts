import type { FetchHandler } from '@nearfield/server';
import {
  type BatchOutputLine,
  type CallOptions,
  type EmbeddingType,
  type ErrorCode,
  type FieldIssue,
  FoundationError,
  type SearchFoundation,
} from '@nearfield/spec';
import {
  type EmbeddingsBody,
  embeddingsFromWire,
  fusionFromWire,
  isErrorCode,
} from '@nearfield/spec/implement';
import { expect } from 'vitest';
import { type SchemaName, shapeErrors } from '../src/openapi.ts';

type Method = 'GET' | 'POST' | 'DELETE';

/** The document's flat form, and OpenAI's object beside it. */
interface ErrorBody {
  detail: string;
  code: ErrorCode;
  request_id: string;
  errors?: FieldIssue[];
  error: { message: string; type: string; param: string | null; code: string };
}

/** The error that a body tells of, after a look at whether it is all there. */
function errorOf({ status, headers }: Response, body: ErrorBody): FoundationError {
  expect(shapeErrors('ErrorResponse', body)).toEqual([]);
  const { code, detail: message, request_id: requestId, errors: issues, error } = body;
  if (status === 422) {
    expect(shapeErrors('HTTPValidationError', body)).toEqual([]);
    expect(issues?.length).toBeGreaterThan(0);
  }
  expect(isErrorCode(code)).toBe(true);
  expect(requestId).toBe(headers.get('X-Request-Id'));
  expect(error.message).toBe(message);
  return new FoundationError({ code, message, status, requestId, issues, param: error.param ?? undefined });
}

/** An answer to a list of encodings: the document lets a request ask for it and has no schema for what comes. */
const isBeyond = (answer: unknown): boolean => {
  const { embedding, embeddings } = ((answer as { data?: unknown[] }).data?.[0] ?? {}) as {
    embedding?: unknown;
    embeddings?: unknown[];
  };
  const first = embedding ?? embeddings?.[0];
  return typeof first === 'object' && !Array.isArray(first);
};

/**
 * The server's JSON as it is, for the suite: requests are sent without a look at them, every body that comes back is
 * held against the OpenAPI document before anything is made of it.
 */
export function jsonFoundation(handler: FetchHandler): SearchFoundation {
  async function send(
    method: Method,
    path: string,
    body: unknown,
    { signal }: CallOptions = {},
  ): Promise<Response> {
    const request = new Request(`http://localhost${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(signal && { signal }),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const response = await handler(request);
    // Whoever hangs up hears nothing any more.
    signal?.throwIfAborted();
    expect(response.headers.get('X-Request-Id')).toMatch(/^[0-9a-f]{16}$/);
    if (!response.ok) throw errorOf(response, (await response.json()) as ErrorBody);
    return response;
  }

  async function json(
    schema: SchemaName | undefined,
    method: Method,
    path: string,
    body: unknown,
    options?: CallOptions,
  ): Promise<never> {
    const response = await send(method, path, body, options);
    expect(response.headers.get('Content-Type')).toMatch(/^application\/json\b/);
    const answer: unknown = await response.json();
    if (schema && !isBeyond(answer)) expect(shapeErrors(schema, answer)).toEqual([]);
    return answer as never;
  }

  async function vectors(path: string, request: unknown, options?: CallOptions): Promise<never> {
    const body: EmbeddingsBody = await json('EmbeddingResponse', 'POST', path, request, options);
    const { encoding_type, encoding_format, embedding_types, embedding_type } = (request ?? {}) as Record<
      string,
      unknown
    >;
    const asked = embedding_type ?? encoding_type ?? encoding_format ?? embedding_types ?? 'float';
    return embeddingsFromWire(body, asked as EmbeddingType) as never;
  }

  async function* lines(path: string, options?: CallOptions): AsyncGenerator<BatchOutputLine> {
    const response = await send('GET', path, undefined, options);
    expect(response.headers.get('Content-Type')).toBe('application/jsonl');
    for (const line of (await response.text()).split('\n').filter((text) => text !== '')) {
      const value = JSON.parse(line);
      const body = value.response?.body as EmbeddingsBody | undefined;
      yield body
        ? { ...value, response: { ...value.response, body: embeddingsFromWire(body, 'float') } }
        : value;
    }
  }

  const idOf = (id: unknown): string => encodeURIComponent(String(id));
  const noRoute = async (): Promise<never> => {
    throw new FoundationError({ code: 'NOT_SUPPORTED', message: 'The server has no route for it.' });
  };

  return {
    embeddings: (request, options) => vectors('/v1/embeddings', request, options),
    multiVector: (request, options) => vectors('/v1/multi-vector', request, options),
    rerank: async (request, options) => {
      const answer: { results: { embedding?: number[] | null }[]; fusion?: unknown } = await json(
        'RerankingResponse',
        'POST',
        '/v1/rerank',
        request,
        options,
      );
      const results = answer.results.map(({ embedding, ...rest }) => ({
        ...rest,
        ...(embedding ? { embedding: Float32Array.from(embedding) } : {}),
      }));
      const { fusion: wire, ...rest } = answer;
      const fusion = fusionFromWire(wire);
      return { ...rest, results, ...(fusion && { fusion }) } as never;
    },
    classify: (request, options) => json('ClassificationResponse', 'POST', '/v1/classify', request, options),
    train: (request, options) => json('TrainingResponse', 'POST', '/v1/train', request, options),
    segment: (request, options) => json(undefined, 'POST', '/v1/segment', request, options),
    chat: (request, options) => json(undefined, 'POST', '/v1/chat/completions', request, options),
    classifiers: {
      list: (options) => json(undefined, 'GET', '/v1/classifiers', undefined, options),
      delete: (id, options) => json(undefined, 'DELETE', `/v1/classifiers/${idOf(id)}`, undefined, options),
    },
    models: {
      list: (options) => json('ModelListResponse', 'GET', '/v1/models', undefined, options),
      get: (id, options) => json('ModelInfo', 'GET', `/v1/models/${idOf(id)}`, undefined, options),
    },
    batches: {
      create: (request, options) => json('BatchStatus', 'POST', '/v1/batch/embeddings', request, options),
      get: (id, options) => json('BatchStatus', 'GET', `/v1/batch/${idOf(id)}`, undefined, options),
      list: ({ limit, ...options } = {}) =>
        json(
          undefined,
          'GET',
          `/v1/batches${limit === undefined ? '' : `?limit=${limit}`}`,
          undefined,
          options,
        ),
      cancel: (id, options) => json('BatchStatus', 'DELETE', `/v1/batch/${idOf(id)}`, undefined, options),
      output: (id, options) => lines(`/v1/batch/${idOf(id)}/output`, options),
      errors: (id, options) => lines(`/v1/batch/${idOf(id)}/errors`, options),
    },
    read: noRoute,
    search: noRoute,
    ground: noRoute,
    capabilities: async () => {
      const { methods, models } = await json(undefined, 'GET', '/v1/capabilities', undefined);
      return { implementation: 'remote', methods, models };
    },
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
