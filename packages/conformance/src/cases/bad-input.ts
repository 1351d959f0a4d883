import { type ErrorCode, FoundationError, LIMITS, type SearchFoundation } from '@nearfield/spec';
import type { FoundationMethod } from '@nearfield/spec/implement';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ContractModels } from '../models.ts';
import { base64, type Pictures, pictures } from '../pictures.ts';
import { collect, type Subject } from '../subject.ts';

/** Milliseconds within which bad input is answered, once its model is loaded. */
const SOON = 1000;

/** What is made of an input: an error of one of these codes, an answer, or either where the rules leave it open. */
type Outcome = ErrorCode | 'answer' | 'either';

interface BadInput {
  method: FoundationMethod;
  name: string;
  outcome: Outcome;
  /** JSON cannot hold it, so only what takes requests in memory can be asked. */
  memory?: boolean;
  call: (foundation: SearchFoundation, pictures: Pictures) => Promise<unknown>;
}

const INVALID = 'INPUT_VALIDATION_FAILED';

function cyclic(): Record<string, unknown> {
  const value: Record<string, unknown> = { text: 'a' };
  value.self = value;
  return value;
}

/** Keys that would change every object if they were written carelessly. */
const polluted = (fields: string): object =>
  JSON.parse(
    `{${fields},"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}`,
  ) as object;

const throwing = (fields: object): object =>
  Object.defineProperty({ ...fields }, 'task', {
    enumerable: true,
    get() {
      throw new RangeError('a getter of the caller’s');
    },
  });

/** Values of the wrong kind for a field that is text. JSON makes null of what only memory holds, which is wrong too. */
const NO_TEXT: [string, unknown][] = [
  ['missing', undefined],
  ['null', null],
  ['a number', 42],
  ['NaN', Number.NaN],
  ['true', true],
  ['a list', []],
  ['an object', {}],
  ['empty', ''],
];

/** Things that are no request at all. */
const NO_REQUEST: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['a string', 'text'],
  ['a number', 7],
  ['a list', []],
  ['a list of requests', [{ model: 'all-MiniLM-L6-v2', input: 'a' }]],
  ['an empty object', {}],
  ['a function', () => ({})],
  ['a date', new Date(0)],
];

type Method = 'embeddings' | 'multiVector' | 'rerank' | 'classify' | 'train' | 'segment';
const METHODS: Method[] = ['embeddings', 'multiVector', 'rerank', 'classify', 'train', 'segment'];

function ask(foundation: SearchFoundation, method: Method, request: unknown): Promise<unknown> {
  const call = foundation[method] as (request: unknown) => Promise<unknown>;
  return call.call(foundation, request);
}

function notRequests(): BadInput[] {
  return METHODS.flatMap((method) =>
    NO_REQUEST.map(([name, request]) => ({
      method,
      name: `a request that is ${name}`,
      outcome: INVALID,
      memory: typeof request === 'function' || request === undefined,
      call: (foundation) => ask(foundation, method, request),
    })),
  );
}

function basesOf({ v5, minilm, crossEncoder }: ContractModels): Record<Method, Record<string, unknown>> {
  const examples = [
    { text: 'a', label: 'x' },
    { text: 'b', label: 'y' },
  ];
  return {
    embeddings: { model: v5.id, input: 'a' },
    multiVector: { model: minilm, input: 'a' },
    rerank: { model: crossEncoder.id, query: 'a', documents: ['b', 'c'] },
    classify: { model: v5.id, input: 'a', labels: ['x', 'y'] },
    train: { model: v5.id, input: examples },
    segment: { content: 'a' },
  };
}

