import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import { type CallProgress, type ClassifyRequest, FoundationError, type TrainRequest } from '@nearfield/spec';
import { ClassifiersBodySchema, ClassifyBodySchema, parse, TrainBodySchema } from '@nearfield/spec/implement';
import { afterAll, describe, expect, it } from 'vitest';
import { LABELS, type LabelledText, split } from '../../../test/fixtures/classify/shop-messages.ts';
import { rejection } from '../../../test/rejection.ts';
import { temporaryDirectory } from '../../../test/temporary-directory.ts';
import { createNodeFoundation, type LocalFoundation, type NodeOptions } from '../../node.ts';

const MODEL = 'all-MiniLM-L6-v2';
const open: LocalFoundation[] = [];
const directory = temporaryDirectory('classify');
afterAll(async () => {
  await Promise.all(open.map((foundation) => foundation.close()));
});

const models = [{ id: MODEL, source: miniLMDirectory() }];
function create(name: string, options: Partial<NodeOptions> = {}): LocalFoundation {
  const foundation = createNodeFoundation({
    models,
    dataDirectory: join(directory, name),
    threads: 1,
    ...options,
  });
  open.push(foundation);
  return foundation;
}

const sum = (scores: readonly { score: number }[]): number =>
  scores.reduce((total, { score }) => total + score, 0);

/** Tokens that the model reads for some texts, as the embeddings endpoint counts them. */
const tokensOf = async (foundation: LocalFoundation, input: string[]): Promise<number> =>
  (await foundation.embeddings({ model: MODEL, input })).usage.total_tokens;

async function inBatches<Result>(
  items: readonly LabelledText[],
  run: (texts: string[]) => Promise<Result[]>,
): Promise<Result[]> {
  return run(items.map(({ text }) => text));
}

const rightOf = (items: readonly LabelledText[], answers: readonly { prediction: unknown }[]): number =>
  answers.filter(({ prediction }, index) => prediction === items[index]!.label).length / items.length;

