import type { CallOptions, EmbeddingsResponse, FoundationError, MultiVectorResponse } from '@nearfield/spec';
import type { EmbeddingUsage, ParsedEmbeddingsRequest } from '@nearfield/spec/implement';
import { encodeAs, invalid } from '@nearfield/spec/implement';
import type { Engine } from '../../engine/engine.ts';
import type { WithFailedItems } from '../../requests/answer-items.ts';
import type { CheckedEmbeddings } from '../../requests/embeddings.ts';
import { itemsOf, textsOf } from '../../requests/inputs.ts';
import { embedItems } from './embed-items.ts';
import { lateChunks } from './late-chunking.ts';
import { multiVector } from './multi-vector.ts';

/** `POST /v1/embeddings` with one vector per input. */
async function embed(
  engine: Engine,
  { request, resolved, collect }: CheckedEmbeddings,
  options: CallOptions,
): Promise<WithFailedItems<EmbeddingsResponse>> {
  const asked = {
    model: request.model,
    task: resolved.task,
    prompt: resolved.prompt,
    dimensions: request.dimensions ?? undefined,
    normalized: request.normalized,
    truncate: request.truncate,
  };
  if (request.late_chunking) {
    const texts = textsOf(request);
    if (request.split_sentences && texts.length > 1) throw notSingle(texts.length);
    const late = await lateChunks(
      engine,
      { ...asked, texts, splitSentences: request.split_sentences },
      options,
    );
    return respond(request, late.values, late.chunks, usageOf(late.totalTokens));
  }
  const items = itemsOf(request);
  const { values, totalTokens, imageTokens, failed } = await embedItems(
    engine,
    { ...asked, items, mayFail: collect ? items.length : 0 },
    options,
  );
  const response = respond(request, values, items.length, usageOf(totalTokens, imageTokens));
  if (!collect) return response;
  return {
    ...response,
    data: response.data.filter(({ index }) => !failed.has(index)),
    errors: failed.list(),
  };
}

/** `POST /v1/embeddings` with vectors of inputs, late chunks or tokens. */
export function embeddings(
  engine: Engine,
  checked: CheckedEmbeddings,
  options: CallOptions,
): Promise<WithFailedItems<EmbeddingsResponse | MultiVectorResponse>> {
  const { request } = checked;
  const isColbert = engine.models.definition(request.model).recipe.kind === 'colbert';
  return request.return_multivector || isColbert
    ? multiVector(engine, checked, options)
    : embed(engine, checked, options);
}

function notSingle(count: number): FoundationError {
  return invalid(
    'split_sentences',
    `It splits a single input into sentences, but there are ${count}. Send one, or omit it: then the inputs are the chunks.`,
  );
}

/** Equal to the total: embeddings have no completion. */
const usageOf = (total: number, imageTokens?: number): EmbeddingUsage => ({
  total_tokens: total,
  prompt_tokens: total,
  ...(imageTokens !== undefined && { image_tokens: imageTokens }),
});

function respond(
  { model, embedding_type: type }: ParsedEmbeddingsRequest,
  values: Float32Array,
  count: number,
  usage: EmbeddingUsage,
): EmbeddingsResponse {
  const dimensions = values.length / count;
  return {
    model,
    object: 'list',
    usage,
    data: Array.from({ length: count }, (_, index) => ({
      object: 'embedding',
      index,
      embedding: encodeAs(values.subarray(index * dimensions, (index + 1) * dimensions), type ?? 'float'),
    })),
  };
}
