import type { EmbeddingTask } from '@nearfield/spec';

/** The tasks to embed questions and passages with. */
export interface RetrievalTasks {
  query: EmbeddingTask;
  passage: EmbeddingTask;
}

/** Models that embed questions and passages differently; the others take no task. */
export function retrievalTasks(model: string): RetrievalTasks | undefined {
  const name = model.replace(/^jina-?ai\//u, '');
  if (/^jina-embeddings-v[345]/u.test(name))
    return { query: 'retrieval.query', passage: 'retrieval.passage' };
  if (name.startsWith('jina-code-embeddings')) return { query: 'nl2code.query', passage: 'nl2code.passage' };
  return undefined;
}
