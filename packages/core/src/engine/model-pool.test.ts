import {
  type TinyFile,
  tinyMiniLM,
  tinyRerankerV1,
  tinyV2English,
  tinyV5Nano,
  toFiles,
} from '@nearfield/model-tiny';
import { readModel } from '@nearfield/onnx';
import type { CallProgress } from '@nearfield/spec';
import type { Golden } from '@nearfield/spec/implement';
import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../test/node-runtime.ts';
import type { ModelDefinition } from '../models/definition.ts';
import { defineModel } from '../models/index.ts';
import { createModelStore, filesSource, MemoryCache } from '../store/index.ts';
import type { ModelSource } from '../store/types.ts';
import { TransientCheckMemory } from './loading/check-memory.ts';
import { ModelPool, type ModelPoolOptions } from './model-pool.ts';

const TEXT = 'Follow the white rabbit.';

/** A source whose files are kept and hashed like downloads. */
function remoteLike(files: readonly TinyFile[]): ModelSource {
  const source = filesSource(toFiles(files));
  return {
    key: 'https://models.test/',
    local: false,
    describe: (paths, signal) => source.describe(paths, signal),
    open: (path, options) => source.open(path, options),
  };
}

function define(
  id: string,
  like: string,
  source: ModelSource,
  changes: Partial<ModelDefinition> = {},
): ModelDefinition {
  const hub = (): ModelSource => {
    throw new Error('no network in tests');
  };
  return { ...defineModel(id, { like, source, hub }), ...changes };
}

function pool(definitions: readonly ModelDefinition[], options: Partial<ModelPoolOptions> = {}): ModelPool {
  return new ModelPool({
    runtime: nodeRuntime(),
    store: createModelStore({ cache: new MemoryCache('tests') }),
    resolve: (id) => definitions.find((definition) => definition.id === id)!,
    budget: { tokens: 256, rows: 8, overhead: 1 },
    batchInvariant: true,
    ...options,
  });
}

const goldenOf = (vector: readonly number[]): Golden => ({
  kind: 'embedding',
  text: TEXT,
  prompted: false,
  first: vector.slice(0, 8).map((value) => Math.round(value * 1e4) / 1e4),
});

describe('self-check', () => {
  const model = tinyMiniLM();
  const right = [goldenOf(model.embed(TEXT))];
  const wrong = [goldenOf(model.embed('Something else entirely, at length.'))];

  it('passes a model that computes its published values, and says how near it comes', async () => {
    const models = pool([define('m', model.like, remoteLike(model.files), { goldens: right })]);
    const events: CallProgress[] = [];
    const { check } = await models.load('m', { onProgress: (event) => events.push(event) });
    expect(check).toMatchObject({ result: 'passed', goldens: 1 });
    expect(check!.cosine).toBeGreaterThan(0.99999);
    const states = events.flatMap((event) => (event.type === 'model-state' ? [event.state] : []));
    expect(states).toEqual(['compiling', 'checking', 'ready']);
  });

  it('refuses a model that computes something else', async () => {
    const models = pool([define('m', model.like, remoteLike(model.files), { goldens: wrong })]);
    await expect(models.text('m')).rejects.toMatchObject({
      code: 'SELF_CHECK_FAILED',
      message: expect.stringMatching(/m computes wrong values on cpu \(fp32: cosine/),
    });
    expect(models.loaded()).toEqual([]);
  });

  it('refuses the catalogue’s own model where the files are of another width, and names both', async () => {
    const models = pool([define('all-MiniLM-L6-v2', 'all-MiniLM-L6-v2', remoteLike(model.files))]);
    await expect(models.load('all-MiniLM-L6-v2')).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/384 numbers .* give 32/),
    });
  });

  it('goes to the next precision, and says what failed', async () => {
    const float = tinyV2English();
    const damaged = tinyV2English('q8').files.map((file) =>
      file.path.endsWith('.onnx') ? { ...file, bytes: spoiled(file.bytes) } : file,
    );
    const files = [...float.files, ...damaged.filter(({ path }) => path.endsWith('.onnx'))];
    const definition = define('m', float.like, remoteLike(files), { goldens: [goldenOf(float.embed(TEXT))] });
    const { dtype, check } = await pool([definition]).load('m');
    expect(dtype).toBe('fp32');
    expect(check).toMatchObject({ result: 'passed', reason: expect.stringContaining('before: q8: cosine') });
  });

  it('remembers what passed by its hashes, and checks other files anew', async () => {
    const checks = new TransientCheckMemory();
    const load = (goldens: Golden[]) =>
      pool([define('m', model.like, remoteLike(model.files), { goldens })], { checks }).load('m');
    expect((await load(right)).check).toMatchObject({ result: 'passed' });
    const again = await load(wrong);
    expect(again.check).toMatchObject({ result: 'remembered' });
    expect(again.check!.cosine).toBeGreaterThan(0.99999);
    const other = tinyMiniLM();
    const files = other.files.map((file) =>
      file.path === 'config.json' ? { ...file, bytes: new TextEncoder().encode('{}') } : file,
    );
    const changed = pool([define('m', model.like, remoteLike(files), { goldens: wrong })], { checks });
    await expect(changed.load('m')).rejects.toMatchObject({ code: 'SELF_CHECK_FAILED' });
  });

  it('compares the logits of rerankers', async () => {
    const reranker = tinyRerankerV1();
    const [score] = reranker.scores('capital', ['Paris']);
    const logit = Math.log(score! / (1 - score!));
    const golden = (value: number): Golden => ({ kind: 'logit', query: 'capital', document: 'Paris', value });
    const load = (value: number) =>
      pool([define('r', reranker.like, remoteLike(reranker.files), { goldens: [golden(value)] })]).load('r');
    expect((await load(logit)).check!.logitError).toBeLessThan(1e-4);
    await expect(load(logit + 0.5)).rejects.toMatchObject({ code: 'SELF_CHECK_FAILED' });
  });
});

