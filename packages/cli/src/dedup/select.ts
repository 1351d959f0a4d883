/** Which of several texts stand for all of them. Vectors have length 1, so that dot products are cosines. */
import { dot, FoundationError } from '@nearfield/spec';

/** Texts whose similarities are held at once: 256 MB. */
const MOST = 8192;

/** Mean coverage that the next text must add, where it is not said how many are wanted. */
const LEAST_GAIN = 0.01;

/** Similarities of all pairs, shape [texts × texts]; negative ones are 0. @throws FoundationError for too many */
function similarities(vectors: readonly Float32Array[]): Float32Array {
  const count = vectors.length;
  if (count > MOST) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `${count} texts are more than the ${MOST} that can be compared with each other. Split them, or leave out -k: near duplicates alone are found among any number.`,
    });
  }
  const matrix = new Float32Array(count * count);
  for (let row = 0; row < count; row++) {
    for (let column = row; column < count; column++) {
      const similarity = Math.max(0, dot(vectors[row]!, vectors[column]!));
      matrix[row * count + column] = similarity;
      matrix[column * count + row] = similarity;
    }
  }
  return matrix;
}

/**
 * Positions of the texts that represent all best: facility location, maximised greedily. A set covers each text as well
 * as its nearest member is similar to it; each step adds the text that raises the sum of all coverages most. The result
 * has at least 1 − 1/e of the best possible coverage (Nemhauser, Wolsey and Fisher 1978).
 *
 * @param k how many; without it, as long as one adds a hundredth to the mean coverage
 * @returns positions, the most representative text first; of equal ones the first
 */
export function representatives(vectors: readonly Float32Array[], k?: number): number[] {
  const count = vectors.length;
  const matrix = similarities(vectors);
  const covered = new Float64Array(count);
  const gainOf = (candidate: number): number => {
    let gain = 0;
    const row = candidate * count;
    for (let text = 0; text < count; text++) gain += Math.max(0, matrix[row + text]! - covered[text]!);
    return gain;
  };
  // A gain never grows, so one computed earlier is a bound: most candidates are not looked at again.
  const bounds = Float64Array.from({ length: count }, (_, candidate) => gainOf(candidate));
  const left = new Set(vectors.keys());
  const chosen: number[] = [];
  while (left.size > 0 && chosen.length < (k ?? count)) {
    const order = [...left].sort((one, other) => bounds[other]! - bounds[one]! || one - other);
    let best = order[0]!;
    let most = -1;
    for (const candidate of order) {
      if (bounds[candidate]! < most) break;
      const gain = gainOf(candidate);
      bounds[candidate] = gain;
      if (gain > most || (gain === most && candidate < best)) [best, most] = [candidate, gain];
    }
    if (k === undefined && chosen.length > 0 && most / count < LEAST_GAIN) break;
    left.delete(best);
    chosen.push(best);
    for (let text = 0; text < count; text++) {
      covered[text] = Math.max(covered[text]!, matrix[best * count + text]!);
    }
  }
  return chosen;
}

/**
 * Positions of the texts that are no near duplicates: every text left out is more similar than `threshold` to one that
 * is kept before it.
 */
export function withoutDuplicates(vectors: readonly Float32Array[], threshold: number): number[] {
  const kept: number[] = [];
  for (const [position, vector] of vectors.entries()) {
    if (kept.every((other) => dot(vectors[other]!, vector) <= threshold)) kept.push(position);
  }
  return kept;
}
