/** Models in no catalogue, with the side files of sentence-transformers, through the whole engine in Node. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import {
  dot,
  jsonFile,
  type TinyFile,
  type TinyTextModel,
  tinyBertReranker,
  tinySentenceModel,
  tinyV5Nano,
  tinyV5Small,
} from '@nearfield/model-tiny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalFoundation } from '../../foundation/local-foundation.ts';
import type { ModelRecipe } from '../../models/own-model.ts';
import { createNodeFoundation } from '../../node.ts';

let directory: string;
let made = 0;
const open: LocalFoundation[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nearfield-own-'));
});
afterAll(async () => {
  await Promise.all(open.map((foundation) => foundation.close()));
  await rm(directory, { recursive: true, force: true });
});

async function writeModel(files: readonly TinyFile[]): Promise<string> {
  const source = join(directory, String(made++));
  for (const { path, bytes } of files) {
    await mkdir(dirname(join(source, path)), { recursive: true });
    await writeFile(join(source, path), bytes);
  }
  return source;
}

function foundationOf(source: string, recipe?: ModelRecipe, id = 'mine'): LocalFoundation {
  const foundation = createNodeFoundation({
    models: [{ id, source, recipe }],
    dataDirectory: join(directory, `data-${made++}`),
    threads: 1,
  });
  open.push(foundation);
  return foundation;
}

/** A foundation whose model `mine` has these files. */
const ownModel = async (files: readonly TinyFile[], recipe?: ModelRecipe): Promise<LocalFoundation> =>
  foundationOf(await writeModel(files), recipe);

const MODULE = 'sentence_transformers.models.';
const modules = (...names: string[]): TinyFile =>
  jsonFile(
    'modules.json',
    names.map((name, idx) => ({
      idx,
      name: String(idx),
      path: idx ? `${idx}_${name}` : '',
      type: MODULE + name,
    })),
  );
const pooling = (...modes: string[]): TinyFile =>
  jsonFile('1_Pooling/config.json', {
    word_embedding_dimension: 32,
    ...Object.fromEntries(
      ['cls_token', 'mean_tokens', 'max_tokens', 'weightedmean_tokens', 'lasttoken'].map((mode) => [
        `pooling_mode_${mode}`,
        modes.includes(mode),
      ]),
    ),
  });
const prompts = (named: Record<string, unknown>, defaultName: unknown = null): TinyFile =>
  jsonFile('config_sentence_transformers.json', { prompts: named, default_prompt_name: defaultName });
const E5 = prompts({ query: 'query: ', document: 'passage: ' });
const text = (path: string, content: string): TinyFile => ({
  path,
  bytes: new TextEncoder().encode(content),
});

const TEXTS = ['Follow the white rabbit.', 'x', 'What is the capital of France?'];

function expectVectors(found: readonly { embedding: unknown }[], expected: readonly number[][]): void {
  expect(found).toHaveLength(expected.length);
  for (const [index, { embedding }] of found.entries()) {
    const vector = Array.from(embedding as Float32Array);
    expect(vector).toHaveLength(expected[index]!.length);
    for (const [at, value] of vector.entries())
      expect(Math.abs(value - expected[index]![at]!)).toBeLessThan(1e-5);
  }
}

async function expectEmbeds(
  foundation: LocalFoundation,
  model: TinyTextModel,
  prefix: string,
  request: object = {},
): Promise<void> {
  const { data } = await foundation.embeddings({ model: 'mine', input: TEXTS, ...request });
  expectVectors(
    data,
    TEXTS.map((each) => model.embed(prefix + each)),
  );
}

