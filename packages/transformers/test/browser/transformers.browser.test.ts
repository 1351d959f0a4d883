/** transformers.js in a worker of a page, with the model that the tests of every engine share. */
import { createLocal } from '@nearfield/core';
import { type CallProgress, cosine, embed } from '@nearfield/spec';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createTransformers } from '../../src/index.ts';

const minilm = { id: 'minilm', source: '/models/all-MiniLM-L6-v2/', kind: 'text-embedding' } as const;
const TEXTS = ['How do I keep bread fresh?', 'Storing a loaf', 'The train leaves at nine.'];

describe('a worker of its own', () => {
  const foundation = createTransformers({ models: [minilm], threads: 1 });
  afterAll(() => foundation.close());

  it('computes vectors that agree with our own engine’s', async () => {
    const local = createLocal({
      models: [{ id: 'all-MiniLM-L6-v2', source: minilm.source }],
      device: 'wasm',
    });
    const events: CallProgress[] = [];
    const theirs = await embed(foundation, 'minilm', TEXTS, { onProgress: (event) => events.push(event) });
    const ours = await embed(local, 'all-MiniLM-L6-v2', TEXTS);
    await local.close();
    theirs.forEach((vector, index) => {
      expect(cosine(vector, ours[index]!)).toBeGreaterThan(0.98);
    });
    expect(cosine(theirs[0]!, theirs[1]!)).toBeGreaterThan(cosine(theirs[0]!, theirs[2]!) + 0.2);
    const progress = events.filter((event) => event.type === 'model-progress').at(-1)!;
    expect(progress.files.map(({ path }) => path)).toContain('onnx/model_quantized.onnx');
    expect(progress.loaded).toBe(progress.total);
    expect(progress.total).toBeGreaterThan(20e6);
  });

  it('ends a call at once when it is aborted, and answers the next', async () => {
    const controller = new AbortController();
    const input = Array.from({ length: 64 }, (_, index) => `text ${index}`);
    const done: number[] = [];
    const call = foundation.embeddings(
      { model: 'minilm', input },
      {
        signal: controller.signal,
        onProgress(event) {
          if (event.type !== 'work-progress') return;
          done.push(event.inputs.done);
          controller.abort();
        },
      },
    );
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(await embed(foundation, 'minilm', 'x')).toHaveLength(384);
    expect(done).toEqual([16]);
  });

  it('refuses what it cannot take, with the contract’s errors', async () => {
    await expect(embed(foundation, 'other', 'x')).rejects.toMatchObject({ code: 'INPUT_MODEL_NOT_FOUND' });
    await expect(embed(foundation, 'minilm', 'word '.repeat(600))).rejects.toMatchObject({
      code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      param: 'input.0',
    });
  });
});

it('says which file a server does not have', async () => {
  const models = [{ ...minilm, source: '/models/nothing-here' }];
  const foundation = createTransformers({ models, threads: 1 });
  await expect(embed(foundation, 'minilm', 'x')).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringMatching(/'minilm' has no file \S+\.json in http\S+\/models\/nothing-here\./),
  });
  await foundation.close();
});

it('says that a worker’s script cannot be loaded, and tries again at the next call', async () => {
  let address = '/no-such-worker.js';
  const { Worker: Original } = globalThis;
  vi.stubGlobal(
    'Worker',
    class extends Original {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(address || url, options);
      }
    },
  );
  try {
    const foundation = createTransformers({ models: [minilm], threads: 1 });
    await expect(embed(foundation, 'minilm', 'x')).rejects.toMatchObject({ code: 'WORKER_FAILED' });
    address = '';
    expect(await embed(foundation, 'minilm', 'x')).toHaveLength(384);
    await foundation.close();
    await expect(embed(foundation, 'minilm', 'x')).rejects.toMatchObject({ code: 'CLOSED' });
  } finally {
    vi.unstubAllGlobals();
  }
});
