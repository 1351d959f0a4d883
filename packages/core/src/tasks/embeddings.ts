import {
  type CallOptions,
  type EmbeddingsResponse,
  type EmbeddingType,
  encodeVector,
  FoundationError,
  type ImageDoc,
  notSupported,
  type ParsedEmbeddingsRequest,
  type ResolvedEmbeddings,
  type SingleEmbedding,
} from '@nearfield/spec';
import type { Engine } from '../engine/engine.ts';
import { type EmbedItem, embedItems } from './embed-texts.ts';

/** A request that fits its schema and its model. */
export interface CheckedEmbeddings {
  request: ParsedEmbeddingsRequest;
  resolved: ResolvedEmbeddings;
}

/** `POST /v1/embeddings` for texts: embed, encode. */
export async function embed(
  engine: Engine,
  { request, resolved }: CheckedEmbeddings,
  options: CallOptions,
): Promise<EmbeddingsResponse> {
  for (const option of ['late_chunking', 'return_multivector'] as const) {
    if (request[option]) {
      throw notSupported(
        option,
        'the local engine does not have it.',
        'Use createRemote() of @nearfield/remote.',
      );
    }
  }
  const { values, dimensions, tokens, totalTokens } = await embedItems(
    engine,
    {
      model: request.model,
      items: itemsOf(request),
      task: resolved.task,
      prompt: resolved.prompt,
      dimensions: request.dimensions ?? undefined,
      normalized: request.normalized,
      truncate: request.truncate,
    },
    options,
  );
  return {
    model: request.model,
    object: 'list',
    usage: { total_tokens: totalTokens, prompt_tokens: totalTokens },
    data: tokens.map((_, index) => ({
      object: 'embedding',
      index,
      embedding: encode(
        values.subarray(index * dimensions, (index + 1) * dimensions),
        request.embedding_type ?? 'float',
      ),
    })),
  };
}

function encode(
  vector: Float32Array,
  type: EmbeddingType | readonly EmbeddingType[],
): SingleEmbedding['embedding'] {
  if (typeof type === 'string') return encodeVector(vector, type);
  return Object.fromEntries(type.map((each) => [each, encodeVector(vector, each)])) as SingleEmbedding<
    EmbeddingType,
    true
  >['embedding'];
}

function itemsOf(request: ParsedEmbeddingsRequest): EmbedItem[] {
  const items = Array.isArray(request.input) ? request.input : [request.input];
  return items.map((item, index) => {
    if (typeof item === 'string') return { text: item };
    if ('text' in item && typeof item.text === 'string') return { text: item.text };
    // The schema has checked that it is one of these.
    if ('image' in item) return { image: item.image as ImageDoc['image'] };
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `input.${index}: ${request.model} embeds texts and images only. Send a string or {"text": …}.`,
      param: `input.${index}`,
    });
  });
}
