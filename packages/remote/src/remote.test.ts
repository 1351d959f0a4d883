import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FoundationError } from '@nearfield/spec';
import { serializeError, vectorToBase64 } from '@nearfield/spec/implement';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRemote, type RemoteOptions } from './index.ts';

const KEY = 'jina_0123456789abcdef';
const model = 'jina-embeddings-v3';
const good = {
  model,
  object: 'list',
  usage: { total_tokens: 3 },
  data: [{ object: 'embedding', index: 0, embedding: vectorToBase64(Float32Array.of(0.6, -0.8)) }],
};

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const servers: Server[] = [];

/** A server that answers as told and remembers what it was asked. */
async function serve(answer: Answer): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
      answer(request, response, body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
});

const ask = (url: string, options: RemoteOptions = {}) =>
  createRemote({ retries: 0, baseUrl: url, apiKey: KEY, ...options }).embeddings({ model, input: 'a' });

async function failure(promise: Promise<unknown>): Promise<FoundationError> {
  const error = await promise.then(
    () => new Error('The call was expected to fail.'),
    (reason: unknown) => reason,
  );
  if (!FoundationError.isInstance(error)) throw error;
  expect(JSON.stringify(serializeError(error))).not.toContain(KEY);
  return error;
}

describe('a request', () => {
  it('is one POST with the key, asking for base64 where floats are wanted', async () => {
    const { url, seen } = await serve(json(200, good));
    const { data, usage } = await ask(url, { headers: { 'X-Team': 'search' } });
    expect(data[0]!.embedding).toEqual(Float32Array.of(0.6, -0.8));
    expect(usage).toEqual({ total_tokens: 3, prompt_tokens: 3 });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/v1/embeddings',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', 'x-team': 'search' },
    });
    // Defaults that change nothing are not sent.
    expect(JSON.parse(seen[0]!.body)).toEqual({ model, input: 'a', embedding_type: 'base64' });
  });

  it('sends what was given, under the API’s names, and fields that are newer than we are', async () => {
    const { url, seen } = await serve(json(200, good));
    const request = {
      model,
      input: ['a'],
      encoding_format: 'float',
      task_type: 'text-matching',
      dimensions: 2,
      brand_new: 1,
    };
    await createRemote({ retries: 0, baseUrl: url }).embeddings(request as never);
    expect(JSON.parse(seen[0]!.body)).toEqual({
      model,
      input: ['a'],
      embedding_type: 'base64',
      task: 'text-matching',
      dimensions: 2,
      brand_new: 1,
    });
    expect(seen[0]!.headers.authorization).toBeUndefined();
  });

  it('asks for a list of types once, as base64, because the API fails on lists', async () => {
    const { url, seen } = await serve(json(200, good));
    const { data } = await createRemote({ retries: 0, baseUrl: url }).embeddings({
      model,
      input: 'a',
      embedding_type: ['float', 'ubinary'],
    });
    expect(JSON.parse(seen[0]!.body).embedding_type).toBe('base64');
    expect(data[0]!.embedding).toEqual({ float: Float32Array.of(0.6, -0.8), ubinary: Uint8Array.of(128) });
  });

  it('is checked before it is sent', async () => {
    const { url, seen } = await serve(json(200, good));
    expect(
      await failure(createRemote({ retries: 0, baseUrl: url }).embeddings({ model, input: [] })),
    ).toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      param: 'input',
    });
    expect(seen).toHaveLength(0);
  });

  it.each(['', '/', '/v1', '/v1/', '/proxy/v1'])('understands the base URL %j', async (path) => {
    const { url, seen } = await serve(json(200, good));
    await ask(url + path);
    expect(seen[0]!.url).toBe(path.startsWith('/proxy') ? '/proxy/v1/embeddings' : '/v1/embeddings');
  });

  it('puts results in the order of the inputs', async () => {
    const item = (index: number) => ({ index, embedding: [index] });
    const { url } = await serve(json(200, { ...good, data: [item(2), item(0), item(1)] }));
    const { data } = await createRemote({ retries: 0, baseUrl: url }).embeddings({
      model,
      input: ['a', 'b', 'c'],
    });
    expect(data.map(({ index, embedding }) => [index, embedding[0]])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });
});

