import { type CallOptions, type ClassifyResponse, FoundationError } from '@nearfield/spec';
import { choose, MARGIN_TEMPERATURE, rowScores } from '@nearfield/spec/implement';
import type { Engine } from '../../engine/engine.ts';
import type { WithFailedItems } from '../../requests/answer-items.ts';
import type { CheckedFewShot } from '../../requests/classify.ts';
import { embedItems } from '../embed/embed-items.ts';
import type { Classifiers } from './classifiers.ts';

/**
 * `POST /v1/classify` with a trained classifier: softmax(w·x ÷ temperature) over its labels, with the temperature at
 * which scores are calibrated (`MARGIN_TEMPERATURE`). Usage counts the tokens of the inputs.
 *
 * A classifier that is being trained answers with the weights it had before.
 */
export async function classifyFewShot(
  engine: Engine,
  { classifierId, items, collect }: CheckedFewShot,
  options: CallOptions,
  classifiers: Classifiers,
): Promise<WithFailedItems<ClassifyResponse>> {
  const { model, role, weights } = await classifiers.get(classifierId);
  const { values, dimensions, totalTokens, failed } = await embedItems(
    engine,
    { model, items, ...role, mayFail: collect ? items.length : 0 },
    options,
  );
  requireColumns(classifierId, model, weights.columns, dimensions);
  await classifiers.used(classifierId);
  return {
    usage: { total_tokens: totalTokens },
    data: items.flatMap((_, index) => {
      if (failed.has(index)) return [];
      const vector = values.subarray(index * dimensions, (index + 1) * dimensions);
      const choice = choose(weights.labels, rowScores(weights.values, vector), MARGIN_TEMPERATURE);
      return [{ object: 'classification', index, ...choice }];
    }),
    ...(collect && { errors: failed.list() }),
  };
}

/** @throws FoundationError INPUT_VALIDATION_FAILED if the model of this name gives other vectors than it did. */
export function requireColumns(id: string, model: string, columns: number, dimensions: number): void {
  if (columns === dimensions) return;
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `Classifier '${id}' was trained on vectors of ${columns} dimensions; ${model} gives ${dimensions} here. Train a new one.`,
    param: 'classifier_id',
  });
}