describe('pooling', () => {
  it.each([
    ['cls_token', 'first'],
    ['mean_tokens', 'mean'],
    ['lasttoken', 'last'],
  ] as const)('%s of 1_Pooling/config.json', async (mode, kind) => {
    const model = tinySentenceModel(kind);
    const foundation = await ownModel([...model.files, pooling(mode), modules('Transformer', 'Pooling')]);
    await expectEmbeds(foundation, model, '');
    expect(await foundation.load('mine')).toMatchObject({
      dimensions: 32,
      maxTokens: 512,
      check: { result: 'skipped', reason: expect.stringContaining('a model of your own') },
    });
  });

  it.each(['cls', ['cls']])('pooling_mode %j, as newer files have it', async (mode) => {
    const model = tinySentenceModel('first');
    const files = [
      ...model.files,
      jsonFile('1_Pooling/config.json', { embedding_dimension: 32, pooling_mode: mode }),
    ];
    await expectEmbeds(await ownModel(files), model, '');
  });

  it('lies where modules.json says', async () => {
    const model = tinySentenceModel('first');
    const elsewhere = { ...pooling('cls_token'), path: '2_Pooling/config.json' };
    const foundation = await ownModel([
      ...model.files,
      elsewhere,
      modules('Transformer', 'Dropout', 'Pooling'),
    ]);
    await expectEmbeds(foundation, model, '');
  });

  it('in code goes before the file', async () => {
    const model = tinySentenceModel('last');
    await expectEmbeds(
      await ownModel([...model.files, pooling('max_tokens')], { pooling: 'last' }),
      model,
      '',
    );
  });

  it('is mean where nothing says', async () => {
    const model = tinySentenceModel('mean');
    await expectEmbeds(await ownModel(model.files), model, '');
  });

  it('is the graph’s own where nothing says and the graph pools', async () => {
    const model = tinyV5Nano('float32');
    await expectEmbeds(
      await ownModel(model.files, { prompts: { query: 'Query: ' }, defaultTask: 'query' }),
      {
        ...model,
        embed: (each) => model.embed(each, { task: 'retrieval.query' }),
      },
      '',
    );
  });

  it('of a graph that only gives pooled vectors is the graph’s', async () => {
    const model = tinyV5Small();
    const foundation = await ownModel([...model.files, pooling('mean_tokens')], {
      prompts: { 'retrieval.passage': 'Document: ' },
    });
    await expectEmbeds(foundation, model, '', { task: 'retrieval.passage' });
    await expect(foundation.multiVector({ model: 'mine', input: 'a' })).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
    });
  });

  it('of a kind that is not known here, and steps after it, may be in the graph', async () => {
    const model = tinyV5Nano('float32');
    const dense = modules('Transformer', 'Pooling', 'Dense', 'Normalize');
    for (const files of [[pooling('max_tokens')], [pooling('mean_tokens'), dense]]) {
      const foundation = await ownModel([...model.files, ...files], { prompts: { passage: 'Document: ' } });
      await expectEmbeds(foundation, model, '', { task: 'retrieval.passage' });
    }
  });
});

