import type { LocalFoundation } from '@nearfield/core';
import { expect, test } from 'vitest';
import { LetterFoundation, localFoundation } from '../testing.ts';
import { measure } from './measures.ts';

const PLAN = { texts: 10, rounds: 2, queries: 4, documents: 9, starts: 2 };

/** An engine that counts letters and ranks nothing, and what was done with it. */
function engine() {
  const letters = new LetterFoundation();
  const done: string[] = [];
  const create = (): LocalFoundation => {
    done.push('create');
    return localFoundation(letters.foundation, {
      load: async (model: string) => void done.push(`load ${model}`),
      storage: { usage: async () => [{ model: 'letters', bytes: 1, lastUsed: 0, complete: true }] },
      rerank: async ({ documents }: { documents: readonly string[] }) => {
        done.push(`rank ${documents.length}`);
        return { model: 'ranker', object: 'list', usage: { total_tokens: 0 }, results: [] };
      },
      close: async () => void done.push('close'),
    } as never);
  };
  return { letters, done, create };
}

const setup = (create: () => LocalFoundation, signal?: AbortSignal) => {
  const steps: string[] = [];
  const known: string[][] = [];
  return {
    steps,
    known,
    given: {
      create,
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
  const { measured, wasStored } = await measure(given);
  expect(
    measured.map(({ measure: name, items, milliseconds }) => [name, items, milliseconds.length]),
  ).toEqual([
    ['query', 1, 4],
    ['mixed', 10, 2],
    ['uniform', 10, 2],
    ['rerank', 9, 2],
    ['start', 1, 2],
  ]);
  expect(known.map((names) => names.length)).toEqual([1, 2, 3, 4, 5]);
  expect(wasStored).toBe(true);
  // The last step is announced before it is done.
  expect(steps.at(-1)).toBe(`start ${steps.length - 1}/${steps.length}`);
  expect(done.filter((each) => each.startsWith('rank'))).toEqual(['rank 8', 'rank 9', 'rank 9']);
  // Each start has an engine of its own, and all are closed.
  expect(done.filter((each) => each === 'create')).toHaveLength(3);
  expect(done.filter((each) => each === 'close').length).toBeGreaterThanOrEqual(3);
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
