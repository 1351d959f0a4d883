import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import { miniLMRerankerDirectory } from '@nearfield/model-minilm-reranker/build';
import { type CallProgress, FoundationError, type RerankResponse } from '@nearfield/spec';
import { parse, RerankBodySchema, toWire } from '@nearfield/spec/implement';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rejection } from '../../../test/rejection.ts';
import { temporaryDirectory } from '../../../test/temporary-directory.ts';
import { createNodeFoundation, type LocalFoundation } from '../../node.ts';

const EMBEDDER = 'all-MiniLM-L6-v2';
const RERANKER = 'minilm-reranker';
const QUERY = 'How do I reset my password?';
const DOCUMENTS = [
  'The shop is open from nine to five on weekdays and closed on public holidays.',
  'Open the account page and choose "Forgot password". We will send a link that lets you set a new password.',
  'Passwords have at least twelve characters.',
];

const embedder = { id: EMBEDDER, source: miniLMDirectory() };
const reranker = { id: RERANKER, source: miniLMRerankerDirectory() };

const directory = temporaryDirectory('rerank');
let foundation: LocalFoundation;
let withoutEmbedder: LocalFoundation;
beforeAll(async () => {
  const dataDirectory = join(directory, 'data');
  foundation = createNodeFoundation({ dataDirectory, threads: 1, models: [embedder, reranker] });
  const nowhere = { ...embedder, source: join(directory, 'nothing-here') };
  withoutEmbedder = createNodeFoundation({
    dataDirectory,
    threads: 1,
    models: [{ ...nowhere, source: new URL(`file://${nowhere.source}/`) }, reranker],
  });
});
afterAll(async () => {
  await Promise.all([foundation.close(), withoutEmbedder.close()]);
});

const byIndex = ({ results }: RerankResponse): number[] =>
  results.toSorted((a, b) => a.index - b.index).map(({ relevance_score }) => relevance_score);

const logit = (score: number): number => Math.log(score / (1 - score));

describe('minilm-reranker', () => {
  it('has the logits of its goldens', async () => {
    const goldens = JSON.parse(await readFile(join(miniLMRerankerDirectory(), 'goldens.json'), 'utf8')) as {
      tolerance: number;
      rows: { query: string; passage: string; input_ids: number[]; logit_int8: number }[];
    };
    for (const { query, passage, input_ids, logit_int8 } of goldens.rows) {
      const answer = await foundation.rerank({ model: RERANKER, query, documents: [passage], fusion: false });
      expect(Math.abs(logit(answer.results[0]!.relevance_score) - logit_int8)).toBeLessThan(
        goldens.tolerance,
      );
      expect(answer.usage).toEqual({ total_tokens: input_ids.length });
      expect(answer).not.toHaveProperty('fusion');
    }
  });

  it('ranks by logit + 8 · cosine where the embedder is there, and says so', async () => {
    const alone = await foundation.rerank({
      model: RERANKER,
      query: QUERY,
      documents: DOCUMENTS,
      fusion: false,
    });
    const { data } = await foundation.embeddings({ model: EMBEDDER, input: [QUERY, ...DOCUMENTS] });
    const [asked, ...texts] = data.map(({ embedding }) => embedding);
    for (const fusion of [undefined, null, true]) {
      const answer = await foundation.rerank({ model: RERANKER, query: QUERY, documents: DOCUMENTS, fusion });
      parse(RerankBodySchema, toWire(answer));
      expect(answer.fusion).toEqual({ embedder: EMBEDDER, weight: 8 });
      expect(answer.results.map(({ index }) => index)).toEqual([1, 2, 0]);
      byIndex(answer).forEach((score, index) => {
        const cosine = texts[index]!.reduce((sum, value, at) => sum + value * asked![at]!, 0);
        expect(logit(score)).toBeCloseTo(logit(byIndex(alone)[index]!) + 8 * cosine - 4, 3);
      });
    }
  });

  it('does without an embedder that cannot be loaded, unless it was insisted on', async () => {
    const request = { model: RERANKER, query: QUERY, documents: DOCUMENTS };
    const answer = await withoutEmbedder.rerank(request);
    expect(answer).not.toHaveProperty('fusion');
    expect(answer).toEqual(await foundation.rerank({ ...request, fusion: false }));
    expect(await rejection(withoutEmbedder.rerank({ ...request, fusion: true }))).toMatchObject({
      code: 'DOWNLOAD_FAILED',
    });
  });

  it('finds the answer in the last window of a long document', async () => {
    const filler = 'The weather was grey and nothing of note took place on that day. '.repeat(40);
    const documents = [filler, filler + DOCUMENTS[1]];
    for (const fusion of [false, true]) {
      const request = { model: RERANKER, query: QUERY, documents, fusion };
      const [plain, answering] = byIndex(await foundation.rerank(request));
      expect(logit(answering!)).toBeGreaterThan(logit(plain!) + 3);
      const [cutPlain, cutAnswering] = byIndex(await foundation.rerank({ ...request, truncation: true }));
      expect(cutAnswering).toBeCloseTo(cutPlain!, 2);
    }
  });

  it('reads the first 32 tokens of the query, and refuses more than 512', async () => {
    const long = `${QUERY} ${'really '.repeat(100)}`;
    const request = { model: RERANKER, documents: DOCUMENTS, fusion: false };
    const [first] = (await foundation.rerank({ ...request, query: long })).results;
    expect(first!.index).toBe(1);
    const shortened = await foundation.rerank({ ...request, query: `${QUERY} ${'really '.repeat(25)}` });
    expect(byIndex(shortened)).toEqual(byIndex(await foundation.rerank({ ...request, query: long })));
    expect(await rejection(foundation.rerank({ ...request, query: 'word '.repeat(513) }))).toMatchObject({
      code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      param: 'query',
    });
  });

  it('is told to be missing, with what to do, where the site has not said where it is', async () => {
    const bare = createNodeFoundation({ dataDirectory: join(directory, 'data'), threads: 1 });
    const error = await rejection(bare.rerank({ model: RERANKER, query: 'a', documents: ['b'] }));
    expect(error).toMatchObject({ code: 'MODEL_NOT_AVAILABLE_LOCALLY', param: 'model' });
    expect(error.message).toContain("{ id: 'minilm-reranker', source: '/models/minilm-reranker/' }");
    expect((await bare.capabilities()).models).not.toContain(RERANKER);
    expect((await foundation.capabilities()).models).toContain(RERANKER);
    await bare.close();
  });
});