describe('prompts', () => {
  const model = tinySentenceModel('mean');

  it.each([
    [{ task: 'retrieval.query' }, 'query: '],
    [{ prompt_name: 'query' }, 'query: '],
    [{ input_type: 'query' }, 'query: '],
    [{ task: 'retrieval', prompt_name: 'passage' }, 'passage: '],
    [{ input_type: 'document' }, 'passage: '],
    [{}, ''],
  ] as const)('of config_sentence_transformers.json: %j', async (request, prefix) => {
    await expectEmbeds(await ownModel([...model.files, E5]), model, prefix, request);
  });

  it('in code, by the names of tasks or of roles', async () => {
    const recipe: ModelRecipe = {
      prompts: { query: 'query: ', 'retrieval.passage': 'passage: ' },
      defaultTask: 'query',
    };
    const foundation = await ownModel([...model.files, prompts({ query: 'not this: ' })], recipe);
    await expectEmbeds(foundation, model, 'query: ');
    await expectEmbeds(foundation, model, 'passage: ', { task: 'retrieval.passage' });
  });

  it('of other names are tasks, and default_prompt_name is the default', async () => {
    const named = {
      'Retrieval-query': 'find: ',
      search_document: 'title: ',
      STS: 'like: ',
      Bitext: 'bitext: ',
    };
    const foundation = await ownModel([...model.files, prompts(named, 'Bitext')]);
    await expectEmbeds(foundation, model, 'bitext: ');
    await expectEmbeds(foundation, model, 'like: ', { task: 'text-matching' });
    await expectEmbeds(foundation, model, 'find: ', { input_type: 'query', task: 'retrieval' });
    expect((await foundation.models.get('mine')).nearfield).toMatchObject({
      family: 'own',
      tasks: ['retrieval.query', 'retrieval.passage', 'text-matching', 'Bitext'],
      defaultTask: 'Bitext',
      licence: 'unknown',
      commercialUse: { answer: 'unknown' },
    });
    await expect(
      foundation.embeddings({ model: 'mine', input: 'a', task: 'separation' }),
    ).rejects.toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'task' });
  });

  it('reach a model that is used after others failed, and are kept', async () => {
    const source = await writeModel(model.files);
    let reads = 0;
    let isDown = true;
    const server = createServer(async (request, response) => {
      const path = decodeURIComponent(request.url!.slice(1));
      if (isDown) return response.writeHead(403).end();
      if (path === 'config_sentence_transformers.json') {
        reads++;
        return response.end(E5.bytes);
      }
      const bytes = await readFile(join(source, path)).catch(() => undefined);
      return bytes ? response.end(bytes) : response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const foundation = foundationOf(`http://127.0.0.1:${port}/`);
    try {
      const request = { model: 'mine', input: TEXTS, task: 'retrieval.query' } as const;
      await expect(foundation.embeddings(request)).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
      isDown = false;
      const answers = await Promise.all([foundation.embeddings(request), foundation.embeddings(request)]);
      for (const { data } of answers) {
        expectVectors(
          data,
          TEXTS.map((each) => model.embed(`query: ${each}`)),
        );
      }
      const before = reads;
      await foundation.embeddings({ ...request, task: 'retrieval.passage' });
      expect(reads).toBe(before);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('are those of the files that were imported last', async () => {
    const imported = (named: Record<string, string>): File[] =>
      [...model.files, prompts(named)].map(({ path, bytes }) => new File([bytes], path));
    const foundation = foundationOf('http://127.0.0.1:9/');
    for (const prefix of ['one: ', 'two: ']) {
      await foundation.storage.import('mine', imported({ query: prefix }));
      await expectEmbeds(foundation, model, prefix, { task: 'retrieval.query' });
      await foundation.storage.delete('mine');
    }
  });
});

describe('endpoints', () => {
  const model = tinySentenceModel('mean');

  it('multi-vector and late chunking put the prompt before the text', async () => {
    const foundation = await ownModel([...model.files, E5, pooling('mean_tokens')]);
    const request = { model: 'mine', input: ['Follow the rabbit.'], task: 'retrieval.passage' } as const;
    const { data } = await foundation.multiVector(request);
    const expected = model.tokenVectors('passage: Follow the rabbit.');
    expect(data[0]!.embeddings).toHaveLength(expected.length);
    data[0]!.embeddings.forEach((vector, at) => {
      expect(dot(Array.from(vector as Float32Array), expected[at]!)).toBeGreaterThan(1 - 1e-6);
    });
    const late = await foundation.embeddings({ model: 'mine', input: TEXTS, late_chunking: true });
    expectVectors(late.data, model.lateChunks(TEXTS));
  });

  it('rerank, classify, train, segment and batches take it', async () => {
    const named = { query: 'query: ', STS: 'like: ', classification: 'class: ' };
    const foundation = await ownModel([...model.files, prompts(named), pooling('mean_tokens')]);
    const ranked = await foundation.rerank({ model: 'mine', query: TEXTS[0]!, documents: TEXTS });
    expect(ranked.results[0]!.index).toBe(0);

    const labels = ['Follow the white rabbit.', 'What is the capital of France?'];
    const { data } = await foundation.classify({ model: 'mine', input: [labels[1]!], labels });
    const [input, ...known] = [labels[1]!, ...labels].map((each) => model.embed(`class: ${each}`));
    const scores = known.map((each) => Math.exp(dot(each, input!)));
    expect(data[0]).toMatchObject({ prediction: labels[1] });
    expect((data[0] as { score: number }).score).toBeCloseTo(scores[1]! / (scores[0]! + scores[1]!), 5);

    const trained = await foundation.train({
      model: 'mine',
      input: labels.map((each, index) => ({ text: each, label: `l${index}` })),
      num_iters: 5,
    });
    const found = await foundation.classify({ classifier_id: trained.classifier_id, input: [labels[0]!] });
    expect(found.data[0]).toMatchObject({ prediction: 'l0' });

    const content = 'Follow the white rabbit. It runs. What is the capital of France?';
    const { chunks } = await foundation.segment({
      content,
      model: 'mine',
      strategy: 'semantic',
      return_chunks: true,
    });
    expect(chunks!.join('')).toBe(content);

    const batch = await foundation.batches.create({
      model: 'mine',
      task: 'retrieval.query',
      input: TEXTS.map((each) => ({ body: { input: each } })),
    });
    await expect
      .poll(async () => (await foundation.batches.get(batch.batch_id)).status, { timeout: 30_000 })
      .toBe('completed');
    const vectors: { embedding: unknown }[] = [];
    for await (const line of foundation.batches.output(batch.batch_id)) {
      vectors.push(
        ...(line as { response: { body: { data: { embedding: unknown }[] } } }).response.body.data,
      );
    }
    expectVectors(
      vectors,
      TEXTS.map((each) => model.embed(`query: ${each}`)),
    );
  });

  it('a cross-encoder ranks', async () => {
    const reranker = tinyBertReranker();
    const foundation = await ownModel(reranker.files, { kind: 'cross-encoder' });
    const { results } = await foundation.rerank({ model: 'mine', query: TEXTS[2]!, documents: TEXTS });
    const expected = reranker.scores(TEXTS[2]!, TEXTS);
    for (const { index, relevance_score: score } of results) expect(score).toBeCloseTo(expected[index]!, 5);
    expect((await foundation.models.get('mine')).nearfield).toMatchObject({
      kind: 'reranker',
      endpoints: ['rerank'],
    });
    expect((await foundation.load('mine')).maxTokens).toBe(reranker.maxTokens);
    await expect(foundation.embeddings({ model: 'mine', input: 'a' })).rejects.toMatchObject({
      code: 'INPUT_MODEL_NOT_FOUND',
      message: expect.stringContaining('it is for rerank'),
    });
  });

  it('a cross-encoder that nobody called one is refused with what to say', async () => {
    const config = jsonFile('config.json', { architectures: ['BertForSequenceClassification'] });
    const files = tinyBertReranker().files.map((file) => (file.path === config.path ? config : file));
    await expect((await ownModel(files)).load('mine')).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/config\.json .*architectures .*kind: 'cross-encoder'/),
    });
  });
});

