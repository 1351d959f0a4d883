import { describe, expect, it } from 'vitest';
import {
  BatchRequestSchema,
  ChatRequestSchema,
  ClassifyRequestSchema,
  checkEmbeddingsRequest,
  EmbeddingsRequestSchema,
  ExportedClassifierSchema,
  GroundRequestSchema,
  MultiVectorRequestSchema,
  modelNotFound,
  parse,
  parseStrictly,
  ReadRequestSchema,
  RerankRequestSchema,
  SearchRequestSchema,
  SegmentRequestSchema,
  shortened,
  TrainRequestSchema,
  toWire,
} from './implement.ts';
import { CATALOGUE, FoundationError, findModel } from './index.ts';

type Schema = Parameters<typeof parse>[0];
type Fields = Record<string, unknown>;

const model = 'jina-embeddings-v3';
const labelled = [
  { text: 'good', label: 'up' },
  { text: 'bad', label: 'down' },
];
const time = '2026-01-01T00:00:00.000Z';

/** A request of each kind that holds everything it can: each place in it is spoilt in turn. */
const requests: Record<string, [Schema, Fields]> = {
  embeddings: [
    EmbeddingsRequestSchema,
    {
      model,
      input: ['a', { text: 'b' }, { image: 'c' }, { pdf: 'd' }, { content: [{ text: 'e' }, { image: 'f' }] }],
      embedding_type: ['float'],
      normalized: true,
      truncate: false,
      dimensions: 8,
      task: 'classification',
      late_chunking: false,
      input_type: 'query',
      prompt_name: 'query',
      user: 'u',
    },
  ],
  'multi-vector': [MultiVectorRequestSchema, { model, input: ['a'], return_tokenized_input: true }],
  rerank: [
    RerankRequestSchema,
    {
      model,
      query: { text: 'a' },
      documents: ['a', { text: 'b', id: 1 }, { image: 'c' }],
      top_n: 1,
      return_documents: true,
      truncation: true,
      max_doc_length: 1,
      fusion: true,
    },
  ],
  'classify, a list': [
    ClassifyRequestSchema,
    { model, input: ['a', { text: 'b' }, { image: 'c' }], labels: ['a', 'b'], temperature: 1 },
  ],
  'classify, groups': [
    ClassifyRequestSchema,
    { model, input: 'a', labels: { tone: ['a', 'b'], kind: ['c'] } },
  ],
  'classify, few-shot': [ClassifyRequestSchema, { classifier_id: 'c', input: ['a'] }],
  train: [
    TrainRequestSchema,
    { model, input: [...labelled, { image: 'a', label: 'b' }], access: 'public', num_iters: 1 },
  ],
  'train, update': [TrainRequestSchema, { classifier_id: 'c', input: labelled }],
  batch: [
    BatchRequestSchema,
    {
      model,
      input: [{ custom_id: 'a', body: { input: 'a' } }],
      task: 'classification',
      dimensions: 1,
      normalized: true,
    },
  ],
  'batch of a file': [BatchRequestSchema, { model, input_url: 'https://host.example/a.jsonl' }],
  segment: [
    SegmentRequestSchema,
    {
      content: 'a',
      tokenizer: 'gpt2',
      return_chunks: true,
      max_chunk_length: 3,
      head: 1,
      strategy: 'tokens',
      overlap: 1,
    },
  ],
  read: [
    ReadRequestSchema,
    {
      url: 'https://host.example',
      targetSelector: ['a'],
      waitForSelector: 'b',
      viewport: { width: 1, height: 1 },
      injectPageScript: ['a'],
      engine: 'auto',
      noGfm: 'table',
    },
  ],
  search: [SearchRequestSchema, { q: 'a', site: ['a'], num: 1, returnFormat: 'text' }],
  ground: [GroundRequestSchema, { statement: 'a', references: ['a'] }],
  chat: [
    ChatRequestSchema,
    {
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'image_url', image_url: { url: 'a' } },
          ],
        },
      ],
    },
  ],
  'an exported classifier': [
    ExportedClassifierSchema,
    {
      format: 'nearfield-classifier',
      version: 1,
      classifier: {
        classifier_id: 'c',
        user_id: 'u',
        model,
        labels: ['a'],
        access: 'public',
        updated_number: 0,
        used_number: 0,
        created_at: time,
        updated_at: time,
        metadata_: { num_samples: 1 },
      },
      columns: 1,
      weights: '',
    },
  ],
};

