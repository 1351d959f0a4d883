/** The adapters under LangChain's own stores and retrievers, over an engine in this process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContextualCompressionRetriever } from '@langchain/classic/retrievers/contextual_compression';
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory';
import { Document } from '@langchain/core/documents';
import { createNodeFoundation } from '@nearfield/core/node';
import { tinyMiniLM, tinyRerankerV2, tinyV3 } from '@nearfield/model-tiny';
import { writeModel } from '@nearfield/model-tiny/node';
import { cosine, embed, type SearchFoundation, topK } from '@nearfield/spec';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { NearfieldEmbeddings, NearfieldRerank } from './index.ts';

const MINILM = 'all-MiniLM-L6-v2';
const V3 = 'jina-embeddings-v3';
const RERANKER = 'jina-reranker-v2-base-multilingual';
const texts = ['Hello, world!', 'How are you?', 'hello', 'you are in the world'];
const query = 'hello you';

let directory: string;
let foundation: SearchFoundation;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nearfield-langchain-'));
  const made = { [MINILM]: tinyMiniLM(), [V3]: tinyV3('both', 1024), [RERANKER]: tinyRerankerV2() };
  const models = [];
  for (const [id, model] of Object.entries(made)) {
    models.push({ id, source: await writeModel(join(directory, id), model) });
  }
  foundation = createNodeFoundation({ models, dataDirectory: join(directory, 'data'), selfCheck: false });
});
afterAll(async () => {
  await foundation.close();
  await rm(directory, { recursive: true });
});

const documents = (): Document[] =>
  texts.map((pageContent, place) => new Document({ pageContent, metadata: { place }, id: `d${place}` }));

describe('NearfieldEmbeddings', () => {
  it('gives the numbers of the foundation', async () => {
    const embeddings = new NearfieldEmbeddings({ foundation, model: MINILM });
    const expected = await embed(foundation, MINILM, texts);
    expect(await embeddings.embedDocuments(texts)).toEqual(expected.map((vector) => [...vector]));
    expect(await embeddings.embedQuery(texts[0]!)).toEqual([...expected[0]!]);
    expect(await embeddings.embedDocuments([])).toEqual([]);
  });

  it('asks with the tasks of a model that has some, or those of the caller', async () => {
    const own = new NearfieldEmbeddings({ foundation, model: V3, dimensions: 64 });
    const options = { dimensions: 64 };
    const vectorOf = async (
      text: string,
      task: 'retrieval.query' | 'retrieval.passage' | 'text-matching',
    ) => [...(await embed(foundation, V3, text, { ...options, task }))];
    expect(await own.embedQuery('hello')).toEqual(await vectorOf('hello', 'retrieval.query'));
    expect(await own.embedDocuments(['hello'])).toEqual([await vectorOf('hello', 'retrieval.passage')]);
    expect(await own.embedQuery('hello')).not.toEqual((await own.embedDocuments(['hello']))[0]);
    const task = 'text-matching';
    const same = new NearfieldEmbeddings({
      foundation,
      model: V3,
      ...options,
      queryTask: task,
      documentTask: task,
    });
    expect(await same.embedQuery('hello')).toEqual(await vectorOf('hello', task));
    expect(await same.embedDocuments(['hello'])).toEqual([await vectorOf('hello', task)]);
  });

  it('divides documents into calls', async () => {
    const embeddings = vi.fn(foundation.embeddings.bind(foundation));
    const counted = { embeddings } as unknown as SearchFoundation;
    const divided = new NearfieldEmbeddings({ foundation: counted, model: MINILM, batchSize: 3 });
    const vectors = await divided.embedDocuments(texts);
    expect(embeddings.mock.calls.map(([{ input }]) => input)).toEqual([texts.slice(0, 3), texts.slice(3)]);
    expect(vectors).toEqual((await embed(foundation, MINILM, texts)).map((vector) => [...vector]));
    for (const batchSize of [0, 1.5, 2049, Number.NaN]) {
      expect(() => new NearfieldEmbeddings({ foundation, model: MINILM, batchSize })).toThrow(
        'batchSize must be a whole number from 1 to 2048.',
      );
    }
  });

  it('asks once for what cannot succeed, and shows the message', async () => {
    const embeddings = vi.fn(foundation.embeddings.bind(foundation));
    const counted = { embeddings } as unknown as SearchFoundation;
    const wrong = new NearfieldEmbeddings({ foundation: counted, model: 'no-such-model' });
    await expect(wrong.embedQuery('a')).rejects.toMatchObject({
      code: 'INPUT_MODEL_NOT_FOUND',
      message: expect.stringContaining("Model 'no-such-model' not found"),
    });
    expect(embeddings).toHaveBeenCalledTimes(1);
  });

  it('ends by the signal', async () => {
    const controller = new AbortController();
    const embeddings = new NearfieldEmbeddings({ foundation, model: MINILM, signal: controller.signal });
    const call = embeddings.embedDocuments(texts);
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await expect(embeddings.embedQuery('a')).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('fills a store that finds the nearest', async () => {
    const embeddings = new NearfieldEmbeddings({ foundation, model: MINILM });
    const store = await MemoryVectorStore.fromDocuments(documents(), embeddings);
    const found = await store.similaritySearchWithScore(query, 3);
    const vectors = await embed(foundation, MINILM, texts);
    const wanted = await embed(foundation, MINILM, query);
    expect(found.map(([{ id }]) => id)).toEqual(topK(wanted, vectors, 3).map(({ index }) => `d${index}`));
    for (const [{ metadata }, score] of found) {
      expect(score).toBeCloseTo(cosine(wanted, vectors[metadata.place]!), 5);
    }
  });
});

describe('NearfieldRerank', () => {
  it('keeps the best documents, with their scores, and leaves those given as they are', async () => {
    const given = documents();
    const kept = await new NearfieldRerank({ foundation, model: RERANKER, topN: 2 }).compressDocuments(
      given,
      query,
    );
    const { results } = await foundation.rerank({ model: RERANKER, query, documents: texts });
    expect(kept.map(({ id, metadata }) => [id, metadata.relevanceScore])).toEqual(
      results.slice(0, 2).map(({ index, relevance_score }) => [`d${index}`, relevance_score]),
    );
    expect(kept[0]!.pageContent).toBe(texts[results[0]!.index]);
    expect(given.every(({ metadata }) => !('relevanceScore' in metadata))).toBe(true);
    expect(await new NearfieldRerank({ foundation, model: RERANKER }).compressDocuments([], query)).toEqual(
      [],
    );
  });

  it('ranks texts, three unless asked otherwise', async () => {
    const ranked = await new NearfieldRerank({ foundation, model: RERANKER }).rank(texts, query);
    const { results } = await foundation.rerank({ model: RERANKER, query, documents: texts, top_n: 3 });
    expect(ranked).toEqual(results.map(({ index, relevance_score: score }) => ({ index, score })));
    for (const topN of [0, 2.5]) {
      expect(() => new NearfieldRerank({ foundation, model: RERANKER, topN })).toThrow(
        'topN must be a whole number from 1.',
      );
    }
  });

  it('compresses what a retriever finds', async () => {
    const store = await MemoryVectorStore.fromDocuments(
      documents(),
      new NearfieldEmbeddings({ foundation, model: MINILM }),
    );
    const retriever = new ContextualCompressionRetriever({
      baseCompressor: new NearfieldRerank({ foundation, model: RERANKER, topN: 1 }),
      baseRetriever: store.asRetriever(4),
    });
    const { results } = await foundation.rerank({ model: RERANKER, query, documents: texts });
    const found = await retriever.invoke(query);
    expect(found.map(({ pageContent }) => pageContent)).toEqual([texts[results[0]!.index]]);
  });
});