it('models are listed with what their files say, and those whose files cannot be read without', async () => {
  const model = tinySentenceModel('first');
  const foundation = createNodeFoundation({
    models: [
      {
        id: 'good',
        source: await writeModel([
          ...model.files,
          E5,
          pooling('cls_token'),
          modules('Transformer', 'Pooling', 'Normalize'),
        ]),
      },
      {
        id: 'bad',
        source: await writeModel([...model.files, text('modules.json', '{')]),
        recipe: { maxTokens: 77 },
      },
    ],
    dataDirectory: join(directory, `data-${made++}`),
    threads: 1,
  });
  open.push(foundation);
  const { data } = await foundation.models.list();
  expect(data[0]).toMatchObject({
    id: 'good',
    context_length: 512,
    max_output_length: 32,
    description: expect.stringContaining('first, normalised'),
    nearfield: { tasks: ['retrieval.query', 'retrieval.passage'], dimensions: 32, kind: 'embedding' },
  });
  expect(data[1]).toMatchObject({ id: 'bad', context_length: 77, nearfield: { tasks: [] } });
  expect((await foundation.capabilities()).models).toEqual(expect.arrayContaining(['good', 'bad']));
});

it('takes the least context that the files say, and one that is given', async () => {
  const model = tinySentenceModel('mean');
  const files = [...model.files, jsonFile('sentence_bert_config.json', { max_seq_length: 8 })];
  const long = 'white rabbit '.repeat(20);
  for (const [recipe, maxTokens] of [
    [{}, 8],
    [{ maxTokens: 12 }, 12],
  ] as const) {
    const foundation = await ownModel(files, recipe);
    const { data } = await foundation.embeddings({ model: 'mine', input: [long], truncate: true });
    expectVectors(data, [model.embed(long, { maxTokens })]);
    expect((await foundation.models.get('mine')).context_length).toBe(maxTokens);
  }
});

