/** The vectors of an answer, for the pictures below it. */
import { base64ToVector, cosine } from '@nearfield/spec';

/** Vectors of one answer that are shown. */
export const SHOWN_VECTORS = 12;

/** A vector as numbers; undefined for one per token, and for encodings that no cosine can be taken of. */
function vectorOf(item: unknown): Float32Array | undefined {
  const { embedding } = (item ?? {}) as { embedding?: unknown };
  if (embedding instanceof Float32Array) return embedding;
  if (typeof embedding !== 'string') return undefined;
  try {
    return base64ToVector(embedding);
  } catch {
    return undefined;
  }
}

/** The vectors of an embeddings answer, one for each input; none where they are of another kind. */
export function vectorsOf(response: unknown): Float32Array[] {
  const { data } = (response ?? {}) as { data?: unknown };
  if (!Array.isArray(data)) return [];
  const vectors = data.slice(0, SHOWN_VECTORS).map(vectorOf);
  return vectors.every((vector) => vector !== undefined) ? (vectors as Float32Array[]) : [];
}

/** Cosines of all pairs: shape [vectors, vectors]. */
export const similarities = (vectors: readonly Float32Array[]): number[][] =>
  vectors.map((one) => vectors.map((other) => cosine(one, other)));

/**
 * A vector in so many bars: the value of largest size of each stretch, in units of the largest of all.
 * @returns numbers from −1 to 1
 */
export function bars(vector: Float32Array, count: number): number[] {
  const most = Math.max(...vector.map(Math.abs)) || 1;
  const length = Math.min(count, vector.length);
  return Array.from({ length }, (_, index) => {
    const stretch = vector.subarray(
      Math.floor((index * vector.length) / length),
      Math.floor(((index + 1) * vector.length) / length),
    );
    return (
      stretch.reduce((largest, value) => (Math.abs(value) > Math.abs(largest) ? value : largest), 0) / most
    );
  });
}

/** The inputs of a request as texts, for labels. */
export function inputTexts({ input }: Readonly<Record<string, unknown>>): string[] {
  const inputs = Array.isArray(input) ? input : [input];
  return inputs.map((each) => {
    if (typeof each === 'string') return each;
    const [kind = '', value] = Object.entries((each ?? {}) as object)[0] ?? [];
    return kind === 'text' ? String(value) : `[${kind}]`;
  });
}