/** Other weights in one layer: a file that is read without complaint and computes something else. */
function spoiled(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  const { start, end } = readModel(copy).initializers.get('0.value.weight_quantized')!.data!;
  for (let index = start; index < end; index++) copy[index] = (copy[index]! * 7 + 13) & 0xff;
  return copy;
}

describe('memory', () => {
  it('closes the least recently used session, and opens it again when it is needed', async () => {
    const [one, two] = [tinyMiniLM(), tinyV2English()];
    const events: string[] = [];
    const runtime = nodeRuntime();
    const counting = nodeRuntime({
      open: async (model, name) => {
        const session = await runtime.open(model, name);
        const opened = `${name.split(' ')[0]} ${model.bytes.length}`;
        events.push(opened);
        return {
          submit: (feeds, fetches) => session.submit(feeds, fetches),
          release: async () => {
            events.push(`-${opened}`);
            await session.release();
          },
        };
      },
    });
    const models = pool(
      [define('one', one.like, remoteLike(one.files)), define('two', two.like, remoteLike(two.files))],
      { runtime: counting, memory: 1 },
    );
    const vector = async (id: string): Promise<Float32Array> => {
      const { encoder, tokenizer } = await models.text(id);
      const group = encoder.group({ dimensions: 32, normalized: true });
      return (await group.run([tokenizer.encode(TEXT, 64)]))[0]!;
    };
    const first = await vector('one');
    await vector('two');
    expect(await vector('one')).toEqual(first);
    expect(events.map((event) => event.startsWith('-'))).toEqual([false, true, false, true, false]);
    expect(models.loaded().map(({ id }) => id)).toEqual(['one', 'two']);
  });

  it('loads a part once however many ask, and again after unload', async () => {
    const model = tinyMiniLM();
    const models = pool([define('m', model.like, remoteLike(model.files))]);
    const [left, right] = await Promise.all([models.text('m'), models.text('m')]);
    expect(left).toBe(right);
    await models.unload('m');
    expect(models.loaded()).toEqual([]);
    await expect(
      left.encoder.group({ dimensions: 8, normalized: true }).run([left.tokenizer.encode(TEXT, 64)]),
    ).rejects.toMatchObject({ code: 'CLOSED' });
    expect(await models.text('m')).not.toBe(left);
  });
});

describe('files', () => {
  it('takes weights from the second file, and says which file lacks', async () => {
    const nano = tinyV5Nano();
    const { bytes } = await pool([define('n', nano.like, remoteLike(nano.files))]).load('n');
    expect(bytes).toBe(nano.files.reduce((sum, file) => sum + file.bytes.length, 0));
    const lacking = nano.files.filter(({ path }) => !path.endsWith('_data'));
    await expect(pool([define('n', nano.like, remoteLike(lacking))]).load('n')).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('model_q4.onnx_data'),
    });
  });

  it('takes the precision that is asked for, and names what it looked for', async () => {
    const [float, integer] = [tinyV2English(), tinyV2English('q8')];
    const files = [...float.files, ...integer.files.filter(({ path }) => path.endsWith('.onnx'))];
    const load = (changes: Partial<ModelDefinition>) =>
      pool([define('m', float.like, remoteLike(files), changes)]).load('m');
    expect(await load({})).toMatchObject({ dtype: 'q8' });
    expect(await load({ dtype: 'fp32' })).toMatchObject({
      dtype: 'fp32',
      reason: expect.stringContaining('dtype option'),
    });
    await expect(load({ dtype: 'q4' })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('onnx/model_q4.onnx'),
    });
  });

  it('refuses files that are not what the recipe needs', async () => {
    const reranker = tinyRerankerV1();
    const asEmbedder = pool([define('m', 'jina-embeddings-v3', remoteLike(tinyV5Nano().files))]);
    // v5's tokens pool like any others, so this runs: it is the caller who says what a model is like.
    expect(await asEmbedder.load('m', { task: 'separation' })).toMatchObject({ dimensions: 32 });
    const asColbert = pool([define('m', 'jina-colbert-v2', remoteLike(reranker.files))]);
    await expect(asColbert.load('m')).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/no output with one vector per token, only logits/),
    });
    const broken = reranker.files.map((file) =>
      file.path === 'tokenizer.json'
        ? { ...file, bytes: new TextEncoder().encode('{"version":"1.0"}') }
        : file,
    );
    await expect(pool([define('m', reranker.like, remoteLike(broken))]).load('m')).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('tokenizer'),
    });
  });
});