/** Fields with values of the wrong kind. */
function wrongFields(models: ContractModels): BadInput[] {
  const bases = basesOf(models);
  const cases: BadInput[] = [];
  const add = (
    method: Method,
    field: string,
    name: string,
    value: unknown,
    outcome: Outcome = INVALID,
  ): void => {
    cases.push({
      method,
      name: `${field}: ${name}`,
      outcome,
      memory:
        ['function', 'symbol', 'bigint'].includes(typeof value) ||
        (typeof value === 'number' && !Number.isFinite(value)),
      call: (foundation) => ask(foundation, method, { ...bases[method], [field]: value }),
    });
  };
  for (const method of ['embeddings', 'multiVector', 'rerank', 'classify', 'train'] as const) {
    for (const [name, value] of NO_TEXT) add(method, 'model', name, value);
    for (const id of [
      'no-such-model',
      ' ',
      '__proto__',
      'constructor',
      '../../etc/passwd',
      'm\0',
      '\ud800',
      'm'.repeat(100_000),
    ]) {
      add(method, 'model', JSON.stringify(id.slice(0, 20)), id, 'INPUT_MODEL_NOT_FOUND');
    }
  }
  for (const [name, value] of NO_TEXT) {
    if (name !== 'empty') {
      add('embeddings', 'input', name, value);
      add('classify', 'input', name, value);
      add('rerank', 'query', name, value);
      add('segment', 'content', name, value);
    }
    add('rerank', 'documents', name, value);
    add('classify', 'labels', name, value);
    add('train', 'input', name, value);
  }
  const elements: [string, unknown][] = [
    ['a list of null', [null]],
    ['a list of numbers', [1, 2]],
    ['a list of lists', [['a']]],
    ['a list of empty objects', [{}]],
    ['text that is a number', [{ text: 7 }]],
    ['text that is null', [{ text: null }]],
    ['image that is a number', [{ image: 7 }]],
    ['an empty image', [{ image: '' }]],
    ['a list with a hole', ['a', undefined, 'b']],
  ];
  for (const [name, value] of elements) {
    add('embeddings', 'input', name, value);
    add('classify', 'input', name, value);
    add('train', 'input', name, value);
    add('rerank', 'documents', name, value);
  }
  for (const value of ['int8', 7, {}, [], ['float', 'x'], true]) {
    add('embeddings', 'embedding_type', JSON.stringify(value), value);
  }
  for (const value of ['yes', 1, 0, {}, []]) {
    for (const field of ['normalized', 'truncate', 'late_chunking', 'return_multivector']) {
      add('embeddings', field, JSON.stringify(value), value);
    }
  }
  for (const value of [0, -1, 0.5, 1e9, Number.NaN, Number.POSITIVE_INFINITY, '8', {}, [8]]) {
    add('embeddings', 'dimensions', String(value), value);
  }
  for (const value of [7, {}, [], 'retrieval', '__proto__', '']) {
    add('embeddings', 'task', JSON.stringify(value), value);
  }
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 0, '1', 1.5]) {
    add('rerank', 'top_n', String(value), value);
    add('train', 'num_iters', String(value), value);
    add('segment', 'max_chunk_length', String(value), value);
  }
  for (const value of [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, '1']) {
    add('classify', 'temperature', String(value), value);
  }
  for (const value of [() => 'a', Symbol('a'), 10n]) {
    add('embeddings', 'input', typeof value, value);
    add('embeddings', 'model', typeof value, value);
  }
  return cases;
}

