import type { EmbeddingsRequest, SearchFoundation } from '@nearfield/spec';
import type { Subject } from '../../subject.ts';

export const TEXTS = ['Follow the white rabbit.', 'x', 'What is the capital of France?', 'Ünïcode 日本 ok'];

/** The float vectors of a request, whatever else it has. */
export async function vectors(
  foundation: SearchFoundation,
  request: Omit<EmbeddingsRequest, 'embedding_type'>,
): Promise<Float32Array[]> {
  const { data } = await foundation.embeddings({ ...request, embedding_type: 'float' });
  return (data as { embedding: Float32Array }[]).map(({ embedding }) => embedding);
}

type Run = (foundation: SearchFoundation) => Promise<void>;
/** Registers tests of `embeddings`. */
export const caseOf =
  (subject: Subject) =>
  (name: string, run: Run): void =>
    subject.case('embeddings', name, run);