describe('error bodies', () => {
  const id = 'r-1';
  it.each([
    [
      'nested',
      400,
      { detail: { message: 'no', request_id: id, code: 'INPUT_MODEL_NOT_FOUND' } },
      'INPUT_MODEL_NOT_FOUND',
      'no',
    ],
    [
      'flat with code',
      401,
      { detail: 'no', code: 'AUTH_INVALID_API_KEY', request_id: id },
      'AUTH_INVALID_API_KEY',
      'no',
    ],
    ['flat', 401, { detail: 'no', request_id: id }, 'AUTH_INVALID_API_KEY', 'no'],
    [
      'OpenAI',
      404,
      { error: { message: 'no', type: 'x', param: 'model', code: 'model_not_found' }, request_id: id },
      'INPUT_MODEL_NOT_FOUND',
      'no',
    ],
    [
      'OpenAI, limit',
      429,
      { error: { message: 'no', code: 'rate_limit_exceeded' }, request_id: id },
      'RATE_REQUEST_LIMIT_EXCEEDED',
      'no',
    ],
    [
      'reader',
      402,
      { code: 402, status: 40203, message: 'raw', readableMessage: 'no', request_id: id },
      'AUTHZ_INSUFFICIENT_BALANCE',
      'no',
    ],
    [
      'unknown code',
      409,
      { detail: 'no', code: 'BRAND_NEW', request_id: id },
      'CONFLICT_RESOURCE_BUSY',
      'no',
    ],
    [
      'by its words',
      403,
      { detail: 'Insufficient account balance', request_id: id },
      'AUTHZ_INSUFFICIENT_BALANCE',
      'Insufficient account balance',
    ],
    [
      'by its words',
      429,
      { detail: 'Token rate limit exceeded', request_id: id },
      'RATE_TOKEN_LIMIT_EXCEEDED',
      'Token rate limit exceeded',
    ],
    ['413', 413, { detail: 'too large', request_id: id }, 'INPUT_VALIDATION_FAILED', 'too large'],
    ['502', 502, { detail: 'no', request_id: id }, 'SERVICE_UNAVAILABLE', 'no'],
    ['504', 504, { detail: 'no', request_id: id }, 'SERVICE_TIMEOUT', 'no'],
  ])('%s (%i)', async (_, status, body, code, message) => {
    const { url } = await serve(json(status, body));
    expect(await failure(ask(url))).toMatchObject({ code, status, message, requestId: id });
  });

  it('validation errors name the fields, in both known forms', async () => {
    const errors = [{ field: 'input', message: 'Field required', type: 'missing', input: null }];
    const api = await serve(json(422, { detail: 'Validation error', request_id: id, errors }));
    expect(await failure(ask(api.url))).toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      message: 'Validation error',
      param: 'input',
      issues: [{ field: 'input', message: 'Field required', type: 'missing' }],
    });
    const fast = await serve(json(422, { detail: [{ loc: ['body', 'input', 0], msg: 'bad', type: 'x' }] }));
    expect(await failure(ask(fast.url))).toMatchObject({ param: 'input.0', message: "'input.0': bad" });
  });

  it('a page of HTML is told by its status', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(500, { 'Content-Type': 'text/html', 'X-Request-Id': 'from-header' });
      response.end('<html><body><h1>Internal Server Error</h1></body></html>');
    });
    const error = await failure(ask(url));
    expect(error).toMatchObject({
      code: 'INTERNAL_ERROR',
      status: 500,
      retryable: true,
      requestId: 'from-header',
    });
    expect(error.message).toMatch(/status 500/);
    expect(error.message).not.toContain('<html>');
  });

  it.each([
    ['12', 12],
    ['0.5', 0.5],
    [new Date(Date.now() + 20_000).toUTCString(), 'about 20'],
    ['soon', undefined],
  ])('Retry-After %s', async (header, expected) => {
    const { url } = await serve(json(429, { detail: 'slow' }, { 'Retry-After': header }));
    const { retryAfter, retryable } = await failure(ask(url));
    expect(retryable).toBe(true);
    if (expected === 'about 20') {
      expect(retryAfter).toBeGreaterThan(15);
      expect(retryAfter).toBeLessThanOrEqual(20);
    } else expect(retryAfter).toBe(expected);
  });

  it('a server that quotes the key does not get it into an error', async () => {
    const { url } = await serve(
      json(401, { detail: `Key ${KEY} is invalid`, errors: [{ field: 'x', message: KEY }] }),
    );
    const error = await failure(ask(url));
    expect(error.message).toBe('Key [API key] is invalid');
  });
});