describe('classify() with labels in words', () => {
  const labels = ['a question about food', 'a question about sports', 'a question about money'];
  const input = [
    'Which wine goes with grilled fish?',
    { text: 'Who won the cup final in 1998?' },
    'How high is the interest on a loan?',
  ];

  it('answers in the shape of the API', async () => {
    const foundation = create('zero');
    const response = await foundation.classify({ model: MODEL, input, labels });
    parse(ClassifyBodySchema, response);
    expect(response.data.map(({ prediction }) => prediction)).toEqual(labels);
    response.data.forEach(({ object, index, prediction, score, predictions }, position) => {
      expect([object, index]).toEqual(['classification', position]);
      expect(predictions.map(({ label }) => label)).toEqual(labels);
      expect(sum(predictions)).toBeCloseTo(1, 6);
      const best = predictions.reduce((a, b) => (b.score > a.score ? b : a));
      expect([prediction, score]).toEqual([best.label, best.score]);
    });
    const texts = input.map((item) => (typeof item === 'string' ? item : item.text));
    expect(response.usage).toEqual({ total_tokens: await tokensOf(foundation, [...texts, ...labels]) });
  });

  it('scores by softmax of cosine ÷ temperature', async () => {
    const foundation = create('zero');
    const { data } = await foundation.embeddings({ model: MODEL, input: ['Which wine?', ...labels] });
    const [text, ...rows] = data.map(({ embedding }) => embedding);
    const cosines = rows.map((row) => row.reduce((dot, value, index) => dot + value * text![index]!, 0));
    for (const temperature of [undefined, 1, 0.05]) {
      const { data: answers } = await foundation.classify({
        model: MODEL,
        input: 'Which wine?',
        labels,
        temperature,
      });
      const powers = cosines.map((cosine) => Math.exp(cosine / (temperature ?? 1)));
      const total = powers.reduce((a, b) => a + b);
      answers[0]!.predictions.forEach(({ score }, index) => {
        expect(score).toBeCloseTo(powers[index]! / total, 5);
      });
    }
  });

  it('answers groups apart', async () => {
    const foundation = create('zero');
    const groups = { topic: ['food', 'sports'], drink: ['beer', 'wine', 'tea'] };
    const response = await foundation.classify({
      model: MODEL,
      input: ['Which wine goes with fish?'],
      labels: groups,
    });
    parse(ClassifyBodySchema, response);
    const [{ prediction, score, predictions } = expect.fail()] = response.data;
    expect(prediction).toEqual({ topic: 'food', drink: 'wine' });
    expect(Object.keys(predictions)).toEqual(['topic', 'drink']);
    for (const [name, list] of Object.entries(predictions)) {
      expect(sum(list)).toBeCloseTo(1, 6);
      expect(score[name]).toBe(Math.max(...list.map((each) => each.score)));
    }
    expect(response.usage.total_tokens).toBe(
      await tokensOf(foundation, ['Which wine goes with fish?', ...Object.values(groups).flat()]),
    );
  });

  it('embeds a label once, and counts it each time', async () => {
    const foundation = create('cache');
    const embedded: number[] = [];
    const ask = async (labelList: string[]) => {
      let total = 0;
      const onProgress = (event: CallProgress): void => {
        if (event.type === 'work-progress') total = event.inputs.total;
      };
      const response = await foundation.classify(
        { model: MODEL, input: ['one', 'two'], labels: labelList },
        { onProgress },
      );
      embedded.push(total);
      return response;
    };
    const first = await ask(['a', 'b', 'a']);
    expect(await ask(['a', 'b', 'a'])).toEqual(first);
    await ask(['b', 'c']);
    await foundation.unload(MODEL);
    expect(await ask(['a', 'b', 'a'])).toEqual(first);
    expect(embedded).toEqual([4, 2, 3, 4]);
  });

  it.each<[string, RegExp, object]>([
    ['INPUT_MODEL_NOT_FOUND', /no-such-model/, { model: 'no-such-model', input: 'a', labels: ['x'] }],
    ['INPUT_MODEL_NOT_FOUND', /classify/, { model: 'jina-reranker-v1-tiny-en', input: 'a', labels: ['x'] }],
    ['INPUT_VALIDATION_FAILED', /labels/, { model: MODEL, input: 'a' }],
    ['INPUT_VALIDATION_FAILED', /labels/, { model: MODEL, input: 'a', labels: [] }],
    ['INPUT_VALIDATION_FAILED', /empty/, { model: MODEL, input: [], labels: ['x'] }],
    ['INPUT_VALIDATION_FAILED', /temperature/, { model: MODEL, input: 'a', labels: ['x'], temperature: 0 }],
    ['INPUT_VALIDATION_FAILED', /top_k/, { model: MODEL, input: 'a', labels: ['x'], top_k: 1 }],
    ['INPUT_VALIDATION_FAILED', /image/, { model: MODEL, input: { image: 'x' }, labels: ['x'] }],
    [
      'INPUT_VALIDATION_FAILED',
      /one thing/,
      { model: MODEL, input: { image: 'x', text: 'y' }, labels: ['x'] },
    ],
    ['INPUT_LABEL_LIMIT_EXCEEDED', /513/, { model: MODEL, input: 'a', labels: Array(513).fill('x') }],
    [
      'INPUT_TOKEN_LIMIT_EXCEEDED',
      /Input 0 has 302 tokens/,
      { model: MODEL, input: 'w '.repeat(300), labels: ['x'] },
    ],
    ['INPUT_TOKEN_LIMIT_EXCEEDED', /labels/, { model: MODEL, input: 'a', labels: ['w '.repeat(300)] }],
    ['RESOURCE_NOT_FOUND', /nobody/, { classifier_id: 'nobody', input: 'a' }],
    ['INPUT_VALIDATION_FAILED', /labels/, { classifier_id: 'nobody', input: 'a', labels: ['x'] }],
  ])('refuses with %s, saying %s', async (code, message, request) => {
    const error = await rejection(create('zero').classify(request as ClassifyRequest));
    expect(FoundationError.isInstance(error)).toBe(true);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/truncate/);
  });

  it('can be cancelled', async () => {
    const error = await rejection(
      create('zero').classify({ model: MODEL, input, labels }, { signal: AbortSignal.abort() }),
    );
    expect(error.name).toBe('AbortError');
  });
});

