import { type EmbeddingTask, findModel } from '@nearfield/spec';

/** Tasks in which any two texts can be compared, the best first. */
const TASKS: readonly EmbeddingTask[] = ['clustering', 'separation', 'text-matching'];

/** The task to embed texts with that are compared with each other; models without such tasks take none. */
export function symmetricTask(model: string): EmbeddingTask | undefined {
  const tasks = findModel(model)?.tasks ?? {};
  return TASKS.find((task) => task in tasks);
}
