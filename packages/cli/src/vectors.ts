import {
  type CallOptions,
  type EmbeddingTask,
  embed,
  findModel,
  type SearchFoundation,
} from '@nearfield/spec';
import type { ProgressLine } from './progress.ts';

/** Texts of a call: enough for well-filled batches, few enough for an answer soon. */
const WINDOW = 256;

/** The first of several tasks that a model has; undefined for a model without them. */
export function taskOf(model: string, ...wanted: readonly string[]): string | undefined {
  const tasks = findModel(model)?.tasks ?? {};
  return wanted.find((task) => Object.hasOwn(tasks, task));
}

/** Fields of the request beside the model and the texts. */
interface VectorOptions extends CallOptions {
  readonly task?: string | undefined;
  readonly dimensions?: number | undefined;
  /** Shown while it lasts. */
  readonly progress?: ProgressLine | undefined;
  /** Called with the vectors of each call, and the position of the first. */
  readonly onVectors?: (vectors: readonly Float32Array[], from: number) => void;
}

/** Vectors of any number of texts, in their order: shape [texts][dimensions]. Texts that are too long are cut. */
export async function embedAll(
  foundation: SearchFoundation,
  model: string,
  texts: readonly string[],
  { task, dimensions, progress, onVectors, ...options }: VectorOptions = {},
): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (let from = 0; from < texts.length; from += WINDOW) {
    const some = await embed(foundation, model, texts.slice(from, from + WINDOW), {
      ...options,
      // Checked by the foundation, which knows the model's tasks.
      ...(task === undefined ? {} : { task: task as EmbeddingTask }),
      ...(dimensions === undefined ? {} : { dimensions }),
      truncate: true,
      onProgress: progress?.listener('texts', from, texts.length),
    });
    onVectors?.(some, from);
    vectors.push(...some);
  }
  return vectors;
}
