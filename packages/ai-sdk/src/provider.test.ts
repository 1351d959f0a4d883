/** The provider under the SDK's own functions, of each major version that takes it, over an engine in this process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeFoundation } from '@nearfield/core/node';
import { tinyMiniLM, tinyRerankerV2 } from '@nearfield/model-tiny';
import { writeModel } from '@nearfield/model-tiny/node';
import { embed as embedText, FoundationError, LIMITS, type SearchFoundation } from '@nearfield/spec';
import * as ai6 from 'ai-6';
import * as ai7 from 'ai-7';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createNearfield } from './index.ts';

const EMBEDDER = 'all-MiniLM-L6-v2';
const RERANKER = 'jina-reranker-v2-base-multilingual';
const texts = ['Hello, world!', 'How are you?', 'hello'];

let directory: string;
let foundation: SearchFoundation;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nearfield-ai-sdk-'));
  const models = [
    { id: EMBEDDER, source: await writeModel(join(directory, 'embedder'), tinyMiniLM()) },
    { id: RERANKER, source: await writeModel(join(directory, 'reranker'), tinyRerankerV2()) },
  ];
  foundation = createNodeFoundation({
    models,
    dataDirectory: join(directory, 'data'),
    selfCheck: false,
  });
});
afterAll(async () => {
  await foundation.close();
  await rm(directory, { recursive: true });
});

/** What a call of the SDK throws, the last error of those it repeats. */
async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return ai6.RetryError.isInstance(error) ? error.lastError : error;
}

/** Fails each call with a code and counts them. */
function failing(code: 'RATE_TOKEN_LIMIT_EXCEEDED' | 'INPUT_TOKEN_LIMIT_EXCEEDED') {
  const embeddings = vi.fn(() =>
    Promise.reject(new FoundationError({ code, message: 'Not now.', retryAfter: 0, requestId: 'r-1' })),
  );
  return { embeddings, rerank: foundation.rerank };
}

