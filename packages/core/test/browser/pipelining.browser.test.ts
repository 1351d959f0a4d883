import { tinyBertReranker, tinyMiniLM, toFiles } from '@nearfield/model-tiny';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { PooledSession } from '../../src/engine/runtime/session-pool.ts';
import { defineModel } from '../../src/models/index.ts';
import { createModelStore, filesSource, MemoryCache } from '../../src/store/index.ts';
import { embedItems } from '../../src/tasks/embed/embed-items.ts';
import { pageWebGpuRuntime } from '../webgpu-runtime.ts';

const models = { embedder: tinyMiniLM(), reranker: tinyBertReranker() };
const engine = new Engine({
  runtime: pageWebGpuRuntime({ dtypes: ['fp32'] }),
  budget: { tokens: 128, rows: 8, overhead: 8 },
  store: createModelStore({ cache: new MemoryCache('tests') }),
  resolve: (id) => {
    const { like, files } = models[id as keyof typeof models];
    return defineModel(id, {
      like,
      source: filesSource(toFiles(files)),
      hub: () => {
        throw new Error('no network in tests');
      },
    });
  },
});

afterEach(() => vi.restoreAllMocks());
afterAll(() => engine.close());

const texts = Array.from({ length: 24 }, (_, index) => `text ${index} ${'white rabbit '.repeat(index % 5)}`);

/** Lets no batch be read before the next one is submitted; the last one is let through. */
function readOnlyBehindTheNext(batches: number): { reads: number } {
  const counter = { reads: 0 };
  const waiting: (() => void)[] = [];
  const mapAsync = GPUBuffer.prototype.mapAsync;
  vi.spyOn(GPUBuffer.prototype, 'mapAsync').mockImplementation(async function (this: GPUBuffer, ...range) {
    counter.reads++;
    waiting.shift()?.();
    if (counter.reads < batches) await new Promise<void>((resolve) => waiting.push(resolve));
    return mapAsync.apply(this, range);
  });
  return counter;
}

describe('an engine on WebGPU', () => {
  it('submits each batch of texts before the one ahead of it is read', async () => {
    const { encoder, tokenizer } = await engine.encoder('embedder');
    const group = encoder.group({ dimensions: 32, normalized: true });
    const sequences = texts.map((text) => tokenizer.encode(text, 512));
    const alone: Float32Array[] = [];
    for (const sequence of sequences) alone.push(...(await group.run([sequence])));
    const before = { ...engine.scheduler.work };
    const found: Float32Array[] = [];
    const submit = (): Promise<void> =>
      engine.scheduler.submit(group, sequences, {
        priority: 'bulk',
        onResult: (index, vector) => {
          found[index] = vector;
        },
      });
    await submit();
    const batches = engine.scheduler.work.batches - before.batches;
    expect(batches).toBeGreaterThan(3);
    const counter = readOnlyBehindTheNext(batches);
    await submit();
    expect(counter.reads).toBe(batches);
    expect(engine.scheduler.work.rows - before.rows).toBe(2 * texts.length);
    found.forEach((vector, index) => {
      vector.forEach((value, at) => {
        expect(Math.abs(value - alone[index]![at]!)).toBeLessThan(1e-5);
      });
      const expected = models.embedder.embed(texts[index]!);
      expect(Math.abs(vector[0]! - expected[0]!)).toBeLessThan(1e-4);
    });
  });

  it('submits each batch of pairs before the one ahead of it is read', async () => {
    const { encoder, tokenizer } = await engine.models.pairs('reranker');
    const sequences = texts.map((text) => tokenizer.encode(text, 512));
    const run = async (): Promise<number[]> => {
      const found: number[] = [];
      await engine.scheduler.submit(encoder.group, sequences, {
        priority: 'bulk',
        onResult: (index, logit) => {
          found[index] = logit;
        },
      });
      return found;
    };
    const before = engine.scheduler.work.batches;
    const expected = await run();
    const batches = engine.scheduler.work.batches - before;
    const counter = readOnlyBehindTheNext(batches);
    const found = await run();
    expect(counter.reads).toBe(batches);
    found.forEach((logit, index) => {
      expect(Math.abs(logit - expected[index]!)).toBeLessThan(1e-5);
    });
  });

  it('reads the tokens of a large call while its first batches are computed', async () => {
    const { tokenizer } = await engine.encoder('embedder');
    const items = Array.from({ length: 200 }, (_, index) => ({ text: texts[index % texts.length]! }));
    let encoded = 0;
    let finish: () => void = () => {};
    const allEncoded = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const read = tokenizer.read.bind(tokenizer);
    vi.spyOn(tokenizer, 'read').mockImplementation((...parameters) => {
      if (++encoded === items.length) finish();
      return read(...parameters);
    });
    let encodedAtFirstRun: number | undefined;
    const submit = PooledSession.prototype.submit;
    vi.spyOn(PooledSession.prototype, 'submit').mockImplementation(function (this: PooledSession, ...run) {
      encodedAtFirstRun ??= encoded;
      return submit.apply(this, run);
    });
    // No batch is read back, and so none after the second begins, before all tokens are read.
    const mapAsync = GPUBuffer.prototype.mapAsync;
    vi.spyOn(GPUBuffer.prototype, 'mapAsync').mockImplementation(async function (this: GPUBuffer, ...range) {
      await allEncoded;
      return mapAsync.apply(this, range);
    });
    const request = { model: 'embedder', items, task: null, prompt: '' };
    const { values, totalTokens } = await embedItems(engine, request, { priority: 'bulk' });
    expect(encodedAtFirstRun).toBeLessThan(items.length);
    expect(encoded).toBe(items.length);
    expect(totalTokens).toBe(items.reduce((sum, { text }) => sum + read(text, 512).ids.length, 0));
    for (const index of [0, 57, 199]) {
      const expected = models.embedder.embed(items[index]!.text);
      expected.forEach((value, at) => {
        expect(Math.abs(value - values[index * 32 + at]!)).toBeLessThan(1e-4);
      });
    }
  });

  it('refuses a large call for a text that it reads late, drops what was under way and goes on', async () => {
    const items = Array.from({ length: 70 }, () => ({ text: 'browser '.repeat(140) }));
    // Fewer characters than the others, but spelled letter by letter.
    items[5] = { text: 'x y '.repeat(270) };
    const request = { model: 'embedder', items, task: null, prompt: '' };
    const before = engine.scheduler.work.rows;
    await expect(embedItems(engine, request, { priority: 'bulk' })).rejects.toMatchObject({
      code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      param: 'input.5',
    });
    const next = { ...request, items: [{ text: 'white rabbit' }] };
    const { values } = await embedItems(engine, next, {});
    models.embedder.embed('white rabbit').forEach((value, at) => {
      expect(Math.abs(value - values[at]!)).toBeLessThan(1e-4);
    });
    expect(engine.scheduler.work.rows - before).toBeLessThan(64);
  });
});
