import { describe, expect, it } from 'vitest';
import fixture from './fixtures/openapi-models.json' with { type: 'json' };
import {
  assertModel,
  ClassifyRequestSchema,
  checkClassifyRequest,
  checkEmbeddingsRequest,
  checkMultiVectorRequest,
  checkRerankRequest,
  EmbeddingsRequestSchema,
  ModelBodySchema,
  MultiVectorRequestSchema,
  modelInfo,
  parse,
  RerankRequestSchema,
} from './implement.ts';
import { CATALOGUE, FoundationError, findModel, type ModelEntry } from './index.ts';

interface ApiEndpoint {
  fields?: string[];
  modalities?: string[];
  tasks?: string[];
  defaultTask?: string | null;
  maxDimensions?: number;
  dimensionChoices?: number[];
}

const api = fixture.models as Record<string, Record<string, ApiEndpoint>>;
const hosted = Object.entries(api);

const entryOf = (id: string): ModelEntry => {
  const entry = findModel(id);
  if (!entry) throw new Error(`${id} is missing`);
  return entry;
};

const failure = (run: () => unknown): FoundationError => {
  try {
    run();
  } catch (error) {
    if (FoundationError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('The call was expected to fail.');
};

describe('agrees with the OpenAPI document', () => {
  it('on the list of models', () => {
    const ours = CATALOGUE.filter((entry) => entry.hosted).map((entry) => entry.id);
    expect(ours.sort()).toEqual(Object.keys(api).sort());
    expect(CATALOGUE.filter((entry) => !entry.hosted).map((entry) => entry.id)).toEqual(
      expect.arrayContaining(['jina-embeddings-v2-small-en', 'jina-reranker-v3.5', 'all-MiniLM-L6-v2']),
    );
  });

  it.each(hosted)('on %s', (id, endpoints) => {
    const entry = entryOf(id);
    // The multi-vector endpoint is in the older document only.
    expect(entry.endpoints.filter((endpoint) => endpoint !== 'multi-vector').sort()).toEqual(
      Object.keys(endpoints).sort(),
    );
    const { embeddings, rerank, classify, train } = endpoints;
    if (embeddings) {
      const always = ['input', 'embedding_type'];
      expect([...entry.options, ...always].sort()).toEqual([...(embeddings.fields ?? [])].sort());
      expect(Object.keys(entry.tasks).sort()).toEqual([...(embeddings.tasks ?? [])].sort());
      expect(entry.defaultTask).toBe(embeddings.defaultTask ?? null);
      expect(entry.apiMaxDimensions).toBe(embeddings.maxDimensions);
      expect(entry.dimensionChoices).toEqual(embeddings.dimensionChoices);
      // One schema serves all of v5; its description says that nano and small read text only.
      const textOnly = /^jina-embeddings-v5-text-/.test(id);
      expect(entry.modalities).toEqual(textOnly ? ['text'] : embeddings.modalities);
    }
    if (rerank) expect(entry.modalities).toEqual(rerank.modalities);
    if (classify) expect(entry.classifyModalities ?? entry.modalities).toEqual(classify.modalities);
    if (train) expect(entry.trainModalities ?? entry.modalities).toEqual(train.modalities);
  });
});

describe('every entry', () => {
  it.each(CATALOGUE.map((entry) => [entry.id, entry] as const))('%s is whole', (id, entry) => {
    expect(findModel(id)).toBe(entry);
    for (const alias of entry.aliases) expect(findModel(alias)).toBe(entry);
    expect(Number.isNaN(Date.parse(entry.released))).toBe(false);
    expect(entry.commercialUse.why.length).toBeGreaterThan(20);
    if (entry.matryoshka) expect(entry.matryoshka.at(-1)).toBe(entry.dimensions);
    if (entry.defaultTask !== null) expect(entry.tasks).toHaveProperty([entry.defaultTask]);
    if (/NC/.test(entry.licence)) expect(entry.commercialUse.answer).toBe('licence-needed');
    for (const golden of entry.goldens) {
      if (golden.kind === 'embedding') expect(golden.first).toHaveLength(5);
      if (golden.kind === 'embedding' && golden.task) expect(entry.tasks).toHaveProperty([golden.task]);
    }
  });

  it.each(CATALOGUE.map((entry) => [entry.id, entry] as const))(
    '%s says whether it runs here',
    (_, entry) => {
      const { local } = entry;
      if (!local.runs) {
        expect(local.reason.length).toBeGreaterThan(10);
        if (local.instead !== null) expect(entryOf(local.instead).local.runs).toBe(true);
        return;
      }
      for (const { graphs, tasks } of local.files) {
        for (const task of tasks ?? []) expect(entry.tasks).toHaveProperty([task]);
        for (const { megabytes, use } of graphs) {
          for (const dtype of Object.values(use))
            if (dtype !== null) expect(megabytes[dtype]).toBeGreaterThan(1);
          expect(use.wasm).not.toBeNull();
          // float16 fails at the first run on a GPU without shader-f16.
          expect(use.webgpu ?? 'none').not.toMatch(/f16|fp16/);
        }
      }
    },
  );

  it('ids and aliases are unambiguous', () => {
    const all = CATALOGUE.flatMap((entry) => [entry.id, ...entry.aliases]).map((id) => id.toLowerCase());
    expect(new Set(all).size).toBe(all.length);
  });

  it('each v5 task names a repository that the entry has', () => {
    const entry = entryOf('jina-embeddings-v5-text-nano');
    if (!entry.local.runs) throw new Error('it runs');
    const repositories = entry.local.files.map((files) => files.repository);
    for (const task of Object.values(entry.tasks)) expect(repositories).toContain(task.repository);
    expect(entry.tasks['retrieval.query']).toEqual({
      prompt: 'Query: ',
      repository: 'jinaai/jina-embeddings-v5-text-nano-retrieval',
    });
    expect(entry.tasks.clustering?.prompt).toBe('Document: ');
  });
});

describe('models as the API lists them', () => {
  it.each(CATALOGUE.map((entry) => [entry.id, entry] as const))('%s', (_, entry) => {
    const info = modelInfo(entry);
    expect(parse(ModelBodySchema, JSON.parse(JSON.stringify(info)))).toMatchObject({ id: info.id });
    expect(findModel(info.id)).toBe(entry);
    expect(Number.isInteger(info.created)).toBe(true);
  });

  it('answers the commercial question', () => {
    const answer = (id: string) => modelInfo(entryOf(id)).nearfield?.commercialUse.answer;
    expect(answer('jina-embeddings-v3')).toBe('licence-needed');
    expect(answer('jina-embeddings-v2-base-en')).toBe('yes');
    expect(answer('elser-v2')).toBe('unknown');
  });
});

describe('finding a model', () => {
  it('takes short and full ids', () => {
    for (const id of ['jina-embeddings-v3', 'jina-ai/jina-embeddings-v3', 'jinaai/jina-embeddings-v3']) {
      expect(assertModel(id, 'embeddings').id).toBe('jina-embeddings-v3');
    }
  });

  it('names the nearest of a misspelt one', () => {
    const error = failure(() => assertModel('jina-embedings-v3', 'embeddings'));
    expect(error).toMatchObject({ code: 'INPUT_MODEL_NOT_FOUND', status: 400, param: 'model' });
    expect(error.message).toContain('jina-embeddings-v3');
  });

  it('names the models of an endpoint when the model is for another', () => {
    const error = failure(() => assertModel('jina-reranker-v3', 'embeddings'));
    expect(error.message).toMatch(/does not support embeddings.*jina-embeddings-v3/);
    expect(failure(() => assertModel('jina-embeddings-v3', 'rerank')).message).toContain('jina-reranker-v3');
  });

  it('survives silly ids', () => {
    for (const id of ['', 'constructor', '__proto__', 'x'.repeat(100_000)]) {
      expect(failure(() => assertModel(id, 'embeddings')).code).toBe('INPUT_MODEL_NOT_FOUND');
    }
  });
});

describe('what a model takes', () => {
  const check = (request: { model: string; [field: string]: unknown }) =>
    checkEmbeddingsRequest(
      parse(EmbeddingsRequestSchema, { input: 'a', ...request }),
      assertModel(request.model, 'embeddings'),
    );

  it.each([
    ['jina-embeddings-v3', {}, { task: null, prompt: '', dimensions: 1024 }],
    [
      'jina-embeddings-v3',
      { task: 'retrieval.query', dimensions: 64 },
      {
        task: 'retrieval.query',
        prompt: 'Represent the query for retrieving evidence documents: ',
        dimensions: 64,
      },
    ],
    ['jina-embeddings-v3', { task: 'retrieval', prompt_name: 'passage' }, { task: 'retrieval.passage' }],
    ['jina-embeddings-v3', { prompt_name: 'query' }, { task: 'retrieval.query' }],
    ['jina-embeddings-v3', { input_type: 'document' }, { task: 'retrieval.passage' }],
    ['jina-embeddings-v5-text-nano', {}, { task: 'text-matching', prompt: 'Document: ', dimensions: 768 }],
    [
      'jina-embeddings-v4',
      { task: 'code', prompt_name: 'passage' },
      { task: 'code.passage', prompt: 'Passage: ' },
    ],
    ['jina-code-embeddings-0.5b', {}, { task: 'nl2code.query', dimensions: 896 }],
    ['jina-code-embeddings-0.5b', { task: 'qa', prompt_name: 'passage' }, { prompt: 'Candidate answer:\n' }],
    ['jina-code-embeddings-0.5b', { input_type: 'document' }, { task: 'nl2code.passage' }],
    ['jina-clip-v2', { input_type: 'document' }, { task: null, prompt: '' }],
    ['jina-clip-v2', { input_type: 'query' }, { task: 'retrieval.query' }],
    [
      'jina-colbert-v2',
      { input_type: 'query', dimensions: 96 },
      { inputType: 'query', dimensions: 96, task: null },
    ],
    ['jina-embeddings-v2-base-en', { input_type: 'query' }, { task: null, prompt: '' }],
    ['jina-embeddings-v4', { return_multivector: true }, { dimensions: 128 }],
    ['all-MiniLM-L6-v2', { dimensions: 128 }, { dimensions: 128 }],
  ] as const)('%s %j', (model, request, expected) => {
    expect(check({ model, ...request })).toMatchObject(expected);
  });

  it.each([
    ['jina-embeddings-v3', { task: 'clustering' }, 'task', /'retrieval.query'.*'separation'/],
    ['jina-embeddings-v3', { task: 'retrieval' }, 'task', /Input should be/],
    ['jina-embeddings-v3', { task: 'retrieval.query', prompt_name: 'passage' }, 'prompt_name', /contradict/],
    [
      'jina-embeddings-v3',
      { task: 'classification', prompt_name: 'query' },
      'prompt_name',
      /no query and passage/,
    ],
    ['jina-embeddings-v3', { dimensions: 1025 }, 'dimensions', /less than or equal to 1024/],
    ['jina-embeddings-v5-text-nano', { dimensions: 769 }, 'dimensions', /less than or equal to 768/],
    ['jina-embeddings-v2-base-en', { dimensions: 769 }, 'dimensions', /less than or equal to 768/],
    ['jina-embeddings-v2-base-en', { task: 'classification' }, 'task', /has no tasks/],
    ['jina-embeddings-v2-base-en', { prompt_name: 'query' }, 'prompt_name', /has no prompts/],
    ['jina-embeddings-v2-base-en', { late_chunking: true }, 'late_chunking', /jina-embeddings-v3/],
    ['jina-embeddings-v3', { return_multivector: true }, 'return_multivector', /jina-embeddings-v4/],
    ['jina-embeddings-v4', { return_multivector: true, late_chunking: true }, 'late_chunking', /exclude/],
    [
      'jina-embeddings-v4',
      { late_chunking: true, input: [{ image: 'x' }] },
      'input.0',
      /does not take an image/,
    ],
    ['jina-embeddings-v3', { input: ['a', { image: 'https://a.example/b.png' }] }, 'input.1', /jina-clip-v1/],
    ['jina-clip-v1', { input: [{ pdf: 'AA==' }, 'a'] }, 'input.0', /alone/],
    ['jina-colbert-v2', { dimensions: 100 }, 'dimensions', /64, 96, 128/],
    ['elser-v2', { dimensions: 10 }, 'dimensions', /fixed size/],
  ] as const)('%s refuses %j', (model, request, param, message) => {
    const error = failure(() => check({ model, ...request }));
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', status: 422, param });
    expect(error.message).toMatch(message);
  });

  it('multi-vector dimensions are those of a token', () => {
    const resolve = (request: object) =>
      checkMultiVectorRequest(
        parse(MultiVectorRequestSchema, { model: 'jina-embeddings-v4', input: 'a', ...request }),
        assertModel('jina-embeddings-v4', 'multi-vector'),
      );
    expect(resolve({}).dimensions).toBe(128);
    expect(failure(() => resolve({ dimensions: 129 })).message).toMatch(/equal to 128/);
  });

  it('rerank options and images', () => {
    const rerank = (model: string, request: object) =>
      checkRerankRequest(
        parse(RerankRequestSchema, { model, query: 'q', documents: ['d'], ...request }),
        assertModel(model, 'rerank'),
      );
    expect(() => rerank('jina-reranker-v3', { max_doc_length: 9, return_embeddings: true })).not.toThrow();
    expect(() => rerank('jina-reranker-m0', { documents: [{ image: 'x' }] })).not.toThrow();
    const turbo = 'jina-reranker-v1-turbo-en';
    expect(failure(() => rerank(turbo, { max_doc_length: 9 })).param).toBe('max_doc_length');
    expect(failure(() => rerank(turbo, { return_embeddings: true })).param).toBe('return_embeddings');
    expect(failure(() => rerank(turbo, { documents: ['d', { image: 'x' }] })).message).toMatch(
      /jina-reranker-m0/,
    );
  });

  it('classify reads images with CLIP only', () => {
    const classify = (model: string) =>
      checkClassifyRequest(
        parse(ClassifyRequestSchema, { model, input: [{ image: 'x' }], labels: ['a'] }),
        assertModel(model, 'classify'),
      );
    expect(() => classify('jina-clip-v2')).not.toThrow();
    expect(failure(() => classify('jina-embeddings-v4')).param).toBe('input.0');
  });
});
