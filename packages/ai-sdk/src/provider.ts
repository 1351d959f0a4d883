import {
  type EmbeddingModelV3,
  NoSuchModelError,
  type ProviderV3,
  type RerankingModelV3,
} from '@ai-sdk/provider';
import type { SearchFoundation } from '@nearfield/spec';
import { embeddingModel, type NearfieldEmbeddingSettings } from './embedding-model.ts';
import { type NearfieldRerankingSettings, rerankingModel } from './reranking-model.ts';

/** Embedding and reranking models of one foundation. */
export interface NearfieldProvider extends ProviderV3 {
  /** A model for `embed()` and `embedMany()`. */
  embeddingModel(modelId: string, settings?: NearfieldEmbeddingSettings): EmbeddingModelV3;
  /** The older name of `embeddingModel`. */
  textEmbeddingModel(modelId: string, settings?: NearfieldEmbeddingSettings): EmbeddingModelV3;
  /** A model for `rerank()`. */
  rerankingModel(modelId: string, settings?: NearfieldRerankingSettings): RerankingModelV3;
  /** A short name of `rerankingModel`. */
  reranking(modelId: string, settings?: NearfieldRerankingSettings): RerankingModelV3;
}

/**
 * A provider for the AI SDK 6 and later. Its models call the foundation, so they run wherever it does.
 *
 * Errors are the SDK's `APICallError` with the `FoundationError` as their `cause`; the SDK repeats only those that may
 * succeed later.
 *
 * @param foundation `createLocal()`, `createNodeFoundation()`, `createRemote()` or a router. It stays the caller's to
 * close.
 *
 * @example
 * const nearfield = createNearfield(createLocal({ models: [minilm] }));
 * const { embedding } = await embed({
 *   model: nearfield.embeddingModel('all-MiniLM-L6-v2'),
 *   value: 'How do I keep bread fresh?',
 * });
 *
 * @example
 * const { ranking } = await rerank({
 *   model: nearfield.rerankingModel('minilm-reranker'),
 *   query: 'fresh bread',
 *   documents: ['Bake at 220 °C.', 'A paper bag keeps a loaf fresh.'],
 *   topN: 1,
 * });
 */
export function createNearfield(
  foundation: Pick<SearchFoundation, 'embeddings' | 'rerank'>,
): NearfieldProvider {
  const embedding = (modelId: string, settings?: NearfieldEmbeddingSettings): EmbeddingModelV3 =>
    embeddingModel(foundation, modelId, settings);
  const reranking = (modelId: string, settings?: NearfieldRerankingSettings): RerankingModelV3 =>
    rerankingModel(foundation, modelId, settings);
  return {
    specificationVersion: 'v3',
    embeddingModel: embedding,
    textEmbeddingModel: embedding,
    rerankingModel: reranking,
    reranking,
    languageModel(modelId) {
      throw new NoSuchModelError({ modelId, modelType: 'languageModel' });
    },
    imageModel(modelId) {
      throw new NoSuchModelError({ modelId, modelType: 'imageModel' });
    },
  };
}
