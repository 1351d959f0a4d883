import { createRouter } from '@nearfield/router';
import type {
  CallOptions,
  ClassifierSummary,
  ClassifyRequest,
  SearchFoundation,
  TrainRequest,
} from '@nearfield/spec';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { App } from '../shell/app.ts';
import type { Shared } from '../shell/tabs.ts';
import { localFoundation } from '../testing.ts';
import { Examples } from './examples.ts';

let classifiers: ClassifierSummary[];
let trained: TrainRequest[];
let told: Shared[];
let tell: (what: Shared) => void;
let page: Examples;

const summary = (id: string): ClassifierSummary =>
  ({ classifier_id: id, labels: ['a', 'b'], model: 'm', used_number: 0 }) as unknown as ClassifierSummary;

beforeEach(() => {
  classifiers = [];
  trained = [];
  told = [];
  const foundation = {
    classifiers: { list: async () => classifiers.map((each) => ({ ...each })) },
    train: async (request: TrainRequest) => {
      trained.push(request);
      classifiers.push(summary('c1'));
      return { classifier_id: 'c1', num_samples: Array.isArray(request.input) ? request.input.length : 1 };
    },
    classify: async ({ input }: ClassifyRequest, _: CallOptions) => {
      classifiers[0]!.used_number++;
      return {
        usage: { total_tokens: 1 },
        data: (input as string[]).map((_text, index) => ({
          object: 'classification',
          index,
          prediction: 'a',
          score: 1,
          predictions: [],
        })),
      };
    },
    close: async () => undefined,
  } as unknown as SearchFoundation;
  const app = new App({
    connections: {
      local: () => localFoundation(foundation),
      remote: () => foundation,
      router: async () => createRouter,
    },
    baseUrl: 'https://example.org',
    tabs: {
      changed: (what) => told.push(what),
      watch: (listener) => {
        tell = listener;
      },
    },
  });
  page = new Examples(app);
});

const rows = () => page.state.examples.map(({ text, label }) => [label, text]);

describe('many lines', () => {
  test('what is not understood stays in the box, and the empty row goes', () => {
    page.clearExamples();
    page.update({ lines: 'good\tYes.\nnothing to part it\nbad\tNo.' });
    page.addLines();
    expect(rows()).toEqual([
      ['good', 'Yes.'],
      ['bad', 'No.'],
    ]);
    expect(page.state).toMatchObject({ lines: 'nothing to part it', notUnderstood: 1 });
    expect(page.app.state.toast?.text).toBe('2 examples added. 1 line was not understood.');
    page.addLines();
    expect(rows()).toHaveLength(2);
    expect(page.state.lines).toBe('nothing to part it');
  });

  test('labels that are there already tell which column is which', () => {
    page.clearExamples();
    page.setExample(page.state.examples[0]!.id, { text: 'Fine.', label: 'a praise of some length' });
    page.update({ lines: 'Wow\ta praise of some length' });
    page.addLines();
    expect(rows().at(-1)).toEqual(['a praise of some length', 'Wow']);
  });
});

test.each([
  [[], 'Write at least two examples with different labels.'],
  [[['Text', '']], 'Example 1 has no label.'],
  [
    [
      ['One', 'a'],
      [' ', 'b'],
    ],
    'Example 2 has no text.',
  ],
  [
    [
      ['One', 'a'],
      ['Two', 'a'],
    ],
    'Give examples of at least two labels: with one there is nothing to choose between.',
  ],
])('of %j says what is missing, and trains nothing', async (examples, gap) => {
  page.update({ examples: examples.map(([text = '', label = ''], id) => ({ id, text, label })) });
  await page.train(false);
  expect(page.gaps.of('examples')).toBe(gap);
  expect(trained).toEqual([]);
});

test('a classifier that was tested is one that was used', async () => {
  await page.train(false);
  expect(page.state.classifiers).toMatchObject([{ used_number: 0 }]);
  await page.classify();
  expect(page.state.classifiers).toMatchObject([{ used_number: 1 }]);
  expect(page.state.result?.asked).toBe(page.asked);
  page.update({ texts: 'Another.' });
  expect(page.state.result?.asked).not.toBe(page.asked);
});

test('other tabs hear of a classifier, and theirs are seen here', async () => {
  tell('classifiers');
  expect(page.state.classifiers).toBeUndefined();
  await page.list();
  classifiers.push(summary('theirs'));
  tell('classifiers');
  await vi.waitFor(() => expect(page.state.classifiers).toHaveLength(1));
  expect(told).toEqual([]);
  await page.train(false);
  expect(told).toEqual(['classifiers']);
});