describe.each([
  ['6', ai6],
  ['7', ai7 as unknown as typeof ai6],
])('the AI SDK %s', (_, { embed, embedMany, rerank }) => {
  it('embeds one text and many, with the numbers of the foundation', async () => {
    const model = createNearfield(foundation).embeddingModel(EMBEDDER);
    const expected = await embedText(foundation, EMBEDDER, texts);
    const one = await embed({ model, value: texts[0]! });
    expect(one.embedding).toEqual([...expected[0]!]);
    expect(one.usage.tokens).toBeGreaterThan(0);
    expect(one.warnings).toEqual([]);
    const many = await embedMany({ model, values: texts });
    expect(many.embeddings).toEqual(expected.map((vector) => [...vector]));
    expect(many.values).toEqual(texts);
  });

  it('passes settings of the model, and those of a call before them', async () => {
    const model = createNearfield(foundation).textEmbeddingModel(EMBEDDER, { dimensions: 16 });
    const value = texts[0]!;
    expect((await embed({ model, value })).embedding).toHaveLength(16);
    const providerOptions = { nearfield: { dimensions: 8 } };
    const cut = await embed({ model, value, providerOptions });
    expect(cut.embedding).toEqual([...(await embedText(foundation, EMBEDDER, value, { dimensions: 8 }))]);
  });

  it('divides more values than a request takes', async () => {
    const embeddings = vi.fn(foundation.embeddings.bind(foundation)) as SearchFoundation['embeddings'];
    const model = createNearfield({ embeddings, rerank: foundation.rerank }).embeddingModel(EMBEDDER);
    const values = Array.from({ length: LIMITS.embeddings.inputs + 1 }, (_, index) => `t${index % 7}`);
    const { embeddings: vectors } = await embedMany({ model, values });
    expect(embeddings).toHaveBeenCalledTimes(2);
    expect(vectors).toHaveLength(values.length);
    expect(vectors.at(-1)).toEqual(vectors[(values.length - 1) % 7]);
  });

  it('ranks texts and objects as the foundation does', async () => {
    const model = createNearfield(foundation).rerankingModel(RERANKER);
    const query = 'Hello';
    const { results } = await foundation.rerank({ model: RERANKER, query, documents: texts });
    const expected = results.map(({ index, relevance_score: score }) => ({
      originalIndex: index,
      score,
      document: texts[index],
    }));
    expect((await rerank({ model, query, documents: texts })).ranking).toEqual(expected);
    const two = await rerank({ model, query, documents: texts, topN: 2 });
    expect(two.ranking).toEqual(expected.slice(0, 2));
    const objects = texts.map((text, id) => ({ id, text }));
    const ofObjects = await rerank({ model, query, documents: objects });
    expect(ofObjects.ranking.map(({ originalIndex, score }) => [originalIndex, score])).toEqual(
      expected.map(({ originalIndex, score }) => [originalIndex, score]),
    );
    expect(ofObjects.ranking[0]!.document).toBe(objects[expected[0]!.originalIndex]);
  });

  it('throws what is wrong at once, with its message and code', async () => {
    const provider = createNearfield(foundation);
    const error = await thrownBy(embed({ model: provider.embeddingModel('no-such-model'), value: 'a' }));
    expect(ai6.APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      message: expect.stringContaining("Model 'no-such-model' not found"),
      statusCode: 400,
      isRetryable: false,
      data: { code: 'INPUT_MODEL_NOT_FOUND', param: 'model' },
    });
    expect(FoundationError.isInstance((error as Error).cause)).toBe(true);
    const field = thrownBy(
      embed({
        model: provider.embeddingModel(EMBEDDER),
        value: 'a',
        providerOptions: { nearfield: { dimension: 8 } },
      }),
    );
    await expect(field).resolves.toMatchObject({
      message: expect.stringContaining('no field "dimension". It takes task, dimensions'),
      isRetryable: false,
    });
  });

  it('repeats what may succeed later, and only that', async () => {
    const later = failing('RATE_TOKEN_LIMIT_EXCEEDED');
    const call = embed({
      model: createNearfield(later).embeddingModel(EMBEDDER),
      value: 'a',
      maxRetries: 1,
    });
    expect(await thrownBy(call)).toMatchObject({
      statusCode: 429,
      responseHeaders: { 'retry-after': '0' },
      data: { requestId: 'r-1' },
    });
    expect(later.embeddings).toHaveBeenCalledTimes(2);
    const never = failing('INPUT_TOKEN_LIMIT_EXCEEDED');
    await thrownBy(embed({ model: createNearfield(never).embeddingModel(EMBEDDER), value: 'a' }));
    expect(never.embeddings).toHaveBeenCalledTimes(1);
  });

  it('passes the signal', async () => {
    const controller = new AbortController();
    const call = embed({
      model: createNearfield(foundation).embeddingModel(EMBEDDER),
      value: 'a',
      abortSignal: controller.signal,
    });
    controller.abort();
    expect(await thrownBy(call)).toMatchObject({ name: 'AbortError' });
  });
});

it('says that it has no other models', () => {
  const provider = createNearfield(foundation);
  expect(() => provider.languageModel('m')).toThrow('No such languageModel: m');
  expect(() => provider.imageModel('m')).toThrow('No such imageModel: m');
});

it('warns of what a foundation does not take, and of documents that it reads as JSON', async () => {
  const provider = createNearfield(foundation);
  const headers = { 'x-team': 'a' };
  const embedded = await provider.embeddingModel(EMBEDDER).doEmbed({ values: ['a'], headers });
  expect(embedded.warnings).toEqual([expect.objectContaining({ type: 'unsupported', feature: 'headers' })]);
  const ranked = await provider.reranking(RERANKER).doRerank({
    query: 'a',
    documents: { type: 'object', values: [{ title: 'a' }, { text: 'b' }] },
  });
  expect(ranked.warnings).toEqual([expect.objectContaining({ feature: 'object documents' })]);
});
