import * as v from 'valibot';
import { constant, isNumbers, UsageSchema } from './shared.ts';

const NumbersSchema = v.custom<number[]>(isNumbers, 'Expected a list of numbers.');

/** Answer of `/v1/rerank`. */
export const RerankBodySchema = v.looseObject({
  model: v.string(),
  object: constant('list'),
  usage: UsageSchema,
  results: v.array(
    v.looseObject({
      index: v.number(),
      relevance_score: v.number(),
      document: v.nullish(v.union([v.string(), v.looseObject({})])),
      embedding: v.nullish(NumbersSchema),
    }),
  ),
});
