import { readGraph } from '@nearfield/encoder';
import {
  type TinyModel,
  tinyColbertV1,
  tinyMiniLM,
  tinyRerankerV2,
  tinyRerankerV3,
  tinyV2English,
  tinyV2German,
  tinyV3,
  toFiles,
} from '@nearfield/model-tiny';
import { FoundationError } from '@nearfield/spec';
import type { Golden } from '@nearfield/spec/implement';
import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../../../test/node-runtime.ts';
import type { ModelDefinition } from '../../../models/definition.ts';
import { defineModel } from '../../../models/index.ts';
import { pairWindows } from '../../../models/pair-windows.ts';
import { createModelStore, filesSource, MemoryCache } from '../../../store/index.ts';
import { Engine } from '../../engine.ts';
import type { GraphEncoder, Runtime } from '../runtime.ts';
import { encoderAlone } from './encoder-alone.ts';
import { withEncoder } from './encoder-runtime.ts';

const TEXTS = [
  'Follow the white rabbit, then search for the right passage.',
  'x',
  'What is the capital of France?',
];

/** A tiny model as a q8 file: the precision whose weights the encoder takes. */
function asQ8({ like, files }: TinyModel, changes: Partial<ModelDefinition> = {}): ModelDefinition {
  const renamed = files.map((file) => ({
    ...file,
    path: file.path.replace(/model\.onnx$/, 'model_quantized.onnx'),
  }));
  const hub = (): never => {
    throw new Error('no network in tests');
  };
  return {
    ...defineModel('m', { like, source: filesSource(toFiles(renamed)), hub }),
    dtype: 'q8',
    ...changes,
  };
}

/** A tiny model with its files as they are. */
function asPublished({ like, files }: TinyModel, dtype: 'fp32'): ModelDefinition {
  const hub = (): never => {
    throw new Error('no network in tests');
  };
  return { ...defineModel('m', { like, source: filesSource(toFiles(files)), hub }), dtype };
}

/** An engine whose general runtime counts how often it is started and asked for sessions. */
function engineWith(
  definition: ModelDefinition,
  changes: (runtime: Runtime) => Runtime = (runtime) => runtime,
) {
  const general = { started: 0, opened: 0 };
  const plain = nodeRuntime();
  const counting: Runtime = {
    ...plain,
    start: async () => {
      general.started++;
    },
    open: (model, name) => {
      general.opened++;
      return plain.open(model, name);
    },
  };
  const engine = new Engine({
    runtime: changes(withEncoder(counting)),
    store: createModelStore({ cache: new MemoryCache('tests') }),
    resolve: () => definition,
  });
  return { engine, general };
}

const cosine = (left: ArrayLike<number>, right: ArrayLike<number>): number => {
  let [dot, own, other] = [0, 0, 0];
  for (let at = 0; at < left.length; at++) {
    dot += left[at]! * right[at]!;
    own += left[at]! ** 2;
    other += right[at]! ** 2;
  }
  return dot / Math.sqrt(own * other);
};

async function vectorsOf(engine: Engine, texts: readonly string[]): Promise<Float32Array[]> {
  const { encoder, tokenizer } = await engine.encoder('m');
  const found: Float32Array[] = [];
  await engine.scheduler.submit(
    encoder.group({ dimensions: 1e6, normalized: true }),
    texts.map((text) => tokenizer.encode(text, 512)),
    { priority: 'bulk', onResult: (index, vector) => (found[index] = vector) },
  );
  return found;
}

describe.each([
  ['all-MiniLM-L6-v2', () => tinyMiniLM()],
  ['v2 base-en', () => tinyV2English('q8')],
  ['v2 base-de', () => tinyV2German()],
] as const)('%s', (_, make) => {
  it('runs on the encoder alone, near float64, with the same bits in any batch', async () => {
    const model = make();
    const { engine, general } = engineWith(asQ8(model));
    const vectors = await vectorsOf(engine, TEXTS);
    vectors.forEach((vector, index) => {
      expect(cosine(vector, model.embed(TEXTS[index]!))).toBeGreaterThan(0.9999);
    });
    for (const [index, text] of TEXTS.entries()) {
      expect((await vectorsOf(engine, [text]))[0]).toEqual(vectors[index]);
    }
    const [loaded] = engine.loaded();
    expect(loaded).toMatchObject({
      runtime: { name: 'encoder', reason: 'the encoder reads its graph' },
      batchInvariance: { kind: 'graph' },
    });
    expect(general.opened).toBe(0);
    const { tokens, paddedTokens } = engine.scheduler.work;
    expect(paddedTokens).toBe(tokens);
    engine.close();
  });
});

