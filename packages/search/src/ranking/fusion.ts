import type { KeywordScore } from '../keywords/bm25f.ts';

/** How keywords and meaning are put together. */
export interface FusionWeights {
  /** What full agreement in words counts. */
  readonly keywords: number;
  /** What full agreement in meaning counts. */
  readonly meaning: number;
  /**
   * How fast a partial match of words loses: its score is raised to this power, so that a passage that shares a stray
   * word with the query does not drown one that means the same. 1: not at all.
   */
  readonly sharpness: number;
  /** What agreement in both counts: their product, added. */
  readonly agreement: number;
}

/** Tuned on halves of eight sets of questions, checked on the others: see docs/search.md. */
export const FUSION_WEIGHTS: FusionWeights = { keywords: 0.85, meaning: 1, sharpness: 3, agreement: 0.6 };

/** Deviations above the mean at which an agreement in meaning is full: what the right passage of a query has. */
const FULL = 6;

/** How similarities of unrelated passages lie. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

export function spreadOf(values: Float32Array): Spread {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let variance = 0;
  for (const value of values) variance += (value - mean) ** 2 / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

/** What each part gave a passage. */
export interface FusedScore {
  readonly passage: number;
  readonly score: number;
  /** 0 to `weights.keywords`, about, and what agreement with the meaning adds. */
  readonly keywords: number;
  /** 0 to `weights.meaning`, about. */
  readonly meaning: number;
}

/**
 * Puts scores together, best first. Keywords come as the share of the query's words that was matched; similarities as
 * deviations from the mean over all passages, which is where unrelated ones lie whatever the model.
 * @param similarities one for each passage, or undefined where there is no meaning to go by.
 * @param spread how similarities of unrelated passages lie; default: how all of them do.
 */
export function fuse(
  keywords: readonly KeywordScore[],
  similarities: Float32Array | undefined,
  weights: FusionWeights = FUSION_WEIGHTS,
  spread?: Spread,
): FusedScore[] {
  const byPassage = new Map(keywords.map(({ passage, score }) => [passage, score]));
  const ofWords = (score: number): number => weights.keywords * score ** weights.sharpness;
  if (similarities === undefined || weights.meaning === 0) {
    return [...byPassage]
      .map(([passage, score]) => ({ passage, score: ofWords(score), keywords: ofWords(score), meaning: 0 }))
      .sort(byScore);
  }
  const { mean, deviation } = spread ?? spreadOf(similarities);
  const scale = 1 / (FULL * deviation || 1);
  const fused: FusedScore[] = [];
  for (const [passage, value] of similarities.entries()) {
    const share = byPassage.get(passage) ?? 0;
    const near = Math.max(0, value - mean) * scale;
    const words = share === 0 ? 0 : ofWords(share) + weights.agreement * share * near;
    const meaning = weights.meaning * near;
    if (words + meaning > 0) fused.push({ passage, score: words + meaning, keywords: words, meaning });
  }
  return fused.sort(byScore);
}

const byScore = (left: FusedScore, right: FusedScore): number =>
  right.score - left.score || left.passage - right.passage;
