import {
  base64ToVector,
  type EmbeddingsRequest,
  type EmbeddingType,
  LIMITS,
  type SearchFoundation,
} from '@nearfield/spec';
import {
  encodeVector,
  type SingleEmbedding,
  toWire,
  ubinaryToBinary,
  vectorToUbinary,
} from '@nearfield/spec/implement';
import { describe, expect } from 'vitest';
import { tokensOf } from '../models.ts';
import { expectShape, shapeErrors } from '../openapi.ts';
import { base64, dataUri, pictures } from '../pictures.ts';
import { expectInvalid, refusal, type Subject, unchecked } from '../subject.ts';
import { cosine, expectNear, norm } from '../vectors.ts';

const TEXTS = ['Follow the white rabbit.', 'x', 'What is the capital of France?', 'Ünïcode 日本 ok'];

/** The float vectors of a request, whatever else it asks. */
async function vectors(
  foundation: SearchFoundation,
  request: Omit<EmbeddingsRequest, 'embedding_type'>,
): Promise<Float32Array[]> {
  const { data } = await foundation.embeddings({ ...request, embedding_type: 'float' });
  return (data as { embedding: Float32Array }[]).map(({ embedding }) => embedding);
}

/** `POST /v1/embeddings`: every option, limit and error. */
export function embeddingCases(subject: Subject): void {
  describe('embeddings', () => {
    answers(subject);
    encodings(subject);
    options(subject);
    tasks(subject);
    lateChunking(subject);
    tokenVectors(subject);
    images(subject);
    limits(subject);
  });
}

type Run = (foundation: SearchFoundation) => Promise<void>;
const caseOf =
  (subject: Subject) =>
  (name: string, run: Run): void =>
    subject.case('embeddings', name, run);

function answers(subject: Subject): void {
  const { minilm, v3, v5 } = subject.models;
  const test = caseOf(subject);
  const task = 'text-matching';

  test('one text: shape, names, usage', async (foundation) => {
    const answer = await foundation.embeddings({ model: minilm, input: 'hello world' });
    expectShape('EmbeddingResponse', answer);
    expect(answer).toMatchObject({ model: minilm, object: 'list' });
    expect(answer.usage).toEqual({ total_tokens: 4, prompt_tokens: 4 });
    expect(answer.data).toHaveLength(1);
    const [item] = answer.data;
    expect(Object.keys(item!).sort()).toEqual(['embedding', 'index', 'object']);
    expect(item).toMatchObject({ object: 'embedding', index: 0 });
    expect(item!.embedding).toBeInstanceOf(Float32Array);
    expect(item!.embedding).toHaveLength(384);
  });

  test('many texts: one vector each, in their order', async (foundation) => {
    const input = Array.from(
      { length: 40 },
      (_, index) => `text number ${index} ${'more '.repeat(index % 7)}`,
    );
    const { data, usage } = await foundation.embeddings({ model: v5.id, input });
    expect(data.map(({ index }) => index)).toEqual(input.map((_, index) => index));
    data.forEach(({ embedding }, index) => {
      expectNear(embedding, v5.embed(input[index]!, { task }));
    });
    expect(usage.total_tokens).toBe(usage.prompt_tokens);
  });

  test('the embedded default gives its published values', async (foundation) => {
    const [hello] = await vectors(foundation, { model: minilm, input: ['hello world'] });
    // Computed in float32. With cosines of 0.997, numbers of int8 files scatter by 0.004 about these.
    expectNear(hello!.subarray(0, 5), [-0.0345, 0.0311, 0.0067, 0.0261, -0.0395], 0.016);
  });

  test('texts of one meaning are near', async (foundation) => {
    const [cat, kitten, tax] = await vectors(foundation, {
      model: minilm,
      input: ['a cat sleeps on the sofa', 'a kitten naps on the couch', 'income tax is due in April'],
    });
    expect(cosine(cat!, kitten!)).toBeGreaterThan(0.5);
    expect(cosine(cat!, tax!)).toBeLessThan(0.2);
  });

  test('usage counts prompts and special tokens', async (foundation) => {
    const prompt = 'Represent the query for retrieving evidence documents: ';
    const { usage } = await foundation.embeddings({ model: v3.id, input: TEXTS, task: 'retrieval.query' });
    const total = TEXTS.reduce((sum, text) => sum + tokensOf(v3, prompt + text), 0);
    expect(usage).toEqual({ total_tokens: total, prompt_tokens: total });
  });

  test('usage of texts alone has no image, audio or video tokens', async (foundation) => {
    const { usage } = await foundation.embeddings({ model: v5.id, input: 'a' });
    expect(Object.keys(usage).sort()).toEqual(['prompt_tokens', 'total_tokens']);
  });

  for (const [name, input] of Object.entries<EmbeddingsRequest['input']>({
    'an object with text': { text: 'hello world' },
    'a list of one string': ['hello world'],
    'a list of one object': [{ text: 'hello world' }],
  })) {
    test(`${name} is the text`, async (foundation) => {
      const [expected] = await vectors(foundation, { model: minilm, input: 'hello world' });
      const [actual] = await vectors(foundation, { model: minilm, input });
      expect(actual).toEqual(expected);
    });
  }

  test('a text’s vector does not depend on the texts beside it', async (foundation) => {
    const together = await vectors(foundation, {
      model: minilm,
      input: [...TEXTS, 'a longer one '.repeat(20)],
    });
    for (const [index, text] of TEXTS.entries()) {
      const [alone] = await vectors(foundation, { model: minilm, input: text });
      expectNear(together[index]!, alone!, 2e-3);
      expect(cosine(together[index]!, alone!)).toBeGreaterThan(0.9999);
    }
  });

  test('nor on calls that run at the same time', async (foundation) => {
    const answers = await Promise.all(
      TEXTS.map((text) => vectors(foundation, { model: v3.id, input: [text, `${text} again`], task })),
    );
    answers.forEach(([vector], index) => {
      expectNear(vector!, v3.embed(TEXTS[index]!, { task }));
    });
  });

  test('the same text twice has the same vector twice', async (foundation) => {
    const [first, second] = await vectors(foundation, { model: v5.id, input: ['again', 'again'] });
    expect(first).toEqual(second);
  });

  for (const [name, text] of Object.entries({
    'an empty text': '',
    'white space': ' \n\t ',
    'a NUL': 'a\0b',
    'control characters': '\u0001\u0007\u001b[31m\u007f',
    'a lone surrogate': 'a\ud800b',
    'lone surrogates in the wrong order': '\udc00\ud800',
    'a joined emoji': '👩‍👩‍👧‍👦🏳️‍🌈',
    'combining marks': `e${'\u0301'.repeat(100)}`,
    'right to left': 'שלום עולם مرحبا',
    'bidirectional controls': 'a\u202eb\u2066c\u2069',
    'a byte order mark': '\ufeffa',
    'private use and non-characters': '\ue000\uffff\u{10ffff}',
    'special tokens of every family': '[CLS] <s> </s> <|endoftext|> [MASK] <|im_start|>',
    'mark-up': '<script>alert(1)</script>',
    'a property of every object': '__proto__',
  })) {
    test(`is answered for ${name}`, async (foundation) => {
      for (const model of [minilm, v5.id]) {
        const [vector] = await vectors(foundation, { model, input: [text] });
        expect(vector!.every(Number.isFinite)).toBe(true);
        expect(norm(vector!)).toBeCloseTo(1, 4);
      }
    });
  }
}

