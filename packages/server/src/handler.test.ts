import { HashedFoundation } from '@nearfield/hashed-foundation';
import { FoundationError } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { createHandler, type HandlerOptions } from './handler.ts';

const model = 'jina-embeddings-v3';

function setUp(options: HandlerOptions = {}) {
  const foundation = new HashedFoundation();
  const handler = createHandler(foundation, options);
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    handler(
      new Request(`http://localhost${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
  return { foundation, send };
}

describe('wire encodings', () => {
  const { send } = setUp();
  const embed = async (fields: object) =>
    (await (
      await send('POST', '/v1/embeddings', { model, input: ['a house'], dimensions: 32, ...fields })
    ).json()) as {
      data: { embedding: unknown }[];
    };

  it('float is a list of numbers', async () => {
    const body = await embed({});
    expect(Object.keys(body)).toEqual(['model', 'object', 'usage', 'data']);
    const { embedding } = body.data[0]!;
    expect(embedding).toHaveLength(32);
    expect(Math.hypot(...(embedding as number[]))).toBeCloseTo(1, 6);
  });

  it('OpenAI clients ask for base64 by their own name', async () => {
    const floats = (await embed({})).data[0]!.embedding as number[];
    const { embedding } = (await embed({ encoding_format: 'base64', user: 'someone' })).data[0]!;
    const bytes = Buffer.from(embedding as string, 'base64');
    expect(bytes).toHaveLength(128);
    expect(bytes.readFloatLE(0)).toBe(Math.fround(floats[0]!));
  });

  it('bits are numbers, and a list is an object', async () => {
    const { embedding } = (await embed({ embedding_type: ['binary', 'ubinary'] })).data[0]!;
    const { binary, ubinary } = embedding as { binary: number[]; ubinary: number[] };
    expect(binary).toHaveLength(4);
    expect(binary).toEqual(ubinary.map((byte) => byte - 128));
  });
});

describe('late chunking of a single input', () => {
  const request = { model, input: ['One. Two. Three.'], late_chunking: true };
  const count = async (options: HandlerOptions, fields: object) => {
    const response = await setUp(options).send('POST', '/v1/embeddings', { ...request, ...fields });
    return ((await response.json()) as { data: unknown[] }).data.length;
  };

  it('is split into sentences, as Jina’s local server does', async () => {
    expect(await count({}, {})).toBe(3);
    expect(await count({}, { split_sentences: false })).toBe(1);
    expect(await count({}, { input: ['One. Two.', 'Three.'] })).toBe(2);
    expect(await count({ splitSentences: false }, {})).toBe(1);
  });
});

describe('errors', () => {
  const { send, foundation } = setUp();
  const embeddings = (body: unknown, headers?: Record<string, string>) =>
    send('POST', '/v1/embeddings', body, headers);

  it('has the document’s flat form and OpenAI’s object', async () => {
    const response = await embeddings({ model: 'jina-embeddings-v33', input: 'a' });
    expect(response.status).toBe(400);
    const body = await response.json();
    expect(body).toEqual({
      detail: expect.stringContaining('jina-embeddings-v3'),
      request_id: response.headers.get('X-Request-Id'),
      code: 'INPUT_MODEL_NOT_FOUND',
      error: {
        message: expect.stringContaining('jina-embeddings-v3'),
        type: 'invalid_request_error',
        param: 'model',
        code: 'model_not_found',
      },
    });
    expect(response.headers.get('X-Should-Retry')).toBe('false');
  });

  it('a request that does not fit lists every field', async () => {
    const response = await embeddings({ model, input: 'a', dimensions: 0, normalized: 'yes' });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      detail: expect.stringContaining('2 fields'),
      request_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      errors: [
        { field: 'normalized', message: 'normalized must be true or false.' },
        { field: 'dimensions', message: 'Input should be greater than 0' },
      ],
    });
  });

  it.each([
    ['{"model":', 422, /not JSON/],
    ['', 422, /not JSON/],
    ['[]', 422, /must be a JSON object/],
    ['"a"', 422, /must be a JSON object/],
    ['null', 422, /must be a JSON object/],
  ])('the body %j', async (text, status, message) => {
    const response = await embeddings(text);
    expect(response.status).toBe(status);
    const body = (await response.json()) as { detail: string; errors: { field: string }[] };
    expect(body.detail).toMatch(message);
    expect(body.errors[0]!.field).toBe('body');
  });

  it('another media type', async () => {
    const response = await embeddings('model=x', { 'Content-Type': 'application/x-www-form-urlencoded' });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({
      detail: expect.stringContaining('application/json'),
    });
    expect(
      (await embeddings({ model, input: 'a' }, { 'Content-Type': 'application/json; charset=utf-8' })).status,
    ).toBe(200);
  });

  it('a body that is too large', async () => {
    const small = setUp({ maxBodyBytes: 100 });
    const response = await small.send('POST', '/v1/embeddings', { model, input: 'a'.repeat(100) });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      detail: expect.stringContaining('100 bytes'),
    });
    expect(small.foundation.calls).toHaveLength(0);
  });

  it('a path that is not there', async () => {
    const response = await send('GET', '/v2/nothing');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      detail: expect.stringContaining('Not Found: GET /v2/nothing'),
      code: 'RESOURCE_NOT_FOUND',
    });
  });

  it('unexpected ones are told to the log, not to the caller', async () => {
    const told: unknown[] = [];
    const logged = setUp({ onError: (error) => told.push(error.cause) });
    const cause = new TypeError('inner');
    logged.foundation.failWith = cause;
    const response = await logged.send('POST', '/v1/embeddings', { model, input: 'a' });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('inner');
    expect(told).toEqual([cause]);
  });

  it('Retry-After', async () => {
    foundation.failWith = new FoundationError({
      code: 'CONFLICT_RESOURCE_BUSY',
      message: 'busy',
      retryAfter: 2,
    });
    const response = await embeddings({ model, input: 'a' });
    expect(response.status).toBe(409);
    expect(response.headers.get('Retry-After')).toBe('2');
  });
});

describe('keys', () => {
  const { send } = setUp({ apiKeys: ['one', 'two'] });
  const list = (authorization?: string) =>
    send('GET', '/v1/models', undefined, authorization === undefined ? {} : { Authorization: authorization });

  it.each([
    [undefined, 401, 'AUTH_MISSING_API_KEY'],
    ['Bearer', 401, 'AUTH_INVALID_FORMAT'],
    ['Basic one', 401, 'AUTH_INVALID_FORMAT'],
    ['Bearer three', 401, 'AUTH_INVALID_API_KEY'],
    ['Bearer on', 401, 'AUTH_INVALID_API_KEY'],
  ])('%s', async (authorization, status, code) => {
    const response = await list(authorization);
    expect(response.status).toBe(status);
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
    const body = (await response.json()) as { detail: unknown; code: string };
    expect(body).toMatchObject({ detail: expect.any(String), code });
  });

  it('any of them lets in; health needs none', async () => {
    expect((await list('Bearer one')).status).toBe(200);
    expect((await list('bearer two')).status).toBe(200);
    expect((await send('GET', '/health')).status).toBe(200);
    expect((await send('GET', '/ready')).status).toBe(200);
    expect((await send('GET', '/live')).status).toBe(200);
  });

  it('a function may decide', async () => {
    const decided = setUp({ apiKeys: async (key) => key.startsWith('x') });
    const status = async (key: string) =>
      (await decided.send('GET', '/v1/models', undefined, { Authorization: `Bearer ${key}` })).status;
    expect(await status('xyz')).toBe(200);
    expect(await status('abc')).toBe(401);
  });
});

describe('pages of other origins', () => {
  const origin = 'https://page.example';
  const preflight = (options: HandlerOptions) =>
    setUp(options).send('OPTIONS', '/v1/embeddings', undefined, {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type',
    });

  it('are not let in by default', async () => {
    expect((await preflight({})).headers.get('Access-Control-Allow-Origin')).toBeNull();
  });

  it('are let in where they are named, also with keys', async () => {
    const response = await preflight({ cors: [origin], apiKeys: ['one'] });
    expect(response.status).toBe(204);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(origin);
    expect(
      (await preflight({ cors: ['https://other.example'] })).headers.get('Access-Control-Allow-Origin'),
    ).toBeNull();
    const answer = await setUp({ cors: '*', apiKeys: ['one'] }).send('GET', '/v1/models', undefined, {
      Origin: origin,
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*');
  });
});

describe('every route', () => {
  const { send } = setUp();
  const labelled = [
    { text: 'good', label: 'up' },
    { text: 'bad', label: 'down' },
  ];
  it.each([
    ['POST', '/v1/embeddings', { model, input: 'a' }],
    ['POST', '/v1/multi-vector', { model: 'jina-colbert-v2', input: 'a' }],
    ['POST', '/v1/rerank', { model: 'jina-reranker-v3', query: 'a', documents: ['a'] }],
    ['POST', '/v1/classify', { model, input: 'a', labels: ['a', 'b'] }],
    ['POST', '/v1/train', { model, input: labelled }],
    ['GET', '/v1/classifiers', undefined],
    ['POST', '/v1/classifiers', undefined],
    ['GET', '/v1/models', undefined],
    ['GET', '/v1/models/jina-embeddings-v3', undefined],
    ['GET', '/v1/models/jina-ai/jina-embeddings-v3', undefined],
    ['POST', '/v1/batch/embeddings', { model, input: [{ body: { input: 'a' } }] }],
    ['GET', '/v1/batches?limit=3', undefined],
    ['POST', '/v1/segment', { content: 'a' }],
    ['POST', '/', { content: 'a' }],
  ])('%s %s', async (method, path, body) => {
    const response = await send(method, path, body);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toContain('application/json');
    expect(response.headers.get('X-Request-Id')).toMatch(/^[0-9a-f]{16}$/);
    await response.json();
  });

  it('a method that the foundation does not have', async () => {
    const response = await send('POST', '/v1/chat/completions', { model: 'm', messages: [] });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'NOT_SUPPORTED' });
  });

  it.each(['0', '-1', 'x', '1.5'])('limit=%s', async (limit) => {
    expect((await send('GET', `/v1/batches?limit=${limit}`)).status).toBe(422);
  });
});
