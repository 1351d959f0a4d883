import {
  type CallOptions,
  type ClassifiersApi,
  type ClassifyRequest,
  type ClassifyResponse,
  FoundationError,
  type ModelEntry,
  type TrainRequest,
  type TrainResponse,
} from '@nearfield/spec';
import {
  ClassifyRequestSchema,
  checkClassifyRequest,
  checkTrainRequest,
  ExportedClassifierSchema,
  isFewShotRequest,
  isUpdateRequest,
  parse,
  parseStrictly,
  TrainRequestSchema,
} from '@nearfield/spec/implement';
import { classificationRole, labelReading } from '../models/classification.ts';
import { itemsOf } from '../requests/items.ts';
import type { CallEngine } from '../service/backend.ts';
import { requireEndpoint } from './model-entries.ts';

type EntryOf = (model: string) => ModelEntry;

/** `POST /v1/classify`, checked: in words where the request has labels, else with a trained classifier. */
export async function classify(
  call: CallEngine,
  entryOf: EntryOf,
  request: ClassifyRequest,
  options: CallOptions,
): Promise<ClassifyResponse> {
  const parsed = parseStrictly(ClassifyRequestSchema, request);
  if (isFewShotRequest(parsed)) {
    const { classifier_id: classifierId, input } = parsed;
    return call('classify.few-shot', { classifierId, items: itemsOf(input) }, options);
  }
  const entry = entryOf(parsed.model);
  requireEndpoint(entry, parsed.model, 'classify');
  checkClassifyRequest(parsed, entry);
  const reading = labelReading(entry);
  return call('classify.zero-shot', { request: parsed, role: classificationRole(entry), reading }, options);
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
    callId: crypto.randomUUID(),
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
  return call('train', { ...training, classifierId: crypto.randomUUID(), create }, options);
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