function encodings(subject: Subject): void {
  const { v5, minilm } = subject.models;
  const test = caseOf(subject);
  const request = { model: v5.id, input: TEXTS };

  test('float is the default, and null is the default', async (foundation) => {
    const plain = await foundation.embeddings(request);
    expect(await foundation.embeddings({ ...request, embedding_type: null })).toEqual(plain);
    expect(await foundation.embeddings({ ...request, embedding_type: 'float' })).toEqual(plain);
  });

  test('base64 holds exactly the floats', async (foundation) => {
    const floats = await vectors(foundation, request);
    const answer = await foundation.embeddings({ ...request, embedding_type: 'base64' });
    expectShape('EmbeddingResponse', answer);
    answer.data.forEach(({ embedding }, index) => {
      expect(embedding).toBeTypeOf('string');
      expect(base64ToVector(embedding)).toEqual(floats[index]);
    });
  });

  test('ubinary is the signs of the floats', async (foundation) => {
    const floats = await vectors(foundation, request);
    const answer = await foundation.embeddings({ ...request, embedding_type: 'ubinary' });
    expectShape('EmbeddingResponse', answer);
    answer.data.forEach(({ embedding }, index) => {
      expect(embedding).toBeInstanceOf(Uint8Array);
      expect(embedding).toEqual(vectorToUbinary(floats[index]!));
    });
  });

  test('binary is ubinary minus 128', async (foundation) => {
    const unsigned = await foundation.embeddings({ ...request, embedding_type: 'ubinary' });
    const answer = await foundation.embeddings({ ...request, embedding_type: 'binary' });
    expectShape('EmbeddingResponse', answer);
    answer.data.forEach(({ embedding }, index) => {
      expect(embedding).toBeInstanceOf(Int8Array);
      expect(embedding).toEqual(ubinaryToBinary(unsigned.data[index]!.embedding));
    });
  });

  const lists: EmbeddingType[][] = [
    ['float'],
    ['base64'],
    ['binary', 'ubinary'],
    ['float', 'base64', 'binary', 'ubinary'],
    ['ubinary', 'float', 'ubinary'],
  ];
  for (const types of lists) {
    test(`the list ${types.join(', ')} gives an object with each`, async (foundation) => {
      const [float] = await vectors(foundation, { model: v5.id, input: 'one' });
      const { data } = await foundation.embeddings({ model: v5.id, input: 'one', embedding_type: types });
      const embedding = data[0]!.embedding as unknown as Record<EmbeddingType, unknown>;
      expect(Object.keys(embedding).sort()).toEqual([...new Set(types)].sort());
      for (const type of types) {
        expect(embedding[type]).toEqual(encodeVector(float!, type));
        // The document has no schema for the object; each entry is an embedding of its own there.
        const single = {
          model: 'm',
          usage: { total_tokens: 1 },
          data: [{ index: 0, embedding: toWire(embedding[type]) }],
        };
        expect(shapeErrors('EmbeddingResponse', single)).toEqual([]);
      }
    });
  }

  test('encodings of a cut vector have its size', async (foundation) => {
    const { data } = await foundation.embeddings({
      model: minilm,
      input: 'cut',
      dimensions: 100,
      embedding_type: ['float', 'base64', 'binary'],
    });
    const { float, base64: text, binary } = data[0]!.embedding;
    expect([float.length, base64ToVector(text).length, binary.length]).toEqual([100, 100, 13]);
  });
}