describe('files that cannot be used are refused by name', () => {
  const model = tinySentenceModel('mean');
  const POOLING = '1_Pooling/config.json';
  const PROMPTS = 'config_sentence_transformers.json';

  it.each([
    ['not JSON', [text(POOLING, '{')], /1_Pooling\/config\.json is not JSON/],
    ['no object', [text(PROMPTS, '[]')], /config_sentence_transformers\.json .* not an object/],
    [
      'a mode that is no boolean',
      [jsonFile(POOLING, { pooling_mode_cls_token: 'yes' })],
      /1_Pooling\/config\.json .*pooling_mode_cls_token is "yes"/,
    ],
    [
      'an unknown pooling',
      [pooling('max_tokens')],
      /1_Pooling\/config\.json: pooling_mode_max_tokens is true/,
    ],
    [
      'a newer unknown pooling',
      [jsonFile(POOLING, { pooling_mode: 'weightedmean' })],
      /1_Pooling\/config\.json: pooling_mode is weightedmean/,
    ],
    [
      'two poolings',
      [pooling('cls_token', 'mean_tokens')],
      /pooling_mode_cls_token is true and pooling_mode_mean_tokens is true/,
    ],
    ['no pooling', [pooling()], /1_Pooling\/config\.json: no pooling_mode is true/],
    [
      'a pooling that leaves the prompt out',
      [E5, jsonFile(POOLING, { pooling_mode: 'mean', include_prompt: false })],
      /include_prompt is false/,
    ],
    [
      'a Dense module',
      [pooling('mean_tokens'), modules('Transformer', 'Pooling', 'Dense')],
      /modules\.json: \[2\] is Dense \(2_Dense\)/,
    ],
    ['no Pooling module', [modules('Transformer', 'Normalize')], /modules\.json: it lists no Pooling/],
    ['modules that are no list', [text('modules.json', '{}')], /modules\.json .* not a list of modules/],
    ['a module without a type', [text('modules.json', '[{}]')], /modules\.json .*\[0\]\.type is missing/],
    [
      'a module that leads elsewhere',
      [text('modules.json', '[{"type":"a.Pooling","path":"../x"}]')],
      /modules\.json .*\[0\]\.path/,
    ],
    [
      'a prompt that is no text',
      [prompts({ query: 7 })],
      /config_sentence_transformers\.json .*prompts\.query is 7/,
    ],
    [
      'a default that is no prompt',
      [prompts({ query: '' }, 'passage')],
      /config_sentence_transformers\.json .*default_prompt_name is "passage"/,
    ],
    [
      'a length that is none',
      [jsonFile('sentence_bert_config.json', { max_seq_length: 0 })],
      /sentence_bert_config\.json .*max_seq_length is 0/,
    ],
    [
      'another width',
      [
        modules('Transformer', 'Pooling'),
        jsonFile(POOLING, { pooling_mode: 'mean', word_embedding_dimension: 48 }),
      ],
      /gives 48 numbers .* they give 32/,
    ],
  ] as const)('%s', async (_, files, message) => {
    const foundation = await ownModel([...model.files, ...files]);
    const expected = { code: 'MODEL_INVALID', message: expect.stringMatching(message) };
    await expect(foundation.embeddings({ model: 'mine', input: 'a' })).rejects.toMatchObject(expected);
    await expect(foundation.load('mine')).rejects.toMatchObject(expected);
  });
});

