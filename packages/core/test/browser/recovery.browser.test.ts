import { type TinyFile, tinyMiniLM, toFiles } from '@nearfield/model-tiny';
import type { CallOptions, CallProgress, FoundationError } from '@nearfield/spec';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLocal, type LocalFoundation, type LocalOptions } from '../../src/index.ts';
import littleMemoryWorker from '../little-memory-worker.ts?worker&url';
import { lifeLocks, PageWorkers } from '../page-workers.ts';

const MODEL = 'all-MiniLM-L6-v2';
const tiny = tinyMiniLM();
const open: LocalFoundation[] = [];

function create(options: LocalOptions = {}): LocalFoundation {
  const foundation = createLocal({
    device: 'wasm',
    models: [
      { id: MODEL, source: `/models/${MODEL}/`, dtypes: ['q8'] },
      { id: 'tiny', like: tiny.like, source: toFiles(tiny.files) },
      { id: 'poisoned', like: tiny.like, source: toFiles(poisoned()) },
    ],
    ...options,
  });
  open.push(foundation);
  return foundation;
}

/** The tiny model with a word whose number is beyond its table of embeddings. */
function poisoned(): TinyFile[] {
  return tiny.files.map((file) => {
    if (file.path !== 'tokenizer.json') return file;
    const json = JSON.parse(new TextDecoder().decode(file.bytes)) as {
      model: { vocab: Record<string, number> };
    };
    json.model.vocab.poison = 1_000_000;
    return { ...file, bytes: new TextEncoder().encode(JSON.stringify(json)) };
  });
}

let workers: PageWorkers;
const OriginalSharedWorker = globalThis.SharedWorker;

beforeAll(() => {
  workers = new PageWorkers();
  return () => vi.unstubAllGlobals();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((foundation) => foundation.close()));
  workers.clear();
});

const settled = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);
const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
const texts = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `text ${index} ${'with some more words '.repeat(index % 9)}`);

const words = (index: number): string => `white rabbit ${'follow '.repeat(index % 7)}`;

function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual).toHaveLength(expected.length);
  for (let at = 0; at < expected.length; at++) {
    expect(Math.abs(actual[at]! - expected[at]!)).toBeLessThan(1e-5);
  }
}

async function vectorsOf(
  foundation: LocalFoundation,
  input: string[],
  options?: CallOptions,
): Promise<Float32Array[]> {
  const { data } = await foundation.embeddings({ model: MODEL, input }, options);
  return data.map(({ embedding }) => embedding);
}

/** Ends a worker as soon as a first batch of the call is done: its answer cannot have come. */
const endingAtFirstBatch = (worker: Worker): CallOptions => ({
  onProgress: ({ type }: CallProgress) => {
    if (type === 'work-progress') worker.terminate();
  },
});

