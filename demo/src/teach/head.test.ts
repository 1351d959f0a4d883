import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createNodeFoundation } from '@nearfield/core/node';
import { embed, type SearchFoundation } from '@nearfield/spec';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { classifierCode } from './code.ts';
import { exportedClassifier, fit, nameWeights, predict, type Sample } from './head.ts';
import { sampleTickets } from './samples.ts';

const MODEL = 'all-MiniLM-L6-v2';
const QUESTIONS = [
  'Where is my package? It should have come yesterday.',
  'Please correct the amount on my bill.',
  'It crashes when I start it.',
  'The postman dropped it and the glass broke.',
];

let directory: string;
let foundation: ReturnType<typeof createNodeFoundation>;
let names: Float32Array[];
let questions: Float32Array[];
let samples: Sample[];
const tickets = sampleTickets().filter(({ label }) => label !== undefined);
const labels = [...new Set(tickets.map(({ label }) => label!))];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nearfield-teach-'));
  const source = new URL('../../../packages/models/minilm/dist/all-MiniLM-L6-v2', import.meta.url).pathname;
  foundation = createNodeFoundation({ dataDirectory: directory, models: [{ id: MODEL, source }] });
  names = await embed(foundation, MODEL, labels);
  questions = await embed(foundation, MODEL, QUESTIONS);
  const vectors = await embed(
    foundation,
    MODEL,
    tickets.map(({ text }) => text),
  );
  samples = tickets.map(({ label }, index) => ({ vector: vectors[index]!, label: label! }));
});

afterAll(async () => {
  await foundation.close();
  await rm(directory, { recursive: true, force: true });
});

test('without an example it answers as /v1/classify does from labels in words', async () => {
  const weights = nameWeights(labels, names, MODEL);
  const { data } = await foundation.classify({ model: MODEL, input: QUESTIONS, labels, temperature: 0.05 });
  for (const [index, { prediction, predictions }] of data.entries()) {
    const choice = predict(weights, questions[index]!);
    expect(choice.prediction).toBe(prediction);
    for (const [row, { score }] of predictions.entries())
      expect(choice.predictions[row]!.score).toBeCloseTo(score, 4);
  }
});

test('the same examples give the same weights, and the ones to start with stay as they are', async () => {
  const start = nameWeights(labels, names, MODEL);
  const before = start.values.slice();
  const [one, other] = [
    await fit(start, samples),
    await fit(start, samples, { pause: async () => undefined }),
  ];
  expect(one.values).toEqual(other.values);
  expect(start.values).toEqual(before);
  expect(one.values).not.toEqual(before);
});

test('registered, it answers with the same labels and scores by its id', async () => {
  const weights = await fit(nameWeights(labels, names, MODEL), samples);
  const exported = exportedClassifier(weights, MODEL, samples.length, 'taught');
  await foundation.classifiers.import(exported);
  const { classifier_id } = exported.classifier;
  const { data } = await foundation.classify({ classifier_id, input: QUESTIONS });
  expect(data.map(({ prediction }) => prediction)).toEqual([
    'delivery',
    'billing',
    'technical problem',
    'delivery',
  ]);
  for (const [index, { score }] of data.entries())
    expect(predict(weights, questions[index]!).score).toBeCloseTo(score, 4);
});

test('the exported code runs, and answers as the classifier does', async () => {
  const weights = await fit(nameWeights(labels, names, MODEL), samples);
  await writeFile(
    join(directory, 'tickets.json'),
    JSON.stringify(exportedClassifier(weights, MODEL, samples.length, 'taught')),
  );
  const file = join(directory, 'tickets.mjs');
  await writeFile(file, classifierCode('tickets.json', MODEL));
  const { classify } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
    classify: (foundation: SearchFoundation, input: readonly string[]) => Promise<string[]>;
  };
  expect(await classify(foundation, QUESTIONS)).toEqual(
    questions.map((vector) => predict(weights, vector).prediction),
  );
});
