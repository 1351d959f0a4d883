import { FoundationError } from './errors.ts';

type Vector = ArrayLike<number>;

function requireSameLength(left: Vector, right: Vector): void {
  if (left.length === right.length) return;
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `The vectors have ${left.length} and ${right.length} dimensions. Compare vectors of one model, cut to one size.`,
  });
}

/**
 * The dot product of two vectors of the same length. For vectors of length 1, as `embeddings()` returns them by default,
 * it is their cosine.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED if their lengths differ.
 */
export function dot(left: Vector, right: Vector): number {
  requireSameLength(left, right);
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += left[index]! * right[index]!;
  return sum;
}

/**
 * The cosine of the angle between two vectors, −1 to 1; 0 if one of them is all zeros.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED if their lengths differ.
 */
export function cosine(left: Vector, right: Vector): number {
  const lengths = Math.sqrt(dot(left, left) * dot(right, right));
  return lengths === 0 ? 0 : dot(left, right) / lengths;
}

/** A copy of a vector scaled to length 1. A vector of zeros stays as it is. */
export function normalise(vector: Vector): Float32Array<ArrayBuffer> {
  const length = Math.sqrt(dot(vector, vector));
  const scale = length === 0 ? 1 : 1 / length;
  return Float32Array.from(vector, (value) => value * scale);
}

/** A vector that {@link topK} found. */
export interface Neighbour {
  /** Its position among the vectors. */
  index: number;
  /** Its dot product with the query. */
  score: number;
}

/**
 * The `k` vectors with the largest dot product with a query, best first; of equal ones the first. Every vector is
 * compared: exact, and fast enough for some ten thousands.
 *
 * @example
 * const [query] = (await foundation.embeddings({ model, input: 'fresh bread' })).data;
 * for (const { index, score } of topK(query.embedding, vectors, 5)) console.log(score, passages[index]);
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED if a vector has another length than the query.
 */
export function topK(query: Vector, vectors: readonly Vector[], k: number): Neighbour[] {
  const best: Neighbour[] = [];
  const most = Math.max(0, Math.floor(k));
  for (const [index, vector] of vectors.entries()) {
    const score = dot(query, vector);
    if (best.length === most && !(score > (best[most - 1]?.score ?? Number.POSITIVE_INFINITY))) continue;
    let at = best.length;
    while (at > 0 && best[at - 1]!.score < score) at--;
    best.splice(at, 0, { index, score });
    if (best.length > most) best.pop();
  }
  return best;
}
