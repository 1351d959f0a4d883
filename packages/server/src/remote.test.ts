import { HashedFoundation } from '@nearfield/hashed-foundation';
import { createRemote, type RemoteFoundation } from '@nearfield/remote';
import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import { toWire } from '@nearfield/spec/implement';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createNodeServer, type NodeServer } from './node.ts';

// The same calls made in this process and over real HTTP: what comes out must be the same.

const local = new HashedFoundation();
let server: NodeServer;
let remote: RemoteFoundation;

beforeAll(async () => {
  server = await createNodeServer(local, { port: 0, apiKeys: ['jina_right'] });
  remote = createRemote({ baseUrl: server.url, apiKey: 'jina_right', retries: 0 });
});

afterAll(async () => {
  await remote.close();
  await server.close();
});

const failure = async (promise: Promise<unknown>): Promise<FoundationError> => {
  const error = await promise.then(
    () => new Error('The call was expected to fail.'),
    (reason: unknown) => reason,
  );
  if (FoundationError.isInstance(error)) return error;
  throw error;
};

type Try = (foundation: SearchFoundation) => Promise<unknown>;

const model = 'jina-embeddings-v3';
const input = ['ein Haus am See', { text: 'a house by the lake' }, 'unrelated: rust'];

const calls: [string, Try][] = [
  ['floats', (f) => f.embeddings({ model, input })],
  ['a single text', (f) => f.embeddings({ model, input: 'a' })],
  ['base64', (f) => f.embeddings({ model, input, embedding_type: 'base64' })],
  ['binary', (f) => f.embeddings({ model, input, embedding_type: 'binary' })],
  ['ubinary', (f) => f.embeddings({ model, input, embedding_type: 'ubinary' })],
  [
    'a list of types',
    (f) => f.embeddings({ model, input, embedding_type: ['float', 'base64', 'binary', 'ubinary'] }),
  ],
  ['a list of one type', (f) => f.embeddings({ model, input, embedding_type: ['ubinary'] })],
  ['not normalised', (f) => f.embeddings({ model, input, normalized: false })],
  ['task and dimensions', (f) => f.embeddings({ model, input, task: 'retrieval.query', dimensions: 64 })],
  ['prompt_name', (f) => f.embeddings({ model, input, task: 'retrieval', prompt_name: 'passage' })],
  ['late chunking', (f) => f.embeddings({ model, input, late_chunking: true })],
  [
    'late chunking of sentences',
    (f) => f.embeddings({ model, input: ['One. Two! Three?'], late_chunking: true, split_sentences: true }),
  ],
  [
    'token vectors',
    (f) =>
      f.embeddings({
        model: 'jina-embeddings-v4',
        input,
        return_multivector: true,
        return_tokenized_input: true,
        embedding_type: ['float', 'binary'],
      }),
  ],
  ['token weights', (f) => f.embeddings({ model: 'elser-v2', input: ['berlin is a city'] })],
  [
    'multi-vector',
    (f) => f.multiVector({ model: 'jina-colbert-v2', input, dimensions: 64, input_type: 'query' }),
  ],
  ['multi-vector bits', (f) => f.multiVector({ model: 'jina-colbert-v2', input, embedding_type: 'ubinary' })],
  [
    'rerank',
    (f) => f.rerank({ model: 'jina-reranker-v3', query: 'a house', documents: ['rust', 'a house', 'house'] }),
  ],
  [
    'rerank with everything',
    (f) =>
      f.rerank({
        model: 'jina-reranker-v3',
        query: { text: 'a house' },
        documents: [{ text: 'rust', id: 7, tags: ['x'] }, 'a house'],
        top_n: 1,
        return_embeddings: true,
        max_doc_length: 100,
      }),
  ],
  [
    'rerank without documents',
    (f) => f.rerank({ model: 'jina-reranker-v3', query: 'a', documents: ['a'], return_documents: false }),
  ],
  ['zero-shot', (f) => f.classify({ model, input, labels: ['a house', 'rust'] })],
  [
    'zero-shot, groups',
    (f) => f.classify({ model, input: 'a', labels: { place: ['house', 'lake'], tone: ['a', 'b'] } }),
  ],
  ['zero-shot, decided', (f) => f.classify({ model, input, labels: ['a house', 'rust'], temperature: 0.01 })],
  [
    'segment',
    (f) =>
      f.segment({
        content: 'One two. Three.\nFour 🚀',
        return_tokens: true,
        return_chunks: true,
        max_chunk_length: 9,
      }),
  ],
  ['segment, count', (f) => f.segment({ content: '' })],
];

