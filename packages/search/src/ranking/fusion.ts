import type { KeywordScore } from '../keywords/bm25f.ts';

/** How keywords and meaning are put together. */
export interface FusionWeights {
  /** Weight of full agreement in words. */
  readonly keywords: number;
  /** Weight of full agreement in meaning. */
  readonly meaning: number;
  /**
   * How fast a partial match of words loses: its score is raised to this power, so that a passage that shares a stray
   * word with the query does not drown one that means the same. 1: not at all.
   */
  readonly sharpness: number;
  /** Weight of agreement in both: their product, added. */
  readonly agreement: number;
}

/** Tuned on halves of eight sets of questions, checked on the others: see docs/search.md. */
export const FUSION_WEIGHTS: FusionWeights = { keywords: 0.85, meaning: 1, sharpness: 3, agreement: 0.6 };

/** Contributions to a passage's score. */
export interface FusedScore {
  readonly passage: number;
  readonly score: number;
  /** 0 to `weights.keywords`, about, and what agreement with the meaning adds. */
  readonly keywords: number;
  /** 0 to `weights.meaning`, about. */
  readonly meaning: number;
}

/** Deviations above the mean at which an agreement in meaning is full: what the right passage of a query has. */
const FULL = 6;

/** Similarities of some passages, where comparing all of them with a query is left to who keeps the vectors. */
export interface Similarities {
  /** Over all passages. */
  readonly mean: number;
  /** Standard deviation over all passages. */
  readonly deviation: number;
  /** Passages with their similarity, each once: the nearest, and all that have a word of the query. */
  readonly values: Iterable<readonly [passage: number, similarity: number]>;
}

/**
 * Puts scores together, best first. Keywords come as the share of the query's words that was matched; similarities as
 * deviations from the mean over all passages, which is where unrelated ones lie whatever the model.
 * @param similarities one for each passage, or those that count; undefined where there is no meaning to go by.
 */
export function fuse(
  keywords: readonly KeywordScore[],
  similarities: Float32Array | Similarities | undefined,
  weights: FusionWeights = FUSION_WEIGHTS,
): FusedScore[] {
  const byPassage = new Map(keywords.map(({ passage, score }) => [passage, score]));
  const ofWords = (score: number): number => weights.keywords * score ** weights.sharpness;
  const fused: FusedScore[] = [];
  if (similarities !== undefined && weights.meaning !== 0) {
    const { mean, deviation, values } = isSimilarities(similarities) ? similarities : momentsOf(similarities);
    const scale = 1 / (FULL * deviation || 1);
    for (const [passage, value] of values) {
      const share = byPassage.get(passage) ?? 0;
      byPassage.delete(passage);
      const near = Math.max(0, value - mean) * scale;
      const words = share === 0 ? 0 : ofWords(share) + weights.agreement * share * near;
      const meaning = weights.meaning * near;
      if (words + meaning > 0) fused.push({ passage, score: words + meaning, keywords: words, meaning });
    }
  }
  for (const [passage, share] of byPassage) {
    fused.push({ passage, score: ofWords(share), keywords: ofWords(share), meaning: 0 });
  }
  return fused.sort(byScore);
}

const isSimilarities = (value: Float32Array | Similarities): value is Similarities => 'mean' in value;

/** Mean and standard deviation of similarities of all passages. */
export function momentsOf(similarities: Float32Array): Similarities {
  let mean = 0;
  for (const value of similarities) mean += value / similarities.length;
  let variance = 0;
  for (const value of similarities) variance += (value - mean) ** 2 / similarities.length;
  return { mean, deviation: Math.sqrt(variance), values: similarities.entries() };
}

const byScore = (left: FusedScore, right: FusedScore): number =>
  right.score - left.score || left.passage - right.passage;
