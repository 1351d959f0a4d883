import { type CallProgress, embedStream } from '@nearfield/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocal, type LocalFoundation } from '../../src/index.ts';
import { rejection } from '../rejection.ts';

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
      const onProgress = (event: CallProgress): void => {
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
    const order: string[] = [];
    let queued: Promise<unknown> | undefined;
    const running = foundation.embeddings(
      { model, input: Array(1000).fill(sentence) },
      {
        priority: 'interactive',
        onProgress: ({ type }) => {
          if (type !== 'work-progress') return;
          if (queued) controller.abort(reason);
          queued ??= rejection(
            foundation.embeddings(
              { model, input: Array(100).fill(sentence.repeat(20)) },
              { priority: 'bulk', signal: controller.signal },
            ),
          ).then((error) => {
            order.push('aborted');
            return error;
          });
        },
      },
    );
    expect((await running).data).toHaveLength(1000);
    order.push('finished');
    expect(await queued).toBe(reason);
    expect(order).toEqual(['aborted', 'finished']);
    await expectNext();
    expect((await computed()) - before).toBe(1001);
  });

  it('while texts are being read is final: nothing is computed after it', async () => {
    await foundation.load(model);
    const before = await computed();
    // They are read in turns: none is read to its end before the others nearly are.
    const reading = Array.from({ length: 12 }, () =>
      foundation.embeddings(
        { model, input: Array(2048).fill(sentence.repeat(30)) },
        { signal: controller.signal },
      ),
    );
    const ends = Promise.all(reading.map(rejection));
    // Answered between two texts of the many: the calls have reached the worker.
    await expectNext();
    controller.abort(reason);
    // Reaches the worker right behind the abort. On a busy machine a call may have been read before that.
    const atAbort = computed();
    expect(await ends).toEqual(reading.map(() => reason));
    await expectNext();
    expect((await computed()) - (await atAbort)).toBe(1);
    expect((await atAbort) - before).toBeLessThan(2048);
  });

  it('of a running call stops it after the batch that runs', async () => {
    await foundation.load(model);
    const before = await computed();
    let asked: Promise<number> | undefined;
    const running = foundation.embeddings(
      { model, input: Array(400).fill(sentence.repeat(8)) },
      {
        signal: controller.signal,
        onProgress: ({ type }) => {
          if (type !== 'work-progress') return;
          controller.abort(reason);
          // Reaches the worker right behind the abort.
          asked ??= computed();
        },
      },
    );
    expect(await rejection(running)).toBe(reason);
    const atAbort = (await asked)! - before;
    await expectNext();
    const rows = (await computed()) - before - 1;
    expect(atAbort).toBeGreaterThan(0);
    expect(atAbort).toBeLessThan(400);
    // 74 tokens a text and 768 a batch make ten: one that ran, one that was about to.
    expect(rows).toBeLessThanOrEqual(atAbort + 20);
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

  it.each([
    ['before a worker is there', undefined],
    ['while the model is loaded', 'model-progress'],
    ['while texts are computed', 'work-progress'],
  ] as const)('by close() is told to every call, %s', async (_, stage) => {
    let closing: Promise<void> | undefined;
    const onProgress = ({ type }: CallProgress): void => {
      if (type === stage) closing ??= foundation.close();
    };
    const calls = [
      foundation.embeddings({ model, input: Array(300).fill(sentence) }, { priority: 'bulk', onProgress }),
      foundation.embeddings({ model, input: Array(2000).fill(sentence) }, { priority: 'bulk' }),
    ].map(rejection);
    if (!stage) closing = foundation.close();
    for (const error of await Promise.all(calls)) expect(error).toMatchObject({ code: 'CLOSED' });
    await closing;
  });
});
