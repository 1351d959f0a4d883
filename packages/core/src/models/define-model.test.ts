import { CATALOGUE, type Dtype, type FoundationError } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../test/node-runtime.ts';
import { graphChoices } from '../engine/loading/model-files.ts';
import type { Runtime } from '../engine/runtime/runtime.ts';
import { createModelStore, MemoryCache } from '../store/index.ts';
import type { ModelSource } from '../store/types.ts';
import { defineModel } from './define-model.ts';
import type { PartRequest } from './definition.ts';
import { runnable } from './runnable.ts';

const hub = (repository: string): ModelSource => ({
  key: repository,
  local: false,
  describe: () => Promise.reject(new Error('the catalogue must not have to ask')),
  open: () => Promise.reject(new Error('nothing is opened')),
});

const runtimes = {
  wasm: nodeRuntime({ device: 'wasm', dtypes: ['q8', 'int8', 'uint8', 'q4', 'fp32', 'fp16'] }),
  webgpu: nodeRuntime({ device: 'webgpu', dtypes: ['fp32', 'q4', 'q8'] }),
  'webgpu-f16': nodeRuntime({
    device: 'webgpu',
    dtypes: ['fp16', 'q4f16', 'fp32', 'q4', 'q8'],
    report: { ...nodeRuntime().report, device: 'webgpu', f16: true },
  }),
} satisfies Record<string, Runtime>;

const store = createModelStore({ cache: new MemoryCache('tests') });

const choicesOf = (id: string, target: keyof typeof runtimes, request: PartRequest = {}, dtype?: Dtype) => {
  const definition = defineModel(id, { hub, dtype });
  return graphChoices(
    definition,
    definition.part(request),
    runtimes[target],
    store,
    new AbortController().signal,
  );
};

const thrown = (action: () => unknown): FoundationError => {
  try {
    action();
  } catch (error) {
    return error as FoundationError;
  }
  throw new Error('nothing was thrown');
};

describe('defineModel', () => {
  it('defines every model of the catalogue that runs, and refuses the others with what to use', () => {
    for (const { id, local } of CATALOGUE) {
      if (local.runs) {
        expect(defineModel(id, { hub })).toMatchObject({ id, ownSizes: false });
        continue;
      }
      const error = thrown(() => defineModel(id, { hub }));
      expect(error.code).toBe('MODEL_NOT_AVAILABLE_LOCALLY');
      expect(error.message).toContain(local.reason);
      if (local.instead) expect(error.message).toContain(local.instead);
    }
  });

  it('knows full ids, and the nearest names of a misspelt one', () => {
    expect(defineModel('jinaai/jina-embeddings-v3', { hub }).id).toBe('jina-embeddings-v3');
    expect(thrown(() => defineModel('jina-embedding-v3', { hub }))).toMatchObject({
      code: 'INPUT_MODEL_NOT_FOUND',
      message: expect.stringContaining('jina-embeddings-v3'),
    });
  });

  it('takes one repository for each task of v5', () => {
    const { part } = defineModel('jina-embeddings-v5-text-nano', { hub });
    const repository = (task: string | null): string => part({ task }).source.key;
    expect(repository('retrieval.query')).toBe('jinaai/jina-embeddings-v5-text-nano-retrieval');
    expect(repository('retrieval.passage')).toBe('jinaai/jina-embeddings-v5-text-nano-retrieval');
    expect(repository('clustering')).toBe('jinaai/jina-embeddings-v5-text-nano-clustering');
    expect(repository(null)).toBe('jinaai/jina-embeddings-v5-text-nano-text-matching');
    expect(part({ task: 'retrieval.query' }).key).toBe(part({ task: 'retrieval.passage' }).key);
    expect(part({ task: 'clustering' }).key).not.toBe(part({ task: 'classification' }).key);
    expect(thrown(() => part({ task: 'cooking' }))).toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      param: 'task',
    });
  });

  it('takes the two towers of clip v1 apart, and v2 as one', () => {
    const graphs = (id: string): string[] => {
      const { part } = defineModel(id, { hub });
      return [part({ tower: 'text' }).graph, part({ tower: 'image' }).graph];
    };
    expect(graphs('jina-clip-v1')).toEqual(['text_model', 'vision_model']);
    expect(graphs('jina-clip-v2')).toEqual(['model', 'model']);
  });

  it('asks where the files are of models that ship with the library', () => {
    for (const id of ['minilm-reranker', 'icon-clip']) {
      expect(thrown(() => defineModel(id, { hub }).part({}))).toMatchObject({
        code: 'MODEL_NOT_AVAILABLE_LOCALLY',
        message: expect.stringContaining(`source: '/models/${id}/'`),
      });
      expect(runnable()).not.toContain(id);
      expect(defineModel(id, { source: hub('mine'), hub }).part({}).source.key).toBe('mine');
    }
    expect(runnable()).toContain('all-MiniLM-L6-v2');
  });

  it('is the image tower of a model that has no other', () => {
    const { part } = defineModel('icon-clip', { source: hub('mine'), hub });
    expect(part({})).toMatchObject({ graph: 'vision_model', tower: 'image' });
    expect(part({ tower: 'text' }).key).toBe(part({ tower: 'image' }).key);
  });

  it('reads the sizes of a model that is only like another, and has no goldens for it', () => {
    const source = hub('mine');
    expect(defineModel('mine', { like: 'jina-embeddings-v3', source, hub })).toMatchObject({
      ownSizes: true,
      goldens: [],
    });
    // A remote-only model, from files of one's own.
    expect(defineModel('mine', { like: 'jina-colbert-v2', source, hub }).recipe.kind).toBe('colbert');
    const same = defineModel('jina-embeddings-v3', { source, hub });
    expect(same.ownSizes).toBe(false);
    expect(same.goldens.length).toBeGreaterThan(0);
  });
});

