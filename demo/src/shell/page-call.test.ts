import { createRouter } from '@nearfield/router';
import { FoundationError } from '@nearfield/spec';
import { beforeEach, expect, test } from 'vitest';
import { LetterFoundation, localFoundation } from '../testing.ts';
import { App } from './app.ts';
import { PageCall } from './page-call.ts';

let local: LetterFoundation;
let app: App;
let call: PageCall;

beforeEach(() => {
  local = new LetterFoundation();
  app = new App({
    connections: {
      local: () => localFoundation(local.foundation),
      remote: () => new LetterFoundation().foundation,
      router: async () => createRouter,
    },
    baseUrl: 'https://example.org',
  });
  call = new PageCall(app, 'classify');
});

const embed = (input: string) =>
  call.run(async (foundation, options) => {
    const { data } = await foundation.embeddings({ model: 'letters', input }, options);
    return data.length;
  });

test('gives the result and ends', async () => {
  const running = embed('a');
  expect(call.state.running).toBe(true);
  expect(await running).toBe(1);
  expect(call.state).toEqual({ running: false, loading: undefined, work: undefined });
});

test('shows a failure in words, and forgets it with the next run', async () => {
  local.failure = new FoundationError({ code: 'NOT_SUPPORTED', message: 'Not here.' });
  expect(await embed('a')).toBeUndefined();
  expect(app.state.problems).toMatchObject([{ origin: 'classify', code: 'NOT_SUPPORTED' }]);
  local.failure = undefined;
  await embed('a');
  expect(app.state.problems).toEqual([]);
});

test('a failure takes the earlier result away, a cancellation does not', async () => {
  let dropped = 0;
  call = new PageCall(app, 'classify', { failed: () => dropped++ });
  local.pause();
  const running = embed('a');
  call.cancel();
  await running;
  expect(dropped).toBe(0);
  local.resume();
  local.failure = new FoundationError({ code: 'NOT_SUPPORTED', message: 'Not here.' });
  await embed('a');
  expect(dropped).toBe(1);
});

test('runs that follow each other by themselves keep a problem until one succeeds', async () => {
  call = new PageCall(app, 'question', { forget: 'success' });
  local.failure = new FoundationError({ code: 'NOT_SUPPORTED', message: 'Not here.' });
  await embed('a');
  local.failure = undefined;
  local.pause();
  const running = embed('a');
  expect(app.state.problems).toHaveLength(1);
  local.resume();
  await running;
  expect(app.state.problems).toEqual([]);
});

test('a new run cancels the one before, whose result is dropped', async () => {
  local.pause((inputs) => inputs[0] === 'slow');
  const first = embed('slow');
  const second = embed('quick');
  expect(await second).toBe(1);
  expect(await first).toBeUndefined();
  expect(local.calls[0]!.options.signal?.aborted).toBe(true);
  expect(app.state.problems).toEqual([]);
});

test.each([
  ['cancelling', () => call.cancel()],
  ['another mode', () => app.setMode('remote')],
])('%s stops a run quietly', async (_, stop) => {
  local.pause();
  const running = embed('a');
  stop();
  expect(await running).toBeUndefined();
  expect(call.state.running).toBe(false);
  expect(app.state.problems).toEqual([]);
});