describe('recovery', () => {
  it('replays what a dead worker was doing, with the same vectors', async () => {
    const foundation = create();
    const input = texts(120);
    const expected = await vectorsOf(foundation, input);
    const worker = workers.last();
    await workers.isWatched(worker);
    const running = [
      vectorsOf(foundation, input, endingAtFirstBatch(worker)),
      vectorsOf(foundation, input.slice(0, 3)),
    ];
    const [all, few] = await Promise.all(running);
    expect(all).toEqual(expected);
    expect(few).toEqual(expected.slice(0, 3));
    expect(workers.started).toHaveLength(2);
  });

  it('gives up after the second death of a worker, and works again with the next call', async () => {
    const foundation = create();
    const input = texts(200);
    await foundation.load(MODEL);
    await workers.isWatched(workers.last());
    const running = settled(vectorsOf(foundation, input, endingAtFirstBatch(workers.last())));
    await workers.startedAre(2);
    await workers.isWatched(workers.last());
    workers.last().terminate();
    expect(await running).toMatchObject({ code: 'WORKER_FAILED', retryable: true });
    expect(await vectorsOf(foundation, ['next'])).toHaveLength(1);
  });

  it('starts a new worker where the last one died with nothing to do', async () => {
    const foundation = create();
    const expected = await vectorsOf(foundation, texts(120));
    await workers.isWatched(workers.last());
    await workers.kill(workers.last());
    // The first attempt of this call is its own: it may lose a worker as any other.
    const running = vectorsOf(foundation, texts(120));
    await workers.startedAre(2);
    await workers.isWatched(workers.last());
    workers.last().terminate();
    expect(await running).toEqual(expected);
    expect(workers.started).toHaveLength(3);
  });

  it('names the file when the worker cannot be loaded', async () => {
    const foundation = create({ workerUrl: { wasm: '/not-a-worker.js' } });
    const error = (await settled(foundation.load(MODEL))) as FoundationError;
    expect(error).toMatchObject({ code: 'RUNTIME_NOT_AVAILABLE' });
    expect(error.message).toContain(`script ${new URL('/not-a-worker.js', location.href).href} `);
    expect(error.message).toMatch(/text\/html|status 404/);
  });

  it.each([
    ['fp32', 'tiny', 1e-5],
    ['q8', MODEL, 1e-6],
  ])(
    'settles every one of 200 callers of a model in %s, some of whom abort, with the vectors of sequential calls',
    async (_, model, tolerance) => {
      const foundation = create();
      const embed = async (input: string, options?: CallOptions): Promise<Float32Array> =>
        (await foundation.embeddings({ model, input }, options)).data[0]!.embedding;
      const input = texts(40);
      const expected: Float32Array[] = [];
      for (const text of input) expected.push(await embed(text));
      let state = 3;
      const random = (): number => {
        state = (state * 1103515245 + 12345) % 2 ** 31;
        return state / 2 ** 31;
      };
      const before = (await foundation.capabilities()).work!;
      /** Who aborts when that many have been answered. */
      const leaving: { at: number; controller: AbortController }[] = [];
      let answered = 0;
      const outcomes = await Promise.all(
        Array.from({ length: 200 }, async (_none, index) => {
          const controller = new AbortController();
          const aborts = random() < 0.3;
          if (aborts) leaving.push({ at: Math.floor(random() * 80), controller });
          try {
            const vector = await embed(input[index % 40]!, {
              signal: controller.signal,
              priority: random() < 0.5 ? 'bulk' : 'interactive',
            });
            answered++;
            for (const { at, controller: leaver } of leaving) if (at < answered) leaver.abort();
            return { index, vector };
          } catch (error) {
            return { index, error: (error as Error).name, aborts };
          }
        }),
      );
      expect(outcomes).toHaveLength(200);
      for (const outcome of outcomes) {
        if (!outcome.vector) {
          expect(outcome).toMatchObject({ error: 'AbortError', aborts: true });
          continue;
        }
        const sequential = expected[outcome.index % 40]!;
        expect(outcome.vector).toHaveLength(sequential.length);
        const furthest = outcome.vector.reduce(
          (most, value, at) => Math.max(most, Math.abs(value - sequential[at]!)),
          0,
        );
        expect(furthest).toBeLessThanOrEqual(tolerance);
      }
      expect(outcomes.filter(({ vector }) => vector).length).toBeGreaterThan(100);
      // Calls of one input each shared batches.
      const { batches, rows } = (await foundation.capabilities()).work!;
      expect(rows - before.rows).toBeGreaterThan(4 * (batches - before.batches));
    },
  );

  it('fails only the call that is at fault among a hundred', async () => {
    const foundation = create();
    const calls = Array.from({ length: 100 }, (_, index) =>
      settled(vectorsOf(foundation, [index === 50 ? 'too long '.repeat(400) : `text ${index}`])),
    );
    const results = await Promise.all(calls);
    expect(results[50]).toMatchObject({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED' });
    expect(results.filter((result) => Array.isArray(result))).toHaveLength(99);
  });

  it('finds the input that breaks a batch, and only its call fails', async () => {
    const foundation = create();
    // A token that the tokenizer knows and the table of embeddings does not: the runtime fails on its batch.
    const poison = 'poison';
    const input = Array.from({ length: 100 }, (_, index) => (index === 50 ? poison : words(index)));
    const results = await Promise.all(
      input.map((text) => settled(foundation.embeddings({ model: 'poisoned', input: text }))),
    );
    for (const [index, result] of results.entries()) {
      if (index === 50) {
        expect(result).toMatchObject({ code: 'MODEL_INVALID', message: expect.stringMatching(/indices/) });
        continue;
      }
      const { data } = result as { data: { embedding: Float32Array }[] };
      expectNear(data[0]!.embedding, tiny.embed(input[index]!));
    }
    // Among the inputs of one call it fails that call, and no other that shares its batches.
    const [whole, other] = await Promise.all([
      settled(foundation.embeddings({ model: 'poisoned', input })),
      foundation.embeddings({ model: 'poisoned', input: input.slice(0, 20) }),
    ]);
    expect(whole).toMatchObject({ code: 'MODEL_INVALID' });
    expectNear(other.data[7]!.embedding, tiny.embed(input[7]!));
    expect(workers.started).toHaveLength(1);
  });

  it('lets an interactive call overtake a bulk one after at most one batch', async () => {
    const foundation = create();
    await foundation.load(MODEL);
    /** Tokens that the worker had computed when it was asked. */
    const computed = async (): Promise<number> => (await foundation.capabilities()).work!.tokens;
    const before = await computed();
    let done = 0;
    let doneThen = 0;
    const order: string[] = [];
    let question: Promise<[number, unknown]> | undefined;
    const bulk = foundation.embeddings(
      { model: MODEL, input: texts(600) },
      {
        priority: 'bulk',
        onProgress: (event) => {
          if (event.type !== 'work-progress') return;
          done = event.tokens.done;
          // Both reach the worker one behind the other.
          question ??= Promise.all([
            computed(),
            foundation
              .embeddings({ model: MODEL, input: 'a quick question' }, { priority: 'interactive' })
              .then(() => {
                doneThen = done;
                order.push('question');
              }),
          ]);
        },
      },
    );
    const ended = bulk.then(() => order.push('bulk'));
    await ended;
    const [arrived] = await question!;
    // A batch that was running, and one that began between the two messages.
    expect(doneThen - (arrived - before)).toBeLessThanOrEqual(2 * 768);
    expect(order).toEqual(['question', 'bulk']);
  });

  it('ends an idle worker and starts it again when it is needed', async () => {
    const foundation = create({ keepAlive: 50 });
    const [first] = await vectorsOf(foundation, ['same text']);
    await workers.allEnded();
    await expect.poll(lifeLocks).toEqual([]);
    const [second] = await vectorsOf(foundation, ['same text']);
    expect(second).toEqual(first);
    expect(workers.started).toHaveLength(2);
  });

  it('keeps a worker that is not idle: keepAlive counts from the end of the last call', async () => {
    const foundation = create({ keepAlive: 1 });
    await Promise.all([vectorsOf(foundation, texts(120)), vectorsOf(foundation, ['short'])]);
    expect(workers.started).toHaveLength(1);
  });

  it('shares one worker and model where asked', async () => {
    const options = { shared: true, models: [{ id: MODEL, source: `/models/${MODEL}/` }] };
    const [one, two] = [create(options), create(options)];
    const [first] = await vectorsOf(one, ['same text']);
    expect((await two.capabilities()).loaded).toMatchObject([{ id: MODEL }]);
    const [second] = await vectorsOf(two, ['same text']);
    expect(second).toEqual(first);
    expect(workers.started).toHaveLength(0);
    await one.close();
    expect(await vectorsOf(two, ['after the other has gone'])).toHaveLength(1);
    // The last to leave takes the worker with it; whoever comes at that very moment finds one nevertheless.
    await two.close();
    for (let index = 0; index < 6; index++) {
      // Whenever it comes, before, while or after the worker ends: all are right, and all are to work.
      await wait(420 + 30 * index);
      const next = create(options);
      expect(await vectorsOf(next, ['same text'])).toEqual([first]);
      await next.close();
    }
    await expect.poll(lifeLocks).toEqual([]);
  });

  it('ends a shared worker that ran out of memory for all who share it, and all go on with the next', async () => {
    const options = {
      shared: true,
      workerUrl: { wasm: littleMemoryWorker },
      cache: 'memory' as const,
      models: [
        { id: 'small', like: tiny.like, source: toFiles(tiny.files) },
        { id: MODEL, source: `/models/${MODEL}/` },
      ],
    };
    const [one, two] = [create(options), create(options)];
    const embed = async (foundation: LocalFoundation): Promise<Float32Array> =>
      (await foundation.embeddings({ model: 'small', input: words(3) })).data[0]!.embedding;
    expectNear(await embed(one), tiny.embed(words(3)));
    expectNear(await embed(two), tiny.embed(words(3)));
    const [first] = await lifeLocks();
    expect(await settled(one.load(MODEL))).toMatchObject({ code: 'OUT_OF_MEMORY' });
    expectNear(await embed(two), tiny.embed(words(3)));
    expectNear(await embed(one), tiny.embed(words(3)));
    expect(await lifeLocks()).not.toContain(first);
  });

  it('takes a worker of its own where the browser has none to share', async () => {
    vi.stubGlobal('SharedWorker', undefined);
    try {
      const [one, two] = [create({ shared: true }), create({ shared: true })];
      expect(await vectorsOf(one, ['same text'])).toEqual(await vectorsOf(two, ['same text']));
      expect(workers.started).toHaveLength(2);
    } finally {
      vi.stubGlobal('SharedWorker', OriginalSharedWorker);
    }
  });
});
