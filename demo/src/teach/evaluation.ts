/** How good a classifier is, from examples it did not learn: k-fold cross-validation. */
import type { Choice } from '@nearfield/spec/implement';
import { cosine, type Sample } from './head.ts';

/** Folds, where the smallest class has as many examples. */
const MOST_FOLDS = 5;

/** Examples whose nearest neighbours are looked up; of more, evenly spread ones. */
const MOST_NEIGHBOURS = 800;

/** Examples with a prediction by a classifier that did not learn them. */
export interface HeldOut {
  /** Position among the examples. */
  index: number;
  label: string;
  choice: Choice;
}

export interface ClassQuality {
  label: string;
  examples: number;
  precision: number;
  recall: number;
  f1: number;
}

export interface Quality {
  folds: number;
  /** Examples that were held out once. */
  examples: number;
  accuracy: number;
  /** The mean of the classes' F1, in which small classes count as much as large ones. */
  macroF1: number;
  classes: readonly ClassQuality[];
  /** Counts, shape [labels, labels]: rows are the examples' labels, columns the predictions, in the order of `classes`. */
  confusion: readonly (readonly number[])[];
}

/**
 * Parts examples into folds that have each class in the same proportion, up to one example. The order decides, nothing
 * is drawn by lot.
 * @returns fold of each example; undefined where it takes no part, because its class has no second example
 */
export function stratifiedFolds(labels: readonly string[]): { folds: number; of: (number | undefined)[] } {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const taking = [...counts].filter(([, count]) => count >= 2);
  if (taking.length < 2) return { folds: 0, of: labels.map(() => undefined) };
  const folds = Math.min(MOST_FOLDS, ...taking.map(([, count]) => count));
  const next = new Map<string, number>();
  let start = 0;
  for (const [label, count] of taking) {
    // Where one class ends, the next goes on: folds are of one size, up to one example.
    next.set(label, start % folds);
    start += count;
  }
  return {
    folds,
    of: labels.map((label) => {
      const fold = next.get(label);
      if (fold === undefined) return undefined;
      next.set(label, (fold + 1) % folds);
      return fold;
    }),
  };
}

/** Predicts each example by a classifier that learnt all folds but its own. */
export async function crossValidate(
  samples: readonly Sample[],
  fit: (samples: readonly Sample[]) => Promise<(vector: Float32Array) => Choice>,
): Promise<{ folds: number; heldOut: HeldOut[] }> {
  const { folds, of } = stratifiedFolds(samples.map(({ label }) => label));
  const heldOut: HeldOut[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const predict = await fit(samples.filter((_, index) => of[index] !== fold));
    samples.forEach(({ vector, label }, index) => {
      if (of[index] === fold) heldOut.push({ index, label, choice: predict(vector) });
    });
  }
  return { folds, heldOut: heldOut.sort((one, other) => one.index - other.index) };
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Counts held-out predictions. Labels without a held-out example are columns and rows of zeros, and not in the mean. */
export function qualityOf(
  folds: number,
  heldOut: readonly HeldOut[],
  labels: readonly string[],
): Quality | undefined {
  if (heldOut.length === 0) return undefined;
  const rowOf = new Map(labels.map((label, row) => [label, row]));
  const confusion = labels.map(() => labels.map(() => 0));
  for (const { label, choice } of heldOut) confusion[rowOf.get(label)!]![rowOf.get(choice.prediction)!]! += 1;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const classes = labels.map((label, row): ClassQuality => {
    const right = confusion[row]![row]!;
    const examples = sum(confusion[row]!);
    const predicted = sum(confusion.map((counts) => counts[row]!));
    return {
      label,
      examples,
      precision: ratio(right, predicted),
      recall: ratio(right, examples),
      f1: ratio(2 * right, predicted + examples),
    };
  });
  const held = classes.filter(({ examples }) => examples > 0);
  return {
    folds,
    examples: heldOut.length,
    accuracy: sum(labels.map((_, row) => confusion[row]![row]!)) / heldOut.length,
    macroF1: sum(held.map(({ f1 }) => f1)) / held.length,
    classes,
    confusion,
  };
}

const scoreOf = ({ predictions }: Choice, label: string): number =>
  predictions.find((each) => each.label === label)?.score ?? 0;

/**
 * Examples that contradict their label: the held-out prediction is another class, with at least the score that examples
 * of that class have on average. The rule of confident learning: Northcutt, Jiang and Chuang, "Confident Learning:
 * Estimating Uncertainty in Dataset Labels", JAIR 70 (2021). The surest come first.
 */
export function contradictions(heldOut: readonly HeldOut[]): HeldOut[] {
  const scores = new Map<string, number[]>();
  for (const { label, choice } of heldOut)
    scores.set(label, [...(scores.get(label) ?? []), scoreOf(choice, label)]);
  const typical = (label: string): number => {
    const all = scores.get(label);
    return all ? all.reduce((sum, score) => sum + score, 0) / all.length : 1;
  };
  return heldOut
    .filter(({ label, choice }) => choice.prediction !== label && choice.score >= typical(choice.prediction))
    .sort((one, other) => other.choice.score - one.choice.score);
}

/** The largest cosine with an example. */
export const nearestCosine = (vector: Float32Array, samples: readonly Sample[]): number =>
  samples.reduce((most, each) => Math.max(most, cosine(vector, each.vector)), -1);

/**
 * The cosine below which an item is none of the classes. Each example is held out and its nearest other example looked
 * up; the threshold is the ⌊share · (n + 1)⌋-th smallest of these cosines, so that of items like the examples no more than
 * `share` lie below it. Undefined where there are too few examples for that, or the share is 0.
 *
 * Nearness to examples as the score: Sun, Ming, Zhu and Li, "Out-of-Distribution Detection with Deep Nearest
 * Neighbors", ICML 2022. The rank: Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World" (2005), conformal
 * prediction. On the shop messages, a share of 5 % refuses 58 % of unrelated sentences.
 */
export async function noneThreshold(
  samples: readonly Sample[],
  share: number,
  pause: () => Promise<void> = async () => undefined,
): Promise<number | undefined> {
  const step = Math.max(1, Math.ceil(samples.length / MOST_NEIGHBOURS));
  const taken = samples.filter((_, index) => index % step === 0);
  const rank = Math.floor(share * (taken.length + 1));
  if (rank < 1) return undefined;
  const nearest = new Float32Array(taken.length).fill(-1);
  for (let one = 0; one < taken.length; one++) {
    if (one % 32 === 31) await pause();
    for (let other = 0; other < one; other++) {
      const value = cosine(taken[one]!.vector, taken[other]!.vector);
      if (value > nearest[one]!) nearest[one] = value;
      if (value > nearest[other]!) nearest[other] = value;
    }
  }
  return nearest.sort()[rank - 1];
}