describe('answers are the same in process and over HTTP', () => {
  // OpenAI's clients know models by fields of their own.
  it.each(['jina-embeddings-v3', 'jina-ai/jina-embeddings-v3'])('the model %s', async (id) => {
    const here = await local.models.get(id);
    expect(await remote.models.get(id)).toEqual({ ...here, object: 'model', owned_by: 'jina-ai' });
  });

  it('models', async () => {
    const here = await local.models.list();
    const there = await remote.models.list();
    expect(there.data).toMatchObject(toWire(here.data));
    expect(there.data).toHaveLength(here.data.length);
  });

  it.each(calls)('%s', async (_, run) => {
    const here = await run(local);
    const there = await run(remote);
    // undefined fields do not travel; typed arrays keep their type and values.
    expect(there).toEqual(here);
    expect(toWire(there)).toEqual(toWire(here));
  });

  it('with the vectors’ types', async () => {
    const type = async (embedding_type: 'float' | 'binary' | 'ubinary') =>
      (await remote.embeddings({ model, input: 'a', embedding_type })).data[0]!.embedding.constructor;
    expect(await type('float')).toBe(Float32Array);
    expect(await type('binary')).toBe(Int8Array);
    expect(await type('ubinary')).toBe(Uint8Array);
  });

  it('pictures in memory arrive as base64', async () => {
    const bytes = Uint8Array.of(137, 80, 78, 71);
    const request = { model: 'jina-clip-v1', input: [{ image: new Blob([bytes]) }, 'a text'] };
    await remote.embeddings(request);
    expect(local.calls.at(-1)?.request).toMatchObject({ input: [{ image: 'iVBORw==' }, 'a text'] });
    const huge = {
      model: 'jina-clip-v1',
      input: [{ image: new Blob([new Uint8Array(8 * 1024 * 1024 + 1)]) }],
    };
    expect(await failure(remote.embeddings(huge))).toMatchObject({ param: 'input.0.image' });
  });
});

describe('errors are the same in process and over HTTP', () => {
  const bad: [string, Try][] = [
    ['an unknown model', (f) => f.embeddings({ model: 'jina-embeddings-v33', input: 'a' })],
    ['an empty list', (f) => f.embeddings({ model, input: [] })],
    ['a task of another model', (f) => f.embeddings({ model, input: 'a', task: 'clustering' })],
    ['too many dimensions', (f) => f.embeddings({ model, input: 'a', dimensions: 4096 })],
    ['an unknown field', (f) => f.embeddings({ model, input: 'a', frobnicate: 1 } as never)],
    [
      'a text that is too long',
      (f) => f.embeddings({ model: 'all-MiniLM-L6-v2', input: 'word '.repeat(300) }),
    ],
    ['no documents', (f) => f.rerank({ model: 'jina-reranker-v3', query: 'a', documents: [] })],
    ['too many labels', (f) => f.classify({ model, input: 'a', labels: Array(513).fill('x') })],
    ['an unknown classifier', (f) => f.classify({ classifier_id: 'nobody', input: 'a' })],
    [
      'one label',
      (f) =>
        f.train({
          model,
          input: [
            { text: 'a', label: 'x' },
            { text: 'b', label: 'x' },
          ],
        }),
    ],
    ['deleting nothing', (f) => f.classifiers.delete('nobody')],
    ['a model that is not', (f) => f.models.get('nobody/nothing')],
    ['a batch that is not', (f) => f.batches.get('nobody')],
    [
      'a method that is not',
      (f) => f.chat({ model: 'jina-vlm', messages: [{ role: 'user', content: 'hi' }] }),
    ],
    ['a strategy that is not', (f) => f.segment({ content: 'a', strategy: 'semantic' })],
  ];

  it.each(bad)('%s', async (_, run) => {
    const here = await failure(run(local));
    const there = await failure(run(remote));
    const { code, message, status, param } = here;
    expect(there).toMatchObject({ code, message, status });
    expect(there.param).toBe(param);
  });

  it('what the server does not expect is an internal error without its text', async () => {
    local.failWith = new Error('secret path /srv/model');
    const error = await failure(remote.embeddings({ model, input: 'a' }));
    expect(error).toMatchObject({ code: 'INTERNAL_ERROR', status: 500, retryable: true });
    expect(error.message).not.toContain('secret');
    expect(error.requestId).toMatch(/^[0-9a-f]{16}$/);
  });

  it('rate limits carry how long to wait', async () => {
    local.failWith = new FoundationError({
      code: 'RATE_TOKEN_LIMIT_EXCEEDED',
      message: 'slow down',
      retryAfter: 7,
    });
    expect(await failure(remote.embeddings({ model, input: 'a' }))).toMatchObject({
      code: 'RATE_TOKEN_LIMIT_EXCEEDED',
      status: 429,
      retryAfter: 7,
      retryable: true,
    });
  });
});

