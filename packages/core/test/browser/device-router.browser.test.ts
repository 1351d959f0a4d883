import { tinyMiniLM, toFiles } from '@nearfield/model-tiny';
import type { CallOptions, CallProgress, LoadedModel } from '@nearfield/spec';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { calibrationKey, rememberCalibration } from '../../src/host/calibrations.ts';
import { createLocal, type LocalFoundation, type LocalOptions } from '../../src/index.ts';
import { presentAsHardware } from '../hardware-adapter.ts';
import { PageWorkers } from '../page-workers.ts';

const tiny = tinyMiniLM();
/** Needs float16, which the software adapter lacks. */
const half = tinyMiniLM(true);
const open: LocalFoundation[] = [];

function create(options: LocalOptions = {}): LocalFoundation {
  const foundation = createLocal({
    models: [
      { id: 'tiny', like: tiny.like, source: toFiles(tiny.files) },
      { id: 'half', like: half.like, source: toFiles(half.files) },
    ],
    ...options,
  });
  open.push(foundation);
  return foundation;
}

let workers: PageWorkers;
beforeAll(() => {
  workers = new PageWorkers();
  return () => vi.unstubAllGlobals();
});

/** What WebGPU and wasm are remembered to do: the GPU is the one for bulk. */
function measured(queryMs: { webgpu: number; wasm: number }): void {
  const common = { budgetTokens: 512, overheadTokens: 16, measuredAt: '2026-01-01T00:00:00.000Z' };
  rememberCalibration(calibrationKey('webgpu test chip', undefined), {
    ...common,
    device: 'webgpu',
    tokensPerSecond: 1e6,
    queryMs: queryMs.webgpu,
  });
  rememberCalibration(calibrationKey('wasm ', undefined), {
    ...common,
    device: 'wasm',
    tokensPerSecond: 1e4,
    queryMs: queryMs.wasm,
  });
}

/** Only software WebGPU is to be had here: it is presented as hardware. */
beforeEach(() => {
  localStorage.clear();
  presentAsHardware();
  measured({ webgpu: 30, wasm: 2 });
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((foundation) => foundation.close()));
  expect(workers.running).toEqual([]);
  workers.clear();
  vi.restoreAllMocks();
  localStorage.clear();
});

const settled = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);

async function embed(
  foundation: LocalFoundation,
  model: string,
  input: string | string[],
  options?: CallOptions,
): Promise<Float32Array[]> {
  return (await foundation.embeddings({ model, input }, options)).data.map(({ embedding }) => embedding);
}

function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  expect(actual).toHaveLength(expected.length);
  for (let at = 0; at < expected.length; at++) {
    expect(Math.abs(actual[at]! - expected[at]!)).toBeLessThan(tolerance);
  }
}

const loadedIn = async (foundation: LocalFoundation): Promise<string[]> =>
  (await foundation.capabilities()).loaded!.map(({ id, device }) => `${id} ${device}`).sort();
/** Rows that were computed, in both workers. */
const rowsOf = async (foundation: LocalFoundation): Promise<number> =>
  (await foundation.capabilities()).work!.rows;

const WASM = 'nearfield-wasm';
const WEBGPU = 'nearfield-webgpu';
const BOTH = [WASM, WEBGPU];