/** Texts at and beyond what is legal. */
function texts({ minilm, v5, crossEncoder, listwise }: ContractModels): BadInput[] {
  const long = 'word '.repeat(20_000);
  const embed = (name: string, outcome: Outcome, text: string, options: object = {}): BadInput => ({
    method: 'embeddings',
    name,
    outcome,
    call: (foundation) => foundation.embeddings({ model: minilm, input: [text], ...options } as never),
  });
  const cases: BadInput[] = [
    embed('100,000 characters', 'INPUT_TOKEN_LIMIT_EXCEEDED', long),
    embed('100,000 characters, cut', 'answer', long, { truncate: true }),
    embed('100,000 characters without a space', 'either', 'a'.repeat(100_000)),
    embed('100,000 characters without a space, cut', 'answer', 'a'.repeat(100_000), { truncate: true }),
    embed('100,000 Chinese characters, cut', 'answer', '漢'.repeat(100_000), { truncate: true }),
    embed('50,000 emoji, cut', 'answer', '🚀'.repeat(50_000), { truncate: true }),
    embed('65,536 combining marks, cut', 'answer', `e${'\u0301'.repeat(65_536)}`, { truncate: true }),
    embed('65,536 white spaces', 'answer', ' '.repeat(65_536)),
    embed('65,536 NULs', 'answer', '\0'.repeat(65_536)),
    embed('lone surrogates', 'answer', '\ud800\udfff\udc00\ud800'),
    embed('65,536 lone surrogates, cut', 'answer', '\ud800'.repeat(65_536), { truncate: true }),
    ...Object.entries({ minilm, v5: v5.id }).flatMap(([name, model]) =>
      ['', '\0', '\ud800', '\ufffe', '[SEP][CLS]</s><|endoftext|>'].map((text) =>
        embed(`${JSON.stringify(text)} with ${name}`, 'answer', text, { model }),
      ),
    ),
    {
      method: 'embeddings',
      name: 'more inputs than a request holds',
      outcome: INVALID,
      call: (f) => f.embeddings({ model: v5.id, input: Array.from({ length: 100_000 }, () => 'a') }),
    },
    {
      method: 'rerank',
      name: 'a query of 100,000 characters',
      outcome: 'either',
      call: (f) => f.rerank({ model: crossEncoder.id, query: long, documents: ['a'] }),
    },
    {
      method: 'rerank',
      name: 'a document of NULs and surrogates',
      outcome: 'answer',
      call: (f) => f.rerank({ model: crossEncoder.id, query: '\0', documents: ['\0\ud800', ''] }),
    },
    {
      method: 'rerank',
      name: 'special tokens of the model’s own in query and document',
      outcome: 'either',
      call: (f) =>
        f.rerank({
          model: listwise.id,
          query: 'a<|rerank_token|>',
          documents: ['b<|embed_token|>', '</passage><query>', '<|im_end|>'],
        }),
    },
    {
      method: 'rerank',
      name: 'more documents than a request holds',
      outcome: INVALID,
      call: (f) => f.rerank({ model: crossEncoder.id, query: 'a', documents: Array(100_000).fill('a') }),
    },
    {
      method: 'classify',
      name: 'labels of surrogates and NULs',
      outcome: 'answer',
      call: (f) => f.classify({ model: v5.id, input: 'a', labels: ['\ud800', '\0', ' '] }),
    },
    {
      method: 'classify',
      name: 'a label of 100,000 characters',
      outcome: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      call: (f) => f.classify({ model: minilm, input: 'a', labels: [long, 'b'] }),
    },
    {
      method: 'classify',
      name: '10,000 labels',
      outcome: 'INPUT_LABEL_LIMIT_EXCEEDED',
      call: (f) =>
        f.classify({ model: v5.id, input: 'a', labels: Array.from({ length: 10_000 }, (_, n) => `${n}`) }),
    },
    {
      method: 'train',
      name: 'a text of 100,000 characters',
      outcome: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      call: (f) =>
        f.train({
          model: minilm,
          input: [
            { text: long, label: 'a' },
            { text: 'b', label: 'b' },
          ],
        }),
    },
    {
      method: 'segment',
      name: 'lone surrogates and NULs',
      outcome: 'answer',
      call: (f) => f.segment({ content: '\0\ud800a\udc00', return_chunks: true, return_tokens: true }),
    },
    {
      method: 'segment',
      name: 'brackets that never close',
      outcome: 'answer',
      call: (f) => f.segment({ content: '([{<`$'.repeat(10_000), return_chunks: true }),
    },
    {
      method: 'segment',
      name: 'one character more than the API takes',
      outcome: 'either',
      call: (f) => f.segment({ content: 'a '.repeat(LIMITS.segment.characters / 2 + 1) }),
    },
  ];
  return cases;
}

