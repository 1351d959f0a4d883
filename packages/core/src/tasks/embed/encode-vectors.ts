import type { EmbeddingType } from '@nearfield/spec';
import { type AnyVector, encodeVector } from '@nearfield/spec/implement';

/** A vector in the encoding that was asked for; of a list, one entry per type. */
export function encodeAs(vector: Float32Array, type: EmbeddingType | readonly EmbeddingType[]): AnyVector {
  if (typeof type === 'string') return encodeVector(vector, type);
  return Object.fromEntries(type.map((each) => [each, encodeVector(vector, each)])) as AnyVector;
}
