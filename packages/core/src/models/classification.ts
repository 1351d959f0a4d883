import type { ModelEntry } from '@nearfield/spec';

/** Task of an embedding by the API's name, and the prefix of its texts. */
export interface VectorRole {
  task: string | null;
  prompt: string;
}

/**
 * Task in which inputs, labels and examples are embedded for classification: `classification` if the model has that
 * task, otherwise none. The hosted API does not publish its choice; this is the task that its models were trained with
 * for the purpose.
 */
export function classificationRole({ tasks, defaultTask }: ModelEntry): VectorRole {
  const task = Object.hasOwn(tasks, 'classification') ? 'classification' : defaultTask;
  return { task, prompt: task === null ? '' : (tasks[task]?.prompt ?? '') };
}

/** Settings of zero-shot classification. */
export interface LabelReading {
  /** Prefix of every label, after the role's own prompt. */
  labelPrompt: string;
  /** Softmax temperature of requests that name none. */
  temperature: number;
}

/** Settings of most models. The temperature agrees with the hosted API's published scores. */
const PLAIN: LabelReading = { labelPrompt: '', temperature: 1 };

/** The settings from the model's card, if it states any. */
export const labelReading = ({ zeroShot }: ModelEntry): LabelReading => zeroShot ?? PLAIN;
