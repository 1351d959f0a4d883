import { type ClassifyRequest, LIMITS, type SearchFoundation, type TrainRequest } from '@nearfield/spec';
import { describe, expect } from 'vitest';
import { tokensOf } from '../models.ts';
import { expectShape } from '../openapi.ts';
import { base64, pictures } from '../pictures.ts';
import { expectInvalid, refusal, type Subject, unchecked } from '../subject.ts';

const EXAMPLES = [
  { text: 'I love this so much', label: 'good' },
  { text: 'What a great day', label: 'good' },
  { text: 'This is terrible', label: 'bad' },
  { text: 'I hate waiting', label: 'bad' },
];

/** Trains a classifier, uses it, and deletes it whatever happens. */
async function withClassifier(
  foundation: SearchFoundation,
  request: TrainRequest,
  use: (id: string) => Promise<void>,
): Promise<void> {
  const { classifier_id: id } = await foundation.train(request);
  try {
    await use(id);
  } finally {
    await foundation.classifiers.delete(id).catch(() => undefined);
  }
}

/** `POST /v1/train`, `POST /v1/classify` with a classifier, `/v1/classifiers`. */
export function trainCases(subject: Subject): void {
  const { minilm, v5, clip, crossEncoder } = subject.models;
  const test = (name: string, run: (foundation: SearchFoundation) => Promise<void>): void =>
    subject.case('train', name, run);
  const request = { model: minilm, input: EXAMPLES };

  describe('train', () => {
    test('learns, and classifies what it has not seen', async (foundation) => {
      const trained = await foundation.train(request);
      try {
        expectShape('TrainingResponse', trained);
        expect(trained.num_samples).toBe(4);
        const answer = await foundation.classify({
          classifier_id: trained.classifier_id,
          input: ['simply wonderful', 'awful and boring', { text: 'fantastic' }],
        });
        expectShape('ClassificationResponse', answer);
        expect(answer.data.map(({ index, prediction }) => [index, prediction])).toEqual([
          [0, 'good'],
          [1, 'bad'],
          [2, 'good'],
        ]);
        for (const { score, predictions } of answer.data) {
          expect(predictions.map(({ label }) => label)).toEqual(['good', 'bad']);
          expect(predictions[0]!.score + predictions[1]!.score).toBeCloseTo(1, 6);
          expect(score).toBe(Math.max(...predictions.map((each) => each.score)));
        }
      } finally {
        await foundation.classifiers.delete(trained.classifier_id);
      }
    });

    test('usage counts input tokens × num_iters; classifying counts inputs', async (foundation) => {
      const examples = EXAMPLES.reduce((sum, { text }) => sum + tokensOf(v5, `Document: ${text}`), 0);
      for (const [num_iters, passes] of [
        [undefined, 10],
        [null, 10],
        [1, 1],
        [7, 7],
      ] as const) {
        const { usage, classifier_id } = await foundation.train({ model: v5.id, input: EXAMPLES, num_iters });
        expect(usage).toEqual({ total_tokens: examples * passes });
        const used = await foundation.classify({ classifier_id, input: ['a'] });
        expect(used.usage).toEqual({ total_tokens: tokensOf(v5, 'Document: a') });
        await foundation.classifiers.delete(classifier_id);
      }
    });

    test('is listed as the API lists it', async (foundation) => {
      await withClassifier(foundation, { ...request, access: 'private' }, async (id) => {
        const before = (await foundation.classifiers.list()).find(
          ({ classifier_id }) => classifier_id === id,
        )!;
        expectShape('ClassifierSummary', before);
        expect(before).toMatchObject({
          model: minilm,
          labels: ['good', 'bad'],
          access: 'private',
          updated_number: 0,
          used_number: 0,
        });
        await foundation.classify({ classifier_id: id, input: 'a' });
        await foundation.train({ classifier_id: id, input: { text: 'so so', label: 'good' } });
        const after = (await foundation.classifiers.list()).find(
          ({ classifier_id }) => classifier_id === id,
        )!;
        expectShape('ClassifierSummary', after);
        expect(after).toMatchObject({ updated_number: 1, used_number: 1 });
        expect(Date.parse(after.updated_at)).toBeGreaterThanOrEqual(Date.parse(before.created_at));
        expect(after.used_at).toBeTypeOf('string');
      });
    });

    test('is public unless told otherwise', async (foundation) => {
      await withClassifier(foundation, request, async (id) => {
        const summary = (await foundation.classifiers.list()).find(
          ({ classifier_id }) => classifier_id === id,
        );
        expect(summary).toMatchObject({ access: 'public' });
      });
    });

    test('learns a new label later, from one example', async (foundation) => {
      await withClassifier(foundation, request, async (id) => {
        const trained = await foundation.train({
          classifier_id: id,
          input: [{ text: 'the cat sat on the mat', label: 'animals' }],
          num_iters: 5,
        });
        expectShape('TrainingResponse', trained);
        expect(trained).toMatchObject({ classifier_id: id, num_samples: 1 });
        const { data } = await foundation.classify({
          classifier_id: id,
          input: ['a cat on a mat', 'I love it'],
        });
        expect(data.map(({ prediction }) => prediction)).toEqual(['animals', 'good']);
        expect(data[0]!.predictions.map(({ label }) => label)).toEqual(['good', 'bad', 'animals']);
      });
    });

    test('a single example need not be in a list', async (foundation) => {
      await withClassifier(foundation, request, async (id) => {
        const trained = await foundation.train({ classifier_id: id, input: { text: 'fine', label: 'good' } });
        expect(trained.num_samples).toBe(1);
      });
    });

    test('learns pictures', async (foundation) => {
      const { gradient, wide } = await pictures();
      const input = [
        { image: base64(gradient), label: 'small' },
        { image: base64(wide), label: 'large' },
        { text: 'a text', label: 'large' },
      ];
      await withClassifier(foundation, { model: clip.id, input }, async (id) => {
        const { data } = await foundation.classify({
          classifier_id: id,
          input: [{ image: base64(gradient) }, { image: base64(wide) }],
        });
        expect(data.map(({ prediction }) => prediction)).toEqual(['small', 'large']);
      });
    });

    test(`${LIMITS.train.inputs} examples with ${LIMITS.train.labels} labels`, async (foundation) => {
      const input = Array.from({ length: LIMITS.train.inputs }, (_, index) => ({
        text: `${index % 32}`,
        label: `label ${index % LIMITS.train.labels}`,
      }));
      await withClassifier(foundation, { model: v5.id, input, num_iters: 1 }, async (id) => {
        const { data } = await foundation.classify({ classifier_id: id, input: 'a' });
        expect(data[0]!.predictions).toHaveLength(LIMITS.train.labels);
      });
    });

    test('more labels than a classifier may have are refused', async (foundation) => {
      const input = Array.from({ length: LIMITS.train.labels + 1 }, (_, index) => ({
        text: 'a',
        label: `${index}`,
      }));
      expect(await refusal(foundation.train({ model: v5.id, input }))).toMatchObject({
        code: 'INPUT_LABEL_LIMIT_EXCEEDED',
        status: 400,
      });
      await withClassifier(foundation, { model: v5.id, input: input.slice(1) }, async (id) => {
        const update = foundation.train({ classifier_id: id, input: { text: 'a', label: 'another' } });
        expect(await refusal(update)).toMatchObject({ code: 'INPUT_LABEL_LIMIT_EXCEEDED' });
      });
    });

    test('more classifiers than an owner may have are refused', async (foundation) => {
      const made: string[] = [];
      try {
        const { length } = await foundation.classifiers.list();
        const train = () => foundation.train({ model: v5.id, input: EXAMPLES, num_iters: 1 });
        for (let count = length; count < LIMITS.train.classifiers; count++)
          made.push((await train()).classifier_id);
        expect(await refusal(train())).toMatchObject({ code: 'AUTHZ_RESOURCE_LIMIT_EXCEEDED', status: 403 });
        // One that is deleted makes room.
        await foundation.classifiers.delete(made.pop()!);
        made.push((await train()).classifier_id);
      } finally {
        for (const id of made) await foundation.classifiers.delete(id);
      }
    });

    test('one label alone is refused with the API’s code', async (foundation) => {
      const input = EXAMPLES.slice(0, 2);
      expect(await refusal(foundation.train({ model: minilm, input }))).toMatchObject({
        code: 'INPUT_INVALID_LABELS',
        status: 400,
        param: 'input',
      });
    });

    const refused: [string, object, string][] = [
      ['no examples', { input: [] }, 'input'],
      ['one example', { input: EXAMPLES.slice(0, 1) }, 'input'],
      [
        `${LIMITS.train.inputs + 1} examples`,
        { input: Array(LIMITS.train.inputs + 1).fill(EXAMPLES[0]) },
        'input',
      ],
      ['an example without label', { input: [...EXAMPLES, { text: 'a' }] }, 'input.4'],
      ['an example without text', { input: [...EXAMPLES, { label: 'a' }] }, 'input.4'],
      ['an example that is a string', { input: [...EXAMPLES, 'a'] }, 'input.4'],
      ['an empty label', { input: [...EXAMPLES, { text: 'a', label: '' }] }, 'input.4'],
      ['a label that is a number', { input: [...EXAMPLES, { text: 'a', label: 1 }] }, 'input.4'],
      ['num_iters 0', { num_iters: 0 }, 'num_iters'],
      ['num_iters 1.5', { num_iters: 1.5 }, 'num_iters'],
      ['an unknown access', { access: 'shared' }, 'access'],
      [
        'a picture where the model reads texts',
        { input: [...EXAMPLES, { image: 'aaaa', label: 'a' }] },
        'input.4',
      ],
      ['an unknown field', { frobnicate: 1 }, 'frobnicate'],
    ];
    for (const [name, fields, param] of refused) {
      test(`${name} is refused`, (foundation) =>
        expectInvalid(foundation.train(unchecked<TrainRequest>({ ...request, ...fields })), param));
    }

    test('an update cannot change the model or the access', async (foundation) => {
      await withClassifier(foundation, request, async (id) => {
        const input = EXAMPLES[0]!;
        for (const field of [{ model: v5.id }, { access: 'private' }]) {
          const update = unchecked<TrainRequest>({ classifier_id: id, input, ...field });
          await expectInvalid(foundation.train(update), Object.keys(field)[0]!);
        }
      });
    });

    test('a failed update leaves the classifier as it was', async (foundation) => {
      await withClassifier(foundation, request, async (id) => {
        const before = await foundation.classify({ classifier_id: id, input: 'fine' });
        const input = [EXAMPLES[0]!, { text: 'word '.repeat(300), label: 'long' }];
        expect(await refusal(foundation.train({ classifier_id: id, input }))).toMatchObject({
          code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
          param: 'input.1',
        });
        expect(await foundation.classify({ classifier_id: id, input: 'fine' })).toEqual(before);
      });
    });

    test('of two updates at a time one is told that the classifier is busy', async (foundation) => {
      await withClassifier(foundation, request, async (id) => {
        const update = () => foundation.train({ classifier_id: id, input: Array(32).fill(EXAMPLES).flat() });
        const results = await Promise.allSettled([update(), update()]);
        const [failed, ...others] = results.filter((result) => result.status === 'rejected');
        expect(others).toEqual([]);
        expect(failed?.reason).toMatchObject({
          code: 'CONFLICT_RESOURCE_BUSY',
          status: 409,
          retryable: true,
        });
        expect((await update()).classifier_id).toBe(id);
      });
    });

    test('a classifier of texts refuses pictures', async (foundation) => {
      const { gradient } = await pictures();
      await withClassifier(foundation, request, async (id) => {
        const input = ['a', { image: base64(gradient) }];
        await expectInvalid(foundation.classify({ classifier_id: id, input }), 'input.1');
        const update = foundation.train({
          classifier_id: id,
          input: { image: base64(gradient), label: 'good' },
        });
        await expectInvalid(update, 'input.0');
      });
    });

    test('a model for another endpoint is refused', async (foundation) => {
      expect(await refusal(foundation.train({ model: crossEncoder.id, input: EXAMPLES }))).toMatchObject({
        code: 'INPUT_MODEL_NOT_FOUND',
        status: 400,
        param: 'model',
      });
    });

    for (const id of [
      'nobody',
      '00000000-0000-4000-8000-000000000000',
      '../../etc/passwd',
      'a b',
      '__proto__',
    ]) {
      test(`the classifier ‘${id}’ is not found, by any method`, async (foundation) => {
        const calls = [
          () => foundation.classify({ classifier_id: id, input: 'a' }),
          () => foundation.train({ classifier_id: id, input: EXAMPLES }),
          () => foundation.classifiers.delete(id),
        ];
        // One after the other: what is being changed is busy, whether it is there or not.
        for (const call of calls) {
          const error = await refusal(call());
          expect(error).toMatchObject({ code: 'RESOURCE_NOT_FOUND', status: 404, retryable: false });
        }
      });
    }

    const refusedUses: [string, object, string][] = [
      ['labels beside a classifier', { labels: ['a', 'b'] }, 'labels'],
      ['a model beside a classifier', { model: minilm }, 'model'],
      ['an empty classifier_id', { classifier_id: '' }, 'classifier_id'],
      ['a number as classifier_id', { classifier_id: 7 }, 'classifier_id'],
      ['no inputs', { input: [] }, 'input'],
    ];
    for (const [name, fields, param] of refusedUses) {
      test(`${name} are refused`, (foundation) =>
        expectInvalid(
          foundation.classify(unchecked<ClassifyRequest>({ classifier_id: 'x', input: 'a', ...fields })),
          param,
        ));
    }
  });

  describe('classifiers', () => {
    const listed = (name: string, run: (foundation: SearchFoundation) => Promise<void>): void =>
      subject.case('classifiers', name, run);

    listed('are listed oldest first, and gone when deleted', async (foundation) => {
      const ids: string[] = [];
      for (let count = 0; count < 3; count++) {
        ids.push((await foundation.train({ model: v5.id, input: EXAMPLES, num_iters: 1 })).classifier_id);
      }
      const list = async () =>
        (await foundation.classifiers.list())
          .map(({ classifier_id }) => classifier_id)
          .filter((id) => ids.includes(id));
      expect(await list()).toEqual(ids);
      for (const id of ids) expect(await foundation.classifiers.delete(id)).toBeTypeOf('object');
      expect(await list()).toEqual([]);
      expect(await refusal(foundation.classifiers.delete(ids[0]!))).toMatchObject({
        code: 'RESOURCE_NOT_FOUND',
      });
    });

    listed('go elsewhere as JSON, weights only, where that is possible', async (foundation) => {
      const { export: exportOne, import: importOne } = foundation.classifiers;
      if (!exportOne || !importOne) return;
      const { classifier_id: id } = await foundation.train(request);
      const before = await foundation.classify({ classifier_id: id, input: ['fine', 'awful'] });
      const exported = JSON.parse(JSON.stringify(await exportOne(id)));
      for (const { text } of EXAMPLES) expect(JSON.stringify(exported)).not.toContain(text);
      await foundation.classifiers.delete(id);
      expectShape('ClassifierSummary', await importOne(exported));
      expect(await foundation.classify({ classifier_id: id, input: ['fine', 'awful'] })).toEqual(before);
      await foundation.classifiers.delete(id);
      for (const broken of [
        { ...exported, version: 2 },
        { ...exported, weights: '!' },
        { ...exported, columns: 7 },
        { ...exported, classifier: { ...exported.classifier, labels: ['good'] } },
        null,
        [],
      ]) {
        expect(await refusal(importOne(broken))).toMatchObject({ code: 'INPUT_VALIDATION_FAILED' });
      }
    });
  });
}
