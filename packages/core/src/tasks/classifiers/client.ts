import {
  type CallOptions,
  type ClassifiersApi,
  type ClassifyRequest,
  ClassifyRequestSchema,
  type ClassifyResponse,
  checkClassifyRequest,
  checkTrainRequest,
  ExportedClassifierSchema,
  FoundationError,
  type ItemCallOptions,
  isFewShotRequest,
  isUpdateRequest,
  type ModelEntry,
  parse,
  parseStrictly,
  randomId,
  type TrainRequest,
  TrainRequestSchema,
  type TrainResponse,
} from '@nearfield/spec';
import type { CallEngine } from '../../backend.ts';
import { answerItems, type WithFailedItems } from '../answer-items.ts';
import type { CheckedFewShot } from '../classify/few-shot.ts';
import { itemsOf } from '../classify/items.ts';
import { classificationRole, labelReading, requireEndpoint } from '../classify/role.ts';
import type { CheckedZeroShot } from '../classify/zero-shot.ts';

type EntryOf = (model: string) => ModelEntry;

/** `POST /v1/classify`, checked: in words where the request has labels, else with a trained classifier. */
export async function classify(
  call: CallEngine,
  entryOf: EntryOf,
  request: ClassifyRequest,
  options: ItemCallOptions = {},
): Promise<Omit<ClassifyResponse, 'errors'>> {
  return answerItems<CheckedFewShot | CheckedZeroShot, WithFailedItems<ClassifyResponse>>(request, options, {
    check: (asked) => {
      const parsed = parseStrictly(ClassifyRequestSchema, asked);
      if (isFewShotRequest(parsed)) {
        const { classifier_id: classifierId, input } = parsed;
        return { classifierId, items: itemsOf(input) };
      }
      const entry = entryOf(parsed.model);
      requireEndpoint(entry, parsed.model, 'classify');
      checkClassifyRequest(parsed, entry);
      return { request: parsed, role: classificationRole(entry), reading: labelReading(entry) };
    },
    readItems: (checked) => 'request' in checked && itemsOf(checked.request.input),
    call: (checked, how) =>
      'request' in checked
        ? call('classify.zero-shot', checked, how)
        : call('classify.few-shot', checked, how),
    empty: () => ({ usage: { total_tokens: 0 }, data: [] }),
  });
}

/** `POST /v1/train`, checked. */
export async function train(
  call: CallEngine,
  entryOf: EntryOf,
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
    return call('train', { ...training, classifierId: parsed.classifier_id }, options);
  }
  const { model, access } = parsed;
  const entry = entryOf(model);
  requireEndpoint(entry, model, 'train');
  checkTrainRequest(parsed, entry);
  const create = { model, role: classificationRole(entry), access };
  return call('train', { ...training, classifierId: randomId(), create }, options);
}

/** `/v1/classifiers`, and export and import. */
export function classifiersApi(call: CallEngine, entryOf: EntryOf): Required<ClassifiersApi> {
  return {
    list: async (options = {}) => call('classifiers.list', undefined, options),
    delete: async (id, options = {}) => call('classifiers.delete', String(id), options),
    export: async (id, options = {}) => call('classifiers.export', String(id), options),
    import: async (classifier, options = {}) => {
      const exported = parse(ExportedClassifierSchema, classifier);
      const { model } = exported.classifier;
      const entry = entryOf(model);
      requireEndpoint(entry, model, 'train');
      const { dimensions } = entry;
      if (dimensions !== undefined && dimensions !== exported.columns) {
        throw new FoundationError({
          code: 'INPUT_VALIDATION_FAILED',
          message: `Validation error: 'columns': ${model} has vectors of ${dimensions} dimensions, not ${exported.columns}.`,
          param: 'columns',
        });
      }
      return call('classifiers.import', { exported, role: classificationRole(entry) }, options);
    },
  };
}