const MEGABYTE = 'x'.repeat(1_000_000);
const nested = (levels: number): unknown => {
  let value: unknown = [];
  for (let level = 1; level < levels; level++) value = level % 2 ? { a: value } : [value];
  return value;
};

/** Values that are hostile wherever they stand. Made once: they are large, and nothing changes them. */
const hostile: Record<string, () => unknown> = {
  'a megabyte of text': () => MEGABYTE,
  'a megabyte of control characters': () => '\u0001'.repeat(1_000_000),
  'a number': () => -1.5,
  nothing: () => undefined,
  null: () => null,
  '200,000 numbers': () => new Array(200_000).fill(5),
  '20,000 empty objects': () => Array.from({ length: 20_000 }, () => ({})),
  '20,000 empty lists': () => Array.from({ length: 20_000 }, () => []),
  'a thousand numbers': () => new Array(1000).fill(5),
  'a thousand megabytes': () => new Array(1000).fill(MEGABYTE),
  'a long name': () => ({ [MEGABYTE]: 5 }),
  'a long name of empty texts': () => ({ [MEGABYTE]: new Array(64).fill('') }),
  'a long name of too many texts': () => ({ [MEGABYTE]: new Array(65).fill('a') }),
  'eight long names': () =>
    Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`${at}${MEGABYTE}`, new Array(64).fill(5)])),
  '20,000 names': () => Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, 5])),
  'a text that is a megabyte of other things': () => ({ text: [MEGABYTE], image: { [MEGABYTE]: MEGABYTE } }),
  '1,000,000 levels': () => nested(1_000_000),
  'a text with data 3000 levels deep': () => ({
    text: 'a',
    data: nested(3000),
    label: 'b',
    body: nested(3000),
  }),
};

const made = new Map<string, unknown>();
function hostileValue(name: string): unknown {
  if (!made.has(name)) made.set(name, hostile[name]!());
  return made.get(name);
}

/** Every place in a request: of each field, of each item, of each field of an item. */
function placesOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  const inner = Object.entries(value).flatMap(([key, each]) => placesOf(each, [...path, key]));
  return path.length === 0 ? inner : [[...path], ...inner];
}

function spoilt(value: unknown, [key, ...rest]: readonly string[], bad: unknown): unknown {
  if (key === undefined) return bad;
  if (Array.isArray(value))
    return value.map((each, at) => (String(at) === key ? spoilt(each, rest, bad) : each));
  return { ...(value as Fields), [key]: spoilt((value as Fields)[key], rest, bad) };
}

/** The error, if there is one; anything else that is thrown fails the test. */
function failure(run: () => unknown): FoundationError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (FoundationError.isInstance(error)) return error;
    throw error;
  }
}

function expectSmall(error: FoundationError): void {
  const { message, param, issues } = error;
  expect(message.length + (param?.length ?? 0), message).toBeLessThan(1000);
  expect(issues?.length ?? 0).toBeLessThanOrEqual(20);
  expect(
    issues?.reduce((sum, { field, message: why }) => sum + field.length + why.length, 0) ?? 0,
  ).toBeLessThan(7000);
}

describe.each(Object.entries(requests))('a request that is hostile: %s', (_, [schema, request]) => {
  it('is none as it stands', () => {
    expect(failure(() => parse(schema, request))).toBeUndefined();
  });

  it.each(Object.keys(hostile))('%s in each place gives a small error, or none', (name) => {
    const bad = hostileValue(name);
    for (const path of [...placesOf(request), ['unknown'], [MEGABYTE]]) {
      const error = failure(() => parseStrictly(schema, spoilt(request, path, bad)));
      if (error) expectSmall(error);
    }
    for (const body of [bad, [bad]]) {
      const error = failure(() => parseStrictly(schema, body));
      if (error) expectSmall(error);
    }
  });
});