describe('all-MiniLM-L6-v2', () => {
  it('starts no other runtime, and opens again after it was closed for memory', async () => {
    const { engine, general } = engineWith(asQ8(tinyMiniLM()));
    const [before] = await vectorsOf(engine, ['x']);
    expect(general).toEqual({ started: 0, opened: 0 });
    await engine.unload();
    expect((await vectorsOf(engine, ['x']))[0]).toEqual(before);
    expect(general).toEqual({ started: 0, opened: 0 });
    engine.close();
  });

  it('gives a vector for each token, and for spans of a text', async () => {
    const model = tinyMiniLM();
    const { engine } = engineWith(asQ8(model));
    const { encoder, tokenizer } = await engine.encoder('m');
    const options = { dimensions: 1e6, normalized: true };
    const sequence = tokenizer.encode(TEXTS[0]!, 512);
    const [tokens] = await encoder.tokens(options).run([sequence]);
    const { data, rows, dimensions } = tokens!;
    const expected = model.tokenVectors(TEXTS[0]!);
    expect(rows).toBe(expected.length);
    expected.forEach((row, at) => {
      expect(cosine(data.subarray(at * dimensions, (at + 1) * dimensions), row)).toBeGreaterThan(0.9999);
    });
    const spans = [
      { start: 1, end: 3 },
      { start: 0, end: sequence.ids.length },
    ];
    const [vectors] = await encoder.spans(options).run([{ ...sequence, spans }]);
    expect(cosine(vectors![1]!, model.embed(TEXTS[0]!))).toBeGreaterThan(0.9999);
    engine.close();
  });

  it('is computed by onnxruntime in precisions that the encoder would round', async () => {
    const { engine, general } = engineWith(asPublished(tinyMiniLM(), 'fp32'));
    await vectorsOf(engine, ['x']);
    expect(engine.loaded()[0]!.runtime).toEqual({
      name: 'onnxruntime',
      reason: 'the encoder would round fp32 weights to 8 bits',
    });
    expect(general).toEqual({ started: 1, opened: 1 });
    engine.close();
  });

  it('goes to onnxruntime where the encoder computes something else, or fails', async () => {
    const model = tinyMiniLM();
    const text = TEXTS[0]!;
    const first = model.embed(text).slice(0, 8);
    const goldens: Golden[] = [{ kind: 'embedding', text, prompted: false, first }];
    // Another model's graph in place of this one's: vectors of the right size, and wrong.
    const other = tinyV2English('q8').files.find(({ path }) => path.endsWith('.onnx'))!;
    const wrong = engineWith(asQ8(model, { goldens }), (runtime) => ({
      ...runtime,
      encoder: {
        ...(runtime.encoder as GraphEncoder),
        read: (_, output) => readGraph(other.bytes, output),
      },
    }));
    const [vector] = await vectorsOf(wrong.engine, [text]);
    expect(cosine(vector!, model.embed(text))).toBeGreaterThan(0.99);
    expect(wrong.engine.loaded()[0]!.runtime).toMatchObject({
      name: 'onnxruntime',
      reason: expect.stringMatching(/^the encoder failed: cosine/),
    });
    expect(wrong.general.opened).toBe(1);
    wrong.engine.close();

    const right = engineWith(asQ8(model, { goldens }));
    await vectorsOf(right.engine, [text]);
    expect(right.engine.loaded()[0]).toMatchObject({
      runtime: { name: 'encoder' },
      check: { result: 'passed', goldens: 1 },
    });
    right.engine.close();
  });

  it('gives up between layers when nobody waits for a batch', async () => {
    const { engine } = engineWith(asQ8(tinyMiniLM()));
    const { encoder, tokenizer } = await engine.encoder('m');
    const group = encoder.group({ dimensions: 1e6, normalized: true });
    const long = tokenizer.encode('rabbit '.repeat(300), 512);
    const controller = new AbortController();
    const running = group.run([long], { signal: controller.signal, isBulk: false });
    controller.abort(new DOMException('enough', 'AbortError'));
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(await group.run([long])).toHaveLength(1);
    engine.close();
  });
});

