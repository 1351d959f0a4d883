import type { CallOptions, RerankRequest, RerankResponse, RerankResult } from '@nearfield/spec';
import {
  checkRerankRequest,
  notSupported,
  parseStrictly,
  RerankRequestSchema,
  rerankedDocument,
} from '@nearfield/spec/implement';
import type { EngineClient } from './engine-client.ts';

/**
 * `POST /v1/rerank`, checked. The engine gets the texts; the documents themselves stay here and are returned unchanged,
 * with all their fields.
 */
export async function rerank(
  engine: EngineClient,
  request: RerankRequest,
  options: CallOptions,
): Promise<RerankResponse> {
  const parsed = parseStrictly(RerankRequestSchema, request);
  const { model, query, documents } = parsed;
  const entry = await engine.entryFor('rerank', model, options);
  checkRerankRequest(parsed, entry);
  const { scores, tokens, embeddings, fusion } = await engine.call(
    'rerank',
    {
      model,
      query: typeof query === 'string' ? query : (query.text as string),
      documents: documents.map(textOf),
      truncation: parsed.truncation ?? null,
      maxDocLength: parsed.max_doc_length ?? undefined,
      returnEmbeddings: parsed.return_embeddings,
      fusion: parsed.fusion ?? null,
    },
    options,
  );
  const order = Array.from(scores, (_, index) => index).sort(
    (left, right) => scores[right]! - scores[left]! || left - right,
  );
  return {
    model,
    object: 'list',
    usage: { total_tokens: tokens },
    results: order.slice(0, parsed.top_n ?? order.length).map(
      (index) =>
        ({
          index,
          relevance_score: scores[index]!,
          ...(parsed.return_documents && { document: rerankedDocument(request.documents[index]!) }),
          ...(embeddings && { embedding: embeddings[index]! }),
        }) as RerankResult,
    ),
    ...(fusion && { fusion }),
  };
}

function textOf(document: unknown, index: number): string {
  if (typeof document === 'string') return document;
  const { text } = document as { text?: unknown };
  if (typeof text === 'string') return text;
  throw notSupported(
    `documents.${index}`,
    'no reranker that runs locally reads images.',
    'Use jina-reranker-m0 through createRemote() of @nearfield/remote.',
  );
}
