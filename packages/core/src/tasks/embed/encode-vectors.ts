import type { EmbeddingType } from '@nearfield/spec';
import { type EmbeddingOf, encodeVector } from '@nearfield/spec/implement';

/** A vector in the encoding that was asked for; of a list, one entry a type. */
export function encodeAs(
  vector: Float32Array,
  type: EmbeddingType | readonly EmbeddingType[],
): EmbeddingOf<EmbeddingType, boolean> {
  if (typeof type === 'string') return encodeVector(vector, type);
  return Object.fromEntries(type.map((each) => [each, encodeVector(vector, each)])) as EmbeddingOf<
    EmbeddingType,
    true
  >;
}
