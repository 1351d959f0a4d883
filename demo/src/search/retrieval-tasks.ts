import { type EmbeddingTask, findModel } from '@nearfield/spec';

/** The tasks to embed questions and passages with. */
export interface RetrievalTasks {
  query: EmbeddingTask;
  passage: EmbeddingTask;
}

const CHOICES: readonly RetrievalTasks[] = [
  { query: 'retrieval.query', passage: 'retrieval.passage' },
  { query: 'nl2code.query', passage: 'nl2code.passage' },
];

/** The tasks of a model that embeds questions and passages differently; the others, and unknown ones, take none. */
export function retrievalTasks(model: string): RetrievalTasks | undefined {
  const tasks = findModel(model)?.tasks ?? {};
  return CHOICES.find(({ query, passage }) => query in tasks && passage in tasks);
}