describe('answers that are not the API’s', () => {
  it.each([
    ['HTML with status 200', '<html>welcome to the hotel</html>', /not JSON.*<html>/, true],
    ['nothing', '', /not JSON/, true],
    ['cut JSON', JSON.stringify(good).slice(0, 60), /not JSON/, true],
    ['null', 'null', /shape/],
    ['another API', '{"ok":true}', /'model'|'usage'|'data'/],
    ['no data', JSON.stringify({ ...good, data: [] }), /0 results for 0 of 1 inputs/],
    ['no embedding', JSON.stringify({ ...good, data: [{ index: 0 }] }), /'data\.0\.embedding'/],
    [
      'a null embedding',
      JSON.stringify({ ...good, data: [{ index: 0, embedding: [1, null] }] }),
      /'data\.0\.embedding'/,
    ],
    [
      'broken base64',
      JSON.stringify({ ...good, data: [{ index: 0, embedding: '%%%%' }] }),
      /cannot be read.*base64/,
    ],
    [
      'base64 of a wrong length',
      JSON.stringify({ ...good, data: [{ index: 0, embedding: 'AAA=' }] }),
      /4 bytes/,
    ],
  ])('%s', async (_, text, message, retryable = false) => {
    const { url } = await serve((__, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(text);
    });
    const error = await failure(ask(url));
    expect(error).toMatchObject({ code: 'RESPONSE_INVALID', retryable });
    expect(error.message).toMatch(message);
  });

  it('a rerank result for a document that was not sent', async () => {
    const { url } = await serve(
      json(200, { model: 'm', usage: { total_tokens: 1 }, results: [{ index: 3, relevance_score: 1 }] }),
    );
    const call = createRemote({ retries: 0, baseUrl: url }).rerank({
      model: 'm',
      query: 'q',
      documents: ['a'],
    });
    expect((await failure(call)).message).toContain('document 3 of 1');
  });

  it('a redirect is told, not followed: a POST would become a GET', async () => {
    const target = await serve(json(200, good));
    const { url } = await serve((_, response) => {
      response.writeHead(302, { Location: `${target.url}/v1/embeddings` });
      response.end();
    });
    const error = await failure(ask(url));
    expect(error).toMatchObject({ code: 'RESPONSE_INVALID', status: 302 });
    expect(error.message).toContain(target.url);
    expect(target.seen).toHaveLength(0);
  });
});

