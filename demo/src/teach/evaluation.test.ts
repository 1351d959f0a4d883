import { expect, test } from 'vitest';
import {
  contradictions,
  crossValidate,
  type HeldOut,
  noneThreshold,
  qualityOf,
  stratifiedFolds,
} from './evaluation.ts';

/** A held-out prediction with its score; the rest of the scores goes to the label itself. */
const held = (index: number, label: string, prediction: string, score = 0.9): HeldOut => ({
  index,
  label,
  choice: {
    prediction,
    score,
    predictions:
      prediction === label
        ? [{ label, score }]
        : [
            { label: prediction, score },
            { label, score: 1 - score },
          ],
  },
});

test('folds have each class in proportion, and are of one size', () => {
  const labels = [...'aaaaaaabbbbbbbbccccc'];
  const { folds, of } = stratifiedFolds(labels);
  expect(folds).toBe(5);
  for (let fold = 0; fold < folds; fold++) {
    const inFold = labels.filter((_, index) => of[index] === fold);
    expect(inFold).toHaveLength(4);
    expect(inFold.filter((label) => label === 'c')).toHaveLength(1);
    expect([1, 2]).toContain(inFold.filter((label) => label === 'a').length);
  }
  expect(stratifiedFolds(labels)).toEqual({ folds, of });
});

test('a class with one example takes no part, and one class alone is not tested', () => {
  expect(stratifiedFolds(['a', 'b', 'a', 'c', 'c', 'c'])).toEqual({
    folds: 2,
    of: [0, undefined, 1, 0, 1, 0],
  });
  expect(stratifiedFolds(['a', 'a', 'b'])).toMatchObject({ folds: 0 });
});

test('no example is predicted by a classifier that learnt it', async () => {
  const samples = [...'aabbab'].map((label, index) => ({ label, vector: Float32Array.of(index) }));
  const { folds, heldOut } = await crossValidate(samples, async (learnt) => (vector) => {
    expect(learnt.map((each) => each.vector[0])).not.toContain(vector[0]);
    return { prediction: 'a', score: 1, predictions: [] };
  });
  expect(folds).toBe(3);
  expect(heldOut.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
});

test('accuracy, F1 and confusion agree with scikit-learn', () => {
  // sklearn.metrics with y_true = [0,0,0,0,1,1,1,2,2,2] and y_pred = [0,0,1,0,1,1,2,2,0,2]: accuracy_score 0.7,
  // precision_recall_fscore_support: precision [.75, 2/3, 2/3], recall [.75, 2/3, 2/3], f1_score(average='macro') 25/36.
  const pairs = ['aa', 'aa', 'ab', 'aa', 'bb', 'bb', 'bc', 'cc', 'ca', 'cc'];
  const quality = qualityOf(
    5,
    pairs.map(([label, prediction], index) => held(index, label!, prediction!)),
    ['a', 'b', 'c', 'unused'],
  )!;
  expect(quality.accuracy).toBeCloseTo(0.7, 12);
  expect(quality.macroF1).toBeCloseTo(25 / 36, 12);
  expect(quality.confusion).toEqual([
    [3, 1, 0, 0],
    [0, 2, 1, 0],
    [1, 0, 2, 0],
    [0, 0, 0, 0],
  ]);
  expect(quality.classes.map(({ precision }) => precision)).toEqual([0.75, 2 / 3, 2 / 3, 0]);
  expect(quality.classes.map(({ recall }) => recall)).toEqual([0.75, 2 / 3, 2 / 3, 0]);
  expect(qualityOf(0, [], ['a'])).toBeUndefined();
});

test('an example contradicts its label where another class is as sure of it as of its own examples', () => {
  const all = [
    held(0, 'a', 'a', 0.9),
    held(1, 'a', 'a', 0.7),
    held(2, 'b', 'b', 0.6),
    // Labelled b: the examples of a have 0.8 on average, which 0.85 reaches and 0.75 does not.
    held(3, 'b', 'a', 0.85),
    held(4, 'b', 'a', 0.75),
    held(5, 'a', 'b', 0.95),
  ];
  // With number 5, the mean score of a is (0.9 + 0.7 + 0.05) ÷ 3 = 0.55, and that of b (0.6 + 0.15 + 0.25) ÷ 3 = 1 ÷ 3.
  expect(contradictions(all).map(({ index }) => index)).toEqual([5, 3, 4]);
  expect(contradictions(all.slice(0, 5)).map(({ index }) => index)).toEqual([3]);
});

test('the threshold refuses no more than its share of the examples', async () => {
  // Pairs at growing angles: each one's nearest example is its partner.
  const samples = Array.from({ length: 40 }, (_, index) => {
    const pair = Math.floor(index / 2);
    const vector = new Float32Array(40);
    const angle = index % 2 === 0 ? 0 : 0.02 * (pair + 1);
    vector[2 * pair] = Math.cos(angle);
    vector[2 * pair + 1] = Math.sin(angle);
    return { vector, label: 'a' };
  });
  // Cosines are cos(0.02) … cos(0.4), each twice; of 40, 10 % are ⌊0.1 · 41⌋ = 4: the 4th smallest is cos(0.38).
  expect(await noneThreshold(samples, 0.1)).toBeCloseTo(Math.cos(0.38), 5);
  expect(await noneThreshold(samples, 0)).toBeUndefined();
  expect(await noneThreshold(samples.slice(0, 8), 0.1)).toBeUndefined();
});
