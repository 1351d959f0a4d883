import Flatbush from 'flatbush';
import type { Turn } from './neighbours.ts';
import { product, type Vectors } from './vectors.ts';

/** Neighbours that are looked at. */
const NEIGHBOURS = 15;

/** Points that are looked at: with more of them, these many at even distances stand for all. */
const MOST_POINTS = 400;

export interface Trustworthiness {
  /** From 0 to 1; 1: whoever is near on the map is near by the vectors. */
  value: number;
  neighbours: number;
  /** Points that were looked at. */
  points: number;
}

/**
 * How far neighbours on a map are neighbours by their vectors, too: 1 − 2 / (n k (2n − 3k − 1)) times the sum, over
 * every point i and those of its k neighbours on the map that are not among its k nearest vectors, of their rank by the
 * vectors less k. Source: Venna & Kaski, Neighborhood preservation in nonlinear projection methods, ICANN 2001.
 * @param positions shape: [count, 2]
 * @returns undefined for fewer than four points
 */
export async function trustworthiness(
  vectors: Vectors,
  positions: Float32Array,
  turn: Turn = () => undefined,
  { neighbours = NEIGHBOURS, most = MOST_POINTS }: { neighbours?: number; most?: number } = {},
): Promise<Trustworthiness | undefined> {
  const { count } = vectors;
  if (count < 4) return undefined;
  // The formula holds for fewer than half of the points.
  const size = Math.min(neighbours, Math.ceil(count / 2) - 1);
  const tree = new Flatbush(count);
  for (let at = 0; at < count; at++) tree.add(positions[at * 2]!, positions[at * 2 + 1]!);
  tree.finish();
  const points = Math.min(most, count);
  const cosines = new Float32Array(count);
  let penalty = 0;
  for (let step = 0; step < points; step++) {
    const point = Math.floor((step * count) / points);
    for (let other = 0; other < count; other++)
      cosines[other] = other === point ? Number.NEGATIVE_INFINITY : product(vectors, point, vectors, other);
    const near = tree.neighbors(
      positions[point * 2]!,
      positions[point * 2 + 1]!,
      size,
      Number.POSITIVE_INFINITY,
      (index) => index !== point,
    );
    for (const other of near) {
      let rank = 1;
      for (const cosine of cosines) if (cosine > cosines[other]!) rank++;
      penalty += Math.max(0, rank - size);
    }
    await turn(step + 1, points);
  }
  const value = 1 - (2 / (points * size * (2 * count - 3 * size - 1))) * penalty;
  return { value, neighbours: size, points };
}