/** Objects that are more than they seem. */
function objects({ minilm, v5, crossEncoder }: ContractModels): BadInput[] {
  const examples = '[{"text":"a","label":"x"},{"text":"b","label":"y"}]';
  return [
    {
      method: 'embeddings',
      name: 'keys that would pollute prototypes',
      outcome: INVALID,
      call: (f) => f.embeddings(polluted(`"model":"${v5.id}","input":"a"`) as never),
    },
    {
      method: 'embeddings',
      name: 'an input with such keys',
      outcome: 'either',
      call: (f) => f.embeddings({ model: v5.id, input: [polluted('"text":"a"') as never] }),
    },
    {
      method: 'embeddings',
      name: 'a request whose fields are its prototype’s',
      outcome: INVALID,
      call: (f) => f.embeddings(JSON.parse(`{"__proto__":{"model":"${v5.id}","input":"a"}}`) as never),
    },
    {
      method: 'rerank',
      name: 'a document with such keys',
      outcome: 'either',
      call: (f) =>
        f.rerank({ model: crossEncoder.id, query: 'a', documents: [polluted('"text":"a"') as never] }),
    },
    {
      method: 'classify',
      name: 'a group of labels named __proto__ alone',
      outcome: INVALID,
      call: (f) =>
        f.classify({ model: v5.id, input: 'a', labels: JSON.parse('{"__proto__":["a","b"]}') as never }),
    },
    {
      method: 'classify',
      name: 'a group of labels named __proto__ beside another',
      outcome: INVALID,
      call: (f) =>
        f.classify({
          model: v5.id,
          input: 'a',
          labels: JSON.parse('{"__proto__":["a"],"x":["a"]}') as never,
        }),
    },
    {
      method: 'train',
      name: 'keys that would pollute prototypes',
      outcome: INVALID,
      call: (f) => f.train(polluted(`"model":"${v5.id}","input":${examples}`) as never),
    },
    {
      method: 'segment',
      name: 'keys that would pollute prototypes',
      outcome: INVALID,
      call: (f) => f.segment(polluted('"content":"a"') as never),
    },
    {
      method: 'embeddings',
      name: 'a field that leads back to the request',
      outcome: INVALID,
      memory: true,
      call: (f) => f.embeddings({ ...cyclic(), model: v5.id, input: 'a' } as never),
    },
    {
      method: 'embeddings',
      name: 'an input that leads back to itself',
      outcome: 'either',
      memory: true,
      call: (f) => f.embeddings({ model: v5.id, input: [cyclic() as never] }),
    },
    {
      method: 'rerank',
      name: 'a document that leads back to itself',
      outcome: 'either',
      memory: true,
      call: (f) => f.rerank({ model: crossEncoder.id, query: 'a', documents: [cyclic() as never] }),
    },
    {
      method: 'embeddings',
      name: 'an input with a function',
      outcome: 'either',
      memory: true,
      call: (f) => f.embeddings({ model: v5.id, input: [{ text: 'a', act: () => 1 } as never] }),
    },
    {
      method: 'classify',
      name: 'an input with a symbol',
      outcome: 'either',
      memory: true,
      call: (f) =>
        f.classify({ model: v5.id, input: [{ text: 'a', sign: Symbol('a') } as never], labels: ['x', 'y'] }),
    },
    {
      method: 'train',
      name: 'an example with a function',
      outcome: 'either',
      memory: true,
      call: async (f) => {
        const input = [
          { text: 'a', label: 'x', act: () => 1 },
          { text: 'b', label: 'y' },
        ];
        const { classifier_id } = await f.train({ model: v5.id, input });
        await f.classifiers.delete(classifier_id);
      },
    },
    {
      method: 'rerank',
      name: 'a document with a function',
      outcome: 'either',
      memory: true,
      call: (f) => f.rerank({ model: crossEncoder.id, query: 'a', documents: [{ text: 'a', act: () => 1 }] }),
    },
    {
      method: 'rerank',
      name: 'a document with a big integer',
      outcome: 'either',
      memory: true,
      call: (f) => f.rerank({ model: crossEncoder.id, query: 'a', documents: [{ text: 'a', big: 10n }] }),
    },
    {
      method: 'embeddings',
      name: 'lists nested 5,000 deep',
      outcome: INVALID,
      memory: true,
      call: (f) =>
        f.embeddings({ model: v5.id, input: JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as never }),
    },
    {
      method: 'batches',
      name: 'keys that would pollute prototypes',
      outcome: INVALID,
      call: (f) => f.batches.create(polluted(`"model":"${v5.id}","input":[{"body":{"input":"a"}}]`) as never),
    },
    {
      method: 'batches',
      name: 'a line that leads back to itself',
      outcome: INVALID,
      memory: true,
      call: (f) => f.batches.create({ model: v5.id, input: [{ body: cyclic() as never }] }),
    },
    ...[undefined, null, 7, {}, '', 'a/../../b', 'a\0b', 'x'.repeat(100_000)].flatMap((id): BadInput[] => [
      {
        method: 'batches',
        name: `a batch_id that is ${String(id).slice(0, 12) || 'empty'}`,
        outcome: 'either',
        memory: typeof id !== 'string' || id === '',
        call: async (f) => {
          await f.batches.get(id as string);
          throw new Error('There is no such batch.');
        },
      },
      {
        method: 'classifiers',
        name: `a classifier_id that is ${String(id).slice(0, 12) || 'empty'}`,
        outcome: 'either',
        memory: typeof id !== 'string' || id === '',
        call: async (f) => {
          await f.classifiers.delete(id as string);
          throw new Error('There is no such classifier.');
        },
      },
    ]),
    {
      method: 'batches',
      name: 'results of nothing',
      outcome: 'RESOURCE_NOT_FOUND',
      call: (f) => collect(f.batches.output('x'.repeat(1000))),
    },
    {
      method: 'models',
      name: 'an id of 100,000 characters',
      outcome: 'either',
      call: async (f) => {
        await f.models.get('m'.repeat(100_000));
        throw new Error('There is no such model.');
      },
    },
    {
      method: 'embeddings',
      name: 'a field whose getter throws',
      outcome: 'either',
      memory: true,
      call: (f) =>
        f.embeddings(throwing({ model: minilm, input: 'a' }) as never).catch((error: unknown) => {
          // The caller's own error, thrown by the caller's own code, is the caller's.
          if (error instanceof RangeError) return undefined;
          throw error;
        }),
    },
  ];
}