describe('a list', () => {
  /** Items at fault that tell when they are looked at. */
  function watched(length: number): { items: object[]; seen: () => number } {
    let seen = 0;
    const items = Array.from({ length }, () => ({
      get text() {
        seen++;
        return 5;
      },
    }));
    return { items, seen: () => seen };
  }

  it('that is too long is refused for its length, and no item is looked at', () => {
    const { items, seen } = watched(2049);
    const error = failure(() => parse(EmbeddingsRequestSchema, { model, input: items }));
    expect(error).toMatchObject({ param: 'input', issues: [{ type: 'max_length' }] });
    expect(error?.message).toContain('2048');
    expect(seen()).toBe(0);
  });

  it('of labels likewise, also in groups', () => {
    for (const labels of [new Array(513).fill(5), { tone: new Array(65).fill(5) }]) {
      expect(failure(() => parse(ClassifyRequestSchema, { model, input: 'a', labels }))).toMatchObject({
        code: 'INPUT_LABEL_LIMIT_EXCEEDED',
      });
    }
  });

  it('is read until there is more at fault than an error lists', () => {
    const { items, seen } = watched(2048);
    const error = failure(() => parse(EmbeddingsRequestSchema, { model, input: items }))!;
    expect(error.issues?.map(({ field }) => field)).toEqual(
      Array.from({ length: 20 }, (_, at) => `input.${at}.text`),
    );
    expect(error.message).toMatch(/^Validation errors in 20 fields and more, first: 'input\.0\.text'/);
    expect(seen()).toBe(21);
  });

  it('names all of twenty', () => {
    const input = [...new Array(30).fill('a'), ...new Array(20).fill(5)];
    const error = failure(() => parse(EmbeddingsRequestSchema, { model, input }))!;
    expect(error.issues).toHaveLength(20);
    expect(error.message).toMatch(/^Validation errors in 20 fields, first: 'input\.30'/);
  });

  it('names the place of a label though its group has a long name', () => {
    const labels = { [MEGABYTE]: ['a', ''] };
    const error = failure(() => parse(ClassifyRequestSchema, { model, input: 'a', labels }))!;
    expect(error.param).toMatch(/^labels\.x+…\.1$/);
  });
});

describe('nesting', () => {
  it('of a thousand levels is taken, of more it is refused', () => {
    const request = (levels: number) => ({
      model,
      query: 'a',
      documents: [{ text: 'a', data: nested(levels) }],
    });
    expect(failure(() => parse(RerankRequestSchema, request(990)))).toBeUndefined();
    expect(failure(() => parse(RerankRequestSchema, request(1001)))).toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      status: 422,
      param: 'body',
    });
  });

  it('in a circle is not deep', () => {
    const circle: Fields = { text: 'a' };
    circle.self = circle;
    expect(
      failure(() => parse(RerankRequestSchema, { model, query: 'a', documents: [circle] })),
    ).toBeUndefined();
  });

  it('of an answer never fills the stack', () => {
    expect(toWire({ documents: [nested(1000)] })).toBeDefined();
    expect(failure(() => toWire(nested(1_000_000)))).toMatchObject({ status: 422 });
  });
});

it('an answer keeps names that objects have by nature', () => {
  const document = JSON.parse('{"data":{"__proto__":{"a":1},"constructor":2}}') as object;
  expect(JSON.stringify(toWire(document))).toBe(JSON.stringify(document));
});

it('names of models are not repeated whole', () => {
  expectSmall(
    modelNotFound(
      MEGABYTE,
      CATALOGUE.map(({ id }) => id),
    ),
  );
  for (const field of ['task', 'prompt_name', 'input_type']) {
    const parsed = { ...parse(EmbeddingsRequestSchema, { model, input: 'a' }), [field]: MEGABYTE };
    const error = failure(() => checkEmbeddingsRequest(parsed as never, findModel(model)!));
    if (error) expectSmall(error);
  }
});

it('what is quoted breaks no line and is not blown up by JSON', () => {
  expect(shortened('a\nb\u0000c\ud800d😀')).toBe('a\ufffdb\ufffdc\ufffdd😀');
  expect(shortened('😀'.repeat(100), 4)).toBe('😀…');
  expect(shortened('abc', 3)).toBe('abc');
});
