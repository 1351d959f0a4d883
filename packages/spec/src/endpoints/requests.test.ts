import { describe, expect, it } from 'vitest';
import {
  BatchRequestSchema,
  ClassifyRequestSchema,
  EmbeddingsRequestSchema,
  MultiVectorRequestSchema,
  parse,
  parseStrictly,
  ReadRequestSchema,
  RerankRequestSchema,
  SegmentRequestSchema,
  TrainRequestSchema,
} from '../implement.ts';
import { FoundationError } from '../index.ts';

function failure(run: () => unknown): FoundationError {
  try {
    run();
  } catch (error) {
    if (FoundationError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('The call was expected to fail.');
}

const model = 'jina-embeddings-v3';
const labelled = [
  { text: 'good', label: 'up' },
  { text: 'bad', label: 'down' },
];

describe('defaults', () => {
  it('embeddings', () => {
    expect(parse(EmbeddingsRequestSchema, { model, input: 'a' })).toEqual({
      model,
      input: 'a',
      embedding_type: 'float',
      normalized: true,
      truncate: false,
      late_chunking: false,
      split_sentences: false,
      return_multivector: false,
      return_tokenized_input: false,
    });
  });

  it('treats null as "not given", as the API does', () => {
    const parsed = parse(EmbeddingsRequestSchema, {
      model,
      input: ['a'],
      embedding_type: null,
      normalized: null,
      dimensions: null,
      task: null,
    });
    expect(parsed.embedding_type).toBe('float');
    expect(parsed.normalized).toBe(true);
    expect(parsed.dimensions).toBeNull();
  });

  it('rerank, segment, train, batch', () => {
    expect(parse(RerankRequestSchema, { model, query: 'q', documents: ['d'] })).toMatchObject({
      return_documents: true,
      return_embeddings: false,
    });
    expect(parse(SegmentRequestSchema, { content: '' })).toMatchObject({
      tokenizer: 'cl100k_base',
      max_chunk_length: 1000,
      strategy: 'structure',
      overlap: 0,
    });
    expect(parse(TrainRequestSchema, { model, input: labelled })).toMatchObject({
      access: 'public',
      num_iters: 10,
    });
    expect(parse(BatchRequestSchema, { model, input: [{ body: { input: 'a' } }] })).toMatchObject({
      normalized: true,
    });
  });

  it('an update with one example is a list of one', () => {
    const parsed = parse(TrainRequestSchema, { classifier_id: 'c', input: labelled[0] });
    expect(parsed.input).toEqual([labelled[0]]);
  });
});

describe('aliases of older clients', () => {
  it.each([
    ['encoding_format', 'base64', 'embedding_type', 'base64'],
    ['encoding_type', 'binary', 'embedding_type', 'binary'],
    ['embedding_types', ['float', 'ubinary'], 'embedding_type', ['float', 'ubinary']],
    ['output_dimension', 64, 'dimensions', 64],
    ['output_dimensionality', 64, 'dimensions', 64],
    ['task_type', 'classification', 'task', 'classification'],
    ['truncation', true, 'truncate', true],
  ])('%s', (alias, value, field, expected) => {
    const parsed = parseStrictly(EmbeddingsRequestSchema, { model, input: 'a', [alias]: value });
    expect(parsed).toMatchObject({ [field]: expected });
    expect(parsed).not.toHaveProperty(alias);
  });

  it('a field under its own name wins over its alias', () => {
    const request = { model, input: 'a', encoding_format: 'base64', embedding_type: 'ubinary' };
    expect(parse(EmbeddingsRequestSchema, request).embedding_type).toBe('ubinary');
    const reversed = { model, embedding_type: 'ubinary', encoding_format: 'base64', input: 'a' };
    expect(parse(EmbeddingsRequestSchema, reversed).embedding_type).toBe('ubinary');
  });

  it('rerank and segment', () => {
    expect(
      parseStrictly(RerankRequestSchema, {
        model,
        query: 'q',
        documents: ['d'],
        top_k: 2,
        max_tokens_per_doc: 9,
      }),
    ).toMatchObject({ top_n: 2, max_doc_length: 9 });
    expect(parseStrictly(SegmentRequestSchema, { content: 'a', segmenter: 'gpt2' }).tokenizer).toBe('gpt2');
  });
});

describe('bad requests', () => {
  const embeddings: [unknown, string | undefined, RegExp][] = [
    [null, 'body', /must be an object/],
    ['a', 'body', /must be an object/],
    [[], 'body', /must be an object/],
    [{}, 'model', /model is required/],
    [{ model }, 'input', /./],
    [{ model: '', input: 'a' }, 'model', /cannot be empty/],
    [{ model: 3, input: 'a' }, 'model', /must be a string/],
    [{ model, input: [] }, 'input', /cannot be empty/],
    [{ model, input: null }, 'input', /string or an object/],
    [{ model, input: 5 }, 'input', /string or an object/],
    [{ model, input: {} }, 'input', /string or an object/],
    [{ model, input: ['a', { text: 5 }] }, 'input.1.text', /text must be a string/],
    [{ model, input: [{ image: '' }] }, 'input.0.image', /cannot be empty/],
    [{ model, input: [{ image: {} }] }, 'input.0.image', /image must be/],
    [{ model, input: [{ content: [] }] }, 'input.0.content', /at least one chunk/],
    [{ model, input: Array(2049).fill('a') }, 'input', /2048/],
    [{ model, input: 'a', dimensions: 0 }, 'dimensions', /greater than 0/],
    [{ model, input: 'a', dimensions: 1.5 }, 'dimensions', /whole number/],
    [{ model, input: 'a', dimensions: Number.NaN }, 'dimensions', /must be a number/],
    [{ model, input: 'a', dimensions: '64' }, 'dimensions', /must be a number/],
    [{ model, input: 'a', embedding_type: 'int8' }, 'embedding_type', /float, base64, binary, ubinary/],
    [{ model, input: 'a', embedding_type: [] }, 'embedding_type', /empty/],
    [{ model, input: 'a', embedding_type: ['float', 'x'] }, 'embedding_type.1', /float, base64/],
    [{ model, input: 'a', normalized: 'yes' }, 'normalized', /true or false/],
    [{ model, input: 'a', truncate: 1 }, 'truncate', /true or false/],
    [{ model, input: 'a', task: 7 }, 'task', /must be a string/],
    [{ model, input: 'a', input_type: 'passage' }, 'input_type', /query or document/],
    [{ model, input: 'a', prompt_name: 'document' }, 'prompt_name', /query or passage/],
    [{ model, input: 'a', return_multivector: true, dimensions: 64 }, 'body', /together/],
    [{ model, input: 'a', return_tokenized_input: true }, 'body', /needs return_multivector/],
    [{ model, input: 'a', split_sentences: true }, 'body', /needs late_chunking/],
  ];

  it.each(embeddings)('embeddings %j', (request, param, message) => {
    const error = failure(() => parse(EmbeddingsRequestSchema, request));
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', status: 422, param });
    expect(error.message).toMatch(message);
  });

  it('lists every field that does not fit', () => {
    const error = failure(() => parse(EmbeddingsRequestSchema, { model: 1, input: 'a', dimensions: -1 }));
    expect(error.issues?.map((issue) => issue.field)).toEqual(['model', 'dimensions']);
    expect(error.message).toMatch(/2 fields/);
  });

  it.each([
    [{ model, query: 'q', documents: [] }, 'documents', /at least one document/],
    [{ model, query: 'q', documents: 'd' }, 'documents', /must be a list/],
    [{ model, query: 5, documents: ['d'] }, 'query', /query must be/],
    [{ model, query: 'q', documents: ['d', 5] }, 'documents.1', /string or an object/],
    [{ model, query: 'q', documents: ['d'], top_n: 0 }, 'top_n', /greater than or equal to 1/],
    [
      { model, query: 'q', documents: ['d'], max_doc_length: 8193 },
      'max_doc_length',
      /less than or equal to 8192/,
    ],
    [{ model, query: 'q', documents: Array(2049).fill('d') }, 'documents', /2048/],
  ])('rerank %#', (request, param, message) => {
    const error = failure(() => parse(RerankRequestSchema, request));
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param });
    expect(error.message).toMatch(message);
  });

  it.each([
    [{ model, input: 'a', labels: [] }, 'INPUT_VALIDATION_FAILED', 'labels', /cannot be empty/],
    [{ model, input: 'a', labels: {} }, 'INPUT_VALIDATION_FAILED', 'labels', /at least one group/],
    [{ model, input: 'a', labels: { x: [] } }, 'INPUT_VALIDATION_FAILED', 'labels.x', /cannot be empty/],
    [{ model, input: 'a', labels: [5] }, 'INPUT_VALIDATION_FAILED', 'labels.0', /must be a string/],
    [{ model, input: 'a' }, 'INPUT_VALIDATION_FAILED', 'labels', /required/],
    [{ model, input: Array(513).fill('a'), labels: ['x'] }, 'INPUT_VALIDATION_FAILED', 'input', /512/],
    [
      { model, input: 'a', labels: ['x'], temperature: 0 },
      'INPUT_VALIDATION_FAILED',
      'temperature',
      /greater than 0/,
    ],
    [
      { model, input: 'a', labels: Array(513).fill('x') },
      'INPUT_LABEL_LIMIT_EXCEEDED',
      'labels',
      /513 labels.*512/,
    ],
    [
      { model, input: 'a', labels: { x: Array(65).fill('x') } },
      'INPUT_LABEL_LIMIT_EXCEEDED',
      'labels',
      /65 labels in group 'x'/,
    ],
    [
      {
        model,
        input: 'a',
        labels: Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`g${i}`, ['x']])),
      },
      'INPUT_LABEL_LIMIT_EXCEEDED',
      'labels',
      /9 label groups/,
    ],
    [{ classifier_id: '', input: 'a' }, 'INPUT_VALIDATION_FAILED', 'classifier_id', /cannot be empty/],
  ])('classify %#', (request, code, param, message) => {
    const error = failure(() => parse(ClassifyRequestSchema, request));
    expect(error).toMatchObject({ code, param });
    expect(error.message).toMatch(message);
  });

  it.each([
    [{ model, input: labelled.slice(0, 1) }, 'INPUT_VALIDATION_FAILED', /at least 2 examples/],
    [{ model, input: [labelled[0], labelled[0]] }, 'INPUT_INVALID_LABELS', /At least 2 unique labels/],
    [{ model, input: [labelled[0], { text: 'a' }] }, 'INPUT_VALIDATION_FAILED', /label is required|label/],
    [{ model, input: labelled, access: 'secret' }, 'INPUT_VALIDATION_FAILED', /public or private/],
    [{ model, input: labelled, num_iters: 0 }, 'INPUT_VALIDATION_FAILED', /greater than or equal to 1/],
    [{ model, input: Array(513).fill(labelled[0]) }, 'INPUT_VALIDATION_FAILED', /512/],
    [{ classifier_id: 'c', input: [] }, 'INPUT_VALIDATION_FAILED', /at least one example/],
  ])('train %#', (request, code, message) => {
    const error = failure(() => parse(TrainRequestSchema, request));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it.each([
    [{ content: 5 }, 'content', /must be a string/],
    [{ content: 'a'.repeat(64_001) }, 'content', /64000/],
    [{ content: 'a', head: 1, tail: 1 }, 'body', /head and tail/],
    [{ content: 'a', overlap: 10, max_chunk_length: 10 }, 'body', /smaller than max_chunk_length/],
    [{ content: 'a', strategy: 'words' }, 'strategy', /structure, sentence/],
    [{ content: 'a', model: 'm' }, 'body', /semantic/],
  ])('segment %#', (request, param, message) => {
    const error = failure(() => parse(SegmentRequestSchema, request));
    expect(error.param).toBe(param);
    expect(error.message).toMatch(message);
  });

  it.each([
    [{ model }, /either input or input_url/],
    [{ model, input: [{ body: {} }], input_url: 'https://a.example/x' }, /either input or input_url/],
    [{ model, input: [] }, /at least one line/],
    [{ model, input: ['a'] }, /object with custom_id and body/],
    [{ model, input_url: 'no url' }, /must be a URL/],
    [{ model, input: [{ body: {} }], webhook_url: 'no url' }, /webhook_url must be a URL/],
  ])('batch %#', (request, message) => {
    expect(failure(() => parse(BatchRequestSchema, request)).message).toMatch(message);
  });

  it.each([
    [{}, /one of url, html, pdf and file/],
    [{ url: 'example' }, /must be a URL/],
    [{ url: 'file:///etc/passwd' }, /http/],
    [{ html: '<p>', pdf: 'AA==' }, /one of url/],
    [{ url: 'https://a.example', pdf: 'AA==' }, /one of url/],
    [{ url: 'https://a.example', timeout: 181 }, /less than or equal to 180/],
  ])('read %#', (request, message) => {
    expect(failure(() => parse(ReadRequestSchema, request)).message).toMatch(message);
  });
});