describe('keys', () => {
  const ask = (apiKey?: string, headers?: Record<string, string>) =>
    createRemote({
      baseUrl: server.url,
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(headers ? { headers } : {}),
    }).embeddings({
      model,
      input: 'a',
    });

  it('a wrong one, none, and a strange header', async () => {
    expect(await failure(ask('jina_wrong'))).toMatchObject({ code: 'AUTH_INVALID_API_KEY', status: 401 });
    // A server of one's own may need none, so it is asked.
    expect(await failure(ask())).toMatchObject({ code: 'AUTH_MISSING_API_KEY', status: 401 });
    expect(await failure(ask(undefined, { Authorization: 'Basic abc' }))).toMatchObject({
      code: 'AUTH_INVALID_FORMAT',
    });
  });

  it('a function is asked before every request', async () => {
    const keys = ['jina_wrong', 'jina_right'];
    const renewing = createRemote({ baseUrl: server.url, apiKey: async () => keys.shift()! });
    expect(await failure(renewing.embeddings({ model, input: 'a' }))).toMatchObject({ status: 401 });
    expect((await renewing.embeddings({ model, input: 'a' })).data).toHaveLength(1);
  });
});

describe('classifiers over HTTP', () => {
  it('train, use, list, update, delete', async () => {
    const example = (text: string, label: string) => ({ text, label });
    const { classifier_id, num_samples, usage } = await remote.train({
      model,
      input: [example('great lovely', 'up'), example('awful bad', 'down')],
      access: 'private',
      num_iters: 2,
    });
    expect({ num_samples, usage }).toEqual({ num_samples: 2, usage: { total_tokens: 8 } });
    const { data } = await remote.classify({ classifier_id, input: ['a lovely day', 'bad weather'] });
    expect(data.map((item) => item.prediction)).toEqual(['up', 'down']);
    await remote.train({ classifier_id, input: example('so so', 'middle') });
    const summary = (await remote.classifiers.list()).find((each) => each.classifier_id === classifier_id);
    expect(summary).toMatchObject({
      labels: ['up', 'down', 'middle'],
      access: 'private',
      updated_number: 1,
      used_number: 2,
    });
    await remote.classifiers.delete(classifier_id);
    expect(await failure(remote.classify({ classifier_id, input: 'a' }))).toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
  });
});