describe('the network', () => {
  it('a dead server', async () => {
    const { url } = await serve(json(200, good));
    const server = servers.pop()!;
    await new Promise((resolve) => {
      server.close(resolve);
    });
    const error = await failure(ask(url));
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retryable: true });
    expect(error.message).toContain(url);
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('a connection that is cut before and in the answer', async () => {
    const before = await serve((request) => request.socket.destroy());
    expect(await failure(ask(before.url))).toMatchObject({ code: 'CONNECTION_FAILED' });
    const within = await serve((request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' });
      response.write('{"model":', () => request.socket.destroy());
    });
    expect(await failure(ask(within.url))).toMatchObject({ code: 'CONNECTION_FAILED' });
  });

  it('a server that never answers, or stops within the answer', async () => {
    const hang = await serve(() => {});
    const error = await failure(ask(hang.url, { timeout: 30 }));
    expect(error).toMatchObject({ code: 'SERVICE_TIMEOUT', status: 504, retryable: true });
    expect(error.message).toContain('0.03 seconds');
    const stall = await serve((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.write('{"model":');
    });
    expect(await failure(ask(stall.url, { timeout: 30 }))).toMatchObject({ code: 'SERVICE_TIMEOUT' });
    const own = createRemote({ baseUrl: hang.url }).embeddings({ model, input: 'a' }, { timeout: 20 });
    expect((await failure(own)).message).toContain('0.02 seconds');
  });

  it('an abort before, while waiting and within the answer rejects with its reason', async () => {
    let within = (): void => {};
    const started = new Promise<void>((resolve) => {
      within = resolve;
    });
    const { url, seen } = await serve((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.write('{"model":', within);
    });
    const remote = createRemote({ retries: 0, baseUrl: url });
    const reason = new Error('my own reason');
    const early = remote.embeddings({ model, input: 'a' }, { signal: AbortSignal.abort(reason) });
    await expect(early).rejects.toBe(reason);
    expect(seen).toHaveLength(0);

    const controller = new AbortController();
    const late = remote.embeddings({ model, input: 'a' }, { signal: controller.signal });
    await started;
    controller.abort();
    await expect(late).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('close() ends what runs and what comes', async () => {
    const { url } = await serve(() => {});
    const remote = createRemote({ retries: 0, baseUrl: url });
    const running = remote.embeddings({ model, input: 'a' });
    const ended = failure(running);
    await remote.close();
    expect(await ended).toMatchObject({ code: 'CLOSED' });
    expect(await failure(remote.rerank({ model: 'm', query: 'q', documents: ['a'] }))).toMatchObject({
      code: 'CLOSED',
    });
    expect(await failure(remote.capabilities())).toMatchObject({ code: 'CLOSED' });
  });
});

describe('capabilities', () => {
  it('are those that the server reports; the reader counts if it has an address', async () => {
    const { url } = await serve((request, response, body) => {
      const answer =
        request.url === '/v1/capabilities'
          ? { methods: { embeddings: true, rerank: false, read: true, later: true }, models: ['m'] }
          : { data: [] };
      json(200, answer)(request, response, body);
    });
    const { methods, models } = await createRemote({ retries: 0, baseUrl: url }).capabilities();
    expect(methods).toMatchObject({ embeddings: true, rerank: false, classify: true, read: false });
    expect(methods).not.toHaveProperty('later');
    expect(models).toEqual(['m']);
    const readerUrl = 'https://r.jina.ai/';
    expect((await createRemote({ retries: 0, baseUrl: url, readerUrl }).capabilities()).methods.read).toBe(
      true,
    );
  });

  it.each([
    ['has no such route', 404, { detail: 'Not Found' }],
    ['answers something else', 200, { data: [] }],
  ])('of a server that %s are assumed', async (_, status, other) => {
    const { url } = await serve((request, response, body) => {
      const isList = request.url === '/v1/models';
      json(isList ? 200 : status, isList ? { data: [] } : other)(request, response, body);
    });
    const { methods, models } = await createRemote({ retries: 0, baseUrl: url }).capabilities();
    expect(methods).toMatchObject({ embeddings: true, chat: true, read: false });
    expect(models).toEqual([]);
  });

  it('of Jina’s API are known without asking', async () => {
    const paths: string[] = [];
    const remote = createRemote({
      apiKey: KEY,
      fetch: (async (url: string) => {
        paths.push(new URL(url).pathname);
        return new Response('{"data":[]}');
      }) as typeof fetch,
    });
    expect((await remote.capabilities()).methods).toMatchObject({ embeddings: true, read: true });
    expect(paths).toEqual(['/v1/models']);
  });
});

describe('keys', () => {
  const refuse = (() => {
    throw new Error('nothing may be sent');
  }) as typeof fetch;

  it('the hosted API is not asked without one', async () => {
    const remote = createRemote({ fetch: refuse });
    const error = await failure(remote.embeddings({ model, input: 'a' }));
    expect(error).toMatchObject({ code: 'AUTH_MISSING_API_KEY', status: 401 });
    expect(error.message).toContain('https://jina.ai/api-dashboard/key-manager');
    expect(await failure(remote.search({ q: 'a' }))).toMatchObject({ code: 'AUTH_MISSING_API_KEY' });
    expect(await failure(remote.ground({ statement: 'a' }))).toMatchObject({ code: 'AUTH_MISSING_API_KEY' });
  });

  it.each(['jina_a b', 'jina_ä', 'jina_a\nb'])('%j is refused without being quoted', async (apiKey) => {
    const error = await failure(createRemote({ apiKey, fetch: refuse }).embeddings({ model, input: 'a' }));
    expect(error.code).toBe('AUTH_INVALID_FORMAT');
    expect(JSON.stringify(serializeError(error))).not.toContain('jina_');
  });

  it('white space around one is forgiven', async () => {
    const { url, seen } = await serve(json(200, good));
    await ask(url, { apiKey: ` ${KEY}\n` });
    expect(seen[0]!.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('a fetch that quotes the headers does not get it into an error', async () => {
    const leaky: typeof fetch = async (_, init) => {
      throw new TypeError(`failed with ${new Headers(init?.headers).get('authorization')}`);
    };
    const error = await failure(ask('https://host.example', { fetch: leaky }));
    expect(error.message).toContain('[API key]');
  });
});

describe('the hosted API', () => {
  /** What would be sent to which address. */
  async function sent(
    run: (remote: ReturnType<typeof createRemote>) => Promise<unknown>,
    body: unknown = {},
  ) {
    const seen: { url: string; method: string; headers: Headers; body: unknown }[] = [];
    const record: typeof fetch = async (url, init) => {
      const headers = new Headers(init?.headers);
      seen.push({
        url: String(url),
        method: init!.method!,
        headers,
        body: init?.body && JSON.parse(String(init.body)),
      });
      return new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } });
    };
    await run(createRemote({ apiKey: KEY, fetch: record }));
    return seen[0]!;
  }

  it('reads pages with options as headers', async () => {
    const page = {
      code: 200,
      status: 20000,
      data: { title: 't', url: 'u', content: 'c', links: [['a', 'b']] },
    };
    const call = await sent(
      (remote) =>
        remote.read({
          url: 'https://a.example',
          returnFormat: 'markdown',
          removeSelector: ['nav', '.ad'],
          withLinksSummary: true,
          noCache: true,
          doNotTrack: true,
          viewport: { width: 800, height: 600 },
        }),
      page,
    );
    expect(call).toMatchObject({
      url: 'https://r.jina.ai/',
      method: 'POST',
      body: { url: 'https://a.example', viewport: { width: 800, height: 600 } },
    });
    expect(Object.fromEntries(call.headers)).toMatchObject({
      accept: 'application/json',
      authorization: `Bearer ${KEY}`,
      'x-return-format': 'markdown',
      'x-remove-selector': 'nav, .ad',
      'x-with-links-summary': 'true',
      'x-no-cache': 'true',
      dnt: '1',
    });
  });

  it('spells Markdown by the seven headers, and sends scripts, headers and schemas in the body', async () => {
    const body = {
      url: 'https://a.example',
      injectFrameScript: ['document.title = "x"'],
      customHeader: { 'X-Shop': 'de' },
      instruction: 'the price',
      jsonSchema: { type: 'object' },
    };
    const markdown = {
      headingStyle: 'atx',
      hr: '***',
      bulletListMarker: '-',
      emDelimiter: '_',
      strongDelimiter: '**',
      linkStyle: 'referenced',
      linkReferenceStyle: 'collapsed',
    } as const;
    const page = { code: 200, status: 20000, data: { title: 't', url: 'u', content: 'c' } };
    const call = await sent((remote) => remote.read({ ...body, markdown }), page);
    expect(call.body).toEqual(body);
    const spelled = [...call.headers].filter(([name]) => name.startsWith('x-md-'));
    expect(Object.fromEntries(spelled)).toEqual({
      'x-md-heading-style': 'atx',
      'x-md-hr': '***',
      'x-md-bullet-list-marker': '-',
      'x-md-em-delimiter': '_',
      'x-md-strong-delimiter': '**',
      'x-md-link-style': 'referenced',
      'x-md-link-reference-style': 'collapsed',
    });
    const wrong = createRemote({ apiKey: KEY }).read({
      url: 'https://a.example',
      markdown: { emDelimiter: '!' as never },
    });
    expect(await failure(wrong)).toMatchObject({ param: 'markdown.emDelimiter' });
  });

  it('searches and grounds', async () => {
    const search = await sent(
      (remote) => remote.search({ q: 'vector search', gl: 'de', num: 3, site: 'jina.ai', noContent: true }),
      { code: 200, status: 20000, data: [{ title: 't', url: 'u' }] },
    );
    expect(search).toMatchObject({
      url: 'https://s.jina.ai/',
      body: { q: 'vector search', gl: 'de', num: 3 },
    });
    expect(search.headers.get('x-site')).toBe('jina.ai');
    expect(search.headers.get('x-respond-with')).toBe('no-content');

    const data = {
      factuality: 1,
      result: true,
      reason: 'r',
      references: [{ url: 'u', keyQuote: 'k', isSupportive: true }],
    };
    const ground = await sent(
      (remote) => remote.ground({ statement: 's', references: ['https://a.example'] }),
      {
        code: 200,
        status: 20000,
        data,
      },
    );
    expect(ground).toMatchObject({
      url: 'https://g.jina.ai/',
      body: { statement: 's', references: ['https://a.example'] },
    });
  });

  it('segments, lists, chats', async () => {
    const segment = await sent((remote) => remote.segment({ content: 'a', return_chunks: true, head: 3 }), {
      num_tokens: 1,
      tokenizer: 'cl100k_base',
      usage: { tokens: 0 },
    });
    expect(segment).toMatchObject({
      url: 'https://segment.jina.ai/',
      body: { content: 'a', return_chunks: true, head: 3, tokenizer: 'cl100k_base' },
    });
    expect((await sent((remote) => remote.models.list(), { data: [] })).url).toBe(
      'https://api.jina.ai/v1/models',
    );
    const chat = await sent(
      (remote) =>
        remote.chat({ model: 'jina-vlm', messages: [{ role: 'user', content: 'hi' }], max_tokens: 5 }),
      { id: 'x', created: 1, model: 'jina-vlm', choices: [{ index: 0, message: { content: 'hello' } }] },
    );
    expect(chat.body).toEqual({
      model: 'jina-vlm',
      messages: [{ role: 'user', content: 'hi' }],
      max_tokens: 5,
    });
  });

  it('refuses what the API would ignore', async () => {
    const remote = createRemote({ apiKey: KEY, fetch: undefined });
    const calls = [
      remote.segment({ content: 'a', strategy: 'semantic' }),
      remote.segment({ content: 'a', overlap: 5 }),
      remote.classify({ model, input: 'a', labels: ['a'], temperature: 0.1 }),
      remote.embeddings({ model, input: 'a', late_chunking: true, split_sentences: true }),
    ];
    for (const call of calls) expect(await failure(call)).toMatchObject({ code: 'NOT_SUPPORTED' });
  });

  it('a key for another server never goes to Jina', async () => {
    const remote = createRemote({
      apiKey: KEY,
      baseUrl: 'https://mine.example',
      fetch: (() => {
        throw new Error('nothing may be sent');
      }) as typeof fetch,
    });
    for (const call of [
      remote.read({ url: 'https://a.example' }),
      remote.search({ q: 'a' }),
      remote.ground({ statement: 'a' }),
    ]) {
      expect(await failure(call)).toMatchObject({ code: 'NOT_SUPPORTED' });
    }
  });
});

describe('batch output', () => {
  const lines =
    (text: string[], status = 200): Answer =>
    (_, response) => {
      response.writeHead(status, { 'Content-Type': 'application/jsonl' });
      const next = (): void => {
        const chunk = text.shift();
        if (chunk === undefined) response.end();
        else response.write(chunk, () => setTimeout(next, 1));
      };
      next();
    };
  const collect = async (url: string, options = {}) => {
    const all: unknown[] = [];
    for await (const line of createRemote({ retries: 0, baseUrl: url }).batches.output('b/1', options))
      all.push(line);
    return all;
  };

  it('is parsed line by line, wherever the chunks are cut', async () => {
    const text = `{"custom_id":"ä🚀","response":{"status_code":200,"body":${JSON.stringify(good)}}}\r\n\n{"custom_id":2,"extra":true}`;
    const bytes = new TextEncoder().encode(text);
    const { url, seen } = await serve((_, response) => {
      response.writeHead(200);
      const write = (at: number): void => {
        if (at >= bytes.length) response.end();
        else response.write(bytes.subarray(at, at + 3), () => write(at + 3));
      };
      write(0);
    });
    expect(await collect(url)).toEqual([
      {
        custom_id: 'ä🚀',
        response: {
          status_code: 200,
          body: {
            ...good,
            usage: { total_tokens: 3, prompt_tokens: 3 },
            data: [{ object: 'embedding', index: 0, embedding: Float32Array.of(0.6, -0.8) }],
          },
        },
      },
      { custom_id: '2', extra: true },
    ]);
    expect(seen[0]!.url).toBe('/v1/batch/b%2F1/output');
  });

  it('a broken line is named; the ones before it arrived', async () => {
    const { url } = await serve(lines(['{"custom_id":"a"}\n', '{"cust', '\n']));
    const got: unknown[] = [];
    const read = async () => {
      for await (const line of createRemote({ retries: 0, baseUrl: url }).batches.output('x')) got.push(line);
    };
    expect((await failure(read())).message).toContain('Line 2');
    expect(got).toEqual([{ custom_id: 'a' }]);
  });

  it('leaving the loop closes the connection', async () => {
    let closed = (): void => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { url } = await serve((request, response) => {
      request.socket.on('close', closed);
      response.writeHead(200);
      const more = (): void => {
        if (!response.destroyed) response.write('{"custom_id":"a"}\n', () => setTimeout(more, 1));
      };
      more();
    });
    for await (const line of createRemote({ retries: 0, baseUrl: url }).batches.output('x')) {
      expect(line.custom_id).toBe('a');
      break;
    }
    await gone;
  });

  it('times out when nothing moves, not when it is long', async () => {
    let writeLine = (): void => {};
    let end = (): void => {};
    const slow = await serve((_, response) => {
      response.writeHead(200);
      writeLine = () => response.write('{"custom_id":"a"}\n');
      end = () => response.end();
      writeLine();
    });
    // The clock is driven: a line each 150 ms.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let count = 0;
    for await (const _ of createRemote({ baseUrl: slow.url }).batches.output('b/1', { timeout: 200 })) {
      vi.advanceTimersByTime(150);
      if (++count < 8) writeLine();
      else end();
    }
    vi.useRealTimers();
    expect(count).toBe(8);
    const stuck = await serve((_, response) => {
      response.writeHead(200);
      response.write('{"custom_id":"a"}\n');
    });
    expect(await failure(collect(stuck.url, { timeout: 50 }))).toMatchObject({ code: 'SERVICE_TIMEOUT' });
  });

  it('an error is an error', async () => {
    const { url } = await serve(
      json(404, { detail: { message: 'no batch', code: 'RESOURCE_NOT_FOUND', request_id: 'x' } }),
    );
    expect(await failure(collect(url))).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });
});

describe('addresses', () => {
  it.each(['', 'nowhere', 'ftp://a.example', 'javascript:alert(1)'])('refuses %j', (baseUrl) => {
    expect(() => createRemote({ baseUrl })).toThrow(
      expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED', param: 'baseUrl' }),
    );
  });
});
