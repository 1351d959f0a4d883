import { type ClassifyRequest, type ClassifyResponse, LIMITS, type SearchFoundation } from '@nearfield/spec';
import { describe, expect } from 'vitest';
import { tokensOf } from '../models.ts';
import { expectShape } from '../openapi.ts';
import { base64, pictures } from '../pictures.ts';
import { expectInvalid, refusal, type Subject, unchecked } from '../subject.ts';
import { cosine } from '../vectors.ts';

const LABELS = ['cooking', 'finance', 'animals'];
const INPUT = ['Knead the dough and let it rest.', 'The share price fell.', 'The kitten chased a mouse.'];

const sum = (scores: readonly { score: number }[]): number =>
  scores.reduce((total, { score }) => total + score, 0);

/** `POST /v1/classify` with labels in words. */
export function classifyCases(subject: Subject): void {
  const { minilm, v3, v5, clip, crossEncoder, colbert } = subject.models;
  const test = (name: string, run: (foundation: SearchFoundation) => Promise<void>): void =>
    subject.case('classify', name, run);

  describe('classify in words', () => {
    test('shape, order, and the right labels', async (foundation) => {
      const answer = await foundation.classify({ model: minilm, input: INPUT, labels: LABELS });
      expectShape('ClassificationResponse', answer);
      expect(answer.data.map(({ object, index }) => [object, index])).toEqual([
        ['classification', 0],
        ['classification', 1],
        ['classification', 2],
      ]);
      expect(answer.data.map(({ prediction }) => prediction)).toEqual(LABELS);
      for (const { prediction, score, predictions } of answer.data) {
        expect(predictions.map(({ label }) => label)).toEqual(LABELS);
        expect(predictions.find(({ label }) => label === prediction)!.score).toBe(score);
        expect(Math.max(...predictions.map((each) => each.score))).toBe(score);
        expect(sum(predictions)).toBeCloseTo(1, 6);
      }
    });

    test('scores are the softmax of cosines', async (foundation) => {
      for (const temperature of [undefined, 1, 0.05]) {
        const { data } = await foundation.classify({
          model: minilm,
          input: INPUT[0]!,
          labels: LABELS,
          temperature,
        });
        const { data: embedded } = await foundation.embeddings({
          model: minilm,
          input: [INPUT[0]!, ...LABELS],
        });
        const [input, ...labels] = embedded.map(({ embedding }) => embedding);
        const powers = labels.map((label) => Math.exp(cosine(input!, label) / (temperature ?? 1)));
        const total = powers.reduce((left, right) => left + right, 0);
        data[0]!.predictions.forEach(({ score }, index) => {
          expect(Math.abs(score - powers[index]! / total)).toBeLessThan(2e-3);
        });
      }
    });

    test('a smaller temperature decides more', async (foundation) => {
      const request = { model: minilm, input: INPUT[2]!, labels: LABELS };
      const mild = await foundation.classify(request);
      const sharp = await foundation.classify({ ...request, temperature: 0.02 });
      expect(sharp.data[0]!.prediction).toBe(mild.data[0]!.prediction);
      expect(sharp.data[0]!.score).toBeGreaterThan(0.9);
      expect(mild.data[0]!.score).toBeLessThan(0.6);
    });

    test('groups are answered apart', async (foundation) => {
      const labels = { topic: LABELS, tone: ['calm', 'angry'] };
      const answer = await foundation.classify({ model: minilm, input: INPUT, labels });
      expectShape('ClassificationResponse', answer);
      const lists = await foundation.classify({ model: minilm, input: INPUT, labels: LABELS });
      answer.data.forEach(({ index, prediction, score, predictions }, at) => {
        expect(index).toBe(at);
        expect(Object.keys(prediction)).toEqual(['topic', 'tone']);
        expect(Object.keys(score)).toEqual(['topic', 'tone']);
        expect(prediction.topic).toBe(lists.data[at]!.prediction);
        expect(score.topic).toBeCloseTo(lists.data[at]!.score, 5);
        for (const group of Object.values(predictions)) expect(sum(group)).toBeCloseTo(1, 6);
        expect(predictions.tone!.map(({ label }) => label)).toEqual(labels.tone);
      });
    });

    test('usage counts inputs and labels', async (foundation) => {
      const { usage } = await foundation.classify({
        model: v5.id,
        input: ['a', 'b c'],
        labels: ['x', 'y z'],
      });
      // What v5 embeds for a classification has its prompt.
      const total = ['a', 'b c', 'x', 'y z'].reduce(
        (left, text) => left + tokensOf(v5, `Document: ${text}`),
        0,
      );
      expect(usage).toEqual({ total_tokens: total });
      // Labels that were embedded before count all the same.
      const again = await foundation.classify({ model: v5.id, input: ['a', 'b c'], labels: ['x', 'y z'] });
      expect(again.usage).toEqual({ total_tokens: total });
    });

    const forms: [string, ClassifyRequest['input']][] = [
      ['a string', INPUT[1]!],
      ['an object with text', { text: INPUT[1]! }],
      ['a list of one', [INPUT[1]!]],
      ['a list of one object', [{ text: INPUT[1]! }]],
    ];
    for (const [name, input] of forms) {
      test(`${name} is one input`, async (foundation) => {
        const { data } = await foundation.classify({ model: minilm, input, labels: LABELS });
        expect(data.map(({ prediction }) => prediction)).toEqual(['finance']);
      });
    }

    test('an answer does not depend on the inputs beside it', async (foundation) => {
      const together = await foundation.classify({ model: minilm, input: INPUT, labels: LABELS });
      for (const [index, input] of INPUT.entries()) {
        const alone = await foundation.classify({ model: minilm, input, labels: LABELS });
        expect(Math.abs(alone.data[0]!.score - together.data[index]!.score)).toBeLessThan(1e-3);
      }
    });

    test('one label has it all', async (foundation) => {
      const { data } = await foundation.classify({ model: v3.id, input: 'a', labels: ['only'] });
      expect(data[0]).toMatchObject({ prediction: 'only', score: 1 });
    });

    test('the first of equal labels wins', async (foundation) => {
      const { data } = await foundation.classify({ model: minilm, input: 'a', labels: ['same', 'same'] });
      expect(data[0]!.predictions.map(({ score }) => score)).toEqual([0.5, 0.5]);
    });

    test('labels with the names of every object’s properties', async (foundation) => {
      const labels = ['__proto__', 'constructor', 'toString'];
      const { data } = await foundation.classify({ model: minilm, input: 'a constructor', labels });
      expect(data[0]!.predictions.map(({ label }) => label)).toEqual(labels);
    });

    test(`${LIMITS.classify.inputs} inputs and ${LIMITS.classify.labels} labels`, async (foundation) => {
      const input = Array.from({ length: LIMITS.classify.inputs }, (_, index) => `${index % 10}`);
      const labels = Array.from({ length: LIMITS.classify.labels }, (_, index) => `label ${index}`);
      const { data } = await foundation.classify({ model: v5.id, input, labels });
      expect(data).toHaveLength(input.length);
      expect(data[0]!.predictions).toHaveLength(labels.length);
    });

    test('8 groups of 64 labels', async (foundation) => {
      const { groups, labelsPerGroup } = LIMITS.classify;
      const labels = Object.fromEntries(
        Array.from({ length: groups }, (_, group) => [
          `group ${group}`,
          Array.from({ length: labelsPerGroup }, (_, index) => `label ${index}`),
        ]),
      );
      const { data } = await foundation.classify({ model: v5.id, input: 'a', labels });
      expect(Object.keys(data[0]!.predictions)).toHaveLength(groups);
    });

    const list = (length: number): string[] => Array.from({ length }, (_, index) => `label ${index}`);
    const tooMany: [string, ClassifyRequest['labels']][] = [
      ['513 labels', list(513)],
      ['9 groups', Object.fromEntries(list(9).map((name) => [name, ['a', 'b']]))],
      ['65 labels in a group', { group: list(65) }],
    ];
    for (const [name, labels] of tooMany) {
      test(`${name} are refused`, async (foundation) => {
        const call = foundation.classify(unchecked<ClassifyRequest>({ model: v5.id, input: 'a', labels }));
        expect(await refusal(call)).toMatchObject({
          code: 'INPUT_LABEL_LIMIT_EXCEEDED',
          status: 400,
          param: 'labels',
        });
      });
    }

    test('texts and pictures together', async (foundation) => {
      const { gradient } = await pictures();
      const answer = await foundation.classify({
        model: clip.id,
        input: ['a text', { image: base64(gradient) }],
        labels: ['one', 'two'],
      });
      expectShape('ClassificationResponse', answer);
      expect(answer.data.map(({ index }) => index)).toEqual([0, 1]);
      for (const { predictions } of answer.data) expect(sum(predictions)).toBeCloseTo(1, 6);
      const { usage } = answer as ClassifyResponse;
      expect(usage.total_tokens).toBeGreaterThanOrEqual(1000);
    });

    const refused: [string, object, string][] = [
      [`${LIMITS.classify.inputs + 1} inputs`, { input: list(LIMITS.classify.inputs + 1) }, 'input'],
      ['no inputs', { input: [] }, 'input'],
      ['no labels', { labels: [] }, 'labels'],
      ['no groups', { labels: {} }, 'labels'],
      ['an empty group', { labels: { a: ['x'], b: [] } }, 'labels.b'],
      ['an empty label', { labels: ['a', ''] }, 'labels.1'],
      [
        'a picture where the model reads texts',
        { input: [{ image: 'https://example.com/a.png' }] },
        'input.0',
      ],
      ['a temperature of 0', { temperature: 0 }, 'temperature'],
      ['a negative temperature', { temperature: -1 }, 'temperature'],
      ['an unknown field', { frobnicate: 1 }, 'frobnicate'],
      ['an input of two kinds', { input: [{ text: 'a', image: 'b' }] }, 'input.0'],
    ];
    if (subject.splits) {
      test(`${refused.shift()![0]} are answered in several requests`, async (foundation) => {
        const input = list(LIMITS.classify.inputs + 1);
        const { data } = await foundation.classify({ model: minilm, input, labels: LABELS });
        expect(data.map(({ index }) => index)).toEqual(input.map((_, index) => index));
      });
    }
    for (const [name, fields, param] of refused) {
      test(`${name} is refused`, (foundation) =>
        expectInvalid(
          foundation.classify(
            unchecked<ClassifyRequest>({ model: minilm, input: 'a', labels: LABELS, ...fields }),
          ),
          param,
        ));
    }

    for (const [name, model] of [
      ['a cross-encoder', crossEncoder.id],
      ['a late interaction model', colbert.id],
      ['an unknown model', 'no-such-model'],
    ] as const) {
      test(`${name} is refused`, async (foundation) => {
        const error = await refusal(foundation.classify({ model, input: 'a', labels: LABELS }));
        expect(error).toMatchObject({ code: 'INPUT_MODEL_NOT_FOUND', status: 400, param: 'model' });
      });
    }

    test('a text that is too long is refused', async (foundation) => {
      const call = foundation.classify({ model: minilm, input: ['a', 'word '.repeat(300)], labels: LABELS });
      expect(await refusal(call)).toMatchObject({
        code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
        status: 400,
        param: 'input.1',
      });
    });
  });
}
