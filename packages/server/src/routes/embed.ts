import type {
  ChatRequest,
  ClassifyRequest,
  EmbeddingsRequest,
  MultiVectorRequest,
  RerankRequest,
  SegmentRequest,
  TrainRequest,
} from '@nearfield/spec';
import { invalid, rerankToWire } from '@nearfield/spec/implement';
import type { Body } from '../accommodate.ts';
import { withTexts } from '../adapters/openai.ts';
import { fromVoyage, isVoyageRerank, toVoyage } from '../adapters/voyage.ts';
import { type ApiContext, call } from '../context.ts';
import type { ApiService } from '../service.ts';

/**
 * Vectors, ranks, labels, chunks: what is computed from a request's JSON. The foundation checks every request itself,
 * so the casts are safe.
 */
export function computingRoutes(service: ApiService): void {
  const { foundation, splitSentences } = service;
  service.post('/v1/embeddings', 'embeddings', async (body, how) => {
    const request = withSentences(service.strict ? body : await withTexts(body), splitSentences);
    return foundation.embeddings(request as unknown as EmbeddingsRequest, how);
  });
  service.post('/v1/multi-vector', 'multi-vector', (body, how) =>
    foundation.multiVector(body as unknown as MultiVectorRequest, how),
  );
  service.post('/v1/rerank', 'rerank', async (body, how, context) => {
    const isVoyage = isVoyageRerank(context);
    const request = isVoyage ? fromVoyage(body) : body;
    const answer = rerankToWire(await foundation.rerank(request as unknown as RerankRequest, how));
    return isVoyage ? toVoyage(answer) : answer;
  });
  service.post('/v1/classify', 'classify', (body, how) =>
    foundation.classify(body as unknown as ClassifyRequest, how),
  );
  service.post('/v1/train', 'train', (body, how) => foundation.train(body as unknown as TrainRequest, how));
  service.post('/v1/chat/completions', undefined, (body, how) =>
    foundation.chat(body as unknown as ChatRequest, how),
  );
  for (const path of ['/', '/v1/segment']) {
    service.post(path, 'segment', (body, how) => foundation.segment(body as unknown as SegmentRequest, how));
    service.routes.add('GET', path, (context) => countTokens(service, context));
  }
}

/** `GET segment.jina.ai/?content=…&tokenizer=…`: the number of tokens alone. */
async function countTokens(service: ApiService, context: ApiContext): Promise<Response> {
  const { content, tokenizer } = context.req.query();
  if (content === undefined) {
    if (context.req.path === '/') return context.json(service.welcome());
    throw invalid('content', 'content is required.');
  }
  const request: SegmentRequest = { content, ...(tokenizer !== undefined && { tokenizer }) };
  return service.reply(context, await service.foundation.segment(request, call(context)));
}

/** Turns sentence splitting on where Jina's local server does: late chunking of a single input. */
function withSentences(body: Body, splitSentences: boolean): Body {
  const { late_chunking: lateChunking, split_sentences: requested, input } = body;
  const single = !Array.isArray(input) || input.length === 1;
  if (!splitSentences || lateChunking !== true || requested != null || !single) return body;
  return { ...body, split_sentences: true };
}
