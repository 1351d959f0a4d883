import * as v from 'valibot';
import type { ClassifierSummary, DeleteClassifierResponse, TrainResponse } from '../endpoints/train.ts';
import { optionalString, UsageSchema } from './shared.ts';

/** Answer of `/v1/train`. */
export const TrainBodySchema: v.GenericSchema<unknown, TrainResponse> = v.looseObject({
  classifier_id: v.string(),
  num_samples: v.number(),
  usage: v.optional(UsageSchema),
});

const ClassifierSummarySchema = v.looseObject({
  classifier_id: v.string(),
  user_id: v.string(),
  model: v.string(),
  labels: v.array(v.string()),
  access: v.string(),
  updated_number: v.number(),
  used_number: v.number(),
  created_at: v.string(),
  updated_at: v.string(),
  used_at: optionalString,
  is_active: v.optional(v.boolean()),
  is_latest: v.optional(v.boolean()),
  metadata_: v.optional(v.record(v.string(), v.unknown())),
});

/** Answer of `/v1/classifiers`. */
export const ClassifiersBodySchema: v.GenericSchema<unknown, ClassifierSummary[]> =
  v.array(ClassifierSummarySchema);

/** Answer of `DELETE /v1/classifiers/{id}`. */
export const DeleteClassifierBodySchema: v.GenericSchema<unknown, DeleteClassifierResponse> = v.looseObject({
  message: v.optional(v.string()),
});
