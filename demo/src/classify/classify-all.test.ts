import {
  type CallOptions,
  type ClassifyRequest,
  FoundationError,
  type SearchFoundation,
} from '@nearfield/spec';
import { expect, test } from 'vitest';
import { classifyAll } from './classify-all.ts';

/** Labels each text with itself, refuses more than three at once, and the text "bad". */
function labeller() {
  const sizes: number[] = [];
  const check = (input: readonly unknown[]): void => {
    sizes.push(input.length);
    if (input.length > 3)
      throw new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message: 'Too many.' });
    const bad = input.indexOf('bad');
    if (bad >= 0)
      throw new FoundationError({
        code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
        message: `Input ${bad} has 900 tokens; m reads at most 512.`,
        param: `input.${bad}`,
      });
  };
  const foundation = {
    classify: async ({ input }: ClassifyRequest, { onProgress }: CallOptions) => {
      const texts = input as readonly string[];
      check(texts);
      onProgress?.({
        type: 'work-progress',
        inputs: { done: texts.length, total: texts.length },
        tokens: { done: 1, total: 1 },
      });
      return {
        usage: { total_tokens: texts.length },
        data: texts.map((text, index) => ({
          object: 'classification',
          index,
          prediction: text,
          score: 1,
          predictions: [],
        })),
      };
    },
  } as unknown as SearchFoundation;
  return { foundation, sizes };
}

test('makes as many requests as are needed, and counts over all of them', async () => {
  const { foundation, sizes } = labeller();
  const input = Array.from({ length: 7 }, (_, index) => `text ${index}`);
  const done: number[] = [];
  const { data, usage } = await classifyAll(
    foundation,
    { classifier_id: 'c' },
    input,
    {
      onProgress: (event) =>
        event.type === 'work-progress' && done.push(event.inputs.done, event.inputs.total),
    },
    3,
  );
  expect(sizes).toEqual([3, 3, 1]);
  expect(data.map(({ index, prediction }) => [index, prediction])).toEqual(
    input.map((text, index) => [index, text]),
  );
  expect(usage.total_tokens).toBe(7);
  expect(done).toEqual([3, 7, 6, 7, 7, 7]);
});

test('an error names the item among all of them', async () => {
  const { foundation } = labeller();
  const input = ['a', 'b', 'c', 'd', 'bad'];
  await expect(classifyAll(foundation, { classifier_id: 'c' }, input, {}, 3)).rejects.toMatchObject({
    code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
    message: 'Input 4 has 900 tokens; m reads at most 512.',
    param: 'input.4',
  });
});

test('stops between requests when it is cancelled', async () => {
  const { foundation, sizes } = labeller();
  const controller = new AbortController();
  const options = { signal: controller.signal, onProgress: () => controller.abort() };
  await expect(
    classifyAll(foundation, { classifier_id: 'c' }, ['a', 'b', 'c', 'd'], options, 3),
  ).rejects.toThrow();
  expect(sizes).toEqual([3]);
});

test('an empty list goes to the foundation', async () => {
  const { foundation, sizes } = labeller();
  await classifyAll(foundation, { classifier_id: 'c' }, [], {}, 3);
  expect(sizes).toEqual([0]);
});

test('items that fail alone have their number among all of them', async () => {
  const foundation = {
    classify: async ({ input }: ClassifyRequest, options: { errors?: string }) => {
      expect(options.errors).toBe('collect');
      const texts = input as readonly string[];
      const bad = texts.indexOf('bad');
      const error = new FoundationError({
        code: 'INPUT_VALIDATION_FAILED',
        message: `Validation error: 'input.${bad}': No.`,
        param: `input.${bad}`,
      });
      return {
        usage: { total_tokens: 1 },
        data: texts.flatMap((prediction, index) => (index === bad ? [] : { index, prediction })),
        errors: bad < 0 ? [] : [{ index: bad, error }],
      };
    },
  } as unknown as SearchFoundation;
  const request = { model: 'm', labels: ['a', 'b'] };
  const input = ['a', 'b', 'c', 'd', 'bad'];
  const { data, errors } = await classifyAll(foundation, request, input, { errors: 'collect' }, 3);
  expect(data.map(({ index, prediction }) => [index, prediction])).toEqual([
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
    [3, 'd'],
  ]);
  expect(errors).toMatchObject([
    { index: 4, error: { param: 'input.4', message: "Validation error: 'input.4': No." } },
  ]);
});
