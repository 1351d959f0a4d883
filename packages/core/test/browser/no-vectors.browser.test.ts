import { tinyMiniLM, toFiles } from '@nearfield/model-tiny';
import { expect, it } from 'vitest';
import { createLocal } from '../../src/index.ts';
import workerUrl from '../no-vectors-worker.ts?worker&url';

const tiny = tinyMiniLM();

it('a browser without vector instructions: the message says so, and stored data stays at hand', async () => {
  const foundation = createLocal({
    device: 'wasm',
    cache: 'memory',
    workerUrl: { wasm: workerUrl },
    models: [{ id: 'tiny', like: tiny.like, source: toFiles(tiny.files) }],
  });
  const call = foundation.embeddings({ model: 'tiny', input: 'white rabbit' });
  await expect(call).rejects.toMatchObject({
    code: 'RUNTIME_NOT_AVAILABLE',
    retryable: false,
    message: expect.stringMatching(/WebAssembly with vector instructions \(SIMD\)/),
  });
  expect(await foundation.storage.usage()).toEqual([]);
  await foundation.close();
});