describe('unknown fields', () => {
  it('are kept by parse, for a server that may know them', () => {
    expect(parse(EmbeddingsRequestSchema, { model, input: 'a', brand_new: 1 })).toHaveProperty(
      'brand_new',
      1,
    );
  });

  it.each([
    ['embeddings', EmbeddingsRequestSchema, { model, input: 'a' }],
    ['multi-vector', MultiVectorRequestSchema, { model, input: 'a' }],
    ['rerank', RerankRequestSchema, { model, query: 'q', documents: ['d'] }],
    ['zero-shot', ClassifyRequestSchema, { model, input: 'a', labels: ['x'] }],
    ['few-shot', ClassifyRequestSchema, { classifier_id: 'c', input: 'a' }],
    ['train', TrainRequestSchema, { model, input: labelled }],
    ['segment', SegmentRequestSchema, { content: 'a' }],
    ['batch', BatchRequestSchema, { model, input: [{ body: {} }] }],
  ] as const)('%s: refused by name where the answer is computed', (_, schema, request) => {
    expect(() => parseStrictly(schema, request)).not.toThrow();
    expect(() => parseStrictly(schema, { ...request, other: null, another: undefined })).not.toThrow();
    const error = failure(() => parseStrictly(schema, { ...request, frobnicate: true }));
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'frobnicate' });
    expect(error.message).toContain("'frobnicate'");
  });

  it('a field of the other variant is unknown, not ignored', () => {
    const error = failure(() =>
      parseStrictly(ClassifyRequestSchema, { classifier_id: 'c', input: 'a', labels: ['x'] }),
    );
    expect(error.param).toBe('labels');
  });
});