function options(subject: Subject): void {
  const { minilm, v5 } = subject.models;
  const test = caseOf(subject);

  test('vectors have length 1 unless that is turned off', async (foundation) => {
    const input = 'Follow the white rabbit.';
    const [scaled] = await vectors(foundation, { model: minilm, input });
    const [raw] = await vectors(foundation, { model: minilm, input, normalized: false });
    expect(norm(scaled!)).toBeCloseTo(1, 5);
    expect(Math.abs(norm(raw!) - 1)).toBeGreaterThan(0.01);
    expect(cosine(raw!, scaled!)).toBeGreaterThan(0.99999);
    expect(await vectors(foundation, { model: minilm, input, normalized: null })).toEqual([scaled]);
  });

  for (const dimensions of [1, 2, 31, 64, 383, 384]) {
    test(`dimensions ${dimensions}: the first of them, scaled again`, async (foundation) => {
      const input = 'Follow the white rabbit.';
      const [whole] = await vectors(foundation, { model: minilm, input, normalized: false });
      const [cut] = await vectors(foundation, { model: minilm, input, dimensions });
      const [raw] = await vectors(foundation, { model: minilm, input, dimensions, normalized: false });
      expect(norm(cut!)).toBeCloseTo(1, 5);
      expectNear(raw!, whole!.subarray(0, dimensions), 1e-5);
      const length = norm(raw!);
      expectNear(
        cut!,
        Array.from(raw!, (value) => value / length),
        1e-5,
      );
    });
  }

  test('dimensions of a model that only its files know', async (foundation) => {
    const [cut] = await vectors(foundation, { model: v5.id, input: 'cut', dimensions: 8 });
    expectNear(cut!, v5.embed('cut', { task: 'text-matching', dimensions: 8 }));
    await expectInvalid(
      foundation.embeddings({ model: v5.id, input: 'cut', dimensions: v5.dimensions + 1 }),
      'dimensions',
    );
  });

  for (const dimensions of [0, -1, 1.5, 385, 2 ** 31]) {
    test(`dimensions ${dimensions} is refused`, (foundation) =>
      expectInvalid(foundation.embeddings({ model: minilm, input: 'a', dimensions }), 'dimensions'));
  }

  test('null options are the defaults', async (foundation) => {
    const plain = await foundation.embeddings({ model: minilm, input: 'a' });
    const nulls = {
      embedding_type: null,
      normalized: null,
      truncate: null,
      dimensions: null,
      task: null,
      late_chunking: null,
      return_multivector: null,
      return_tokenized_input: null,
      input_type: null,
      prompt_name: null,
      split_sentences: null,
      user: null,
    };
    expect(await foundation.embeddings({ model: minilm, input: 'a', ...nulls })).toEqual(plain);
  });

  test('user is accepted and changes nothing', async (foundation) => {
    const plain = await foundation.embeddings({ model: minilm, input: 'a' });
    expect(await foundation.embeddings({ model: minilm, input: 'a', user: 'somebody' })).toEqual(plain);
  });

  const aliases: [string, Record<string, unknown>, EmbeddingsRequest][] = [
    ['content', { model: v5.id, content: 'a' }, { model: v5.id, input: 'a' }],
    ['texts', { model: v5.id, texts: ['a', 'b'] }, { model: v5.id, input: ['a', 'b'] }],
    [
      'task_type',
      { model: v5.id, input: 'a', task_type: 'clustering' },
      { model: v5.id, input: 'a', task: 'clustering' },
    ],
    [
      'output_dimensionality',
      { model: minilm, input: 'a', output_dimensionality: 8 },
      { model: minilm, input: 'a', dimensions: 8 },
    ],
    [
      'output_dimension',
      { model: minilm, input: 'a', output_dimension: 8 },
      { model: minilm, input: 'a', dimensions: 8 },
    ],
    [
      'truncation',
      { model: minilm, input: 'word '.repeat(300), truncation: true },
      { model: minilm, input: 'word '.repeat(300), truncate: true },
    ],
  ];
  for (const [name, older, request] of aliases) {
    test(`${name} of older clients`, async (foundation) => {
      expect(await foundation.embeddings(unchecked<EmbeddingsRequest>(older))).toEqual(
        await foundation.embeddings(request),
      );
    });
  }
  for (const name of ['encoding_format', 'encoding_type', 'embedding_types']) {
    test(`${name} of older clients`, async (foundation) => {
      const older = unchecked<EmbeddingsRequest>({ model: v5.id, input: 'a', [name]: 'base64' });
      const { data } = await foundation.embeddings(older);
      expect((data[0] as SingleEmbedding).embedding).toBeTypeOf('string');
    });
  }

  test('a field under its own name wins over an older one', async (foundation) => {
    const both = unchecked<EmbeddingsRequest>({ model: v5.id, input: 'a', texts: ['b', 'c'] });
    expect((await foundation.embeddings(both)).data).toHaveLength(1);
  });
}

