import type { EmbeddingsRequest } from './endpoints/embeddings.ts';
import type { SearchFoundation } from './foundation.ts';
import type { CallOptions } from './progress.ts';

/** Fields of the request that leave the answer one float vector per text, and options of the call. */
export type EmbedOptions = Pick<EmbeddingsRequest, 'task' | 'dimensions' | 'normalized' | 'truncate'> &
  CallOptions;

/**
 * The vector of a text, shape [dimensions]; or the vectors of several, in their order.
 *
 * @example
 * const query = await embed(foundation, 'all-MiniLM-L6-v2', 'fresh bread');
 * const passages = await embed(foundation, 'all-MiniLM-L6-v2', ['How to store loaves', 'How to bake']);
 * topK(query, passages, 1); // [{ index: 0, score: … }]
 *
 * @throws FoundationError of `embeddings()`.
 */
export function embed(
  foundation: Pick<SearchFoundation, 'embeddings'>,
  model: string,
  text: string,
  options?: EmbedOptions,
): Promise<Float32Array>;
export function embed(
  foundation: Pick<SearchFoundation, 'embeddings'>,
  model: string,
  texts: readonly string[],
  options?: EmbedOptions,
): Promise<Float32Array[]>;
export async function embed(
  foundation: Pick<SearchFoundation, 'embeddings'>,
  model: string,
  input: string | readonly string[],
  { task, dimensions, normalized, truncate, ...options }: EmbedOptions = {},
): Promise<Float32Array | Float32Array[]> {
  if (typeof input !== 'string' && input.length === 0) return [];
  const request = { model, input, task, dimensions, normalized, truncate, embedding_type: 'float' } as const;
  const { data } = await foundation.embeddings(request, options);
  const vectors = data.map(({ embedding }) => embedding);
  return typeof input === 'string' ? vectors[0]! : vectors;
}
