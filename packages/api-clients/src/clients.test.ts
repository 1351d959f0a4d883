/** Clients that people have, unmodified: what they make of our answers, and what their users see of our errors. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { JinaEmbeddingFunction } from '@chroma-core/jina';
import { JinaEmbeddings } from '@langchain/community/embeddings/jina';
import { OpenAIEmbeddings } from '@langchain/openai';
import { JinaAIEmbedding } from '@llamaindex/jinaai';
import * as ai5 from 'ai';
import * as ai6 from 'ai-6';
import * as ai7 from 'ai-7';
import { CohereClientV2 } from 'cohere-ai';
import { createJina } from 'jina-ai-provider';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import OpenAI7 from 'openai-7';
import { createOpenAICompatible as createOpenAICompatible2 } from 'openai-compatible-2';
import { createOpenAICompatible as createOpenAICompatible3 } from 'openai-compatible-3';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { VoyageAIClient } from 'voyageai';
import { send, startServer, type TestServer } from '../test/server.ts';

const v3 = 'jina-embeddings-v3';
const missing = 'nobody-knows-it';
const notFound = new RegExp(`Model '${missing}' not found`);
const texts = ['Hello, world!', 'How are you?'];

let server: TestServer;
let expected: number[][];
/** The first text, asked alone. */
let alone: number[];
beforeAll(async () => {
  // Version 6 and later print that the provider is of an earlier one.
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
  server = await startServer();
  expected = await vectorsOf({ model: v3, input: texts });
  alone = (await vectorsOf({ model: v3, input: texts[0] }))[0]!;
});
afterAll(() => server.end());
afterEach(() => {
  vi.unstubAllGlobals();
});

async function vectorsOf(body: object): Promise<number[][]> {
  const answer = (await (await send(server.url, '/v1/embeddings', body)).json()) as {
    data: { embedding: number[] }[];
  };
  return answer.data.map(({ embedding }) => embedding);
}

/** Sends what a client has its own address for to the server. */
function redirected(from: string): void {
  const original = globalThis.fetch;
  vi.stubGlobal('fetch', (input: string | URL | Request, init?: RequestInit) =>
    original(String(input instanceof Request ? input.url : input).replace(from, server.url), init),
  );
}