function tasks(subject: Subject): void {
  const { minilm, v3, v5, clip } = subject.models;
  const test = caseOf(subject);

  for (const task of [
    'retrieval.query',
    'retrieval.passage',
    'separation',
    'classification',
    'text-matching',
  ] as const) {
    test(`${task} has its own prompt and adapter`, async (foundation) => {
      const answers = await vectors(foundation, { model: v3.id, input: TEXTS, task });
      answers.forEach((vector, index) => {
        expectNear(vector, v3.embed(TEXTS[index]!, { task }));
      });
    });
  }

  test('tasks differ', async (foundation) => {
    const [query] = await vectors(foundation, { model: v3.id, input: 'a', task: 'retrieval.query' });
    const [passage] = await vectors(foundation, { model: v3.id, input: 'a', task: 'retrieval.passage' });
    expect(cosine(query!, passage!)).toBeLessThan(0.999);
  });

  test('a model with a default task needs none', async (foundation) => {
    expect(await vectors(foundation, { model: v5.id, input: 'a' })).toEqual(
      await vectors(foundation, { model: v5.id, input: 'a', task: 'text-matching' }),
    );
  });

  const completed: [string, Partial<EmbeddingsRequest>, 'retrieval.query' | 'retrieval.passage'][] = [
    ['task and prompt_name', { task: 'retrieval', prompt_name: 'query' }, 'retrieval.query'],
    ['task and prompt_name passage', { task: 'retrieval', prompt_name: 'passage' }, 'retrieval.passage'],
    ['prompt_name alone', { prompt_name: 'query' }, 'retrieval.query'],
    ['input_type query', { input_type: 'query' }, 'retrieval.query'],
    ['input_type document', { input_type: 'document' }, 'retrieval.passage'],
    [
      'a whole task and its own prompt_name',
      { task: 'retrieval.query', prompt_name: 'query' },
      'retrieval.query',
    ],
  ];
  for (const [name, asked, task] of completed) {
    test(`${name} is ${task}`, async (foundation) => {
      const [vector] = await vectors(foundation, { model: v3.id, input: 'a house', ...asked });
      expectNear(vector!, v3.embed('a house', { task }));
    });
  }

  const refused: [string, Partial<EmbeddingsRequest> & { model: string }, string][] = [
    ['a task of another model', { model: v3.id, task: 'clustering' }, 'task'],
    ['a task that is nowhere', unchecked({ model: v3.id, task: 'frobnicate' }), 'task'],
    ['a task of a model without tasks', { model: minilm, task: 'text-matching' }, 'task'],
    ['a task of a model without tasks, again', { model: clip.id, task: 'retrieval.query' }, 'task'],
    ['half a task', { model: v3.id, task: 'retrieval' }, 'task'],
    [
      'a prompt_name that contradicts its task',
      { model: v3.id, task: 'retrieval.query', prompt_name: 'passage' },
      'prompt_name',
    ],
    [
      'an input_type that contradicts its task',
      { model: v3.id, task: 'retrieval.passage', input_type: 'query' },
      'input_type',
    ],
    [
      'a prompt_name of a task without',
      { model: v3.id, task: 'separation', prompt_name: 'query' },
      'prompt_name',
    ],
    ['a prompt_name of a model without prompts', { model: minilm, prompt_name: 'query' }, 'prompt_name'],
    ['an unknown prompt_name', unchecked({ model: v3.id, prompt_name: 'document' }), 'prompt_name'],
    ['an unknown input_type', unchecked({ model: v3.id, input_type: 'passage' }), 'input_type'],
  ];
  for (const [name, request, param] of refused) {
    test(`${name} is refused`, (foundation) =>
      expectInvalid(foundation.embeddings({ input: 'a', ...request }), param));
  }
}

