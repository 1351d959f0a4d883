import { base64ToVector, type CallProgress, FoundationError } from '@nearfield/spec';
import { vectorToUbinary } from '@nearfield/spec/implement';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { createLocal, type LocalFoundation, type LocalOptions } from '../../src/index.ts';
import { callingModules } from '../calling-modules.ts';
import { rejection } from '../rejection.ts';

const MODEL = 'all-MiniLM-L6-v2';
const models = [{ id: MODEL, source: `/models/${MODEL}/` }];

const open: LocalFoundation[] = [];
function create(options: LocalOptions = {}): LocalFoundation {
  const foundation = createLocal({ device: 'wasm', models, ...options });
  open.push(foundation);
  return foundation;
}
const closeAll = async (): Promise<void> => {
  await Promise.all(open.splice(0).map((foundation) => foundation.close()));
};

function cosine(left: Float32Array, right: Float32Array): number {
  let dot = 0;
  let squares = [0, 0];
  for (let index = 0; index < left.length; index++) {
    dot += left[index]! * right[index]!;
    squares = [squares[0]! + left[index]! ** 2, squares[1]! + right[index]! ** 2];
  }
  return dot / Math.sqrt(squares[0]! * squares[1]!);
}

describe('createLocal() in Chromium', () => {
  describe('embeddings', () => {
    const foundation = createLocal({ device: 'wasm', models });
    afterAll(() => foundation.close());

    it('answers in the shape of the API, with the tokens that were read', async () => {
      const response = await foundation.embeddings({ model: MODEL, input: ['hello world', { text: 'hi' }] });
      expect(response).toMatchObject({
        model: MODEL,
        object: 'list',
        // [CLS] hello world [SEP] and [CLS] hi [SEP]
        usage: { total_tokens: 7, prompt_tokens: 7 },
        data: [
          { object: 'embedding', index: 0 },
          { object: 'embedding', index: 1 },
        ],
      });
      for (const { embedding } of response.data) {
        expect(embedding).toBeInstanceOf(Float32Array);
        expect(embedding).toHaveLength(384);
        expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
      }
    });

    it('knows what belongs together', async () => {
      const { data } = await foundation.embeddings({
        model: MODEL,
        input: [
          'A man is eating a plate of pasta.',
          'Someone is having spaghetti for dinner.',
          'The stock market fell sharply on Monday.',
        ],
      });
      const [pasta, spaghetti, stocks] = data.map(({ embedding }) => embedding);
      // The float32 model gives 0.6618 and −0.0090; int8 weights move that a little.
      expect(cosine(pasta!, spaghetti!)).toBeCloseTo(0.66, 1);
      expect(cosine(pasta!, stocks!)).toBeCloseTo(-0.01, 1);
    });

    it('gives a text the same vector, to the bit, alone and among others', async () => {
      const texts = Array.from(
        { length: 24 },
        (_, index) => `${'word '.repeat(1 + index * 7)} number ${index}`,
      );
      const together = await foundation.embeddings({ model: MODEL, input: texts });
      for (const index of [0, 7, 23]) {
        const alone = await foundation.embeddings({ model: MODEL, input: texts[index]! });
        expect(alone.data[0]!.embedding).toEqual(together.data[index]!.embedding);
      }
    });

    it('returns every encoding, one or several', async () => {
      const request = { model: MODEL, input: 'the same text' } as const;
      const { data } = await foundation.embeddings({
        ...request,
        embedding_type: ['float', 'base64', 'binary', 'ubinary'],
      });
      const { float, base64, binary, ubinary } = data[0]!.embedding;
      expect(base64ToVector(base64)).toEqual(float);
      expect(ubinary).toEqual(vectorToUbinary(float));
      expect([...binary]).toEqual([...ubinary].map((byte) => byte - 128));
      const alone = await foundation.embeddings({ ...request, embedding_type: 'base64' });
      expect(alone.data[0]!.embedding).toBe(base64);
    });

    it('cuts to fewer dimensions, and scales only if asked', async () => {
      const input = 'some text';
      const [full, cut, raw] = await Promise.all([
        foundation.embeddings({ model: MODEL, input, normalized: false }),
        foundation.embeddings({ model: MODEL, input, dimensions: 64 }),
        foundation.embeddings({ model: MODEL, input, dimensions: 64, normalized: false }),
      ]);
      const expected = full.data[0]!.embedding.slice(0, 64);
      expect(cut.data[0]!.embedding).toHaveLength(64);
      expect(Math.hypot(...cut.data[0]!.embedding)).toBeCloseTo(1, 5);
      expect(cosine(raw.data[0]!.embedding, expected)).toBeCloseTo(1, 4);
      expect(Math.hypot(...raw.data[0]!.embedding)).toBeCloseTo(Math.hypot(...expected), 3);
    });

    it('refuses a text that is too long, and cuts it where asked', async () => {
      const input = 'word '.repeat(300);
      const error = await rejection(foundation.embeddings({ model: MODEL, input: ['short', input] }));
      expect(FoundationError.isInstance(error)).toBe(true);
      expect(error).toMatchObject({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED', status: 400, param: 'input.1' });
      expect(error.message).toMatch(/302 tokens.*256.*truncate/);
      const { usage } = await foundation.embeddings({ model: MODEL, input, truncate: true });
      expect(usage.total_tokens).toBe(256);
    });

    it.each([
      [{ model: MODEL, input: [] }, 'INPUT_VALIDATION_FAILED', /empty/],
      [{ model: 'no-such-model', input: 'a' }, 'INPUT_MODEL_NOT_FOUND', /no-such-model/],
      [{ model: MODEL, input: 'a', dimensions: 385 }, 'INPUT_VALIDATION_FAILED', /384/],
      [{ model: MODEL, input: 'a', task: 'retrieval.query' as const }, 'INPUT_VALIDATION_FAILED', /task/],
      [{ model: MODEL, input: [{ image: 'x' }] }, 'INPUT_VALIDATION_FAILED', /image/],
      [{ model: MODEL, input: 'a', colour: 'red' }, 'INPUT_VALIDATION_FAILED', /colour/],
    ])('refuses %j', async (request, code, message) => {
      const error = await rejection(foundation.embeddings(request));
      expect(FoundationError.isInstance(error)).toBe(true);
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
    });

    it('embeds texts of any content', async () => {
      const { data } = await foundation.embeddings({
        model: MODEL,
        input: ['', ' ', '\0', '\ud800 lone', '🚀'.repeat(50), 'ﬁ ligature', 'العربية', '日本語'],
      });
      for (const { embedding } of data) expect(Math.hypot(...embedding)).toBeCloseTo(1, 4);
    });

    it('counts inputs and tokens while it works', async () => {
      const events: CallProgress[] = [];
      const input = Array.from({ length: 40 }, (_, index) => `text number ${index} ${'more '.repeat(index)}`);
      const { usage } = await foundation.embeddings(
        { model: MODEL, input },
        { onProgress: (event) => events.push(event) },
      );
      const last = events.at(-1);
      expect(last).toEqual({
        type: 'work-progress',
        inputs: { done: 40, total: 40 },
        tokens: { done: usage.total_tokens, total: usage.total_tokens },
      });
    });

    it('reports what a progress listener throws, and goes on', async () => {
      const failure = new Error('a bug of the page');
      const report = vi.spyOn(globalThis, 'reportError').mockImplementation(() => {});
      const onProgress = (): never => {
        throw failure;
      };
      const { data } = await foundation.embeddings({ model: MODEL, input: ['one', 'two'] }, { onProgress });
      expect(data).toHaveLength(2);
      expect(report).toHaveBeenCalledWith(failure);
      report.mockRestore();
    });

    it('hands what arrives from the worker to the listener, through no other part of the page', async () => {
      const ways = new Set<string>();
      const onProgress = (): unknown => ways.add(callingModules().join(', '));
      await foundation.embeddings({ model: MODEL, input: ['one', 'two'] }, { onProgress });
      expect([...ways]).toEqual(['spec/src/progress, core/src/host/call']);
    });

    it('rejects an aborted call at once and goes on with the next', async () => {
      const controller = new AbortController();
      const input = Array.from({ length: 400 }, () => 'a sentence with a few words in it '.repeat(8));
      const onProgress = ({ type }: CallProgress): void => {
        if (type === 'work-progress') controller.abort();
      };
      const call = foundation.embeddings({ model: MODEL, input }, { signal: controller.signal, onProgress });
      expect(await rejection(call)).toMatchObject({ name: 'AbortError' });
      const { data } = await foundation.embeddings({ model: MODEL, input: 'next' });
      expect(data).toHaveLength(1);
    });

    it('rejects with the reason that the caller gave', async () => {
      const reason = new Error('changed my mind');
      const call = foundation.embeddings({ model: MODEL, input: 'a' }, { signal: AbortSignal.abort(reason) });
      expect(await rejection(call)).toBe(reason);
    });

    it('gives up at its timeout', async () => {
      const input = Array.from({ length: 400 }, () => 'a sentence with a few words in it '.repeat(8));
      const error = await rejection(foundation.embeddings({ model: MODEL, input }, { timeout: 50 }));
      expect(error).toMatchObject({ code: 'SERVICE_TIMEOUT' });
    });
  });

  describe('loading', () => {
    afterEach(closeAll);

    it('tells the total first, then each file, then the state', async () => {
      const foundation = create({ cache: 'memory' });
      const events: CallProgress[] = [];
      const loaded = await foundation.load(MODEL, { onProgress: (event) => events.push(event) });
      expect(loaded).toMatchObject({
        id: MODEL,
        device: 'wasm',
        dtype: 'q8',
        dimensions: 384,
        maxTokens: 256,
      });
      const first = events[0]!;
      expect(first).toMatchObject({
        type: 'model-progress',
        loaded: 0,
        total: loaded.bytes,
        fromCache: false,
      });
      const states = new Set(
        events.flatMap((event) =>
          event.type === 'model-progress' ? event.files.map(({ state }) => state) : [],
        ),
      );
      expect([...states].sort()).toEqual(['done', 'downloading', 'waiting']);
      expect(
        events.filter(({ type }) => type === 'model-state').map((event) => 'state' in event && event.state),
      ).toEqual(expect.arrayContaining(['compiling', 'ready']));
      expect(events.at(-1)).toMatchObject({ type: 'model-state', state: 'ready' });
    });

    it('keeps the files in IndexedDB and takes them from there', async () => {
      await create().load(MODEL);
      await closeAll();
      const again = create();
      const events: CallProgress[] = [];
      await again.load(MODEL, { onProgress: (event) => events.push(event) });
      expect(events[0]).toMatchObject({ type: 'model-progress', fromCache: true });
      expect(await again.storage.report()).toMatchObject({ kind: 'indexeddb' });
      const [usage] = await again.storage.usage();
      expect(usage).toMatchObject({ model: MODEL, complete: true });
      expect(usage!.bytes).toBeGreaterThan(23e6);
      await again.storage.delete(MODEL);
      expect(await again.storage.usage()).toEqual([]);
    });

    it('hands a model over as files, and takes it back without a network', async () => {
      const source = create();
      await source.load(MODEL);
      const exported = await source.storage.export(MODEL);
      expect(exported.map(({ path }) => path)).toContain('onnx/model_quantized.onnx');
      expect(exported.at(-1)!.path).toBe('manifest.json');
      const expected = (await source.embeddings({ model: MODEL, input: 'same text' })).data[0]!.embedding;
      await closeAll();

      const offline = create({
        cache: 'memory',
        models: [{ id: MODEL, source: '/nowhere/', dtypes: ['q8'] }],
      });
      const files = exported.map(({ path, blob }) => new File([blob], path));
      const stored = await offline.storage.import(MODEL, files);
      expect(stored).toContain('tokenizer.json');
      const { data } = await offline.embeddings({ model: MODEL, input: 'same text' });
      expect(data[0]!.embedding).toEqual(expected);
      const damaged = files.map((file) =>
        file.name.endsWith('.onnx') ? new File([file.slice(0, 5_000_000)], file.name) : file,
      );
      expect(await rejection(offline.storage.import(MODEL, damaged))).toMatchObject({
        code: 'INTEGRITY_MISMATCH',
      });
      expect((await offline.embeddings({ model: MODEL, input: 'same text' })).data[0]!.embedding).toEqual(
        expected,
      );
    });

    it('fails with a typed error when files are missing, and works once they are there', async () => {
      const foundation = create({ models: [{ id: MODEL, source: '/models/not-there/' }] });
      const error = await rejection(foundation.load(MODEL));
      expect(error).toMatchObject({ code: 'DOWNLOAD_FAILED' });
      expect(error.message).toContain('config.json');
    });

    it('says where it computes and why', async () => {
      const foundation = create();
      await foundation.load(MODEL);
      const { device, loaded, methods, models: ids } = await foundation.capabilities();
      expect(device).toMatchObject({ device: 'wasm', threads: Math.min(8, navigator.hardwareConcurrency) });
      expect(device!.reason).not.toBe('');
      expect(loaded).toHaveLength(1);
      expect(loaded![0]!.batchInvariance.kind).toBe('graph');
      expect(methods.embeddings).toBe(true);
      expect(methods.read).toBe(false);
      expect(ids).toContain(MODEL);
    });

    it('chooses wasm by itself where the only adapter is software', async () => {
      const foundation = create({ device: 'auto' });
      const { device } = await foundation.capabilities();
      expect(device!.device).toBe('wasm');
      expect(device!.reason).toMatch(/software|WebGPU/);
    });

    it('refuses what it does not have, by name', async () => {
      const foundation = create();
      expect(await rejection(foundation.read({ url: 'https://example.com' }))).toMatchObject({
        code: 'NOT_SUPPORTED',
        message: expect.stringContaining('read'),
      });
    });

    it('lists the catalogue', async () => {
      const { data } = await create().models.list();
      expect(data.map(({ nearfield }) => nearfield!.id)).toContain('jina-embeddings-v3');
    });

    it('rejects running and later calls once it is closed', async () => {
      const foundation = create();
      await foundation.load(MODEL);
      const input = Array.from({ length: 200 }, () => 'a sentence with a few words in it '.repeat(8));
      const onProgress = ({ type }: CallProgress): void => {
        if (type === 'work-progress') void foundation.close();
      };
      const running = foundation.embeddings({ model: MODEL, input }, { onProgress });
      expect(await rejection(running)).toMatchObject({ code: 'CLOSED' });
      expect(await rejection(foundation.embeddings({ model: MODEL, input: 'a' }))).toMatchObject({
        code: 'CLOSED',
      });
    });
  });
});
