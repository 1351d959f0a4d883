import type { FoundationError } from '@nearfield/spec';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLocal, type LocalFoundation, type LocalOptions } from './index.ts';

const MODEL = 'all-MiniLM-L6-v2';
const open: LocalFoundation[] = [];

function create(options: LocalOptions = {}): LocalFoundation {
  const foundation = createLocal({
    device: 'wasm',
    models: [{ id: MODEL, source: `/models/${MODEL}/`, dtypes: ['q8'] }],
    ...options,
  });
  open.push(foundation);
  return foundation;
}

/** Workers that the page started, so that a test can end them as a crash would. */
const workers: Worker[] = [];
const OriginalWorker = globalThis.Worker;

beforeAll(() => {
  vi.stubGlobal(
    'Worker',
    class extends OriginalWorker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        workers.push(this);
      }
    },
  );
  return () => vi.unstubAllGlobals();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((foundation) => foundation.close()));
  workers.length = 0;
});

const settled = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);
const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
/** The locks that workers hold as long as they live. */
const lifeLocks = async (): Promise<string[]> =>
  (await navigator.locks.query())
    .held!.map(({ name }) => name!)
    .filter((name) => name.startsWith('nearfield-worker-'));
const texts = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `text ${index} ${'with some more words '.repeat(index % 9)}`);

async function vectorsOf(foundation: LocalFoundation, input: string[]): Promise<Float32Array[]> {
  const { data } = await foundation.embeddings({ model: MODEL, input });
  return data.map(({ embedding }) => embedding);
}

describe('recovery', () => {
  it('replays what a dead worker was doing, with the same vectors', async () => {
    const foundation = create();
    const input = texts(120);
    const expected = await vectorsOf(foundation, input);
    const running = [vectorsOf(foundation, input), vectorsOf(foundation, input.slice(0, 3))];
    await wait(30);
    workers.at(-1)!.terminate();
    const [all, few] = await Promise.all(running);
    expect(all).toEqual(expected);
    expect(few).toEqual(expected.slice(0, 3));
    expect(workers).toHaveLength(2);
  });

  it('gives up after the second death of a worker, and works again with the next call', async () => {
    const foundation = create();
    const input = texts(200);
    await foundation.load(MODEL);
    const running = settled(vectorsOf(foundation, input));
    await wait(30);
    const before = await lifeLocks();
    workers[0]!.terminate();
    // The second worker counts as alive once it holds a lock of its own.
    while (!(await lifeLocks()).some((name) => !before.includes(name))) await wait(5);
    // The page hears of the lock a moment after the browser lists it.
    await wait(100);
    workers[1]!.terminate();
    expect(await running).toMatchObject({ code: 'WORKER_FAILED', retryable: true });
    expect(await vectorsOf(foundation, ['next'])).toHaveLength(1);
  });

  it('names the file when the worker cannot be loaded', async () => {
    const foundation = create({ workerUrl: { wasm: '/not-a-worker.js' } });
    const error = (await settled(foundation.load(MODEL))) as FoundationError;
    expect(error).toMatchObject({ code: 'WORKER_FAILED' });
    expect(error.message).toMatch(/script|worker/);
  });

  it('settles every one of 200 callers, some of whom abort, with the vectors of sequential calls', async () => {
    const foundation = create();
    const input = texts(40);
    const expected: Float32Array[] = [];
    for (const text of input) expected.push(...(await vectorsOf(foundation, [text])));
    let state = 3;
    const random = (): number => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return state / 2 ** 31;
    };
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const controller = new AbortController();
        const aborts = random() < 0.3;
        if (aborts) setTimeout(() => controller.abort(), random() * 400);
        try {
          const { data } = await foundation.embeddings(
            { model: MODEL, input: input[index % 40]! },
            { signal: controller.signal, priority: random() < 0.5 ? 'bulk' : 'interactive' },
          );
          return { index, vector: data[0]!.embedding };
        } catch (error) {
          return { index, error: (error as Error).name, aborts };
        }
      }),
    );
    expect(outcomes).toHaveLength(200);
    for (const outcome of outcomes) {
      if (outcome.vector) expect(outcome.vector).toEqual(expected[outcome.index % 40]);
      else expect(outcome).toMatchObject({ error: 'AbortError', aborts: true });
    }
    expect(outcomes.filter(({ vector }) => vector).length).toBeGreaterThan(100);
  });

  it('fails only the call that is at fault among a hundred', async () => {
    const foundation = create();
    const calls = Array.from({ length: 100 }, (_, index) =>
      settled(vectorsOf(foundation, [index === 50 ? 'too long '.repeat(400) : `text ${index}`])),
    );
    const results = await Promise.all(calls);
    expect(results[50]).toMatchObject({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED' });
    expect(results.filter((result) => Array.isArray(result))).toHaveLength(99);
  });

  it('lets an interactive call overtake a bulk one after at most one batch', async () => {
    const foundation = create();
    await foundation.load(MODEL);
    let done = 0;
    const steps: number[] = [];
    const bulk = foundation.embeddings(
      { model: MODEL, input: texts(300) },
      {
        priority: 'bulk',
        onProgress: (event) => {
          if (event.type !== 'work-progress') return;
          steps.push(event.tokens.done - done);
          done = event.tokens.done;
        },
      },
    );
    while (done === 0) await wait(2);
    const before = done;
    await foundation.embeddings({ model: MODEL, input: 'a quick question' }, { priority: 'interactive' });
    const meanwhile = done - before;
    await bulk;
    // The batch that was running, and one whose results were already on their way to the page.
    expect(meanwhile).toBeLessThanOrEqual(2 * 768);
    expect(done).toBeGreaterThan(before + 2 * 768);
  });

  it('ends an idle worker and starts it again when it is needed', async () => {
    const foundation = create({ keepAlive: 50 });
    const [first] = await vectorsOf(foundation, ['same text']);
    await wait(300);
    const [second] = await vectorsOf(foundation, ['same text']);
    expect(second).toEqual(first);
    expect(workers).toHaveLength(2);
  });

  it('shares one worker and model where asked', async () => {
    const [one, two] = [create({ shared: true }), create({ shared: true })];
    const [first] = await vectorsOf(one, ['same text']);
    expect((await two.capabilities()).loaded).toMatchObject([{ id: MODEL }]);
    const [second] = await vectorsOf(two, ['same text']);
    expect(second).toEqual(first);
    expect(workers).toHaveLength(0);
    await one.close();
    expect(await vectorsOf(two, ['after the other has gone'])).toHaveLength(1);
  });
});