function lateChunking(subject: Subject): void {
  const { minilm, v3, v5, clip } = subject.models;
  const test = caseOf(subject);
  const task = 'text-matching';
  const chunks = ['Berlin is the capital of Germany.', 'Its population is large.', 'The city is old.'];

  test('one forward pass, the mean over each input’s tokens', async (foundation) => {
    const answer = await foundation.embeddings({ model: v3.id, input: chunks, task, late_chunking: true });
    expectShape('EmbeddingResponse', answer);
    const expected = v3.lateChunks(chunks, { task });
    expect(answer.data.map(({ index }) => index)).toEqual([0, 1, 2]);
    answer.data.forEach(({ embedding }, index) => {
      expectNear(embedding, expected[index]!);
    });
  });

  test('the prompt belongs to no chunk', async (foundation) => {
    const asked = { task: 'retrieval.passage' } as const;
    const answer = await vectors(foundation, { model: v3.id, input: chunks, ...asked, late_chunking: true });
    const expected = v3.lateChunks(chunks, asked);
    answer.forEach((vector, index) => {
      expectNear(vector, expected[index]!);
    });
  });

  test('a chunk sees the others: pronouns take their meaning from them', async (foundation) => {
    const [alone] = await vectors(foundation, { model: minilm, input: chunks[1]! });
    const [berlin] = await vectors(foundation, { model: minilm, input: 'Berlin' });
    const [, late] = await vectors(foundation, { model: minilm, input: chunks, late_chunking: true });
    expect(cosine(late!, berlin!)).toBeGreaterThan(cosine(alone!, berlin!) + 0.1);
  });

  test('usage counts what was read once', async (foundation) => {
    const { usage } = await foundation.embeddings({ model: v3.id, input: chunks, task, late_chunking: true });
    const [before, after] = v3.tokenizer.around;
    const bare = chunks.reduce((sum, chunk) => sum + v3.tokenizer.bare(chunk).length, 0);
    const total = before.length + bare + after.length;
    expect(usage).toEqual({ total_tokens: total, prompt_tokens: total });
  });

  test('with dimensions, encodings and without scaling', async (foundation) => {
    const request = { model: v3.id, input: chunks, task, late_chunking: true, dimensions: 16 } as const;
    const [first] = await vectors(foundation, { ...request, normalized: false });
    expectNear(first!, v3.lateChunks(chunks, { task, dimensions: 16, normalized: false })[0]!);
    const { data } = await foundation.embeddings({ ...request, embedding_type: 'binary' });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([2, 2, 2]);
  });

  test('one input and no splitting is one vector', async (foundation) => {
    const { data } = await foundation.embeddings({
      model: v3.id,
      input: chunks.join(' '),
      task,
      late_chunking: true,
      split_sentences: false,
    });
    expect(data).toHaveLength(1);
  });

  test('split_sentences gives one vector a sentence of a single input', async (foundation) => {
    const text = chunks.join(' ');
    for (const input of [text, [text], { text }]) {
      const answer = await foundation.embeddings({
        model: minilm,
        input,
        late_chunking: true,
        split_sentences: true,
      });
      expectShape('EmbeddingResponse', answer);
      expect(answer.data.map(({ index }) => index)).toEqual([0, 1, 2]);
    }
  });

  test('the sentences of one text are the chunks of a list', async (foundation) => {
    const split = await vectors(foundation, {
      model: minilm,
      input: chunks.join(' '),
      late_chunking: true,
      split_sentences: true,
    });
    const given = await vectors(foundation, { model: minilm, input: chunks, late_chunking: true });
    expect(split).toHaveLength(3);
    split.forEach((vector, index) => {
      expectNear(vector, given[index]!, 1e-3);
    });
  });

  test('more text than the context is read in overlapping windows', async (foundation) => {
    const long = Array.from(
      { length: 12 },
      (_, index) => `Chapter ${index}. ${'The rabbit runs on. '.repeat(8)}`,
    );
    const answer = await vectors(foundation, { model: minilm, input: long, late_chunking: true });
    expect(answer).toHaveLength(12);
    const [alone] = await vectors(foundation, { model: minilm, input: long[11]! });
    expect(cosine(answer[11]!, alone!)).toBeGreaterThan(0.7);
    for (const vector of answer) expect(norm(vector)).toBeCloseTo(1, 4);
  });

  const refused: [string, object, string][] = [
    ['a model that has not late chunking', { model: v5.id, input: chunks }, 'late_chunking'],
    ['a CLIP model', { model: clip.id, input: chunks }, 'late_chunking'],
    [
      'together with return_multivector',
      { model: minilm, input: chunks, return_multivector: true },
      'late_chunking',
    ],
    ['a chunk without tokens', { model: minilm, input: ['a', '', 'b'] }, 'input.1'],
    ['splitting several inputs', { model: minilm, input: chunks, split_sentences: true }, 'split_sentences'],
  ];
  for (const [name, request, param] of refused) {
    test(`is refused for ${name}`, (foundation) =>
      expectInvalid(
        foundation.embeddings(unchecked<EmbeddingsRequest>({ ...request, late_chunking: true })),
        param,
      ));
  }

  test('split_sentences needs it', (foundation) =>
    expectInvalid(
      foundation.embeddings({ model: minilm, input: 'a', split_sentences: true }),
      /body|split_sentences/,
    ));
}