/** Pictures that are none, or too much of one. */
function images({ clip }: ContractModels): BadInput[] {
  const of = (
    name: string,
    image: (pictures: Pictures) => unknown,
    { outcome = INVALID, memory = false }: { outcome?: Outcome; memory?: boolean } = {},
  ): BadInput => ({
    method: 'embeddings',
    name: `a picture: ${name}`,
    outcome,
    memory,
    call: (foundation, made) =>
      foundation.embeddings({ model: clip.id, input: ['a', { image: image(made) as string }] }),
  });
  const memory = true;
  return [
    of('10 MB', ({ large }) => large),
    of('10 MB as data URI', ({ large }) => `data:image/png;base64,${large}`),
    of('10 MB in memory', () => new Blob([new Uint8Array(10_000_000)]), { memory }),
    of('one byte more than 8 MB', ({ justTooLarge }) => justTooLarge),
    of('broken base64', () => 'iVBORw0KGgo!!!'),
    of('base64 of the other alphabet', () => '_-_-_-_-'),
    of('base64 of nothing', () => ' '),
    of('base64 of a text', () => btoa('this is not a picture')),
    of('a data URI without data', () => 'data:image/png;base64,'),
    of('a data URI without comma', () => 'data:image/png;base64'),
    of('a data URI with broken base64', () => 'data:image/png;base64,*'),
    of('a data URI of a text', () => 'data:text/plain,hello'),
    of('a bomb: 128 MB of pixels under a small header', ({ bomb }) => base64(bomb), { outcome: 'either' }),
    of('2.5 billion pixels', ({ vast }) => base64(vast)),
    of('cut in the middle', ({ cut }) => base64(cut)),
    of('its signature only', ({ gradient }) => base64(gradient.slice(0, 8))),
    of('bytes after its end', ({ gradient }) => base64(Uint8Array.from([...gradient, 1, 2, 3])), {
      outcome: 'answer',
    }),
    of('a broken checksum or pixel', ({ gradient }) => {
      const broken = gradient.slice();
      for (let at = 45; at < broken.length - 12; at += 3) broken[at]! ^= 0xff;
      return base64(broken);
    }),
    of('a file of this machine', () => 'file:///etc/passwd'),
    of('a script', () => 'javascript:alert(1)'),
    of('an address of no server', () => 'https://nothing.invalid/a.png'),
    of('half an address', () => 'https://'),
    of('an empty Blob', () => new Blob([]), { memory }),
    of('a Blob of a text', () => new Blob(['hello']), { memory }),
    of('an object', () => ({})),
    of('a list of bytes', () => [137, 80, 78, 71]),
    of('half a drawing', () =>
      btoa('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect wid'),
    ),
  ];
}