describe('keys that would change every object', () => {
  const withKey = (key: string): object =>
    JSON.parse(`{"model":"${model}","input":"a","${key}":{"input":"b"}}`);

  it.each(['__proto__', 'constructor', 'prototype'])('%s is refused by its name', (key) => {
    expect(failure(() => parse(EmbeddingsRequestSchema, withKey(key)))).toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      param: key,
    });
    expect(failure(() => parse(TrainRequestSchema, { ...withKey(key), input: labelled })).param).toBe(key);
    const labels = JSON.parse(`{"${key}":["a","b"],"tone":["c","d"]}`) as object;
    expect(failure(() => parse(ClassifyRequestSchema, { model, input: 'a', labels })).param).toBe(
      `labels.${key}`,
    );
  });

  it('gives a request no fields through its prototype', () => {
    const request = JSON.parse(`{"__proto__":{"model":"${model}","input":"a"}}`) as object;
    expect(failure(() => parse(EmbeddingsRequestSchema, request)).code).toBe('INPUT_VALIDATION_FAILED');
  });
});

describe('errors about large requests', () => {
  it('stay small: many unknown fields, and long ones', () => {
    const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`field-${index}`, 1]));
    const request = { model, input: 'a', ['k'.repeat(1_000_000)]: 1, ...fields };
    const error = failure(() => parseStrictly(EmbeddingsRequestSchema, request));
    expect(error.message.length).toBeLessThan(2000);
    expect(error.message).toContain('and 9981 more');
    expect(error.issues).toHaveLength(20);
  });
});