function tokenVectors(subject: Subject): void {
  const { minilm, v3, clip, colbert } = subject.models;
  const test = caseOf(subject);

  test('return_multivector gives one vector a token', async (foundation) => {
    const answer = await foundation.embeddings({
      model: minilm,
      input: ['hello world', 'x'],
      return_multivector: true,
    });
    expectShape('EmbeddingResponse', answer);
    expect(answer.data.map((item) => [item.object, item.index])).toEqual([
      ['embeddings', 0],
      ['embeddings', 1],
    ]);
    for (const { embeddings } of answer.data) {
      for (const vector of embeddings) {
        expect(vector).toBeInstanceOf(Float32Array);
        expect(vector).toHaveLength(384);
        expect(norm(vector)).toBeCloseTo(1, 4);
      }
    }
    expect(answer.usage.total_tokens).toBe(answer.usage.prompt_tokens);
  });

  test('return_tokenized_input names the token of each vector', async (foundation) => {
    const { data } = await foundation.embeddings({
      model: minilm,
      input: ['hello world', 'unbelievable'],
      return_multivector: true,
      return_tokenized_input: true,
    });
    for (const { embeddings, tokenized_input } of data)
      expect(tokenized_input).toHaveLength(embeddings.length);
    expect(data[0]!.tokenized_input).toEqual(expect.arrayContaining(['hello', 'world']));
    expect(data[0]!.tokenized_input!.join(' ')).not.toContain('unbelievable');
  });

  test('encodings of token vectors', async (foundation) => {
    const request = { model: minilm, input: 'hello world', return_multivector: true } as const;
    const floats = (await foundation.embeddings(request)).data[0]!.embeddings;
    const texts = (await foundation.embeddings({ ...request, embedding_type: 'base64' })).data[0]!.embeddings;
    expect(texts.map((text) => base64ToVector(text))).toEqual(floats);
    const both = await foundation.embeddings({ ...request, embedding_type: ['ubinary', 'float'] });
    expect(both.data[0]!.embeddings.map(({ float }) => float)).toEqual(floats);
    expect(both.data[0]!.embeddings.map(({ ubinary }) => ubinary)).toEqual(floats.map(vectorToUbinary));
  });

  test('a ColBERT model answers embeddings with token vectors', async (foundation) => {
    const answer = await foundation.embeddings({ model: colbert.id, input: 'What is this?' });
    expectShape('EmbeddingResponse', answer);
    const rows = (answer.data[0] as unknown as { embeddings: Float32Array[] }).embeddings;
    const expected = colbert.document('What is this?');
    expect(rows).toHaveLength(expected.length);
    rows.forEach((row, index) => {
      expectNear(row, expected[index]!);
    });
  });

  const refused: [string, object, string | RegExp][] = [
    ['dimensions', { model: minilm, return_multivector: true, dimensions: 8 }, /body|dimensions/],
    ['a model without token vectors', { model: v3.id, return_multivector: true }, 'return_multivector'],
    ['a CLIP model', { model: clip.id, return_multivector: true }, 'return_multivector'],
    [
      'return_tokenized_input alone',
      { model: minilm, return_tokenized_input: true },
      /body|return_tokenized_input/,
    ],
  ];
  for (const [name, request, param] of refused) {
    test(`is refused with ${name}`, (foundation) =>
      expectInvalid(foundation.embeddings(unchecked<EmbeddingsRequest>({ input: 'a', ...request })), param));
  }
}

