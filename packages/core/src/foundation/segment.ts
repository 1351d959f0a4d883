import {
  type CallOptions,
  LIMITS,
  type SegmentRequest,
  type SegmentResponse,
  TOKENIZERS,
} from '@nearfield/spec';
import { invalid, parseStrictly, SegmentRequestSchema } from '@nearfield/spec/implement';
import type { EngineClient } from './engine-client.ts';

/** `segment.jina.ai`, checked. Contents longer than the hosted API accepts are checked by the engine. */
export async function segment(
  engine: EngineClient,
  request: SegmentRequest,
  options: CallOptions,
): Promise<SegmentResponse> {
  const content = longContent(request);
  const parsed = parseStrictly(
    SegmentRequestSchema,
    content === undefined ? request : { ...request, content: '' },
  );
  requireTokenizer(parsed.tokenizer, engine);
  if (parsed.model != null) await engine.entryFor('embeddings', parsed.model, options);
  return engine.call('segment', { ...parsed, content: content ?? parsed.content }, options);
}

/** The content of a request, if it is longer than the contract's schema allows. */
function longContent(request: unknown): string | undefined {
  if (typeof request !== 'object' || request === null || !('content' in request)) return undefined;
  const { content } = request;
  return typeof content === 'string' && content.length > LIMITS.segment.characters ? content : undefined;
}

/** @throws FoundationError INPUT_VALIDATION_FAILED for a name that is neither a tokenizer nor a model. */
function requireTokenizer(name: string, engine: EngineClient): void {
  if ((TOKENIZERS as readonly string[]).includes(name)) return;
  try {
    engine.entry(name);
  } catch (cause) {
    throw invalid(
      'tokenizer',
      `Unknown tokenizer. Use one of ${TOKENIZERS.join(', ')}, or the id of a model.`,
      { type: 'enum', cause },
    );
  }
}
