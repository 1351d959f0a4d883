import { type EmbeddingTask, findModel } from '@nearfield/spec';

/** The tasks to embed questions and passages with. Some models have one for questions alone. */
export interface RetrievalTasks {
  query: EmbeddingTask;
  passage: EmbeddingTask | undefined;
}

const CHOICES = [
  { query: 'retrieval.query', passage: 'retrieval.passage' },
  { query: 'nl2code.query', passage: 'nl2code.passage' },
] as const satisfies readonly RetrievalTasks[];

/** The tasks of a model that embeds questions and passages differently; the others, and unknown ones, take none. */
export function retrievalTasks(model: string): RetrievalTasks | undefined {
  const tasks = findModel(model)?.tasks ?? {};
  const choice = CHOICES.find(({ query }) => query in tasks);
  return choice && { query: choice.query, passage: choice.passage in tasks ? choice.passage : undefined };
}