describe('train()', () => {
  const examples = [
    { text: 'I love this so much', label: 'good' },
    { text: 'What a great day', label: 'good' },
    { text: 'This is terrible', label: 'bad' },
    { text: 'I hate waiting', label: 'bad' },
  ];

  it('makes a classifier that is listed, used, updated and deleted', async () => {
    const foundation = create('life');
    const tokens = await tokensOf(
      foundation,
      examples.map(({ text }) => text),
    );
    const trained = await foundation.train({ model: MODEL, input: examples, access: 'private' });
    parse(TrainBodySchema, trained);
    // Ten passes are the API's default.
    expect(trained).toEqual({
      classifier_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      num_samples: 4,
      usage: { total_tokens: tokens * 10 },
    });
    const { classifier_id: id } = trained;

    const answer = await foundation.classify({ classifier_id: id, input: ['simply wonderful', 'awful'] });
    parse(ClassifyBodySchema, answer);
    expect(answer.data.map(({ prediction }) => prediction)).toEqual(['good', 'bad']);
    for (const { predictions } of answer.data) {
      expect(predictions.map(({ label }) => label)).toEqual(['good', 'bad']);
      expect(sum(predictions)).toBeCloseTo(1, 6);
    }
    expect(answer.usage).toEqual({ total_tokens: await tokensOf(foundation, ['simply wonderful', 'awful']) });

    const more = { text: 'The parcel arrives on Monday', label: 'neutral' };
    const updated = await foundation.train({ classifier_id: id, input: more, num_iters: 3 });
    expect(updated).toEqual({
      classifier_id: id,
      num_samples: 1,
      usage: { total_tokens: 3 * (await tokensOf(foundation, [more.text])) },
    });
    // Another process sees the same.
    const summaries = await create('life').classifiers.list();
    parse(ClassifiersBodySchema, summaries);
    expect(summaries).toMatchObject([
      {
        classifier_id: id,
        model: MODEL,
        labels: ['good', 'bad', 'neutral'],
        access: 'private',
        updated_number: 1,
        used_number: 1,
        is_active: true,
        metadata_: { num_samples: 5, dimensions: 384 },
      },
    ]);
    const { data } = await create('life').classify({
      classifier_id: id,
      input: 'It will be delivered on Tuesday',
    });
    expect(data[0]?.prediction).toBe('neutral');

    const exported = JSON.parse(JSON.stringify(await foundation.classifiers.export(id)));
    await foundation.classifiers.delete(id);
    expect(await foundation.classifiers.list()).toEqual([]);
    expect(await rejection(foundation.classify({ classifier_id: id, input: 'x' }))).toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
    await foundation.classifiers.import(exported);
    const again = await foundation.classify({ classifier_id: id, input: 'It will be delivered on Tuesday' });
    expect(again.data).toEqual(data);
  });

  it('keeps no word of the examples', async () => {
    const foundation = create('secret');
    await foundation.train({
      model: MODEL,
      input: [
        { text: 'xylophonic marmalade', label: 'a' },
        { text: 'quixotic zeppelin', label: 'b' },
      ],
    });
    const files = await readdir(join(directory, 'secret', 'records'), {
      recursive: true,
      withFileTypes: true,
    });
    const contents = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
    );
    expect(contents.length).toBeGreaterThan(0);
    for (const content of contents) expect(content).not.toMatch(/marmalade|zeppelin/);
  });

  it('leaves a classifier as it was when an update fails or is cancelled', async () => {
    const foundation = create('failing');
    const { classifier_id: id } = await foundation.train({ model: MODEL, input: examples });
    const before = await foundation.classifiers.export(id);
    const tooLong = { text: 'w '.repeat(300), label: 'good' };
    const error = await rejection(foundation.train({ classifier_id: id, input: [examples[0]!, tooLong] }));
    expect(error).toMatchObject({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED', param: 'input.1' });
    const controller = new AbortController();
    const cancelled = foundation.train(
      { classifier_id: id, input: examples, num_iters: 1000 },
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    expect((await rejection(cancelled)).name).toBe('AbortError');
    expect(await foundation.classifiers.export(id)).toEqual(before);
  });

  it('changes a classifier for one call at a time', async () => {
    const [first, second] = [create('race'), create('race')];
    const { classifier_id: id } = await first.train({ model: MODEL, input: examples });
    const results = await Promise.allSettled([
      first.train({ classifier_id: id, input: examples }),
      second.train({ classifier_id: id, input: examples }),
    ]);
    const failed = results.filter((result) => result.status === 'rejected');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.reason).toMatchObject({ code: 'CONFLICT_RESOURCE_BUSY', status: 409, retryable: true });
    expect(await first.classifiers.list()).toMatchObject([{ updated_number: 1 }]);
  });

  it('holds the limits of labels and classifiers, which can be set', async () => {
    const foundation = create('limits', { classifierLimits: { labels: 3, classifiers: 1 } });
    const labelled = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ text: `word ${index}`, label: `l${index}` }));
    const tooMany = await rejection(foundation.train({ model: MODEL, input: labelled(4) }));
    expect(tooMany).toMatchObject({ code: 'INPUT_LABEL_LIMIT_EXCEEDED', status: 400 });
    const { classifier_id: id } = await foundation.train({ model: MODEL, input: labelled(3) });
    expect(
      await rejection(foundation.train({ classifier_id: id, input: { text: 'x', label: 'one more' } })),
    ).toMatchObject({ code: 'INPUT_LABEL_LIMIT_EXCEEDED' });
    expect(await rejection(foundation.train({ model: MODEL, input: labelled(2) }))).toMatchObject({
      code: 'AUTHZ_RESOURCE_LIMIT_EXCEEDED',
      status: 403,
    });
    expect(await rejection(create('default').train({ model: MODEL, input: labelled(17) }))).toMatchObject({
      message: expect.stringMatching(/17 labels, maximum 16/),
    });
  });

  it.each<[string, RegExp, object]>([
    ['INPUT_INVALID_LABELS', /2 unique labels/, { model: MODEL, input: [examples[0], examples[1]] }],
    ['INPUT_VALIDATION_FAILED', /2 examples/, { model: MODEL, input: [] }],
    ['INPUT_VALIDATION_FAILED', /access/, { model: MODEL, input: examples, access: 'secret' }],
    ['INPUT_VALIDATION_FAILED', /greater/, { model: MODEL, input: examples, num_iters: 0 }],
    ['INPUT_VALIDATION_FAILED', /epochs/, { model: MODEL, input: examples, epochs: 3 }],
    ['INPUT_VALIDATION_FAILED', /image/, { model: MODEL, input: [...examples, { image: 'x', label: 'y' }] }],
    [
      'INPUT_VALIDATION_FAILED',
      /one thing/,
      { model: MODEL, input: [...examples, { text: 'a', image: 'x', label: 'y' }] },
    ],
    ['INPUT_MODEL_NOT_FOUND', /no-such/, { model: 'no-such', input: examples }],
    ['RESOURCE_NOT_FOUND', /nobody/, { classifier_id: 'nobody', input: examples }],
  ])('refuses with %s, saying %s', async (code, message, request) => {
    const error = await rejection(create('zero').train(request as TrainRequest));
    expect(FoundationError.isInstance(error)).toBe(true);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('refuses an import that is none, or is for another model', async () => {
    const foundation = create('import');
    const { classifier_id: id } = await foundation.train({ model: MODEL, input: examples });
    const exported = await foundation.classifiers.export(id);
    const other = { ...exported.classifier, model: 'jina-embeddings-v2-small-en' };
    for (const [value, message] of [
      [{}, /format/],
      [{ ...exported, version: 2 }, /version 1/],
      [{ ...exported, classifier: { ...exported.classifier, created_at: 'yesterday' } }, /ISO 8601/],
      [{ ...exported, classifier: other }, /512 dimensions/],
      [{ ...exported, columns: 383 }, /384 dimensions/],
    ] as const) {
      const error = await rejection(foundation.classifiers.import(value as typeof exported));
      expect(error.code).toBe('INPUT_VALIDATION_FAILED');
      expect(error.message).toMatch(message);
    }
  });
});

