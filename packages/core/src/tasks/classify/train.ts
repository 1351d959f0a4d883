import type { CallOptions, TrainResponse } from '@nearfield/spec';
import { type LinearWeights, learn } from '@nearfield/spec/implement';
import { yieldToMessages } from '../../async/yield-to-messages.ts';
import type { Engine } from '../../engine/engine.ts';
import type { CheckedTraining } from '../../requests/classify.ts';
import { embedItems } from '../embed/embed-items.ts';
import type { ClassifierRecord, Classifiers } from './classifiers.ts';
import { requireColumns } from './few-shot.ts';

/**
 * `POST /v1/train`: embeds the examples and learns from them in `num_iters` passes. The examples are not stored; a call
 * that fails or is aborted leaves a classifier unchanged. If the classifier is kept in memory only, the answer says so.
 * Usage is input tokens × `num_iters`, as the API counts.
 */
export async function train(
  engine: Engine,
  call: CheckedTraining,
  options: CallOptions,
  classifiers: Classifiers,
): Promise<TrainResponse> {
  const { callId, classifierId, create, items, labels } = call;
  const known = await classifiers.madeBy(classifierId, callId);
  const kept = await classifiers.notKept();
  if (known) return { ...known.lastCall.response, ...kept };
  if (!create) {
    const { lastCall } = await classifiers.modify(classifierId, async (record) => {
      classifiers.requireLabels([...record.weights.labels, ...labels]);
      const { weights, response } = await learnFrom(engine, call, record, options);
      return {
        ...record,
        weights,
        examples: record.examples + items.length,
        updates: record.updates + 1,
        updatedAt: new Date().toISOString(),
        lastCall: { id: callId, response },
      };
    });
    return { ...lastCall.response, ...kept };
  }

  classifiers.requireLabels(labels);
  await classifiers.requireRoom();
  const { model, role, access } = create;
  const { weights, response } = await learnFrom(engine, call, { model, role }, options);
  const now = new Date().toISOString();
  await classifiers.add({
    id: classifierId,
    model,
    role,
    access,
    weights,
    examples: items.length,
    createdAt: now,
    updatedAt: now,
    updates: 0,
    lastCall: { id: callId, response },
  });
  return { ...response, ...(await classifiers.notKept()) };
}

async function learnFrom(
  engine: Engine,
  { classifierId, items, labels, iterations }: CheckedTraining,
  {
    model,
    role,
    weights: before,
    updates,
  }: Pick<ClassifierRecord, 'model' | 'role'> & Partial<ClassifierRecord>,
  options: CallOptions,
): Promise<{ weights: LinearWeights; response: TrainResponse }> {
  const { values, dimensions, totalTokens } = await embedItems(engine, { model, items, ...role }, options);
  if (before) requireColumns(classifierId, model, before.columns, dimensions);
  const weights = await learn(
    before ?? { labels: [], columns: dimensions, values: new Float32Array(0) },
    values,
    labels,
    {
      passes: iterations,
      seed: updates === undefined ? 0 : updates + 1,
      signal: options.signal,
      pause: yieldToMessages,
    },
  );
  const response: TrainResponse = {
    classifier_id: classifierId,
    num_samples: items.length,
    usage: { total_tokens: totalTokens * iterations },
  };
  return { weights, response };
}
