import { tinyMiniLM, toFiles } from '@nearfield/model-tiny';
import type { Calibration } from '@nearfield/spec/implement';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLocal, type LocalFoundation } from '../../src/index.ts';
import { presentAsHardware } from '../hardware-adapter.ts';

const tiny = tinyMiniLM();
let foundation: LocalFoundation;
const create = (): LocalFoundation =>
  createLocal({
    device: 'auto',
    cache: 'memory',
    models: [{ id: 'tiny', like: tiny.like, source: toFiles(tiny.files) }],
  });
const remembered = (): string[] =>
  Object.keys(localStorage).filter((key) => key.startsWith('nearfield-calibration'));

/** Only software WebGPU is to be had here; to the page it is presented as the hardware it asks for. */
beforeEach(() => {
  localStorage.clear();
  presentAsHardware();
});

afterEach(async () => {
  await foundation.close();
  vi.restoreAllMocks();
  localStorage.clear();
});

describe('device "auto" with an adapter that may be worth it', () => {
  it('measures WebGPU and wasm once, takes the faster one and says so', async () => {
    foundation = create();
    await foundation.load('tiny');
    const { device } = await foundation.capabilities();
    // A GPU made of software loses.
    expect(device!.device).toBe('wasm');
    expect(device!.reason).toMatch(/^Measured on this device: WebGPU [\d,]+ tokens\/s, wasm [\d,]+/);
    expect(device!.calibrations!.map((each) => each.device)).toEqual(['webgpu', 'wasm']);
    expect(remembered()).toHaveLength(2);
    await foundation.close();

    const measuredAt = device!.calibrations!.map((each) => each.measuredAt);
    foundation = create();
    await foundation.load('tiny');
    const again = (await foundation.capabilities()).device!;
    expect(again.calibrations!.map((each) => each.measuredAt)).toEqual(measuredAt);
    expect(again.reason).toBe(device!.reason);
    await foundation.close();

    // Remembered to be faster, WebGPU is taken, with the batches it is good at.
    const key = remembered().find((name) => name.includes('webgpu'))!;
    localStorage.setItem(
      key,
      JSON.stringify({ ...JSON.parse(localStorage.getItem(key)!), tokensPerSecond: 1e9 }),
    );
    foundation = create();
    const { data } = await foundation.embeddings({ model: 'tiny', input: ['white rabbit'] });
    expect(data[0]!.embedding).toHaveLength(tiny.dimensions);
    expect((await foundation.capabilities()).device!.device).toBe('webgpu');
  });
});

describe('a device that nothing was compared with', () => {
  it('is measured once, when nothing is to be done, and later workers know it', async () => {
    const onWasm = (): LocalFoundation =>
      createLocal({
        device: 'wasm',
        cache: 'memory',
        models: [{ id: 'tiny', like: tiny.like, source: toFiles(tiny.files) }],
      });
    foundation = onWasm();
    await foundation.embeddings({ model: 'tiny', input: ['white rabbit'] });
    expect((await foundation.capabilities()).device!.calibrations).toBeUndefined();
    await expect.poll(remembered, { timeout: 30_000 }).toHaveLength(1);
    const [key] = remembered();
    const calibration = JSON.parse(localStorage.getItem(key!)!) as Calibration;
    expect(calibration).toMatchObject({ device: 'wasm' });
    expect(calibration.budgetTokens).toBeGreaterThanOrEqual(256);
    await foundation.close();

    foundation = onWasm();
    await foundation.load('tiny');
    expect((await foundation.capabilities()).device!.calibrations).toEqual([calibration]);
  });

  it('is not measured in software', async () => {
    vi.restoreAllMocks();
    foundation = createLocal({
      device: 'webgpu',
      cache: 'memory',
      models: [{ id: 'tiny', like: tiny.like, source: toFiles(tiny.files) }],
    });
    await foundation.embeddings({ model: 'tiny', input: ['white rabbit'] });
    await new Promise((resolve) => setTimeout(resolve, 5000));
    // Nothing queues behind a measurement.
    const { work } = await foundation.capabilities();
    expect(work).toMatchObject({ batches: 1 });
    expect(remembered()).toEqual([]);
  });
});