describe('an engine without vector instructions', () => {
  it('leaves all to onnxruntime', async () => {
    const validate = WebAssembly.validate;
    WebAssembly.validate = () => false;
    const without = withEncoder(nodeRuntime());
    WebAssembly.validate = validate;
    const { engine } = engineWith(asQ8(tinyMiniLM()), () => without);
    await vectorsOf(engine, ['x']);
    expect(engine.loaded()[0]!.runtime).toEqual({
      name: 'onnxruntime',
      reason: 'this browser has no WebAssembly with vector instructions',
    });
    engine.close();
  });
});

describe('without a general runtime', () => {
  const missing = new FoundationError({ code: 'RUNTIME_NOT_AVAILABLE', message: 'install it' });

  it('the encoder computes its models', async () => {
    const model = tinyMiniLM();
    const { engine } = engineWith(asQ8(model), () => encoderAlone(missing));
    const vectors = await vectorsOf(engine, TEXTS);
    vectors.forEach((vector, index) => {
      expect(cosine(vector, model.embed(TEXTS[index]!))).toBeGreaterThan(0.9999);
    });
    expect(engine.runtime.report).toMatchObject({ device: 'cpu', threads: 1 });
    engine.close();
  });

  it('another precision is refused, with what is missing', async () => {
    const { engine } = engineWith(asPublished(tinyMiniLM(), 'fp32'), () => encoderAlone(missing));
    await expect(engine.encoder('m')).rejects.toBe(missing);
    engine.close();
  });

  it('another model is refused, with what is missing', async () => {
    const { engine } = engineWith(asQ8(tinyRerankerV3()), () => encoderAlone(missing));
    await expect(engine.models.listwise('m')).rejects.toBe(missing);
    engine.close();
  });
});

describe('other families', () => {
  it('score pairs', async () => {
    const model = tinyRerankerV2();
    const { engine, general } = engineWith(asQ8(model));
    const { encoder, tokenizer, recipe, info } = await engine.models.pairs('m');
    const documents = ['Paris is the capital.', 'No.'];
    const { windows } = pairWindows(tokenizer, 'capital', documents, { recipe, maxTokens: info.maxTokens });
    const logits = await encoder.group.run([...windows]);
    model.scores('capital', documents).forEach((score, index) => {
      expect(1 / (1 + Math.exp(-logits[index]!))).toBeCloseTo(score, 2);
    });
    expect(general.opened).toBe(0);
    engine.close();
  });

  it('give a vector for each token, and let masked tokens see without being seen', async () => {
    const model = tinyColbertV1();
    const { engine, general } = engineWith(asQ8(model));
    const { encoder, colbert, info } = await engine.models.colbert('m');
    const group = encoder.tokens({ dimensions: 1e6, normalized: true });
    const [vectors] = await group.run([colbert.query('white rabbit', info.maxTokens)]);
    const { data, dimensions } = vectors!;
    const expected = model.query('white rabbit');
    expected.forEach((row, at) => {
      expect(cosine(data.subarray(at * dimensions, (at + 1) * dimensions), row)).toBeGreaterThan(0.9999);
    });
    expect(general.opened).toBe(0);
    engine.close();
  });

  it.each([
    ['tokens', () => tinyV3()],
    ['the graph pools', () => tinyV3('pooled')],
    ['of low rank', () => tinyV3('both', undefined, 4)],
  ] as const)('use the adapter of the task: %s', async (_, make) => {
    const model = make();
    const { engine, general } = engineWith(asQ8(model));
    const { encoder, tokenizer } = await engine.encoder('m', { task: 'separation' });
    for (const task of ['separation', 'text-matching']) {
      const group = encoder.group({ dimensions: 16, normalized: true, task });
      const vectors = await group.run(TEXTS.map((text) => tokenizer.encode(text, 512)));
      vectors.forEach((vector, index) => {
        expect(cosine(vector, model.embed(TEXTS[index]!, { task, dimensions: 16 }))).toBeGreaterThan(0.9999);
      });
    }
    expect(engine.loaded()[0]!.runtime).toMatchObject({ name: 'encoder' });
    expect(general.opened).toBe(0);
    engine.close();
  });

  it('that the encoder does not read run on onnxruntime, and say why', async () => {
    const { engine, general } = engineWith(asQ8(tinyRerankerV3()));
    await engine.models.listwise('m');
    expect(engine.loaded()[0]!.runtime).toEqual({
      name: 'onnxruntime',
      reason: 'it has the input doc_token_indices',
    });
    expect(general).toEqual({ started: 1, opened: 1 });
    engine.close();
  });
});
