/** Text Embeddings Inference: `/embed` and `/rerank`, with the server's own models: its requests name none. */
import type { Body } from '../accommodate.ts';
import type { ApiService } from '../service.ts';
import { addVendorRoute, given, required } from './adapter.ts';

const failure = (message: string): Body => ({ error: message, error_type: 'validation' });

export function teiRoutes(service: ApiService): void {
  addVendorRoute(service, {
    path: '/embed',
    failure,
    async answer(body, ask) {
      const { vectors } = await ask.embed(
        given({
          model: await ask.defaultModel('embedding'),
          input: required(body, 'inputs'),
          truncate: body.truncate ?? false,
          normalized: body.normalize ?? true,
          prompt_name: body.prompt_name,
          dimensions: body.dimensions,
        }),
      );
      return vectors;
    },
  });

  addVendorRoute(service, {
    path: '/rerank',
    failure,
    async answer(body, ask) {
      const { results } = await ask.rerank(
        given({
          model: await ask.defaultModel('reranker'),
          query: required(body, 'query'),
          documents: required(body, 'texts'),
          return_documents: body.return_text ?? false,
        }),
      );
      return results.map(({ index, relevance_score: score, document }) => ({
        index,
        score,
        ...(document !== undefined && { text: (document as { text?: string }).text }),
      }));
    },
  });
}
