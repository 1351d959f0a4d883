import * as v from 'valibot';
import type { BatchOutputLine, BatchStatus } from '../endpoints/batches.ts';
import { optionalString } from './shared.ts';

/** Answer of `/v1/batch/…`. */
export const BatchStatusBodySchema: v.GenericSchema<unknown, BatchStatus> = v.looseObject({
  batch_id: v.string(),
  status: v.picklist(['pending', 'processing', 'completed', 'failed', 'expired', 'cancelled']),
  model: v.string(),
  created_at: v.string(),
  completed_at: optionalString,
  expires_at: optionalString,
  output_url: optionalString,
  error_file_url: optionalString,
  error: optionalString,
  stats: v.nullish(
    v.looseObject({
      total: v.number(),
      completed: v.optional(v.number(), 0),
      failed: v.optional(v.number(), 0),
      total_tokens: v.optional(v.number(), 0),
    }),
  ),
});

/** Answer of `/v1/batches`. */
export const BatchesBodySchema: v.GenericSchema<unknown, BatchStatus[]> = v.array(BatchStatusBodySchema);

/** A line of `/v1/batch/{id}/output` or `/errors`; its fields beside the id are the server's. */
export const BatchLineBodySchema = v.looseObject({
  custom_id: v.pipe(
    v.union([v.string(), v.number()]),
    v.transform((id) => String(id)),
  ),
}) satisfies v.GenericSchema<unknown, Pick<BatchOutputLine, 'custom_id'>>;
