import type { LabelScore } from '../endpoints/classify.ts';

/** exp(score ÷ temperature), scaled to sum to 1. The largest score is taken off first, so that nothing overflows. */
export function softmax(scores: readonly number[], temperature: number): number[] {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp((score - largest) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Scores of one set of labels: every label in its order, and the best. */
export interface Choice {
  prediction: string;
  score: number;
  predictions: LabelScore[];
}

/** The first of the best labels wins. */
export function choose(labels: readonly string[], scores: readonly number[], temperature: number): Choice {
  const shares = softmax(scores, temperature);
  const predictions = labels.map((label, index) => ({ label, score: shares[index]! }));
  const best = predictions.reduce((before, each) => (each.score > before.score ? each : before));
  return { prediction: best.label, score: best.score, predictions };
}
