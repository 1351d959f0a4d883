import type { JSONObject, RerankingModelV3, SharedV3Warning } from '@ai-sdk/provider';
import type { RerankRequest, SearchFoundation } from '@nearfield/spec';
import { PROVIDER, providerFields, sdkCall, unusedHeaders } from './sdk-call.ts';

/** Fields of each request of a model; those of a call win, under `providerOptions.nearfield`. */
export type NearfieldRerankingSettings = Pick<RerankRequest, 'truncation' | 'max_doc_length' | 'fusion'>;

/** Names of the settings that a call may give for itself. */
const SETTINGS = ['truncation', 'max_doc_length', 'fusion'] as const;

/** The text that stands for a document of fields: its own field `text`, or all of it as JSON. */
const textOf = (document: JSONObject): string =>
  typeof document.text === 'string' ? document.text : JSON.stringify(document);

/** A model for `rerank()` of the AI SDK. */
export function rerankingModel(
  foundation: Pick<SearchFoundation, 'rerank'>,
  modelId: string,
  settings: NearfieldRerankingSettings = {},
): RerankingModelV3 {
  return {
    specificationVersion: 'v3',
    provider: PROVIDER,
    modelId,
    doRerank({ documents, query, topN, abortSignal, providerOptions, headers }) {
      return sdkCall('rerank', modelId, async () => {
        const warnings: SharedV3Warning[] = unusedHeaders(headers);
        if (documents.type === 'object' && documents.values.some(({ text }) => typeof text !== 'string')) {
          warnings.push({
            type: 'compatibility',
            feature: 'object documents',
            details: 'Documents without a field "text" are ranked by their JSON.',
          });
        }
        const { results } = await foundation.rerank(
          {
            ...settings,
            ...providerFields(providerOptions, SETTINGS),
            model: modelId,
            query,
            documents: documents.type === 'text' ? documents.values : documents.values.map(textOf),
            top_n: topN,
            return_documents: false,
          },
          { signal: abortSignal },
        );
        return {
          ranking: results.map(({ index, relevance_score }) => ({ index, relevanceScore: relevance_score })),
          response: { modelId },
          warnings,
        };
      });
    },
  };
}
