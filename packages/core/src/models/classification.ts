import type { ModelEntry } from '@nearfield/spec';

/** How a model is asked for vectors: its task by the API's name, and what is put before a text for it. */
export interface VectorRole {
  task: string | null;
  prompt: string;
}

/**
 * How inputs, labels and examples are embedded to be classified: as `classification` where the model has that task,
 * else as it does without one. The hosted API does not publish which task it uses; this is the one its models were
 * given for the purpose.
 */
export function classificationRole({ tasks, defaultTask }: ModelEntry): VectorRole {
  const task = Object.hasOwn(tasks, 'classification') ? 'classification' : defaultTask;
  return { task, prompt: task === null ? '' : (tasks[task]?.prompt ?? '') };
}

/** How a model reads labels in words. */
export interface LabelReading {
  /** Put before every label, after the role's own prompt. */
  labelPrompt: string;
  /** Softmax temperature where a request names none. */
  temperature: number;
}

/** As most models do. The temperature is what the hosted API's published scores agree with. */
const PLAIN: LabelReading = { labelPrompt: '', temperature: 1 };

/** As a model's card says, where it says something. */
export const labelReading = ({ zeroShot }: ModelEntry): LabelReading => zeroShot ?? PLAIN;
