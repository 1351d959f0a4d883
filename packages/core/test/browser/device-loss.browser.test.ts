import { tinyMiniLM, toFiles } from '@nearfield/model-tiny';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { holdLock } from '../../src/boundary/shared-worker-locks.ts';
import { calibrationKey, rememberCalibration } from '../../src/host/calibrations.ts';
import { createLocal, type LocalFoundation, type LocalOptions } from '../../src/index.ts';
import { presentAsHardware } from '../hardware-adapter.ts';
import workerUrl from '../losable-webgpu-worker.ts?worker&url';

const tiny = tinyMiniLM();
const channel = new BroadcastChannel('lose-device');
const open: LocalFoundation[] = [];

function create(options: LocalOptions): LocalFoundation {
  const foundation = createLocal({
    cache: 'memory',
    workerUrl: { webgpu: workerUrl },
    unresponsiveAfter: 10_000,
    models: [{ id: 'tiny', like: tiny.like, source: toFiles(tiny.files) }],
    ...options,
  });
  open.push(foundation);
  return foundation;
}

afterEach(() => Promise.all(open.splice(0).map((foundation) => foundation.close())));

const input = Array.from({ length: 12 }, (_, index) => `text ${index} ${'white rabbit '.repeat(index % 5)}`);

/** Tells the worker; resolves when it has heard. */
async function lose(what: 'lose it' | 'lose it in the next run'): Promise<void> {
  const heard = new Promise((resolve) => channel.addEventListener('message', resolve, { once: true }));
  channel.postMessage(what);
  await heard;
}

/** Loses the device of the worker that runs and those of all that follow, until the function is called. */
async function loseEvery(): Promise<() => void> {
  const stop = await holdLock('lose-device', 'exclusive');
  await lose('lose it');
  return stop;
}

async function vectorsOf(foundation: LocalFoundation): Promise<Float32Array[]> {
  const { data } = await foundation.embeddings({ model: 'tiny', input });
  return data.map(({ embedding }) => embedding);
}

describe('a lost GPU', () => {
  it('is replaced, and what was pending is computed again, once', async () => {
    const foundation = create({ device: 'webgpu' });
    const expected = await vectorsOf(foundation);
    await lose('lose it in the next run');
    const running = [vectorsOf(foundation), vectorsOf(foundation)];
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
    const stopLosing = await loseEvery();
    try {
      // A device that is lost during a run blocks its worker, which then counts as failed.
      await expect(vectorsOf(foundation)).rejects.toMatchObject({
        code: expect.stringMatching(/^(DEVICE_LOST|WORKER_FAILED)$/),
        retryable: true,
      });
    } finally {
      stopLosing();
    }
    expect(await vectorsOf(foundation)).toHaveLength(input.length);
  });

  it('leads to wasm in the end where the caller left the device open', async () => {
    // Only software WebGPU is to be had here: it is presented as hardware that was measured to be fast.
    presentAsHardware();
    const measured = {
      device: 'webgpu' as const,
      queryMs: 1,
      budgetTokens: 512,
      overheadTokens: 16,
      measuredAt: '2026-01-01T00:00:00.000Z',
    };
    rememberCalibration(calibrationKey('webgpu test chip', undefined), { ...measured, tokensPerSecond: 1e9 });
    rememberCalibration(calibrationKey('wasm ', undefined), {
      ...measured,
      device: 'wasm',
      tokensPerSecond: 1,
    });
    const foundation = create({ device: 'auto' });
    await foundation.load('tiny');
    expect((await foundation.capabilities()).device!.device).toBe('webgpu');
    const stopLosing = await loseEvery();
    try {
      const calls = await Promise.all([vectorsOf(foundation), vectorsOf(foundation)]);
      for (const vectors of calls) {
        vectors.forEach((vector, index) => {
          const expected = tiny.embed(input[index]!);
          vector.forEach((value, at) => {
            expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-5);
          });
        });
      }
    } finally {
      stopLosing();
      vi.restoreAllMocks();
      localStorage.clear();
    }
    expect((await foundation.capabilities()).device).toMatchObject({
      device: 'wasm',
      reason: expect.stringContaining('WebGPU failed twice'),
    });
  });
});
