import type {
  CallOptions,
  ClassifiersApi,
  ClassifyRequest,
  ClassifyResponse,
  TrainRequest,
  TrainResponse,
} from '@nearfield/spec';
import {
  ClassifyRequestSchema,
  checkClassifyRequest,
  checkTrainRequest,
  ExportedClassifierSchema,
  type ItemCallOptions,
  invalid,
  isFewShotRequest,
  isUpdateRequest,
  parse,
  parseStrictly,
  randomId,
  TrainRequestSchema,
} from '@nearfield/spec/implement';
import { classificationRole, labelReading } from '../models/classification.ts';
import { answerItems, type WithFailedItems } from '../requests/answer-items.ts';
import type { CheckedFewShot, CheckedZeroShot } from '../requests/classify.ts';
import { itemsOf } from '../requests/items.ts';
import type { EngineClient } from './engine-client.ts';

/** `POST /v1/classify`, checked: zero-shot if the request has labels, otherwise with a trained classifier. */
export async function classify(
  engine: EngineClient,
  request: ClassifyRequest,
  options: ItemCallOptions = {},
): Promise<Omit<ClassifyResponse, 'errors'>> {
  const entryFor = await engine.lookUp(request, options);
  return answerItems<CheckedFewShot | CheckedZeroShot, WithFailedItems<ClassifyResponse>>(request, options, {
    check: (asked) => {
      const parsed = parseStrictly(ClassifyRequestSchema, asked);
      if (isFewShotRequest(parsed)) {
        const { classifier_id: classifierId, input } = parsed;
        return { classifierId, items: itemsOf(input) };
      }
      const entry = entryFor('classify', parsed.model);
      checkClassifyRequest(parsed, entry);
      return { request: parsed, role: classificationRole(entry), reading: labelReading(entry) };
    },
    readItems: (checked) => 'request' in checked && itemsOf(checked.request.input),
    call: (checked, how) =>
      'request' in checked
        ? engine.call('classify.zero-shot', checked, how)
        : engine.call('classify.few-shot', checked, how),
    empty: () => ({ usage: { total_tokens: 0 }, data: [] }),
  });
}

/** `POST /v1/train`, checked. */
export async function train(
  engine: EngineClient,
  request: TrainRequest,
  options: CallOptions,
): Promise<TrainResponse> {
  const parsed = parseStrictly(TrainRequestSchema, request);
  const training = {
    callId: randomId(),
    items: itemsOf(parsed.input),
    labels: parsed.input.map(({ label }) => label),
    iterations: parsed.num_iters,
  };
  if (isUpdateRequest(parsed)) {
    return engine.call('train', { ...training, classifierId: parsed.classifier_id }, options);
  }
  const { model, access } = parsed;
  const entry = await engine.entryFor('train', model, options);
  checkTrainRequest(parsed, entry);
  const create = { model, role: classificationRole(entry), access };
  return engine.call('train', { ...training, classifierId: randomId(), create }, options);
}

/** `/v1/classifiers`, and export and import. */
export function classifiersApi(engine: EngineClient): Required<ClassifiersApi> {
  return {
    list: async (options = {}) => engine.call('classifiers.list', undefined, options),
    delete: async (id, options = {}) => engine.call('classifiers.delete', String(id), options),
    export: async (id, options = {}) => engine.call('classifiers.export', String(id), options),
    import: async (classifier, options = {}) => {
      const exported = parse(ExportedClassifierSchema, classifier);
      const { model } = exported.classifier;
      const entry = await engine.entryFor('train', model, options);
      const { dimensions } = entry;
      if (dimensions !== undefined && dimensions !== exported.columns) {
        throw invalid(
          'columns',
          `Vectors of ${model} have ${dimensions} dimensions, not ${exported.columns}.`,
        );
      }
      return engine.call('classifiers.import', { exported, role: classificationRole(entry) }, options);
    },
  };
}
