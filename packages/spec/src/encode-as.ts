import { type EmbeddingType, encodeVector } from './encodings.ts';
import type { AnyVector } from './endpoints/embeddings.ts';

/** A vector in the requested encoding; for a list of encodings, one entry per type. */
export function encodeAs(vector: Float32Array, type: EmbeddingType | readonly EmbeddingType[]): AnyVector {
  if (typeof type === 'string') return encodeVector(vector, type);
  return Object.fromEntries(type.map((each) => [each, encodeVector(vector, each)])) as AnyVector;
}