describe('graphChoices of the catalogue', () => {
  it.each([
    ['jina-embeddings-v2-small-en', 'wasm', 'onnx/model_quantized.onnx'],
    ['jina-embeddings-v2-small-en', 'webgpu', 'onnx/model.onnx'],
    ['jina-embeddings-v2-small-en', 'webgpu-f16', 'onnx/model_fp16.onnx'],
    ['jina-embeddings-v5-text-nano', 'wasm', 'onnx/model_q4.onnx'],
    ['jina-clip-v2', 'webgpu-f16', 'onnx/model_q4f16.onnx'],
    ['jina-reranker-v2-base-multilingual', 'wasm', 'onnx/model_quantized.onnx'],
  ] as const)('%s on %s begins with %s', async (id, target, path) => {
    const [first, ...others] = await choicesOf(id, target);
    expect(first).toMatchObject({ path, reason: `the catalogue’s choice for ${target}` });
    expect(others.map((choice) => choice.path)).not.toContain(path);
  });

  it('never takes a broken file, not even where it is asked for', async () => {
    for (const dtype of ['q8', 'q4', undefined] as const) {
      const choices = await choicesOf('jina-clip-v1', 'wasm', { tower: 'text' }, dtype);
      expect(choices[0]!.path).toBe('onnx/text_model_fp16.onnx');
      expect(choices.map((choice) => choice.dtype)).not.toContain('q8');
      if (dtype) expect(choices[0]!.reason).toMatch(/was requested, but is broken/);
    }
    const [image] = await choicesOf('jina-clip-v1', 'wasm', { tower: 'image' }, 'q8');
    expect(image).toMatchObject({
      path: 'onnx/vision_model_quantized.onnx',
      reason: 'set by the dtype option',
    });
  });

  it('knows a catalogue model that somebody hosts: its choice, and its broken files', async () => {
    const paths = ['config.json', ...['', '_fp16', '_quantized'].map((end) => `onnx/text_model${end}.onnx`)];
    const mirror: ModelSource = {
      ...hub('mirror'),
      describe: async (asked) =>
        new Map(asked.filter((path) => paths.includes(path)).map((path) => [path, { path, size: 1 }])),
    };
    const choices = (id: string, dtype?: Dtype, like?: string) => {
      const definition = defineModel(id, { source: mirror, hub, dtype, like });
      const part = definition.part({ tower: 'text' });
      return graphChoices(definition, part, runtimes.wasm, store, new AbortController().signal);
    };
    for (const dtype of ['q8', undefined] as const) {
      expect((await choices('jina-clip-v1', dtype)).map(({ path }) => path)).toEqual([
        'onnx/text_model_fp16.onnx',
        'onnx/text_model.onnx',
      ]);
    }
    // An export of one's own may be sound.
    expect((await choices('mine', 'q8', 'jina-clip-v1')).map(({ path }) => path)).toEqual([
      'onnx/text_model_quantized.onnx',
    ]);
  });

  it('takes what is asked for, and lists what there is if it is not there', async () => {
    const choices = await choicesOf('jina-embeddings-v3', 'wasm', {}, 'fp32');
    expect(choices).toEqual([expect.objectContaining({ path: 'onnx/model.onnx', externalData: true })]);
    await expect(choicesOf('jina-embeddings-v3', 'wasm', {}, 'q4')).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('Published: fp16, fp32'),
    });
  });

  it('sends a model without a file for this GPU to wasm', async () => {
    await expect(choicesOf('jina-embeddings-v2-base-zh', 'webgpu')).rejects.toMatchObject({
      code: 'DEVICE_NOT_AVAILABLE',
      param: 'device',
    });
  });
});
