import { tinyMiniLM, toFiles } from '@nearfield/tiny-models';
import { afterEach, describe, expect, it } from 'vitest';
import workerUrl from '../test/losable-webgpu-worker.ts?worker&url';
import { createLocal, type LocalFoundation, type LocalOptions } from './index.ts';

const tiny = tinyMiniLM();
const channel = new BroadcastChannel('lose-device');
const open: LocalFoundation[] = [];

function create(options: LocalOptions): LocalFoundation {
  const foundation = createLocal({
    cache: 'memory',
    workerUrl: { webgpu: workerUrl },
    unresponsiveAfter: 4000,
    models: [{ id: 'tiny', like: tiny.like, source: toFiles(tiny.files) }],
    ...options,
  });
  open.push(foundation);
  return foundation;
}

afterEach(() => Promise.all(open.splice(0).map((foundation) => foundation.close())));

const input = Array.from({ length: 12 }, (_, index) => `text ${index} ${'white rabbit '.repeat(index % 5)}`);

async function vectorsOf(foundation: LocalFoundation): Promise<Float32Array[]> {
  const { data } = await foundation.embeddings({ model: 'tiny', input });
  return data.map(({ embedding }) => embedding);
}

describe('a lost GPU', () => {
  it('is replaced, and what was pending is computed again, once', async () => {
    const foundation = create({ device: 'webgpu' });
    const expected = await vectorsOf(foundation);
    const running = [vectorsOf(foundation), vectorsOf(foundation)];
    await new Promise((resolve) => setTimeout(resolve, 5));
    channel.postMessage('lose it');
    for (const vectors of await Promise.all(running)) {
      vectors.forEach((vector, index) => {
        vector.forEach((value, at) => {
          expect(Math.abs(value - expected[index]![at]!)).toBeLessThan(1e-5);
        });
      });
    }
    expect((await foundation.capabilities()).device!.device).toBe('webgpu');
  });

  it('is a typed error where it is lost again and again and the caller wants no other device', async () => {
    const foundation = create({ device: 'webgpu' });
    await foundation.load('tiny');
    const losing = setInterval(() => channel.postMessage('lose it'), 1);
    try {
      // A device that is lost during a run blocks its worker, which then counts as failed.
      await expect(vectorsOf(foundation)).rejects.toMatchObject({
        code: expect.stringMatching(/^(DEVICE_LOST|WORKER_FAILED)$/),
        retryable: true,
      });
    } finally {
      clearInterval(losing);
    }
    expect(await vectorsOf(foundation)).toHaveLength(input.length);
  });
});