describe('few-shot against zero-shot', () => {
  it('beats it with 200 examples, and its scores mean what they say', async () => {
    const foundation = create('compare', { threads: 2 });
    const { train, test } = split(200);
    expect([train.length, test.length]).toEqual([200, 160]);
    // Two ways to put the kinds in words, so that zero-shot is not judged by one poor choice.
    const described: Record<string, string> = {
      delivery: 'a question about the delivery of a parcel',
      refund: 'a request to return something or get money back',
      billing: 'a problem with a payment, price or invoice',
      account: 'a question about login, password or personal data',
      technical: 'a device, app or website that does not work',
      praise: 'praise and thanks from a happy customer',
    };
    const byName = await inBatches(
      test,
      async (texts) => (await foundation.classify({ model: MODEL, input: texts, labels: LABELS })).data,
    );
    const byDescription = await inBatches(test, async (texts) => {
      const labels = LABELS.map((label) => described[label]!);
      const { data } = await foundation.classify({ model: MODEL, input: texts, labels });
      return data.map(({ prediction }) => ({ prediction: LABELS[labels.indexOf(prediction)] }));
    });
    const { classifier_id: id } = await foundation.train({ model: MODEL, input: train });
    const few = await inBatches(
      test,
      async (texts) => (await foundation.classify({ classifier_id: id, input: texts })).data,
    );
    const rightZero = Math.max(rightOf(test, byName), rightOf(test, byDescription));
    const rightFew = rightOf(test, few);
    expect(rightZero).toBeGreaterThan(0.5);
    expect(rightFew).toBeGreaterThan(0.78);
    expect(rightFew).toBeGreaterThan(rightZero + 0.08);
    const confidence = few.reduce((total, { score }) => total + score, 0) / few.length;
    expect(Math.abs(confidence - rightFew)).toBeLessThan(0.08);
  });
});