describe('recipes that cannot be are refused by name', () => {
  it.each([
    [{ like: 'all-MiniLM-L6-v2', recipe: {} }, /'like' and 'recipe'/],
    [{ recipe: null }, /not an object/],
    [{ recipe: { pool: 'mean' } }, /pool is not one of kind, pooling/],
    [{ recipe: { kind: 'reranker' } }, /kind must be/],
    [{ recipe: { pooling: 'cls' } }, /pooling must be 'mean', 'first' or 'last'/],
    [{ recipe: { prompts: { query: 7 } } }, /prompts must be/],
    [
      { recipe: { prompts: { query: '' }, defaultTask: 'clustering' } },
      /defaultTask is 'clustering'.*retrieval\.query/,
    ],
    [{ recipe: { dimensions: 0 } }, /dimensions must be/],
    [{ recipe: { maxTokens: 1.5 } }, /maxTokens must be/],
    [{ recipe: { kind: 'cross-encoder', pooling: 'mean' } }, /pooling is not for a cross-encoder/],
  ])('%j', (model, message) => {
    expect(() =>
      createNodeFoundation({ models: [{ id: 'mine', source: '.', ...(model as object) }] }),
    ).toThrow(
      expect.objectContaining({
        code: 'INPUT_VALIDATION_FAILED',
        param: 'models',
        message: expect.stringMatching(message),
      }),
    );
  });

  it('by files that say otherwise', async () => {
    const model = tinySentenceModel('mean');
    const refusals: [ModelRecipe, object][] = [
      [
        { maxTokens: 513 },
        { code: 'INPUT_VALIDATION_FAILED', message: expect.stringContaining('positions for 512') },
      ],
      [
        { defaultTask: 'clustering' },
        { code: 'INPUT_VALIDATION_FAILED', message: expect.stringContaining('defaultTask') },
      ],
      [{ dimensions: 48 }, { code: 'MODEL_INVALID', message: expect.stringContaining('gives 48 numbers') }],
    ];
    for (const [recipe, expected] of refusals) {
      const foundation = await ownModel([...model.files, E5], recipe);
      await expect(foundation.embeddings({ model: 'mine', input: 'a' })).rejects.toMatchObject(expected);
    }
  });
});

it('all-MiniLM-L6-v2 under another id has the same vectors, to the bit', async () => {
  const foundation = createNodeFoundation({
    models: [
      { id: 'all-MiniLM-L6-v2', source: miniLMDirectory() },
      { id: 'mine', source: miniLMDirectory(), recipe: { pooling: 'mean', maxTokens: 256 } },
      { id: 'unsaid', source: miniLMDirectory() },
    ],
    dataDirectory: join(directory, `data-${made++}`),
    threads: 1,
  });
  open.push(foundation);
  const input = [...TEXTS, 'bread '.repeat(400)];
  const vectors = async (model: string, texts: string[]) =>
    (await foundation.embeddings({ model, input: texts, truncate: true })).data.map(
      ({ embedding }) => embedding,
    );
  const expected = await vectors('all-MiniLM-L6-v2', input);
  expect(await vectors('mine', input)).toEqual(expected);
  expect(await vectors('unsaid', TEXTS)).toEqual(expected.slice(0, TEXTS.length));
});
