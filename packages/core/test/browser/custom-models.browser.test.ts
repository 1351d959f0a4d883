import {
  dot,
  jsonFile,
  tinyMiniLM,
  tinySentenceModel,
  tinyV3,
  tinyV5Nano,
  toFiles,
} from '@nearfield/model-tiny';
import { afterAll, describe, expect, it } from 'vitest';
import { createLocal } from '../../src/index.ts';

const [minilm, v3, nano] = [tinyMiniLM(), tinyV3(), tinyV5Nano()];
const sentences = tinySentenceModel('first');
const SENTENCE_FILES = toFiles([
  ...sentences.files,
  jsonFile('1_Pooling/config.json', { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }),
  jsonFile('config_sentence_transformers.json', { prompts: { query: 'query: ', document: 'passage: ' } }),
]);
const TEXTS = ['Follow the white rabbit.', 'x', 'What is the capital of France?'];

describe.each(['wasm', 'webgpu'] as const)('models from files that the user picked, on %s', (device) => {
  const foundation = createLocal({
    device,
    cache: 'memory',
    models: [
      { id: 'my-minilm', like: minilm.like, source: toFiles(minilm.files) },
      { id: 'my-v3', like: v3.like, source: toFiles(v3.files) },
      { id: 'my-nano', like: nano.like, source: toFiles(nano.files) },
      { id: 'my-e5', source: SENTENCE_FILES },
      {
        id: 'my-bge',
        source: SENTENCE_FILES,
        recipe: { prompts: { query: 'find: ' }, defaultTask: 'query' },
      },
    ],
  });
  afterAll(() => foundation.close());

  it.each([
    ['my-minilm', minilm, undefined],
    ['my-v3', v3, 'retrieval.query'],
    ['my-v3', v3, 'classification'],
    ['my-nano', nano, 'retrieval.query'],
    ['my-nano', nano, 'clustering'],
  ] as const)('%s embeds as its reference does', async (id, model, task) => {
    const { data } = await foundation.embeddings({ model: id, input: TEXTS, ...(task && { task }) });
    data.forEach(({ embedding }, index) => {
      const expected = model.embed(TEXTS[index]!, { task });
      expect(embedding).toHaveLength(expected.length);
      expect(dot(expected, Array.from(embedding))).toBeGreaterThan(1 - 1e-6);
      embedding.forEach((value, at) => {
        expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-4);
      });
    });
  });

  it.each([
    ['my-e5', { task: 'retrieval.query' }, 'query: '],
    ['my-e5', { input_type: 'document' }, 'passage: '],
    ['my-e5', {}, ''],
    ['my-bge', {}, 'find: '],
  ] as const)(
    '%s, in no catalogue, embeds as its files and recipe say: %j',
    async (model, request, prefix) => {
      const { data } = await foundation.embeddings({ model, input: TEXTS, ...request });
      data.forEach(({ embedding }, index) => {
        const expected = sentences.embed(prefix + TEXTS[index]!);
        expect(embedding).toHaveLength(expected.length);
        expect(dot(expected, Array.from(embedding))).toBeGreaterThan(1 - 1e-6);
      });
    },
  );

  it('says that there was nothing to check the files against', async () => {
    expect(await foundation.load('my-minilm')).toMatchObject({
      dimensions: minilm.dimensions,
      maxTokens: 512,
      device,
      check: { result: 'skipped', reason: expect.stringContaining('a model of your own') },
    });
  });
});

it('refuses a model with a likeness and a recipe', () => {
  expect(() =>
    createLocal({ models: [{ id: 'm', like: 'all-MiniLM-L6-v2', recipe: {}, source: SENTENCE_FILES }] }),
  ).toThrow(expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED', param: 'models' }));
});

it('refuses files that are not the model whose name they have', async () => {
  const foundation = createLocal({
    device: 'wasm',
    cache: 'memory',
    models: [{ id: 'all-MiniLM-L6-v2', source: toFiles(minilm.files) }],
  });
  await expect(foundation.load('all-MiniLM-L6-v2')).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  await foundation.close();
});

it('refuses models that only the hosted API runs, with what to use instead', async () => {
  const foundation = createLocal({ device: 'wasm', cache: 'memory' });
  await expect(foundation.load('jina-embeddings-v4')).rejects.toMatchObject({
    code: 'MODEL_NOT_AVAILABLE_LOCALLY',
    message: expect.stringContaining('jina-embeddings-v5-text-nano'),
  });
  await foundation.close();
});
