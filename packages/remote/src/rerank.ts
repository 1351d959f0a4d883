import {
  type CallOptions,
  FoundationError,
  type RerankRequest,
  type RerankResponse,
  type RerankResult,
} from '@nearfield/spec';
import {
  fusionFromWire,
  parse,
  RerankBodySchema,
  RerankRequestSchema,
  rerankedDocument,
  tellProgress,
} from '@nearfield/spec/implement';
import type { Api } from './api.ts';
import { bodyOf, withImagesAsText } from './request-body.ts';

/** Ranks documents at the server. @throws FoundationError */
export async function rerank(
  api: Api,
  request: RerankRequest,
  options: CallOptions,
): Promise<RerankResponse> {
  const parsed = parse(RerankRequestSchema, request);
  const documents = await withImagesAsText(parsed.documents, 'documents');
  const call = api.post('rerank', '/v1/rerank', { ...bodyOf(parsed), documents });
  const { fusion: wire, ...answer } = await api.transport.json(call, RerankBodySchema, options);
  const results = answer.results.map(({ embedding, document: _, ...result }): RerankResult => {
    // The request's own: a server may return a string, an object with its text, or less than was sent.
    const document = request.documents[result.index];
    if (document === undefined) {
      throw new FoundationError({
        code: 'RESPONSE_INVALID',
        message: `The server's answer to rerank has a result for document ${result.index} of ${request.documents.length}.`,
      });
    }
    return {
      ...result,
      ...(parsed.return_documents && { document: rerankedDocument(document) }),
      ...(embedding && { embedding: Float32Array.from(embedding) }),
    } as RerankResult;
  });
  const { total_tokens: tokens } = answer.usage;
  const count = request.documents.length;
  tellProgress(options.onProgress, {
    type: 'work-progress',
    inputs: { done: count, total: count },
    tokens: { done: tokens, total: tokens },
  });
  const fusion = fusionFromWire(wire);
  return { ...answer, results, ...(fusion && { fusion }) } as RerankResponse;
}
