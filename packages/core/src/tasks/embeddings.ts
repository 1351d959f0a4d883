import {
  type CallOptions,
  type EmbeddingsResponse,
  type EmbeddingType,
  encodeVector,
  FoundationError,
  notSupported,
  type ParsedEmbeddingsRequest,
  type ResolvedEmbeddings,
  type SingleEmbedding,
} from '@nearfield/spec';
import type { Engine } from '../engine/engine.ts';
import type { ReadyEncoder } from '../engine/loader.ts';
import type { TokenSequence } from '../text/tokenizer.ts';

/** Calls of up to this many inputs are somebody waiting at a search box, unless they say otherwise. */
const INTERACTIVE_INPUTS = 8;

/** A request that fits its schema and its model. */
export interface CheckedEmbeddings {
  request: ParsedEmbeddingsRequest;
  resolved: ResolvedEmbeddings;
}

/** `POST /v1/embeddings` for texts: tokenise, run in shared batches, encode. */
export async function embed(
  engine: Engine,
  { request, resolved }: CheckedEmbeddings,
  { signal, onProgress, priority }: CallOptions,
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
  const ready = await engine.encoder(request.model, { signal, onProgress });
  const texts = textsOf(request);
  const { dimensions: ownDimensions } = ready.info;
  const dimensions = request.dimensions ?? ownDimensions;
  if (dimensions > ownDimensions) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `dimensions: Input should be less than or equal to ${ownDimensions}`,
      param: 'dimensions',
    });
  }
  const sequences = tokenize(ready, texts, resolved.prompt, request.truncate === true);
  const totalTokens = sequences.reduce((sum, { ids }) => sum + ids.length, 0);

  const values = new Float32Array(texts.length * dimensions);
  const report = workReporter(onProgress, texts.length, totalTokens);
  await engine.scheduler.submit(
    ready.encoder.group({ dimensions, normalized: request.normalized !== false }),
    sequences,
    {
      priority: priority ?? (texts.length <= INTERACTIVE_INPUTS ? 'interactive' : 'bulk'),
      signal,
      onResult: (index, vector) => {
        values.set(vector, index * dimensions);
        report(sequences[index]!.ids.length);
      },
    },
  );

  return {
    model: request.model,
    object: 'list',
    usage: { total_tokens: totalTokens, prompt_tokens: totalTokens },
    data: texts.map((_, index) => ({
      object: 'embedding',
      index,
      embedding: encode(
        values.subarray(index * dimensions, (index + 1) * dimensions),
        request.embedding_type ?? 'float',
      ),
    })),
  };
}

/** Progress events cross a worker boundary: not more often than a screen shows them. */
const REPORT_INTERVAL = 33;

function workReporter(
  onProgress: CallOptions['onProgress'],
  inputs: number,
  tokens: number,
): (itemTokens: number) => void {
  const done = { inputs: 0, tokens: 0 };
  let last = 0;
  return (itemTokens) => {
    done.inputs++;
    done.tokens += itemTokens;
    if (!onProgress) return;
    const now = performance.now();
    if (done.inputs < inputs && now - last < REPORT_INTERVAL) return;
    last = now;
    onProgress({
      type: 'work-progress',
      inputs: { done: done.inputs, total: inputs },
      tokens: { done: done.tokens, total: tokens },
    });
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

function textsOf(request: ParsedEmbeddingsRequest): string[] {
  const items = Array.isArray(request.input) ? request.input : [request.input];
  return items.map((item, index) => {
    if (typeof item === 'string') return item;
    if ('text' in item && typeof item.text === 'string') return item.text;
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `input.${index}: ${request.model} embeds text only. Send a string or {"text": …}.`,
      param: `input.${index}`,
    });
  });
}

function tokenize(
  { definition, tokenizer, info }: ReadyEncoder,
  texts: readonly string[],
  prompt: string,
  truncate: boolean,
): TokenSequence[] {
  return texts.map((text, index) => {
    const sequence = tokenizer.encode(prompt + text, info.maxTokens);
    if (sequence.fullLength > info.maxTokens && !truncate) {
      throw new FoundationError({
        code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
        message: `Input ${index} has ${sequence.fullLength} tokens; ${definition.id} reads at most ${info.maxTokens}. Shorten it, split it, or set truncate to true.`,
        param: `input.${index}`,
      });
    }
    return sequence;
  });
}