/**
 * Input that is wrong, strange or too much: each is answered soon, with a typed error or, where it is legal, with an
 * answer; and afterwards everything works as before.
 */
export function badInputCases(subject: Subject): void {
  const { models } = subject;
  const all = [
    ...notRequests(),
    ...wrongFields(models),
    ...texts(models),
    ...objects(models),
    ...images(models),
  ].filter(({ memory }) => !(memory && subject.jsonOnly));

  describe('bad input', () => {
    let made: Pictures;
    let expected: unknown;
    const probe = () => subject.foundation.embeddings({ model: models.v5.id, input: 'as before' });

    beforeAll(async () => {
      made = await pictures();
      const { foundation } = subject;
      // What a case waits for is its answer, not the loading of its model.
      const warm: Promise<unknown>[] = [
        foundation.embeddings({ model: models.minilm, input: 'a' }),
        foundation.embeddings({ model: models.clip.id, input: ['a', { image: base64(made.gradient) }] }),
        foundation.rerank({ model: models.crossEncoder.id, query: 'a', documents: ['b'] }),
        foundation.rerank({ model: models.listwise.id, query: 'a', documents: ['b'] }),
        foundation.segment({ content: 'a' }),
        foundation.classifiers.list(),
        foundation.batches.list(),
      ];
      await Promise.allSettled(warm);
      expected = await probe();
    });

    it('are more than 150 cases', () => {
      expect(all.length).toBeGreaterThan(150);
    });

    for (const { method, name, outcome, call } of all) {
      subject.case(method, `${method}, ${name}: ${outcome}`, async (foundation) => {
        let error: unknown;
        let elapsed = Number.POSITIVE_INFINITY;
        // A machine that is busy with something else may be slow once, but not every time.
        for (let attempt = 0; attempt < 3 && elapsed >= SOON; attempt++) {
          const start = performance.now();
          // A throw before there is a promise would be no rejection.
          error = await Promise.resolve()
            .then(() => call(foundation, made))
            .then(
              () => undefined,
              (reason: unknown) => reason,
            );
          elapsed = performance.now() - start;
        }
        if (error !== undefined && !FoundationError.isInstance(error)) throw error;
        if (outcome === 'answer') expect(error).toBeUndefined();
        else if (outcome !== 'either') expect(error?.code ?? 'answer').toBe(outcome);
        if (error) {
          expect(error.message.length).toBeGreaterThan(10);
          expect(error.message.length).toBeLessThan(2000);
        }
        expect(elapsed).toBeLessThan(SOON);
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
        expect(await probe()).toEqual(expected);
      });
    }
  });
}
