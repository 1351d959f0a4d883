import { embedStream, type ProgressEvent } from '@nearfield/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocal, type LocalFoundation } from '../../src/index.ts';

const model = 'all-MiniLM-L6-v2';
const sentence = 'a sentence with a few words in it ';
let foundation: LocalFoundation;
let controller: AbortController;
const reason = new Error('changed my mind');

beforeEach(() => {
  foundation = createLocal({
    device: 'wasm',
    models: [{ id: model, source: `/models/${model}/`, dtypes: ['q8'] }],
  });
  controller = new AbortController();
});
afterEach(() => foundation.close());

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('It resolved.'),
    (error) => error,
  );
/** Inputs that the engine computed so far. */
const computed = async (): Promise<number> => (await foundation.capabilities()).work!.rows;
/** The queue works, and what it has computed since is only this. */
async function expectNext(): Promise<void> {
  const { data } = await foundation.embeddings({ model, input: 'next' });
  expect(Math.hypot(...data[0]!.embedding)).toBeCloseTo(1, 4);
}

// Downloading: see the model store's tests, and e2e/tests/engine.spec.ts for a server that is slow.
describe('an abort', () => {
  it.each(['compiling', 'checking'])(
    'while a model is %s leaves the next call a model that works',
    async (state) => {
      const fresh = createLocal({
        device: 'wasm',
        cache: 'memory',
        models: [{ id: model, source: `/models/${model}/`, dtypes: ['q8'] }],
      });
      indexedDB.deleteDatabase('nearfield-checks');
      const states: string[] = [];
      const onProgress = (event: ProgressEvent): void => {
        if (event.type !== 'model-state') return;
        states.push(event.state);
        if (event.state === state) controller.abort(reason);
      };
      const loading = fresh.load(model, { signal: controller.signal, onProgress });
      expect(await rejection(loading)).toBe(reason);
      expect(states.at(-1)).toBe(state);
      expect((await fresh.load(model)).id).toBe(model);
      await fresh.close();
    },
  );

  it('of a call in the queue leaves the running one alone', async () => {
    await foundation.load(model);
    const before = await computed();
    let finished = false;
    const running = foundation.embeddings({ model, input: Array(200).fill(sentence) }, { priority: 'bulk' });
    running.then(() => {
      finished = true;
    });
    const queued = foundation.embeddings(
      { model, input: Array(100).fill(sentence.repeat(20)) },
      { priority: 'bulk', signal: controller.signal },
    );
    await wait(20);
    controller.abort(reason);
    expect(await rejection(queued)).toBe(reason);
    expect(finished).toBe(false);
    expect((await running).data).toHaveLength(200);
    await expectNext();
    // Both were planned together: a few of the queued inputs may have been in a batch when the abort came.
    const more = (await computed()) - before - 201;
    expect(more).toBeLessThan(20);
  });

  it('before anything was read is final: nothing is computed', async () => {
    await foundation.load(model);
    const before = await computed();
    const reading = foundation.embeddings(
      { model, input: Array(2048).fill(sentence.repeat(20)) },
      { signal: controller.signal },
    );
    await wait(30);
    controller.abort(reason);
    expect(await rejection(reading)).toBe(reason);
    await expectNext();
    expect((await computed()) - before).toBe(1);
  });

  it('of a running call stops it after the batch that runs', async () => {
    await foundation.load(model);
    const before = await computed();
    let done = 0;
    const running = foundation.embeddings(
      { model, input: Array(400).fill(sentence.repeat(8)) },
      {
        signal: controller.signal,
        onProgress: (event) => {
          if (event.type === 'work-progress') done = event.inputs.done;
          if (done > 0) controller.abort(reason);
        },
      },
    );
    expect(await rejection(running)).toBe(reason);
    await expectNext();
    const rows = (await computed()) - before - 1;
    expect(rows).toBeGreaterThanOrEqual(done);
    // 74 tokens a text and 768 a batch make ten: the one that was told of, one that ran, one that was about to.
    expect(rows).toBeLessThanOrEqual(done + 20);
  });

  it('of a stream ends it, closes its source and computes no further windows', async () => {
    await foundation.load(model);
    const before = await computed();
    let closed = false;
    let read = 0;
    async function* inputs(): AsyncGenerator<string> {
      try {
        for (; read < 5000; read++) yield `${sentence} ${read}`;
      } finally {
        closed = true;
      }
    }
    let seen = 0;
    const streaming = (async () => {
      const options = { window: 64, signal: controller.signal };
      for await (const { index } of embedStream(foundation, { model }, inputs(), options)) {
        expect(index).toBe(seen++);
        if (seen === 100) controller.abort(reason);
      }
    })();
    expect(await rejection(streaming)).toBe(reason);
    expect(closed).toBe(true);
    expect(seen).toBeLessThanOrEqual(128);
    expect(read).toBeLessThan(64 * 5);
    await expectNext();
    expect((await computed()) - before).toBeLessThanOrEqual(64 * 4);
  });

  it('by close() is told to every call, whatever its stage', async () => {
    const calls = [
      foundation.load(model),
      foundation.embeddings({ model, input: Array(300).fill(sentence) }, { priority: 'bulk' }),
      foundation.capabilities(),
    ].map(rejection);
    await wait(5);
    await foundation.close();
    for (const error of await Promise.all(calls)) expect(error).toMatchObject({ code: 'CLOSED' });
  });
});
