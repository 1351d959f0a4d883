import { tinyMiniLM, toFiles } from '@nearfield/model-tiny';
import type { Calibration } from '@nearfield/spec/implement';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compareCalibrations } from '../../src/host/calibrations.ts';
import { createLocal, type LocalFoundation, type LocalOptions } from '../../src/index.ts';
import { presentAsHardware } from '../hardware-adapter.ts';
import { PageWorkers } from '../page-workers.ts';

const tiny = tinyMiniLM();
let foundation: LocalFoundation;
const create = (options: LocalOptions = {}): LocalFoundation =>
  createLocal({
    device: 'auto',
    cache: 'memory',
    models: [{ id: 'tiny', like: tiny.like, source: toFiles(tiny.files) }],
    ...options,
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
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  localStorage.clear();
});

describe('device "auto" with an adapter that may be worth it', () => {
  it('measures WebGPU and wasm once, takes the faster one and says so', async () => {
    foundation = create();
    await foundation.load('tiny');
    const { device } = await foundation.capabilities();
    // Which of them is faster where a GPU is made of software is left to the machine.
    const [webgpu, wasm] = device!.calibrations!;
    const faster = compareCalibrations(webgpu!, wasm!);
    expect(device).toMatchObject({ device: faster.flavour, reason: faster.reason });
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

describe('a WebGPU build whose files cannot be had', () => {
  const wasmPaths = { webgpu: { mjs: '/no-such/ort.mjs', wasm: '/no-such/ort.wasm' } };
  const { href: missing } = new URL(wasmPaths.webgpu.mjs, location.href);
  const worksOnWasm = async (): Promise<string> => {
    const { data } = await foundation.embeddings({ model: 'tiny', input: 'white rabbit' });
    expect(data[0]!.embedding).toHaveLength(tiny.dimensions);
    const { device } = await foundation.capabilities();
    expect(device!.device).toBe('wasm');
    return device!.reason;
  };

  it('leaves "auto" on wasm, where WebGPU was to be measured', async () => {
    foundation = create({ wasmPaths });
    expect(await worksOnWasm()).toContain(`its file ${missing} `);
  });

  it('leaves "auto" on wasm, where WebGPU is remembered to be faster', async () => {
    foundation = create();
    await foundation.load('tiny');
    await foundation.close();
    const key = remembered().find((name) => name.includes('webgpu'))!;
    const faster = { ...(JSON.parse(localStorage.getItem(key)!) as Calibration), tokensPerSecond: 1e9 };
    localStorage.setItem(key, JSON.stringify(faster));
    foundation = create({ wasmPaths });
    expect(await worksOnWasm()).toMatch(/^WebGPU could not be started/);
  });

  it('is an error where WebGPU was asked for, and nothing is downloaded', async () => {
    foundation = create({ device: 'webgpu', wasmPaths });
    const error = await foundation.load('tiny').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'RUNTIME_NOT_AVAILABLE', status: 503 });
    expect((error as Error).message).toContain(missing);
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
    await expect.poll(remembered).toHaveLength(1);
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
    const workers = new PageWorkers();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    foundation = createLocal({
      device: 'webgpu',
      cache: 'memory',
      models: [{ id: 'tiny', like: tiny.like, source: toFiles(tiny.files) }],
    });
    await foundation.embeddings({ model: 'tiny', input: ['white rabbit'] });
    await vi.advanceTimersByTimeAsync(60_000);
    // Behind a measurement its answer would wait.
    const { work } = await foundation.capabilities();
    expect(work).toMatchObject({ batches: 1 });
    expect(workers.methodsOf(workers.last())).not.toContain('calibrate');
    expect(remembered()).toEqual([]);
  });
});
