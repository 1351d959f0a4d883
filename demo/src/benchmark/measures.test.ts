import type { LocalFoundation } from '@nearfield/core';
import { FoundationError } from '@nearfield/spec';
import { expect, test } from 'vitest';
import { LetterFoundation, localFoundation } from '../testing.ts';
import { measure } from './measures.ts';

const PLAN = { texts: 10, rounds: 2, queries: 4, documents: 9, starts: 2, coldStarts: 1 };

/** An engine that counts letters and ranks nothing, and what was done with it. */
function engine() {
  const letters = new LetterFoundation();
  const done: string[] = [];
  const create = (kind = 'create'): LocalFoundation => {
    done.push(kind);
    return localFoundation(letters.foundation, {
      load: async (model: string) => void done.push(`load ${model}`),
      rerank: async ({ documents }: { documents: readonly string[] }) => {
        done.push(`rank ${documents.length}`);
        return { model: 'ranker', object: 'list', usage: { total_tokens: 0 }, results: [] };
      },
      close: async () => void done.push('close'),
    } as never);
  };
  return { letters, done, create };
}

const setup = (create: (kind?: string) => LocalFoundation, signal?: AbortSignal) => {
  const steps: string[] = [];
  const known: string[][] = [];
  return {
    steps,
    known,
    given: {
      create: () => create(),
      createCold: () => create('create cold'),
      memory: async () => 12_345,
      embedder: 'letters',
      reranker: 'ranker',
      plan: PLAN,
      options: { signal },
      onStep: (each: string, done: number, total: number) => void steps.push(`${each} ${done}/${total}`),
      onMeasured: (measured: readonly { measure: string }[]) =>
        void known.push(measured.map((each) => each.measure)),
    },
  };
};

test('every measure is taken as often as planned, with figures as they come', async () => {
  const { letters, done, create } = engine();
  const { steps, known, given } = setup(create);
  const { measured, memory } = await measure(given);
  expect(
    measured.map(({ measure: name, items, milliseconds }) => [name, items, milliseconds.length]),
  ).toEqual([
    ['query', 1, 4],
    ['mixed', 10, 2],
    ['uniform', 10, 2],
    ['rerank', 9, 2],
    ['start', 1, 2],
    ['cold', 1, 1],
  ]);
  expect(known.map((names) => names.length)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(memory).toBe(12_345);
  // The last step is announced before it is done.
  expect(steps.at(-1)).toBe(`cold ${steps.length - 1}/${steps.length}`);
  expect(done.filter((each) => each.startsWith('rank'))).toEqual(['rank 8', 'rank 9', 'rank 9']);
  // Each start has an engine of its own, and all are closed.
  expect(done.filter((each) => each === 'create')).toHaveLength(3);
  expect(done.filter((each) => each === 'create cold')).toHaveLength(1);
  expect(done.slice(-3)).toEqual(['create cold', 'close', 'close']);
  expect(done.filter((each) => each === 'close').length).toBeGreaterThanOrEqual(4);
  // Single queries are calls of their own, at the front of the line; texts of a round are one call in bulk.
  const priorities = letters.calls.map(({ inputs, options }) => `${options.priority ?? ''} ${inputs.length}`);
  expect(priorities.filter((each) => each === 'interactive 1')).toHaveLength(7);
  expect(priorities.filter((each) => each === 'bulk 10')).toHaveLength(4);
});

test('a run that is cancelled ends, and closes its engine', async () => {
  const { letters, done, create } = engine();
  const controller = new AbortController();
  const { given } = setup(create, controller.signal);
  letters.pause((inputs) => inputs.length === 10);
  const run = measure({
    ...given,
    onMeasured: () => controller.abort(new DOMException('Enough.', 'AbortError')),
  });
  await expect(run).rejects.toThrow('Enough.');
  expect(done.at(-1)).toBe('close');
});

test('a cold start that is cancelled leaves no engine behind', async () => {
  const { letters, done, create } = engine();
  const controller = new AbortController();
  const { given } = setup(create, controller.signal);
  const run = measure({
    ...given,
    onMeasured: (measured) => {
      if (measured.at(-1)?.measure === 'start') letters.pause();
    },
    createCold: () => {
      queueMicrotask(() => controller.abort(new DOMException('Enough.', 'AbortError')));
      return given.createCold();
    },
  });
  await expect(run).rejects.toThrow('Enough.');
  const cold = done.indexOf('create cold');
  expect(cold).toBeGreaterThan(0);
  // Its own end, and that of the first engine, which is closed once more.
  expect(done.slice(cold + 1)).toEqual(['close', 'close']);
});

test('without a network everything but the cold start is measured', async () => {
  const { letters, done, create } = engine();
  const { given } = setup(create);
  const { measured } = await measure({
    ...given,
    createCold: () => {
      letters.failure = new FoundationError({ code: 'DOWNLOAD_FAILED', message: 'No route.' });
      return given.createCold();
    },
  });
  expect(measured.map((each) => each.measure)).toEqual(['query', 'mixed', 'uniform', 'rerank', 'start']);
  expect(done.slice(-3)).toEqual(['create cold', 'close', 'close']);
});
