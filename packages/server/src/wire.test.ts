import { HashedFoundation } from '@nearfield/hashed-foundation';
import { FoundationError } from '@nearfield/spec';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { createHandler, type HandlerOptions, type RequestLog } from './handler.ts';
import type { ServedIndex } from './indexes.ts';
import { createLimiter } from './limiter.ts';

function setUp(options: HandlerOptions = {}) {
  const foundation = new HashedFoundation();
  const handler = createHandler(foundation, options);
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    handler(
      new Request(`http://localhost${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
      } as RequestInit),
    );
  return { foundation, send };
}

const warning = (response: Response): string | null => response.headers.get('X-Nearfield-Warning');
const embeddingsOf = async (response: Response): Promise<unknown[]> => {
  expect(response.status, await response.clone().text()).toBe(200);
  return ((await response.json()) as { data: { embedding: unknown }[] }).data.map(
    ({ embedding }) => embedding,
  );
};

describe('requests as clients send them', () => {
  const { send } = setUp();
  const strict = setUp({ strict: true });
  const embed = (fields: object) => send('POST', '/v1/embeddings', { input: ['a house'], ...fields });

  it('v3 without a task has Jina’s local server’s', async () => {
    const v3 = { model: 'jina-embeddings-v3' };
    expect(await embeddingsOf(await embed(v3))).toEqual(
      await embeddingsOf(await embed({ ...v3, task: 'text-matching' })),
    );
  });

  it.each([
    ['all-MiniLM-L6-v2', { task: 'text-matching' }, {}, /no tasks/],
    ['jina-clip-v2', { task: 'retrieval.passage' }, {}, /without a prompt/],
    ['jina-embeddings-v4', { task: 'retrieval' }, { task: 'retrieval.query' }, /retrieval\.query/],
  ])('%s with %j is %j, and says so', async (model, sent, meant, says) => {
    const response = await embed({ model, ...sent });
    expect(warning(response)).toMatch(says);
    expect(await embeddingsOf(response)).toEqual(await embeddingsOf(await embed({ model, ...meant })));
    const refused = await strict.send('POST', '/v1/embeddings', { model, input: ['a house'], ...sent });
    expect(refused.status).toBe(422);
  });

  it('fields that change nothing are taken, others refused by name', async () => {
    const rerank = { model: 'jina-reranker-v3', query: 'a', documents: ['a', 'b'] };
    const idle: [string, object][] = [
      ['/v1/segment', { content: 'a', api_key: 'x' }],
      ['/v1/rerank', { ...rerank, max_chunks_per_doc: 10, rank_fields: ['text'], user: 'me' }],
      ['/v1/embeddings', { model: 'jina-embeddings-v3', input: 'a', output_dtype: 'float' }],
    ];
    for (const [path, body] of idle) {
      const response = await send('POST', path, body);
      expect(response.status, path).toBe(200);
      expect(warning(response)).toBeNull();
      expect((await strict.send('POST', path, body)).status, path).toBe(422);
    }
    const other = await send('POST', '/v1/embeddings', {
      model: 'jina-embeddings-v3',
      input: 'a',
      output_dtype: 'int8',
    });
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({ error: { param: 'output_dtype' } });
  });

  it('rerank without a model takes the one of the local server', async () => {
    const answer = await send('POST', '/v1/rerank', { query: 'a', documents: ['a', 'b'] });
    expect(await answer.json()).toMatchObject({ model: 'jina-reranker-v3', results: [{ index: 0 }, {}] });
    const own = setUp({ reranker: 'jina-reranker-v1-turbo-en' });
    const other = await own.send('POST', '/v1/rerank', { query: 'a', documents: ['a'] });
    expect(await other.json()).toMatchObject({ model: 'jina-reranker-v1-turbo-en' });
  });

  it('a model beside a classifier is the classifier’s', async () => {
    const model = 'jina-embeddings-v3';
    const input = ['good', 'bad'].map((text) => ({ text, label: text }));
    const { classifier_id } = (await (await send('POST', '/v1/train', { model, input })).json()) as {
      classifier_id: string;
    };
    const answer = await send('POST', '/v1/classify', { classifier_id, model, input: ['good'], labels: [] });
    expect(await answer.json()).toMatchObject({ data: [{ prediction: 'good' }] });
  });

  it('images by the older names', async () => {
    const model = 'jina-clip-v2';
    const image = 'iVBORw0KGgo=';
    const expected = await embeddingsOf(await send('POST', '/v1/embeddings', { model, input: [{ image }] }));
    for (const input of [[{ bytes: image }], [{ url: image }]]) {
      expect(await embeddingsOf(await send('POST', '/v1/embeddings', { model, input }))).toEqual(expected);
    }
  });
});

describe('methods', () => {
  const { send } = setUp();
  it.each([
    ['GET', '/v1/embeddings', 'POST, OPTIONS'],
    ['PUT', '/v1/models', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/v1/batch/x', 'GET, HEAD, DELETE, OPTIONS'],
    ['DELETE', '/v1/models/jina-ai/x', 'GET, HEAD, OPTIONS'],
  ])('%s %s is answered with those that are there', async (method, path, allowed) => {
    const response = await send(method, path);
    expect(response.status).toBe(405);
    expect(response.headers.get('Allow')).toBe(allowed);
    const asked = await send('OPTIONS', path);
    expect(asked.status).toBe(204);
    expect(asked.headers.get('Allow')).toBe(allowed);
  });

  it('HEAD has the headers of GET', async () => {
    const response = await send('HEAD', '/v1/models');
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toContain('application/json');
    expect(await response.text()).toBe('');
  });

  it('a slash at the end is no other path', async () => {
    expect((await send('GET', '/v1/models/')).status).toBe(200);
    expect((await send('OPTIONS', '/v1/nothing')).status).toBe(404);
  });

  it('GET counts tokens', async () => {
    const content = 'How many tokens?';
    const counted = await (await send('GET', `/?content=${encodeURIComponent(content)}`)).json();
    const { num_tokens } = (await (await send('POST', '/v1/segment', { content })).json()) as {
      num_tokens: number;
    };
    expect(counted).toMatchObject({ num_tokens, tokenizer: 'cl100k_base' });
    expect((await send('GET', '/v1/segment')).status).toBe(422);
    expect(await (await send('GET', '/')).json()).toMatchObject({ docs: '/docs' });
  });
});

describe('bodies', () => {
  const { send } = setUp({ maxBodyBytes: 10_000 });
  const compressed = async (text: string, encoding: CompressionFormat) =>
    new Uint8Array(
      await new Response(
        new Blob([text]).stream().pipeThrough(new CompressionStream(encoding)),
      ).arrayBuffer(),
    );
  const post = (body: Uint8Array, encoding: string) =>
    send('POST', '/v1/segment', body, { 'Content-Type': 'application/json', 'Content-Encoding': encoding });

  it('may be compressed', async () => {
    for (const encoding of ['gzip', 'deflate'] as const) {
      const response = await post(await compressed('{"content":"a b"}', encoding), encoding);
      expect(response.status, encoding).toBe(200);
    }
  });

  it('are as large as they become', async () => {
    const bomb = await compressed(`{"content":"${'a'.repeat(1_000_000)}"}`, 'gzip');
    expect(bomb.length).toBeLessThan(10_000);
    expect((await post(bomb, 'gzip')).status).toBe(413);
    expect((await post(new Uint8Array([1, 2, 3]), 'gzip')).status).toBe(400);
    expect((await post(new Uint8Array([1, 2, 3]), 'br')).status).toBe(415);
  });

  it('of answers are compressed for those who take it', async () => {
    const response = await send('GET', '/v1/models', undefined, { 'Accept-Encoding': 'gzip' });
    expect(response.headers.get('Content-Encoding')).toBe('gzip');
    const stream = response.body!.pipeThrough(new DecompressionStream('gzip'));
    expect(await new Response(stream).json()).toHaveProperty('data');
  });
});

describe('headers', () => {
  it('a caller’s request id comes back; one that is none does not', async () => {
    const { send } = setUp();
    const id = async (sent: string) =>
      (await send('GET', '/health', undefined, { 'X-Request-Id': sent })).headers.get('X-Request-Id');
    expect(await id('trace-1.2:3')).toBe('trace-1.2:3');
    expect(await id('a"b')).toMatch(/^[0-9a-f]{16}$/);
    expect(await id('x'.repeat(200))).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    ['NOT_SUPPORTED', 400, 'false'],
    ['DOWNLOAD_FAILED', 424, 'false'],
    ['SELF_CHECK_FAILED', 424, 'false'],
    ['STORAGE_QUOTA_EXCEEDED', 424, 'false'],
    ['CONFLICT_RESOURCE_BUSY', 409, null],
    ['SERVICE_UNAVAILABLE', 503, null],
  ] as const)('%s is %i, X-Should-Retry: %s', async (code, status, retry) => {
    const { send, foundation } = setUp();
    // A file's own 503 is not the server's.
    foundation.failWith = new FoundationError({
      code,
      message: 'no',
      ...(status === 424 && { status: 503 }),
    });
    const response = await send('POST', '/v1/embeddings', { model: 'jina-embeddings-v3', input: 'a' });
    expect(response.status).toBe(status);
    expect(response.headers.get('X-Should-Retry')).toBe(retry);
  });

  it('limits are told, and refuse with the time to wait', async () => {
    const { send } = setUp({ limiter: createLimiter({ requestsPerMinute: 2, tokensPerMinute: 1000 }) });
    const ask = () => send('POST', '/v1/embeddings', { model: 'jina-embeddings-v3', input: 'two words' });
    const first = await ask();
    expect(first.headers.get('X-RateLimit-Limit-Requests')).toBe('2');
    expect(first.headers.get('X-RateLimit-Remaining-Requests')).toBe('1');
    expect(Number(first.headers.get('X-RateLimit-Remaining-Tokens'))).toBeLessThan(1000);
    await ask();
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'RATE_REQUEST_LIMIT_EXCEEDED' });
    // Another key is another caller.
    const other = await send('POST', '/v1/segment', { content: 'a' }, { Authorization: 'Bearer other' });
    expect(other.status).toBe(200);
  });

  it('requests beyond those at a time are refused at once, and let in again after', async () => {
    const { send, foundation } = setUp({ limiter: createLimiter({ concurrency: 1, queue: 2 }) });
    const segment = foundation.segment.bind(foundation);
    let go = (): void => {};
    const going = new Promise<void>((resolve) => {
      go = resolve;
    });
    foundation.segment = async (request) => {
      await going;
      return segment(request);
    };
    const ask = (key: string) =>
      send('POST', '/v1/segment', { content: 'a' }, { Authorization: `Bearer ${key}` });
    const first = ask('one');
    const same = await ask('one');
    const second = ask('two');
    const full = await ask('three');
    expect([same.status, full.status]).toEqual([429, 503]);
    expect(await same.json()).toMatchObject({ code: 'RATE_CONCURRENCY_LIMIT_EXCEEDED' });
    expect(full.headers.get('Retry-After')).toBe('5');
    go();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect((await ask('three')).status).toBe(200);
  });

  it('the log has no contents', async () => {
    const log: RequestLog[] = [];
    const { send } = setUp({ onRequest: (entry) => log.push(entry) });
    await send('POST', '/v1/embeddings', { model: 'jina-embeddings-v3', input: 'secret' });
    await send('GET', '/v1/batch/secret');
    await send('GET', '/secret');
    expect(log).toMatchObject([
      { method: 'POST', route: '/v1/embeddings', status: 200, model: 'jina-embeddings-v3' },
      { method: 'GET', route: '/v1/batch/:id', status: 404, code: 'RESOURCE_NOT_FOUND' },
      { method: 'GET', route: '*', status: 404 },
    ]);
    expect(log[0]!.tokens).toBeGreaterThan(0);
    expect(JSON.stringify(log)).not.toContain('secret');
  });
});

interface OpenApi {
  paths: Record<string, Record<string, { requestBody?: unknown; responses: Record<string, unknown> }>>;
  components: { schemas: Record<string, object> };
}

/** An index that has one document, which answers everything: how indexes answer is tested where they are. */
const index: ServedIndex = {
  languages: ['en'],
  search: async () => ({ results: [found], meaning: 'none', problems: [] }),
  related: async () => [found],
  facets: async () => ({ kind: { x: 1 } }),
};
const found = {
  id: 'a',
  title: 'A',
  url: '/a',
  breadcrumbs: [],
  score: 1,
  passages: [{ headings: [], anchor: '', text: 'a', score: 1 }],
};

describe('/openapi.json', async () => {
  const { send } = setUp({ metrics: async () => '', indexes: { docs: index } });
  const document = (await (await send('GET', '/openapi.json')).json()) as OpenApi;
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addSchema({ $id: 'own', components: document.components });
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );

  it('has every path with all of its methods, and no other', async () => {
    expect(operations.length).toBeGreaterThan(25);
    for (const path of Object.keys(document.paths)) {
      const plain = path.replace(/\{\w+\}/g, 'x');
      const served = (await send('OPTIONS', plain)).headers.get('Allow')!.split(', ');
      // A batch's id could be the name of another path.
      const described = Object.entries(document.paths)
        .filter(([other]) => new RegExp(`^${other.replace(/\{\w+\}/g, '[^/]+')}$`).test(plain))
        .flatMap(([, methods]) => Object.keys(methods).map((method) => method.toUpperCase()));
      expect(served.filter((method) => method !== 'OPTIONS' && method !== 'HEAD').sort(), path).toEqual(
        described.sort(),
      );
    }
  });

  const model = 'jina-embeddings-v3';
  it.each<[string, string, string, unknown]>([
    [
      'POST',
      '/v1/embeddings',
      'EmbeddingsRequest',
      { model, input: ['a', 'b'], embedding_type: ['float', 'binary'] },
    ],
    ['POST', '/v1/embeddings', 'EmbeddingsRequest', { model, input: 'a', embedding_type: 'base64' }],
    ['POST', '/v1/multi-vector', 'MultiVectorRequest', { model: 'jina-colbert-v2', input: 'a' }],
    ['POST', '/v1/rerank', 'RerankRequest', { query: 'a', documents: ['a', { text: 'b' }] }],
    ['POST', '/v1/classify', 'ClassifyRequest', { model, input: ['a'], labels: ['a', 'b'] }],
    ['POST', '/v1/classify', 'ClassifyRequest', { model, input: ['a'], labels: { tone: ['a', 'b'] } }],
    ['POST', '/v1/segment', 'SegmentRequest', { content: 'a. b.', return_chunks: true, return_tokens: true }],
    ['POST', '/v1/batch/embeddings', 'BatchRequest', { model, input: [{ body: { input: 'a' } }] }],
    ['GET', '/v1/indexes', '', undefined],
    ['GET', '/v1/indexes/docs', '', undefined],
    ['GET', '/v1/indexes/docs/facets', '', undefined],
    ['POST', '/v1/indexes/docs/search', 'IndexSearchRequest', { query: 'a', meaning: 'table', limit: 3 }],
    ['POST', '/v1/indexes/docs/related', 'IndexRelatedRequest', { id: 'a', filters: { kind: ['x'] } }],
    ['GET', '/v1/models', '', undefined],
    ['GET', '/v1/models/jina-ai/jina-embeddings-v3', '', undefined],
    ['GET', '/v1/capabilities', '', undefined],
    ['GET', '/v1/batches', '', undefined],
    ['GET', '/ready', '', undefined],
  ])('%s %s is as described', async (method, path, request, body) => {
    const errors = (name: string, value: unknown) => {
      const validate = ajv.compile({ $ref: `own#/components/schemas/${name}` });
      return validate(value) ? [] : validate.errors;
    };
    if (request) expect(errors(request, body)).toEqual([]);
    const response = await send(method, path, body);
    expect(response.status).toBe(200);
    const described =
      document.paths[path.replace(/(models)\/.+/, '$1/{id}').replace('/docs', '/{id}')]![
        method.toLowerCase()
      ]!;
    const schema = JSON.stringify(described.responses['200']).match(/schemas\/(\w+)/)![1]!;
    expect(errors(schema, await response.json())).toEqual([]);
  });

  it('describes errors', async () => {
    const validate = ajv.compile({ $ref: 'own#/components/schemas/Error' });
    for (const body of [{}, { model: 'nobody', input: 'a' }]) {
      expect(validate(await (await send('POST', '/v1/embeddings', body)).json())).toBe(true);
    }
  });

  it('/docs is a page of the same routes', async () => {
    const page = await (await send('GET', '/docs')).text();
    for (const operation of operations) expect(page).toContain(`${operation.split(' ')[1]}</code>`);
    expect(page).toContain('curl http://localhost/v1/embeddings');
  });
});
