import * as v from 'valibot';
import type { SegmentResponse } from '../endpoints/segment.ts';

/** Answer of `segment.jina.ai`. */
export const SegmentBodySchema: v.GenericSchema<unknown, SegmentResponse> = v.looseObject({
  num_tokens: v.number(),
  tokenizer: v.string(),
  usage: v.looseObject({ tokens: v.number() }),
  num_chunks: v.optional(v.number()),
  chunk_positions: v.optional(v.array(v.tuple([v.number(), v.number()]))),
  chunks: v.optional(v.array(v.string())),
  tokens: v.optional(v.array(v.array(v.tuple([v.string(), v.array(v.number())])))),
  special_tokens: v.optional(v.array(v.string())),
});
