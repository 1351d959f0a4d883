import { tinyMiniLM } from '@nearfield/model-tiny';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Feed, Feeds } from '../../src/engine/runtime/session.ts';
import { type PooledSession, SessionPool } from '../../src/engine/runtime/session-pool.ts';
import { ort, pageWebGpuRuntime } from '../webgpu-runtime.ts';

const runtime = pageWebGpuRuntime({ dtypes: ['fp32'] });

const graph = tinyMiniLM().files.find(({ path }) => path.endsWith('.onnx'))!.bytes;
const OUTPUT = 'last_hidden_state';
const bytes = graph.length;
const prepare = async () => ({ bytes: graph, externalData: [] });

function feeds(rows: number, length: number, seed: number): Feeds {
  const tensor = (value: (index: number) => number): Feed => ({
    type: 'int64',
    dims: [rows, length],
    data: BigInt64Array.from({ length: rows * length }, (_, index) => BigInt(value(index))),
  });
  return {
    input_ids: tensor((index) => 7 + ((index * 13 + seed * 5) % 60)),
    attention_mask: tensor(() => 1),
    token_type_ids: tensor(() => 0),
  };
}

const difference = (left: Float32Array, right: Float32Array): number =>
  left.reduce((most, value, index) => Math.max(most, Math.abs(value - right[index]!)), 0);

const open: PooledSession[] = [];
function session(pool: SessionPool): PooledSession {
  const made = pool.session('tiny', bytes, prepare);
  open.push(made);
  return made;
}

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(open.splice(0).map((each) => each.close()));
});

describe('a session on WebGPU', () => {
  it('reads a run back while the next is suspended in the runtime, and frees it afterwards', async () => {
    const pool = new SessionPool(runtime, 1e9);
    const tiny = session(pool);
    const [expectedFirst] = await tiny.run(feeds(2, 16, 1), [OUTPUT]);
    const [expectedSecond] = await tiny.run(feeds(3, 24, 2), [OUTPUT]);

    const first = await tiny.submit(feeds(2, 16, 1), [OUTPUT]);
    const events: string[] = [];
    let firstValues: Float32Array | undefined;
    // The runtime sleeps in this call during a run. Here it wakes only when the other run has been read.
    const popErrorScope = GPUDevice.prototype.popErrorScope;
    vi.spyOn(GPUDevice.prototype, 'popErrorScope').mockImplementation(async function (this: GPUDevice) {
      events.push('second asleep');
      const result = await popErrorScope.call(this);
      [firstValues] = await first.values;
      events.push('first read');
      await new Promise((resolve) => setTimeout(resolve));
      events.push('second awake');
      return result;
    });
    const dispose = ort.Tensor.prototype.dispose;
    vi.spyOn(ort.Tensor.prototype, 'dispose').mockImplementation(function (
      this: InstanceType<typeof ort.Tensor>,
    ) {
      events.push('freed');
      dispose.call(this);
    });
    const second = await tiny.submit(feeds(3, 24, 2), [OUTPUT]);
    events.push('second submitted');
    const [secondValues] = await second.values;
    expect(events).toEqual([
      'second asleep',
      'first read',
      'second awake',
      'freed',
      'second submitted',
      'freed',
    ]);
    expect(difference(firstValues!, expectedFirst!)).toBeLessThan(1e-6);
    expect(difference(secondValues!, expectedSecond!)).toBeLessThan(1e-6);
  });

  it('gives the values of runs one by one, however many are submitted before they are read', async () => {
    const tiny = session(new SessionPool(runtime, 1e9));
    const shapes = Array.from(
      { length: 12 },
      (_, seed) => [1 + (seed % 4), 16 + 4 * (seed % 5), seed] as const,
    );
    const expected: Float32Array[] = [];
    for (const shape of shapes) expected.push((await tiny.run(feeds(...shape), [OUTPUT]))[0]!);
    const submitted: Promise<Float32Array[]>[] = [];
    for (const shape of shapes) submitted.push((await tiny.submit(feeds(...shape), [OUTPUT])).values);
    const found = await Promise.all(submitted);
    found.forEach(([values], index) => {
      expect(difference(values!, expected[index]!)).toBeLessThan(1e-6);
    });
  });

  it('gives up a session for another only when its results have been read', async () => {
    const pool = new SessionPool(runtime, bytes);
    const [one, two] = [session(pool), session(pool)];
    const [expected] = await two.run(feeds(2, 16, 3), [OUTPUT]);
    const first = await one.submit(feeds(2, 16, 3), [OUTPUT]);
    expect([one.isOpen, two.isOpen]).toEqual([true, false]);
    const [other] = await two.run(feeds(2, 16, 3), [OUTPUT]);
    expect([one.isOpen, two.isOpen]).toEqual([false, true]);
    const [values] = await first.values;
    expect(difference(values!, expected!)).toBeLessThan(1e-6);
    expect(difference(other!, expected!)).toBeLessThan(1e-6);
  });

  it('gives results that were submitted before it was closed', async () => {
    const tiny = session(new SessionPool(runtime, 1e9));
    const [expected] = await tiny.run(feeds(1, 16, 4), [OUTPUT]);
    const { values } = await tiny.submit(feeds(1, 16, 4), [OUTPUT]);
    await tiny.close();
    expect(difference((await values)[0]!, expected!)).toBeLessThan(1e-6);
    await expect(tiny.run(feeds(1, 16, 4), [OUTPUT])).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('says that the device is lost when results cannot be read, and frees them', async () => {
    const tiny = session(new SessionPool(runtime, 1e9));
    await tiny.run(feeds(1, 16, 5), [OUTPUT]);
    vi.spyOn(GPUBuffer.prototype, 'mapAsync').mockRejectedValueOnce(
      new DOMException('A valid external Instance reference no longer exists.', 'AbortError'),
    );
    const freed = vi.spyOn(ort.Tensor.prototype, 'dispose');
    await expect(tiny.run(feeds(1, 16, 5), [OUTPUT])).rejects.toMatchObject({ code: 'DEVICE_LOST' });
    expect(freed).toHaveBeenCalledTimes(1);
    expect(await tiny.run(feeds(1, 16, 5), [OUTPUT])).toHaveLength(1);
  });
});