function images(subject: Subject): void {
  const { minilm, clip, icons } = subject.models;
  const test = caseOf(subject);

  test('a picture as data URI, base64 and in memory has one vector', async (foundation) => {
    const { gradient } = await pictures();
    const [uri] = await vectors(foundation, { model: clip.id, input: { image: dataUri(gradient) } });
    const [text] = await vectors(foundation, { model: clip.id, input: [{ image: base64(gradient) }] });
    expect(uri).toEqual(text);
    expect(uri).toHaveLength(clip.dimensions);
    expect(norm(uri!)).toBeCloseTo(1, 4);
    if (subject.jsonOnly) return;
    const [blob] = await vectors(foundation, { model: clip.id, input: [{ image: new Blob([gradient]) }] });
    expect(blob).toEqual(uri);
  });

  if (typeof createImageBitmap === 'function' && !subject.jsonOnly) {
    test('an ImageBitmap, which stays the caller’s', async (foundation) => {
      const { gradient } = await pictures();
      const bitmap = await createImageBitmap(new Blob([gradient]));
      const [drawn] = await vectors(foundation, { model: clip.id, input: { image: bitmap } });
      const [read] = await vectors(foundation, { model: clip.id, input: { image: base64(gradient) } });
      expectNear(drawn!, read!, 1e-3);
      expect([bitmap.width, bitmap.height]).toEqual([40, 30]);
      bitmap.close();
      await expectInvalid(foundation.embeddings({ model: clip.id, input: [{ image: bitmap }] }), 'input.0');
    });
  }

  test('texts and pictures in one request, in their order', async (foundation) => {
    const { gradient, wide } = await pictures();
    const answer = await foundation.embeddings({
      model: clip.id,
      input: ['a gradient', { image: base64(gradient) }, { text: 'x' }, { image: base64(wide) }],
    });
    expectShape('EmbeddingResponse', answer);
    expect(answer.data.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expectNear(answer.data[0]!.embedding, clip.text('a gradient'));
    expectNear(answer.data[2]!.embedding, clip.text('x'));
    const [first] = await vectors(foundation, { model: clip.id, input: { image: base64(gradient) } });
    const [second] = await vectors(foundation, { model: clip.id, input: { image: base64(wide) } });
    expectNear(answer.data[1]!.embedding, first!);
    expectNear(answer.data[3]!.embedding, second!);
    expect(cosine(first!, second!)).toBeLessThan(0.99999);
  });

  test('usage: 1000 tokens for each started tile of 224 pixels, told apart', async (foundation) => {
    const { gradient, wide } = await pictures();
    const { usage } = await foundation.embeddings({
      model: clip.id,
      input: [{ image: base64(gradient) }, 'a gradient', { image: base64(wide) }],
    });
    const texts = tokensOf(clip, 'a gradient');
    expect(usage).toEqual({
      total_tokens: texts + 1000 + 4000,
      prompt_tokens: texts + 1000 + 4000,
      image_tokens: 1000 + 4000,
    });
  });

  test('pictures in every encoding', async (foundation) => {
    const { gradient } = await pictures();
    const input = [{ image: base64(gradient) }];
    const [float] = await vectors(foundation, { model: clip.id, input });
    const { data } = await foundation.embeddings({
      model: clip.id,
      input,
      embedding_type: ['base64', 'binary'],
    });
    expect(data[0]!.embedding.base64).toBe(encodeVector(float!, 'base64'));
    expect(data[0]!.embedding.binary).toEqual(encodeVector(float!, 'binary'));
  });

  test('the embedded image tower embeds pictures in the space of the embedder', async (foundation) => {
    const { gradient } = await pictures();
    const answer = await foundation.embeddings({
      model: icons,
      input: ['a gradient', { image: base64(gradient) }],
    });
    expectShape('EmbeddingResponse', answer);
    for (const { embedding } of answer.data) {
      expect(embedding).toHaveLength(384);
      expect(norm(embedding)).toBeCloseTo(1, 4);
    }
    const [text] = await vectors(foundation, { model: minilm, input: 'a gradient' });
    expectNear(answer.data[0]!.embedding, text!, 1e-4);
    expect(answer.usage.image_tokens).toBe(1000);
  });

  if (typeof document === 'object') {
    test('a picture at a URL of the page', async (foundation) => {
      const { gradient } = await pictures();
      const url = URL.createObjectURL(new Blob([gradient]));
      const [fetched] = await vectors(foundation, { model: clip.id, input: { image: url } });
      const [given] = await vectors(foundation, { model: clip.id, input: { image: base64(gradient) } });
      expect(fetched).toEqual(given);
      URL.revokeObjectURL(url);
      // It may be there again later, so the call may be tried again.
      expect(await refusal(foundation.embeddings({ model: clip.id, input: { image: url } }))).toMatchObject({
        code: 'INPUT_VALIDATION_FAILED',
        param: 'input.0.image',
        retryable: true,
      });
    });
  }

  test('a text model does not take pictures, and says which do', async (foundation) => {
    const { gradient } = await pictures();
    const call = foundation.embeddings({ model: minilm, input: ['a', { image: base64(gradient) }] });
    const error = await refusal(call);
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', status: 422, param: 'input.1' });
    expect(error.message).toContain('jina-clip-v1');
  });

  for (const [modality, input] of Object.entries({
    audio: { audio: 'https://example.com/a.mp3' },
    video: { video: 'https://example.com/a.mp4' },
    content: { content: [{ text: 'a' }] },
  })) {
    test(`${modality} is refused by name`, (foundation) =>
      expectInvalid(foundation.embeddings({ model: clip.id, input: ['a', input] }), 'input.1'));
  }
}

function limits(subject: Subject): void {
  const { minilm, v5, crossEncoder } = subject.models;
  const test = caseOf(subject);
  const { inputs } = LIMITS.embeddings;

  test(`${inputs} inputs are answered`, async (foundation) => {
    const input = Array.from({ length: inputs }, (_, index) => `${index % 10}`);
    const { data } = await foundation.embeddings({ model: v5.id, input, embedding_type: 'ubinary' });
    expect(data).toHaveLength(inputs);
    expect(data.at(-1)!.index).toBe(inputs - 1);
  });

  test(`${inputs + 1} inputs are refused`, (foundation) =>
    expectInvalid(
      foundation.embeddings({ model: v5.id, input: Array.from({ length: inputs + 1 }, () => 'a') }),
      'input',
    ));

  // 254 words and two special tokens are the 256 tokens of the model's context.
  test('a text as long as the context is read whole', async (foundation) => {
    const { usage } = await foundation.embeddings({ model: minilm, input: 'word '.repeat(254) });
    expect(usage.total_tokens).toBe(256);
  });

  test('one token more is refused with the API’s code', async (foundation) => {
    const call = foundation.embeddings({ model: minilm, input: ['a', 'word '.repeat(255)] });
    const error = await refusal(call);
    expect(error).toMatchObject({
      code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      status: 400,
      param: 'input.1',
      retryable: false,
    });
    expect(error.message).toMatch(/257/);
    expect(error.message).toMatch(/256/);
  });

  test('truncate cuts it at the context', async (foundation) => {
    const cut = await foundation.embeddings({ model: minilm, input: 'word '.repeat(400), truncate: true });
    expect(cut.usage.total_tokens).toBe(256);
    const whole = await foundation.embeddings({ model: minilm, input: 'word '.repeat(254) });
    expect(cut.data[0]!.embedding).toEqual(whole.data[0]!.embedding);
  });

  test('truncate leaves shorter texts as they are', async (foundation) => {
    const plain = await foundation.embeddings({ model: minilm, input: TEXTS });
    expect(await foundation.embeddings({ model: minilm, input: TEXTS, truncate: true })).toEqual(plain);
  });

  test('an unknown model is refused with the names that are near', async (foundation) => {
    const error = await refusal(foundation.embeddings({ model: 'all-MiniLM-L6-v3', input: 'a' }));
    expect(error).toMatchObject({ code: 'INPUT_MODEL_NOT_FOUND', status: 400, param: 'model' });
    expect(error.message).toContain('all-MiniLM-L6-v2');
  });

  test('a model for another endpoint is refused', async (foundation) => {
    const error = await refusal(foundation.embeddings({ model: crossEncoder.id, input: 'a' }));
    expect(error).toMatchObject({ code: 'INPUT_MODEL_NOT_FOUND', status: 400, param: 'model' });
  });

  test('a model that runs only elsewhere says what runs here', async (foundation) => {
    const error = await refusal(foundation.embeddings({ model: 'jina-embeddings-v4', input: 'a' }));
    expect(error).toMatchObject({ code: 'MODEL_NOT_AVAILABLE_LOCALLY', status: 501, retryable: false });
    expect(error.message).toMatch(/jina-embeddings-v5/);
  });

  test('every field at fault is listed', async (foundation) => {
    const request = { model: minilm, input: 'a', normalized: 'yes', truncate: 1, dimensions: '8' };
    const error = await refusal(foundation.embeddings(unchecked<EmbeddingsRequest>(request)));
    expect(error.issues?.map(({ field }) => field).sort()).toEqual(['dimensions', 'normalized', 'truncate']);
  });

  test('a field that nobody looks at is refused by its name', async (foundation) => {
    const request = { model: minilm, input: 'a', frobnicate: 1, colour: 'blue' };
    const error = await refusal(foundation.embeddings(unchecked<EmbeddingsRequest>(request)));
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'frobnicate' });
    expect(error.message).toContain('colour');
  });
}