describe('batches over HTTP', () => {
  const finished = async (id: string) => {
    for (;;) {
      const status = await remote.batches.get(id);
      if (status.status !== 'pending' && status.status !== 'processing') return status;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
    const all: Item[] = [];
    for await (const item of items) all.push(item);
    return all;
  };

  it('create, follow, read output and errors', async () => {
    const jsonl =
      '{"custom_id":"a","body":{"input":"ein Haus"}}\n\n{"custom_id":"b","body":{"input":[]}}\r\n{"body":{"input":["x","y"]}}';
    const created = await remote.batches.create({ model, input: new Blob([jsonl]) });
    expect(await finished(created.batch_id)).toMatchObject({
      status: 'completed',
      stats: { total: 3, completed: 2, failed: 1 },
    });
    const output = await collect(remote.batches.output(created.batch_id));
    expect(output.map((line) => [line.custom_id, line.response?.body.data.length])).toEqual([
      ['a', 1],
      ['2', 2],
    ]);
    const first = output[0]!.response!.body.data[0]!.embedding;
    expect(first).toEqual((await local.embeddings({ model, input: 'ein Haus' })).data[0]!.embedding);
    expect(await collect(remote.batches.errors(created.batch_id))).toMatchObject([
      { custom_id: 'b', error: { code: 'INPUT_VALIDATION_FAILED' } },
    ]);
    expect((await remote.batches.list({ limit: 1 })).map((job) => job.batch_id)).toEqual([created.batch_id]);
    await expect(collect(remote.batches.output('nobody'))).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
  });

  it('cancel', async () => {
    const lines = Array.from({ length: 500 }, (_, index) => ({
      custom_id: `${index}`,
      body: { input: 'a' },
    }));
    const { batch_id } = await remote.batches.create({ model, input: lines });
    expect(await remote.batches.cancel(batch_id)).toMatchObject({ status: 'cancelled' });
    expect((await remote.batches.get(batch_id)).stats?.completed).toBeLessThan(500);
  });

  it('refuses a file that is not JSONL, naming the line', async () => {
    const error = await failure(
      remote.batches.create({ model, input: new Blob(['{"body":{"input":"a"}}\noops']) }),
    );
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'input' });
    expect(error.message).toContain('Line 2');
  });
});

describe('cancelling', () => {
  it('reaches the server', async () => {
    let release = (): void => {};
    local.hold = new Promise((resolve) => {
      release = resolve;
    });
    const before = local.calls.length;
    const controller = new AbortController();
    const call = remote.embeddings({ model, input: 'a' }, { signal: controller.signal });
    while (local.calls.length === before) await new Promise((resolve) => setTimeout(resolve, 2));
    const reason = new DOMException('enough', 'AbortError');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    const { signal } = local.calls.at(-1)!;
    await expect.poll(() => signal?.aborted).toBe(true);
    release();
    local.hold = undefined;
    expect((await remote.embeddings({ model, input: 'a' })).data).toHaveLength(1);
  });
});

describe('what the remote tells of itself', () => {
  it('capabilities', async () => {
    const capabilities = await remote.capabilities();
    expect(capabilities).toMatchObject({ implementation: 'remote', baseUrl: server.url });
    expect(capabilities.methods).toMatchObject({
      embeddings: true,
      chat: false,
      read: false,
      search: false,
      ground: false,
    });
    expect(capabilities.models).toEqual((await local.capabilities()).models);
  });

  it('progress', async () => {
    const events: unknown[] = [];
    await remote.embeddings({ model, input: ['a', 'b'] }, { onProgress: (event) => events.push(event) });
    expect(events).toEqual([
      { type: 'work-progress', inputs: { done: 2, total: 2 }, tokens: { done: 6, total: 6 } },
    ]);
  });

  it('a listener that throws fails no call', async () => {
    const failure = new Error('a bug of the application');
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const onProgress = (): never => {
      throw failure;
    };
    const { data } = await remote.embeddings({ model, input: ['a', 'b'] }, { onProgress });
    expect(data).toHaveLength(2);
    expect(log.mock.calls.map(([, error]) => error)).toEqual([failure]);
    log.mockRestore();
  });

  it('reading needs an address, so that a key goes nowhere else', async () => {
    expect(await failure(remote.read({ url: 'https://a.example' }))).toMatchObject({ code: 'NOT_SUPPORTED' });
  });
});