describe('late interaction over an embedder', () => {
  it('is Σ of the best cosine of each token of the query, special tokens left out', async () => {
    const [query, document] = ['red car', 'a car that is red'];
    const { data } = await foundation.multiVector({
      model: EMBEDDER,
      input: [query, document],
      return_tokenized_input: true,
    });
    const rows = data.map(({ embeddings, tokenized_input }) =>
      embeddings.filter((_, at) => !['[CLS]', '[SEP]'].includes(tokenized_input![at]!)),
    );
    expect(rows.map(({ length }) => length)).toEqual([2, 5]);
    const dot = (left: Float32Array, right: Float32Array): number =>
      left.reduce((sum, value, at) => sum + value * right[at]!, 0);
    const expected = rows[0]!.reduce(
      (sum, row) => sum + Math.max(...rows[1]!.map((other) => dot(row, other))),
      0,
    );
    const answer = await foundation.rerank({ model: EMBEDDER, query, documents: [document] });
    expect(answer.results[0]!.relevance_score).toBeCloseTo(expected, 3);
    expect(answer.usage).toEqual({ total_tokens: 4 + 7 });
  });

  it('reads all of a document that is longer than the context', async () => {
    const filler = 'Nothing of note took place that day. '.repeat(60);
    const documents = [filler, filler + DOCUMENTS[1]];
    const request = { model: EMBEDDER, query: QUERY, documents };
    const [plain, answering] = byIndex(await foundation.rerank(request));
    expect(answering).toBeGreaterThan(plain! + 1);
    const [cutPlain, cutAnswering] = byIndex(await foundation.rerank({ ...request, truncation: true }));
    expect(cutAnswering).toBeCloseTo(cutPlain!, 5);
  });

  it('puts a document without tokens last', async () => {
    const { results } = await foundation.rerank({ model: EMBEDDER, query: QUERY, documents: ['', 'a b'] });
    expect(results.map(({ index }) => index)).toEqual([1, 0]);
    expect(Number.isFinite(results[1]!.relevance_score)).toBe(true);
  });
});

describe('any reranker', () => {
  it('leaves documents with the caller, whatever they hold', async () => {
    const method = (): void => {};
    const documents = DOCUMENTS.map((text, id) => ({ text, id, method }));
    for (const model of [EMBEDDER, RERANKER]) {
      const { results } = await foundation.rerank({ model, query: QUERY, documents });
      for (const { index, document } of results) expect(document).toBe(documents[index]);
    }
  });

  it('returns strings as objects with text, and nothing if that is asked', async () => {
    const request = { model: EMBEDDER, query: QUERY, documents: DOCUMENTS };
    const { results } = await foundation.rerank(request);
    for (const { index, document } of results) expect(document).toEqual({ text: DOCUMENTS[index] });
    const bare = await foundation.rerank({ ...request, return_documents: false });
    for (const result of bare.results) expect(Object.keys(result)).toEqual(['index', 'relevance_score']);
  });

  it('tells how far it is, each document once', async () => {
    for (const model of [EMBEDDER, RERANKER]) {
      const events: Extract<CallProgress, { type: 'work-progress' }>[] = [];
      const documents = Array.from({ length: 80 }, (_, index) => `${index} ${'word '.repeat(index * 3)}`);
      const { usage } = await foundation.rerank(
        { model, query: QUERY, documents },
        { onProgress: (event) => event.type === 'work-progress' && events.push(event) },
      );
      expect(events.at(-1)).toEqual({
        type: 'work-progress',
        inputs: { done: 80, total: 80 },
        tokens: { done: usage.total_tokens, total: usage.total_tokens },
      });
      const counts = events.map(({ inputs }) => inputs.done);
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    }
  });

  it('stops when it is aborted, and works afterwards', async () => {
    const documents = Array.from({ length: 500 }, (_, index) => `${index} ${'word '.repeat(30)}`);
    for (const model of [EMBEDDER, RERANKER]) {
      const controller = new AbortController();
      const reason = new DOMException('enough', 'AbortError');
      const call = foundation.rerank(
        { model, query: QUERY, documents },
        {
          signal: controller.signal,
          onProgress: (event) => event.type === 'work-progress' && controller.abort(reason),
        },
      );
      expect(await rejection(call)).toBe(reason);
      const { results } = await foundation.rerank({ model, query: QUERY, documents: DOCUMENTS });
      expect(results[0]!.index).toBe(1);
    }
  });

  it('refuses fusion where there is none', async () => {
    const call = foundation.rerank({ model: EMBEDDER, query: 'a', documents: ['b'], fusion: false });
    expect(await rejection(call)).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'fusion' });
    expect(FoundationError.isInstance(await rejection(call))).toBe(true);
  });
});