/** Counts the requests that a call makes: an error that comes again is asked once. */
async function requestsOf(run: () => Promise<unknown>): Promise<number> {
  const counted = async (): Promise<number> => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const lines = [...text.matchAll(/^nearfield_requests_total\{.*route="\/v1\/.*\} (\d+)$/gm)];
    return lines.reduce((sum, [, count]) => sum + Number(count), 0);
  };
  const before = await counted();
  await run();
  return (await counted()) - before;
}

describe.each([
  ['openai 6', OpenAI],
  ['openai 7', OpenAI7 as unknown as typeof OpenAI],
])('%s', (_, Client) => {
  const client = () => new Client({ baseURL: `${server.url}/v1`, apiKey: 'jina_x' });

  it('embeds; its default asks for base64', async () => {
    const { data, usage } = await client().embeddings.create({ model: v3, input: texts });
    expect(data.map(({ embedding }) => embedding)).toEqual(expected.map((vector) => vector.map(Math.fround)));
    expect(usage.total_tokens).toBeGreaterThan(0);
    const cut = await client().embeddings.create({
      model: v3,
      input: 'a',
      dimensions: 64,
      encoding_format: 'float',
    });
    expect(cut.data[0]!.embedding).toHaveLength(64);
  });

  it('sends token ids of its own encoding', async () => {
    // cl100k_base: "Hello", ",", " world", "!" and "How", " are", " you", "?"
    const input = [
      [9906, 11, 1917, 0],
      [4438, 527, 499, 30],
    ];
    const { data } = await client().embeddings.create({ model: v3, input, encoding_format: 'float' });
    expect(data.map(({ embedding }) => embedding)).toEqual(expected);
    await expect(client().embeddings.create({ model: v3, input: [[1e9]] })).rejects.toThrow('cl100k_base');
  });

  it('lists and finds models', async () => {
    const ids: string[] = [];
    for await (const { id, object, owned_by } of client().models.list()) {
      ids.push(id);
      expect([object, typeof owned_by]).toEqual(['model', 'string']);
    }
    expect(ids).toContain('jina-ai/jina-embeddings-v3');
    for (const id of ids.filter((each) => each.includes('minilm-l6'))) {
      const answer = await client().embeddings.create({ model: id, input: 'a' });
      expect(answer.data).toHaveLength(1);
    }
    expect(await client().models.retrieve('jina-ai/jina-embeddings-v3')).toMatchObject({ object: 'model' });
  });

  it('shows the message, the code and the field of an error, and asks once', async () => {
    let error: unknown;
    const count = await requestsOf(async () => {
      error = await client()
        .embeddings.create({ model: missing, input: 'a' })
        .catch((thrown: unknown) => thrown);
    });
    expect(count).toBe(1);
    expect(error).toBeInstanceOf(Client.BadRequestError);
    expect(error).toMatchObject({
      message: expect.stringMatching(notFound),
      code: 'model_not_found',
      param: 'model',
      type: 'invalid_request_error',
      requestID: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    await expect(
      client().embeddings.create({ model: v3, input: 'a', dimensions: 5000 }),
    ).rejects.toMatchObject({
      status: 422,
      param: 'dimensions',
      message: expect.stringContaining('1024'),
    });
  });

  it('asks once for what does not run here', async () => {
    const model = 'jina-embeddings-v5-omni-nano';
    const count = await requestsOf(async () => {
      const { message } = await client()
        .embeddings.create({ model, input: 'a' })
        .then(
          () => expect.unreachable(),
          (error: Error) => error,
        );
      // What a caller over HTTP, and the server's operator, can do.
      expect(message).toContain(`--model ${model}=DIRECTORY`);
      expect(message).not.toContain('createRemote');
    });
    expect(count).toBe(1);
  });
});

describe.each([
  ['5', ai5, createOpenAICompatible],
  ['6', ai6, createOpenAICompatible2],
  ['7', ai7, createOpenAICompatible3],
] as unknown as [string, typeof ai5, typeof createOpenAICompatible][])('the AI SDK %s', (_, sdk, create) => {
  const { embed, embedMany } = sdk;
  const jina = () => createJina({ baseURL: `${server.url}/v1`, apiKey: 'jina_x' });
  const compatible = () => create({ name: 'nearfield', baseURL: `${server.url}/v1`, apiKey: 'jina_x' });

  it('jina-ai-provider embeds one and many', async () => {
    const { embedding } = await embed({ model: jina().textEmbeddingModel(v3), value: texts[0]! });
    expect(embedding).toEqual(alone);
    const many = await embedMany({ model: jina().textEmbeddingModel(v3), values: texts });
    expect(many.embeddings).toEqual(expected);
  });

  it('jina-ai-provider shows errors and asks once', async () => {
    const count = await requestsOf(() =>
      expect(embed({ model: jina().textEmbeddingModel(missing), value: 'a' })).rejects.toThrow(notFound),
    );
    expect(count).toBe(1);
  });

  it('@ai-sdk/openai-compatible likewise', async () => {
    const model = (id: string) => compatible().textEmbeddingModel(id);
    const { embeddings } = await embedMany({ model: model(v3), values: texts });
    expect(embeddings).toEqual(expected);
    await expect(embed({ model: model(missing), value: 'a' })).rejects.toThrow(notFound);
  });
});

describe('LangChain', () => {
  const jina = (model: string, dimensions?: number) => {
    const embeddings = new JinaEmbeddings({
      apiKey: 'jina_x',
      model,
      ...(dimensions !== undefined && { dimensions }),
    });
    embeddings.baseUrl = `${server.url}/v1/embeddings`;
    return embeddings;
  };

  it('JinaEmbeddings embeds documents and queries with their tasks', async () => {
    expect(await jina(v3).embedDocuments(texts)).toEqual(
      await vectorsOf({ model: v3, input: texts, task: 'retrieval.passage' }),
    );
    expect(await jina(v3).embedQuery(texts[0]!)).toEqual(
      (await vectorsOf({ model: v3, input: texts[0], task: 'retrieval.query' }))[0],
    );
  });

  it('JinaEmbeddings with models that have no such tasks', async () => {
    // Its default model, and one without any task: it sends a task all the same.
    expect(await jina('jina-clip-v2', 24).embedDocuments(texts)).toHaveLength(2);
    expect(await jina('all-MiniLM-L6-v2', 32).embedDocuments(texts)).toEqual(
      await vectorsOf({ model: 'all-MiniLM-L6-v2', input: texts, dimensions: 32 }),
    );
  });

  it('JinaEmbeddings shows errors', async () => {
    await expect(jina(missing).embedQuery('a')).rejects.toThrow(notFound);
    await expect(jina(v3, 2000).embedQuery('a')).rejects.toThrow('1024');
  });

  it('OpenAIEmbeddings', async () => {
    const openai = (model: string) =>
      new OpenAIEmbeddings({
        model,
        apiKey: 'jina_x',
        configuration: { baseURL: `${server.url}/v1` },
        maxRetries: 0,
      });
    const vectors = await openai(v3).embedDocuments(texts);
    expect(vectors).toEqual(expected.map((vector) => vector.map(Math.fround)));
    await expect(openai(missing).embedQuery('a')).rejects.toThrow(notFound);
  });
});

describe('LlamaIndex’s JinaAIEmbedding', () => {
  const jina = (options: object = {}) =>
    new JinaAIEmbedding({ apiKey: 'jina_x', baseURL: `${server.url}/v1/embeddings`, ...options });

  it('embeds texts with its default model', async () => {
    expect(await jina({ model: v3 }).getTextEmbedding(texts[0]!)).toEqual(alone);
    expect(await jina({ model: v3 }).getTextEmbeddings(texts)).toEqual(expected);
  });

  it('embeds pictures by the older names', async () => {
    const picture = new Blob([
      Buffer.from(
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
        'base64',
      ),
    ]);
    const vector = await jina({ model: 'jina-clip-v1' }).getImageEmbedding(picture);
    expect(vector).toHaveLength(24);
  });

  it('fails with the status', async () => {
    await expect(jina({ model: missing }).getTextEmbedding('a')).rejects.toThrow();
  });
});

it('Chroma’s JinaEmbeddingFunction, whose address is its own', async () => {
  redirected('https://api.jina.ai');
  const generate = (modelName: string) =>
    new JinaEmbeddingFunction({ apiKey: 'jina_x', modelName }).generate(texts);
  expect(await generate(v3)).toEqual(expected);
  // It keeps the reason to itself.
  await expect(generate(missing)).rejects.toThrow('Failed to generate');
});

describe('Cohere’s client', () => {
  const client = () => new CohereClientV2({ token: 'jina_x', environment: server.url });
  const documents = ['one', 'two', 'three'];

  it('reranks', async () => {
    const answer = await client().rerank({ model: 'jina-reranker-v3', query: 'two', documents, topN: 2 });
    const ours = (await (
      await send(server.url, '/v1/rerank', { model: 'jina-reranker-v3', query: 'two', documents, top_n: 2 })
    ).json()) as { results: { index: number; relevance_score: number }[] };
    expect(answer.results.map(({ index, relevanceScore }) => [index, relevanceScore])).toEqual(
      ours.results.map(({ index, relevance_score }) => [index, relevance_score]),
    );
  });

  it('embeds', async () => {
    const answer = await client().embed({
      model: v3,
      texts,
      inputType: 'search_document',
      embeddingTypes: ['float', 'binary'],
    });
    const passages = await vectorsOf({ model: v3, input: texts, task: 'retrieval.passage' });
    expect(answer.embeddings.float).toEqual(passages);
    expect(answer.embeddings.binary![0]).toHaveLength(128);
  });

  it('shows errors', async () => {
    await expect(client().rerank({ model: missing, query: 'a', documents })).rejects.toThrow(notFound);
    await expect(
      client().embed({ model: v3, texts, inputType: 'search_query', embeddingTypes: ['int8'] }),
    ).rejects.toThrow('embedding_types');
  });
});

describe('Voyage’s client', () => {
  const client = () => new VoyageAIClient({ apiKey: 'x', environment: `${server.url}/v1` });

  it('embeds and reranks', async () => {
    const { data } = await client().embed({ model: v3, input: texts, outputDtype: 'float' });
    expect(data!.map(({ embedding }) => embedding)).toEqual(expected);
    const documents = ['one', 'two', 'three'];
    const ranked = await client().rerank({
      model: 'jina-reranker-v3',
      query: 'two',
      documents,
      topK: 2,
      returnDocuments: true,
    });
    expect(ranked.data).toHaveLength(2);
    for (const { index, document } of ranked.data!) expect(document).toBe(documents[index!]);
  });

  it('shows errors', async () => {
    await expect(client().embed({ model: missing, input: 'a' })).rejects.toThrow(notFound);
  });
});

describe('Ollama’s client', () => {
  const client = () => new Ollama({ host: server.url });

  it('embeds and lists', async () => {
    const answer = await client().embed({ model: `${v3}:latest`, input: texts });
    expect(answer.embeddings).toEqual(expected);
    const older = await client().embeddings({ model: v3, prompt: texts[0]! });
    expect(older.embedding).toEqual(alone);
    const { models } = await client().list();
    expect(models.map(({ name }) => name)).toContain(v3);
  });

  it('shows errors', async () => {
    await expect(client().embed({ model: missing, input: 'a' })).rejects.toThrow(notFound);
  });
});

describe('Text Embeddings Inference’s routes', () => {
  it('embed and rerank with the server’s models', async () => {
    const vectors = (await (await send(server.url, '/embed', { inputs: texts })).json()) as number[][];
    expect(vectors).toEqual(expected);
    const answer = await send(server.url, '/rerank', {
      query: 'two',
      texts: ['one', 'two'],
      return_text: true,
    });
    const ranked = (await answer.json()) as { index: number; score: number; text: string }[];
    for (const { index, text } of ranked) expect(text).toBe(['one', 'two'][index]);
    expect(ranked[0]!.score).toBeGreaterThanOrEqual(ranked[1]!.score);
  });

  it('errors are texts', async () => {
    const answer = await send(server.url, '/embed', {});
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ error: expect.stringContaining('inputs is required') });
  });
});
