/** Shapes of requests and answers, as JSON Schema. A test holds them against what the server takes and gives. */
import { EMBEDDING_TYPES, LIMITS } from '@nearfield/spec';

export type JsonSchema = { readonly [keyword: string]: unknown };

const text: JsonSchema = { type: 'string' };
const count: JsonSchema = { type: 'integer', minimum: 0 };
const flag: JsonSchema = { type: 'boolean' };
const number: JsonSchema = { type: 'number' };

export const reference = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

const list = (items: JsonSchema, limits: JsonSchema = {}): JsonSchema => ({
  type: 'array',
  items,
  ...limits,
});
const orNull = (...schemas: JsonSchema[]): JsonSchema => ({ anyOf: [...schemas, { type: 'null' }] });
const object = (
  properties: Record<string, JsonSchema>,
  required: readonly string[] = [],
  rest: JsonSchema = {},
): JsonSchema => ({ type: 'object', properties, ...(required.length > 0 && { required }), ...rest });

const document = (...kinds: string[]): JsonSchema => ({
  anyOf: [text, ...kinds.map((kind) => object({ [kind]: text }, [kind]))],
});
const oneOrMany = (item: JsonSchema, most: number): JsonSchema => ({
  anyOf: [item, list(item, { minItems: 1, maxItems: most })],
});
const embeddingInput = oneOrMany(document('text', 'image'), LIMITS.embeddings.inputs);
const vector: JsonSchema = {
  anyOf: [
    text,
    list(number),
    { type: 'object', additionalProperties: { anyOf: [number, text, list(number)] } },
  ],
};
const labels: JsonSchema = {
  anyOf: [
    list(text, { minItems: 1, maxItems: LIMITS.classify.labels }),
    { type: 'object', additionalProperties: list(text, { maxItems: LIMITS.classify.labelsPerGroup }) },
  ],
};
const vectorOptions = {
  model: text,
  input: embeddingInput,
  embedding_type: orNull({ enum: EMBEDDING_TYPES }, list({ enum: EMBEDDING_TYPES }, { minItems: 1 })),
  normalized: { ...flag, default: true },
  truncate: { ...flag, default: false },
  dimensions: orNull({ type: 'integer', minimum: 1 }),
  task: orNull(text),
  prompt_name: orNull({ enum: ['query', 'passage'] }),
  input_type: orNull({ enum: ['query', 'document'] }),
  user: orNull(text),
};
const filterValue: JsonSchema = { type: ['string', 'number', 'boolean'] };
const bound: JsonSchema = { type: ['number', 'string'] };
const filters: JsonSchema = {
  type: 'object',
  additionalProperties: {
    anyOf: [filterValue, list(filterValue), object({ from: bound, to: bound }, [])],
  },
};
const usage = object({ total_tokens: count, prompt_tokens: count }, ['total_tokens']);
const labelScore = object({ label: text, score: number }, ['label', 'score']);
const classification = object(
  {
    object: { const: 'classification' },
    index: count,
    prediction: { anyOf: [text, { type: 'object' }] },
    score: { anyOf: [number, { type: 'object' }] },
    predictions: { anyOf: [list(labelScore), { type: 'object' }] },
  },
  ['object', 'index', 'prediction', 'score'],
);
const trainingItem = object({ text, image: text, label: text }, ['label']);

