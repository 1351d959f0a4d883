import { type EmbeddingOf, type EmbeddingType, encodeVector } from '@nearfield/spec';

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
