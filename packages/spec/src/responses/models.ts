import * as v from 'valibot';
import type { ModelInfo, ModelListResponse } from '../endpoints/models.ts';

const PricingSchema = v.looseObject({
  prompt: v.string(),
  completion: v.string(),
  image: v.string(),
  request: v.string(),
  input_cache_read: v.string(),
  input_cache_write: v.string(),
});

/** Answer of `/v1/models/{id}`. The catalogue's own facts pass through unchecked. */
export const ModelBodySchema = v.looseObject({
  id: v.string(),
  hugging_face_id: v.string(),
  name: v.string(),
  created: v.number(),
  input_modalities: v.array(v.string()),
  output_modalities: v.array(v.string()),
  quantization: v.string(),
  context_length: v.number(),
  max_output_length: v.number(),
  pricing: PricingSchema,
  supported_sampling_parameters: v.array(v.string()),
  supported_features: v.array(v.string()),
  description: v.string(),
  datacenters: v.array(v.looseObject({ country_code: v.string() })),
  nearfield: v.optional(v.custom<NonNullable<ModelInfo['nearfield']>>((value) => typeof value === 'object')),
}) satisfies v.GenericSchema<unknown, ModelInfo>;

/** Answer of `/v1/models`. */
export const ModelsBodySchema: v.GenericSchema<unknown, ModelListResponse> = v.looseObject({
  data: v.array(ModelBodySchema),
});