/** Component schemas by name. */
export const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Error: object(
    {
      detail: { ...text, description: 'What is wrong, and what to do.' },
      code: text,
      request_id: text,
      errors: list(object({ field: text, message: text, type: text }, ['field', 'message', 'type'])),
      error: object({ message: text, type: text, param: orNull(text), code: text }, [
        'message',
        'type',
        'code',
      ]),
    },
    ['detail', 'code', 'request_id', 'error'],
  ),
  EmbeddingsRequest: object(
    {
      ...vectorOptions,
      late_chunking: { ...flag, default: false },
      split_sentences: flag,
      return_multivector: { ...flag, default: false },
      return_tokenized_input: { ...flag, default: false },
    },
    ['model', 'input'],
  ),
  EmbeddingsResponse: object(
    {
      model: text,
      object: { const: 'list' },
      usage,
      data: list({
        anyOf: [
          object({ object: { const: 'embedding' }, index: count, embedding: vector }, ['index', 'embedding']),
          object(
            {
              object: { const: 'embeddings' },
              index: count,
              embeddings: list(vector),
              tokenized_input: list(text),
            },
            ['index', 'embeddings'],
          ),
        ],
      }),
    },
    ['model', 'object', 'usage', 'data'],
  ),
  MultiVectorRequest: object({ ...vectorOptions, return_tokenized_input: { ...flag, default: false } }, [
    'model',
    'input',
  ]),
  RerankRequest: object(
    {
      model: { ...text, description: 'Without one the server’s own reranker ranks.' },
      query: document('text'),
      documents: list(document('text'), { minItems: 1, maxItems: LIMITS.rerank.documents }),
      top_n: orNull({ type: 'integer', minimum: 1 }),
      return_documents: { ...flag, default: true },
      truncation: orNull(flag),
      max_doc_length: orNull({ type: 'integer', minimum: 1, maximum: LIMITS.rerank.maxDocLength }),
      return_embeddings: { ...flag, default: false },
      fusion: orNull(flag),
    },
    ['query', 'documents'],
  ),
  RerankResponse: object(
    {
      model: text,
      object: { const: 'list' },
      usage,
      results: list(
        object(
          { index: count, relevance_score: number, document: { type: 'object' }, embedding: list(number) },
          ['index', 'relevance_score'],
        ),
      ),
      fusion: object({ with: text, weight: number }),
    },
    ['model', 'usage', 'results'],
  ),
  ClassifyRequest: object(
    {
      model: text,
      classifier_id: text,
      input: oneOrMany(document('text', 'image'), LIMITS.classify.inputs),
      labels,
      temperature: orNull({ type: 'number', exclusiveMinimum: 0 }),
    },
    ['input'],
  ),
  ClassifyResponse: object({ usage, data: list(classification) }, ['usage', 'data']),
  TrainRequest: object(
    {
      model: text,
      classifier_id: text,
      access: orNull({ enum: ['private', 'public'] }),
      input: { anyOf: [trainingItem, list(trainingItem)] },
      num_iters: { type: 'integer', minimum: 1, default: 10 },
    },
    ['input'],
  ),
  TrainResponse: object({ classifier_id: text, num_samples: count, usage }, ['classifier_id', 'num_samples']),
  Classifiers: list({ type: 'object', required: ['classifier_id'] }),
  Deleted: object({ classifier_id: text }),
  SegmentRequest: object(
    {
      content: text,
      tokenizer: orNull(text),
      return_tokens: { ...flag, default: false },
      return_chunks: { ...flag, default: false },
      max_chunk_length: orNull({ type: 'integer', minimum: 1 }),
      head: orNull({ type: 'integer', minimum: 1 }),
      tail: orNull({ type: 'integer', minimum: 1 }),
      strategy: orNull({ enum: ['structure', 'sentence', 'tokens', 'semantic'] }),
      overlap: orNull(count),
      model: orNull(text),
    },
    ['content'],
  ),
  SegmentResponse: object(
    {
      num_tokens: count,
      tokenizer: text,
      usage: object({ tokens: count }, ['tokens']),
      num_chunks: count,
      chunk_positions: list(list(count, { minItems: 2, maxItems: 2 })),
      chunks: list(text),
      tokens: list({ type: 'array' }),
      special_tokens: list(text),
    },
    ['num_tokens', 'tokenizer', 'usage'],
  ),
  Model: object(
    {
      id: text,
      object: { const: 'model' },
      owned_by: text,
      hugging_face_id: text,
      name: text,
      created: { type: 'integer' },
      input_modalities: list(text),
      output_modalities: list(text),
      context_length: count,
      max_output_length: count,
      description: text,
      nearfield: { type: 'object' },
    },
    ['id', 'object', 'name'],
  ),
  Models: object({ object: { const: 'list' }, data: list(reference('Model')) }, ['object', 'data']),
  Capabilities: object({ methods: { type: 'object' }, models: list(text) }, ['methods', 'models']),
  BatchRequest: object(
    {
      model: text,
      input: list(object({ custom_id: text, body: { type: 'object' } }, ['body'])),
      input_url: orNull(text),
      task: orNull(text),
      dimensions: orNull({ type: 'integer', minimum: 1 }),
      normalized: { ...flag, default: true },
      webhook_url: orNull(text),
    },
    ['model'],
  ),
  Batch: object(
    {
      batch_id: text,
      status: { enum: ['pending', 'processing', 'completed', 'failed', 'expired', 'cancelled'] },
      model: text,
      created_at: text,
      completed_at: orNull(text),
      expires_at: orNull(text),
      output_url: orNull(text),
      error_file_url: orNull(text),
      error: orNull(text),
      stats: orNull({ type: 'object' }),
    },
    ['batch_id', 'status', 'model', 'created_at'],
  ),
  Batches: list(reference('Batch')),
  BulkJob: object({ _id: text, status: text, model_name: text, file_name: text }, ['_id', 'status']),
  Download: object({ id: text, download_url: text }, ['id', 'download_url']),
  Index: object(
    {
      id: text,
      object: { const: 'index' },
      model: text,
      has_table: flag,
      counts_facets: flag,
      languages: list(text),
    },
    ['id', 'has_table', 'counts_facets', 'languages'],
  ),
  Indexes: object({ object: { const: 'list' }, data: list(reference('Index')) }, ['data']),
  Facets: {
    type: 'object',
    additionalProperties: { type: 'object', additionalProperties: count },
  },
  IndexSearchRequest: object(
    {
      query: text,
      limit: orNull({ type: 'integer', minimum: 1, maximum: 100 }),
      filters: orNull(filters),
      explain: orNull(flag),
      keywords: orNull(flag),
      meaning: orNull(flag, { const: 'table' }, list(number)),
      rerank: orNull(flag),
      facets: orNull(flag),
      weights: orNull({ type: 'object' }),
    },
    ['query'],
  ),
  IndexAnswer: object(
    {
      results: list(reference('FoundDocument')),
      meaning: { enum: ['full', 'partial', 'none'] },
      tier: { enum: ['keywords', 'table', 'model', 'reranker'] },
      problems: list(object({ code: text, message: text }, ['code', 'message'])),
      corrected: text,
      facets: reference('Facets'),
    },
    ['results', 'meaning', 'tier', 'problems'],
  ),
  FoundDocument: object(
    {
      id: text,
      title: text,
      url: text,
      breadcrumbs: list(text),
      score: number,
      passages: list(
        object({ headings: list(text), anchor: text, text, score: number }, [
          'headings',
          'anchor',
          'text',
          'score',
        ]),
      ),
    },
    ['id', 'title', 'url', 'breadcrumbs', 'score', 'passages'],
  ),
  IndexRelatedRequest: object(
    { id: text, limit: orNull({ type: 'integer', minimum: 1, maximum: 100 }), filters: orNull(filters) },
    ['id'],
  ),
  IndexRelated: object({ results: list(reference('FoundDocument')) }, ['results']),
  Status: object({ status: text }, ['status']),
  AnyObject: { type: 'object' },
  Text: text,
  Any: {},
};
