/** Pages that are like a page, by the signs of its passages' vectors. */
import { normalise } from '@nearfield/spec';
import { SIGN_SCALE, signBytes, signScores } from './meaning/vectors.ts';
import type { FusedScore } from './ranking/fusion.ts';

/** Vectors of an index's passages, as their signs. */
export interface SignedPassages {
  readonly bits: Uint8Array;
  readonly dimensions: number;
  /** Number of each passage's document, in order. */
  readonly documentOf: ArrayLike<number>;
}

/** Passages as an answer ranks them, by their similarity alone: the best first, and none that is not alike at all. */
export function rankedBySimilarity(similarities: Iterable<readonly [number, number]>): FusedScore[] {
  const alike: FusedScore[] = [];
  for (const [passage, score] of similarities) {
    if (score > 0) alike.push({ passage, score, keywords: 0, meaning: score });
  }
  return alike.sort((left, right) => right.score - left.score || left.passage - right.passage);
}

/**
 * About the cosine between each passage and a document, which is the mean of its passages' signs. One for each passage;
 * undefined where the document has none.
 */
export function similaritiesTo(
  document: number,
  { bits, dimensions, documentOf }: SignedPassages,
): Float32Array | undefined {
  const width = signBytes(dimensions);
  const sum = new Float64Array(dimensions);
  let count = 0;
  for (let passage = 0; passage < documentOf.length; passage++) {
    if (documentOf[passage] !== document) continue;
    count++;
    for (let at = 0; at < dimensions; at++) {
      const byte = bits[passage * width + (at >> 3)]!;
      sum[at]! += (byte >> (at & 7)) & 1 ? 1 : -1;
    }
  }
  return count === 0 ? undefined : signScores(normalise(sum), bits).map((score) => score / SIGN_SCALE);
}
