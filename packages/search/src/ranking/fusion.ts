import type { KeywordScores } from '../keywords/bm25f.ts';
import { bestFirst } from './best-first.ts';

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

/** How similar passages are to a query. */
export interface Similarities {
  /** Over all passages. */
  readonly mean: number;
  /** Standard deviation over all passages. */
  readonly deviation: number;
  /**
   * One for each passage; or passages with theirs, each once, where comparing is left to who keeps the vectors: the
   * nearest, and all that have a word of the query.
   */
  readonly values: Float32Array | Iterable<readonly [passage: number, similarity: number]>;
}

/**
 * Puts scores together, best first. Keywords come as the share of the query's words that was matched; similarities as
 * deviations from the mean over all passages, which is where unrelated ones lie whatever the model.
 * @param similarities undefined where there is no meaning to go by.
 * @param factorOf what a passage's scores are multiplied by.
 */
export function fuse(
  keywords: Pick<KeywordScores, 'passages' | 'scores'>,
  similarities: Similarities | undefined,
  weights: FusionWeights = FUSION_WEIGHTS,
  factorOf: (passage: number) => number = () => 1,
): Iterable<FusedScore> {
  const isRead = similarities !== undefined && weights.meaning !== 0;
  const { mean = 0, deviation = 0 } = similarities ?? {};
  const scale = 1 / (FULL * deviation || 1);
  const sharp = (share: number): number => weights.keywords * share ** weights.sharpness;
  const fused = new Collected();
  const add = (passage: number, share: number, near: number): void => {
    const factor = factorOf(passage);
    const words = share === 0 ? 0 : sharp(share) + weights.agreement * share * near;
    const meaning = weights.meaning * near;
    if (words + meaning > 0) fused.add(passage, words * factor, meaning * factor);
  };
  const nearness = (value: number): number => Math.max(0, value - mean) * scale;
  if (isRead && similarities.values instanceof Float32Array) {
    const { values } = similarities;
    const shares = new Float32Array(values.length);
    for (const [at, passage] of keywords.passages.entries()) shares[passage] = keywords.scores[at]!;
    for (let passage = 0; passage < values.length; passage++) {
      if (shares[passage]! > 0 || values[passage]! > mean) {
        add(passage, shares[passage]!, nearness(values[passage]!));
      }
    }
    return fused;
  }
  const shares = new Map<number, number>();
  for (const [at, passage] of keywords.passages.entries()) shares.set(passage, keywords.scores[at]!);
  for (const [passage, value] of isRead ? entriesOf(similarities) : []) {
    add(passage, shares.get(passage) ?? 0, nearness(value));
    shares.delete(passage);
  }
  for (const [passage, share] of shares) add(passage, share, 0);
  return fused;
}

/** Passages with their similarities. */
export const entriesOf = ({
  values,
}: Similarities): Iterable<readonly [passage: number, similarity: number]> =>
  values instanceof Float32Array ? values.entries() : values;

/** Scores in plain lists: thousands come together, few are looked at. */
class Collected implements Iterable<FusedScore> {
  readonly #passages: number[] = [];
  readonly #words: number[] = [];
  readonly #meaning: number[] = [];
  readonly #scores: number[] = [];

  add(passage: number, words: number, meaning: number): void {
    this.#passages.push(passage);
    this.#words.push(words);
    this.#meaning.push(meaning);
    this.#scores.push(words + meaning);
  }

  *[Symbol.iterator](): Generator<FusedScore> {
    for (const at of bestFirst(this.#scores, this.#passages)) {
      yield {
        passage: this.#passages[at]!,
        score: this.#scores[at]!,
        keywords: this.#words[at]!,
        meaning: this.#meaning[at]!,
      };
    }
  }
}

/** Similarities of all passages, with their mean and standard deviation. */
export function momentsOf(similarities: Float32Array): Similarities {
  let sum = 0;
  for (const value of similarities) sum += value;
  const mean = sum / similarities.length;
  let squares = 0;
  for (const value of similarities) squares += (value - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / similarities.length), values: similarities };
}
