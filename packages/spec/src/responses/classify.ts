import * as v from 'valibot';
import type { ClassifyResponse } from '../endpoints/classify.ts';
import { constant, UsageSchema } from './shared.ts';

const LabelScoreSchema = v.looseObject({ label: v.string(), score: v.number() });
const groupsOf = <Schema extends v.GenericSchema>(schema: Schema) => v.record(v.string(), schema);

/** Answer of `/v1/classify`. */
export const ClassifyBodySchema: v.GenericSchema<unknown, ClassifyResponse> = v.looseObject({
  usage: UsageSchema,
  data: v.array(
    v.lazy((item) =>
      typeof (item as { prediction?: unknown } | null)?.prediction === 'object'
        ? v.looseObject({
            object: constant('classification'),
            index: v.number(),
            prediction: groupsOf(v.string()),
            score: groupsOf(v.number()),
            predictions: groupsOf(v.array(LabelScoreSchema)),
          })
        : v.looseObject({
            object: constant('classification'),
            index: v.number(),
            prediction: v.string(),
            score: v.number(),
            predictions: v.array(LabelScoreSchema),
          }),
    ),
  ),
});