describe('a model that WebGPU cannot run', () => {
  it('runs on wasm in a second worker, and the others stay where they are', async () => {
    const foundation = create();
    const [before] = await embed(foundation, 'tiny', 'white rabbit');
    expect(workers.running).toEqual(['nearfield-webgpu']);
    const calls = [embed(foundation, 'half', 'white rabbit'), embed(foundation, 'half', ['curious', 'cat'])];
    const [[one], two] = await Promise.all([calls[0]!, calls[1]!]);
    expectNear(one!, half.embed('white rabbit'), 2e-3);
    expectNear(two![1]!, half.embed('cat'), 2e-3);
    expect(workers.running).toEqual(BOTH);

    const { device, loaded, work } = await foundation.capabilities();
    expect(device!.device).toBe('webgpu');
    const of = (id: string): LoadedModel => loaded!.find((model) => model.id === id)!;
    expect(loaded).toHaveLength(2);
    expect(of('tiny')).toMatchObject({ device: 'webgpu' });
    expect(of('half')).toMatchObject({
      device: 'wasm',
      reason: expect.stringMatching(/on wasm because WebGPU cannot run it: half .* needs float16/),
    });
    expect(work!.rows).toBe(4);
    expect(await embed(foundation, 'tiny', 'white rabbit')).toEqual([before]);
  });

  it('can be loaded, trained on and unloaded', async () => {
    const foundation = create();
    const { classifier_id: id } = await foundation.train({
      model: 'half',
      input: [
        { text: 'white rabbit', label: 'animal' },
        { text: 'a cup of tea', label: 'thing' },
      ],
      num_iters: 2,
    });
    const { data } = await foundation.classify({ classifier_id: id, input: ['white rabbit'] });
    expect(data[0]!.prediction).toBe('animal');
    await foundation.classifiers.delete(id);
    expect(await foundation.load('half')).toMatchObject({
      device: 'wasm',
      reason: expect.stringContaining('WebGPU cannot run it'),
    });
    expect(await loadedIn(foundation)).toEqual(['half wasm']);
    await foundation.unload('half');
    expect(await loadedIn(foundation)).toEqual([]);
    expectNear((await embed(foundation, 'half', 'white rabbit'))[0]!, half.embed('white rabbit'), 2e-3);
  });

  it('ends an idle second worker, and starts it again when it is needed', async () => {
    const foundation = create({ keepAlive: 100 });
    const [first] = await embed(foundation, 'half', 'white rabbit');
    await workers.allEnded();
    expect(await embed(foundation, 'half', 'white rabbit')).toEqual([first]);
    expect(workers.running).toEqual(['nearfield-wasm']);
  });

  it('goes on in another worker when the second one dies', async () => {
    const foundation = create();
    const input = Array.from({ length: 400 }, (_, index) => `text ${index} ${'rabbit '.repeat(index % 9)}`);
    const expected = await embed(foundation, 'half', input);
    const worker = workers.last(WASM);
    await workers.isWatched(worker);
    // Its first batch is done, and its answer cannot have come.
    const onProgress = ({ type }: CallProgress): void => {
      if (type === 'work-progress') worker.terminate();
    };
    expect(await embed(foundation, 'half', input, { onProgress })).toEqual(expected);
    expect(workers.started).toEqual([WEBGPU, WASM, WASM]);
    expect(workers.running).toEqual(BOTH);
  });

  it('moves everything to wasm where two workers could not share their files', async () => {
    const foundation = create({ cache: 'memory' });
    await embed(foundation, 'tiny', 'white rabbit');
    expectNear((await embed(foundation, 'half', 'white rabbit'))[0]!, half.embed('white rabbit'), 2e-3);
    await embed(foundation, 'tiny', 'white rabbit');
    expect(workers.running).toEqual(['nearfield-wasm']);
    const { device } = await foundation.capabilities();
    expect(device).toMatchObject({ device: 'wasm', reason: expect.stringContaining('needs float16') });
    expect(await loadedIn(foundation)).toEqual(['half wasm', 'tiny wasm']);
  });

  it('takes its batch jobs to wasm with all others: they are one worker’s', async () => {
    const foundation = create();
    const { batch_id: id } = await foundation.batches.create({
      model: 'half',
      input: [{ custom_id: 'a', body: { input: 'white rabbit' } }],
    });
    await expect.poll(async () => (await foundation.batches.get(id)).status).toBe('completed');
    expect(workers.running).toEqual(['nearfield-wasm']);
  });

  it('fails as ever where wasm cannot run it either', async () => {
    const foundation = create({ dtype: { half: 'q4' } });
    expect(await settled(foundation.load('half'))).toMatchObject({ code: 'MODEL_INVALID' });
    expect(workers.running).toEqual(['nearfield-webgpu']);
  });
});

