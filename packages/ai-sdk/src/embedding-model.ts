import type { EmbeddingModelV3 } from '@ai-sdk/provider';
import { type EmbeddingsRequest, LIMITS, type SearchFoundation } from '@nearfield/spec';
import { PROVIDER, providerFields, sdkCall, unusedHeaders } from './sdk-call.ts';

/** Fields of each request of a model; those of a call win, under `providerOptions.nearfield`. */
export type NearfieldEmbeddingSettings = Pick<
  EmbeddingsRequest,
  'task' | 'dimensions' | 'normalized' | 'truncate' | 'late_chunking'
>;

/** Names of the settings that a call may give for itself. */
const SETTINGS = ['task', 'dimensions', 'normalized', 'truncate', 'late_chunking'] as const;

/** A model for `embed()` and `embedMany()` of the AI SDK. */
export function embeddingModel(
  foundation: Pick<SearchFoundation, 'embeddings'>,
  modelId: string,
  settings: NearfieldEmbeddingSettings = {},
): EmbeddingModelV3 {
  return {
    specificationVersion: 'v3',
    provider: PROVIDER,
    modelId,
    maxEmbeddingsPerCall: LIMITS.embeddings.inputs,
    supportsParallelCalls: true,
    doEmbed({ values, abortSignal, providerOptions, headers }) {
      return sdkCall('embeddings', modelId, async () => {
        const request: EmbeddingsRequest<'float'> = {
          ...settings,
          ...providerFields(providerOptions, SETTINGS),
          model: modelId,
          input: values,
          embedding_type: 'float',
        };
        const { data, usage, model } = await foundation.embeddings(request, { signal: abortSignal });
        return {
          embeddings: data.map((item) => {
            if ('embedding' in item && item.embedding instanceof Float32Array) return [...item.embedding];
            throw new TypeError(`${modelId} gives no single vector per text.`);
          }),
          usage: { tokens: usage.total_tokens },
          providerMetadata: { [PROVIDER]: { model } },
          warnings: unusedHeaders(headers),
        };
      });
    },
  };
}
