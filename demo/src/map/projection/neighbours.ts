import { product, type Vectors } from './vectors.ts';

/** The nearest other vectors of each vector, best first. */
export interface Neighbours {
  /** Neighbours of each vector. */
  readonly size: number;
  /** Shape: [count, size]. */
  readonly indices: Uint32Array;
  /** Cosines. Shape: [count, size]. */
  readonly cosines: Float32Array;
}

/** Takes note of how far something is, and lets messages in. */
export type Turn = (done: number, total: number) => Promise<void> | undefined;

/**
 * Compares every vector with every other: exact, in time that grows with the square of their number. Equal cosines are
 * in the order of the vectors.
 */
export async function nearestNeighbours(
  vectors: Vectors,
  wanted: number,
  turn: Turn = () => undefined,
): Promise<Neighbours> {
  const { count } = vectors;
  const size = Math.max(0, Math.min(wanted, count - 1));
  const indices = new Uint32Array(count * size);
  const cosines = new Float32Array(count * size).fill(Number.NEGATIVE_INFINITY);
  const note = (point: number, other: number, cosine: number): void => {
    let at = point * size + size - 1;
    const first = point * size;
    if (cosine <= cosines[at]!) return;
    for (; at > first && cosines[at - 1]! < cosine; at--) {
      cosines[at] = cosines[at - 1]!;
      indices[at] = indices[at - 1]!;
    }
    cosines[at] = cosine;
    indices[at] = other;
  };
  const pairs = (count * (count - 1)) / 2;
  let done = 0;
  if (size > 0) {
    for (let a = 1; a < count; a++) {
      for (let b = 0; b < a; b++) {
        const cosine = Math.fround(product(vectors, a, vectors, b));
        note(a, b, cosine);
        note(b, a, cosine);
      }
      done += a;
      await turn(done, pairs);
    }
  }
  return { size, indices, cosines };
}