describe('short queries', () => {
  /** Sends a query and waits until the second worker is ready for the next. */
  async function untilReady(foundation: LocalFoundation): Promise<Float32Array> {
    const [vector] = await embed(foundation, 'tiny', 'white rabbit');
    await secondIsReady(foundation);
    return vector!;
  }

  async function secondIsReady(foundation: LocalFoundation): Promise<void> {
    await expect.poll(() => loadedIn(foundation)).toEqual(['tiny wasm', 'tiny webgpu']);
    // It has the model; the call that loads it may still be under way.
    await workers.answered();
    await workers.isWatched(workers.last(WASM));
  }

  /** Ends the worker on the GPU as a crash would, and waits until the page has noticed. */
  const killWebgpu = async (): Promise<void> => {
    await workers.isWatched(workers.last(WEBGPU));
    await workers.kill(workers.last(WEBGPU));
  };

  it('go to wasm where it is quicker, with the vectors of the GPU; the rest stays', async () => {
    const foundation = create({ dtype: 'fp32' });
    await foundation.load('tiny');
    expect(workers.running).toEqual(['nearfield-webgpu']);
    const onGpu = await untilReady(foundation);
    const { device, loaded } = await foundation.capabilities();
    expect(device).toMatchObject({
      device: 'webgpu',
      queries: { device: 'wasm', reason: expect.stringMatching(/30\.0 ms on WebGPU and 2\.0 ms on wasm/) },
    });
    expect(loaded!.map(({ dtype }) => dtype)).toEqual(['fp32', 'fp32']);

    // Which worker computes is seen when the one on the GPU is gone and nothing brings it back.
    await killWebgpu();
    expectNear((await embed(foundation, 'tiny', 'white rabbit'))[0]!, onGpu);
    await embed(foundation, 'tiny', ['one', 'two', 'three', 'four']);
    expect(workers.running).toEqual(['nearfield-wasm']);
    // Bulk, many texts, long texts.
    const [bulk] = await embed(foundation, 'tiny', 'white rabbit', { priority: 'bulk' });
    expect(workers.running).toEqual(BOTH);
    expectNear(bulk!, onGpu);
    for (const input of [['a', 'b', 'c', 'd', 'e'], 'a long text '.repeat(30)]) {
      await killWebgpu();
      await embed(foundation, 'tiny', input);
      expect(workers.running).toEqual(BOTH);
    }
  });

  it.each([
    ['the precision is left to the device', {}, { webgpu: 30, wasm: 2 }],
    ['the precision is another one', { dtype: { other: 'fp32' } as const }, { webgpu: 30, wasm: 2 }],
    ['wasm is not clearly quicker', { dtype: 'fp32' } as const, { webgpu: 2.5, wasm: 2 }],
    ['files are not shared', { dtype: 'fp32', cache: 'memory' } as const, { webgpu: 30, wasm: 2 }],
  ])('stay on WebGPU where %s', async (_, options, queryMs) => {
    measured(queryMs);
    const foundation = create(options);
    for (let query = 0; query < 3; query++) {
      await embed(foundation, 'tiny', 'white rabbit');
      // What would load the model in a second worker asks the first one before. By the third answer it has gone on.
      for (let answers = 0; answers < 3; answers++) await foundation.capabilities();
    }
    expect(workers.running).toEqual(['nearfield-webgpu']);
    expect(await loadedIn(foundation)).toEqual(['tiny webgpu']);
    expect((await foundation.capabilities()).device!.queries).toMatchObject({
      device: queryMs.webgpu > 10 ? 'wasm' : 'webgpu',
    });
  });

  it('are answered by the GPU when the second worker dies, until there is another', async () => {
    const foundation = create({ dtype: 'fp32' });
    const onGpu = await untilReady(foundation);
    await workers.kill(workers.last(WASM));
    expectNear((await embed(foundation, 'tiny', 'white rabbit'))[0]!, onGpu);
    expect(workers.started).toEqual([WEBGPU, WASM]);
    await secondIsReady(foundation);
    expect(workers.started).toEqual([WEBGPU, WASM, WASM]);
    const rows = await rowsOf(foundation);
    expectNear((await embed(foundation, 'tiny', 'white rabbit'))[0]!, onGpu);
    expect(await rowsOf(foundation)).toBe(rows + 1);
    expect(workers.methodsOf(workers.last(WASM))).toContain('embeddings');
  });

  it('are answered by the GPU when the second worker dies under them, and is not waited for', async () => {
    const foundation = create({ dtype: 'fp32' });
    const onGpu = await untilReady(foundation);
    const queries = ['white rabbit', 'white rabbit'].map((text) => embed(foundation, 'tiny', text));
    workers.last(WASM).terminate();
    for (const [vector] of await Promise.all(queries)) expectNear(vector!, onGpu);
    await secondIsReady(foundation);
    expect(workers.started).toEqual([WEBGPU, WASM, WASM]);
    expect(workers.methodsOf(workers.last(WASM))).not.toContain('embeddings');
    // Another worker that a query is lost with is the last: something about these queries may be the reason.
    const query = embed(foundation, 'tiny', 'white rabbit');
    workers.last(WASM).terminate();
    expectNear((await query)[0]!, onGpu);
    expectNear((await embed(foundation, 'tiny', 'white rabbit'))[0]!, onGpu);
    for (let answers = 0; answers < 3; answers++) await foundation.capabilities();
    expect(workers.started).toEqual([WEBGPU, WASM, WASM]);
  });

  it('do not wait for a model that another second worker does not have', async () => {
    const foundation = create({ dtype: { tiny: 'fp32' } });
    const onGpu = await untilReady(foundation);
    await workers.kill(workers.last(WASM));
    // That needs a second worker, and starts one.
    await embed(foundation, 'half', 'white rabbit');
    expect(workers.running).toEqual(BOTH);
    expect(await loadedIn(foundation)).toEqual(['half wasm', 'tiny webgpu']);
    const toSecond = (): number =>
      workers.methodsOf(workers.last(WASM)).filter((method) => method === 'embeddings').length;
    expect(toSecond()).toBe(1);
    expectNear((await embed(foundation, 'tiny', 'white rabbit'))[0]!, onGpu);
    expect(toSecond()).toBe(1);
    await expect.poll(() => loadedIn(foundation)).toEqual(['half wasm', 'tiny wasm', 'tiny webgpu']);
    await workers.answered();
    expectNear((await embed(foundation, 'tiny', 'white rabbit'))[0]!, onGpu);
    expect(toSecond()).toBe(2);
  });

  it('abort at once', async () => {
    const foundation = create({ dtype: 'fp32' });
    await untilReady(foundation);
    const controller = new AbortController();
    const query = settled(embed(foundation, 'tiny', 'white rabbit', { signal: controller.signal }));
    controller.abort();
    expect(await query).toMatchObject({ name: 'AbortError' });
    expect(await settled(embed(foundation, 'tiny', 'a', { signal: AbortSignal.abort() }))).toMatchObject({
      name: 'AbortError',
    });
    expect(await embed(foundation, 'tiny', 'white rabbit')).toHaveLength(1);
  });

  it('leave no model behind in either worker when it is unloaded or deleted', async () => {
    const foundation = create({ dtype: 'fp32' });
    await untilReady(foundation);
    await foundation.unload('tiny');
    expect(await loadedIn(foundation)).toEqual([]);
    await untilReady(foundation);
    await foundation.storage.delete('tiny');
    expect(await loadedIn(foundation)).toEqual([]);
    await untilReady(foundation);
    await foundation.close();
    expect(workers.running).toEqual([]);
    expect(await settled(embed(foundation, 'tiny', 'white rabbit'))).toMatchObject({ code: 'CLOSED' });
  });
});
