import { type CallOptions, type EmbeddingType, FoundationError } from '@nearfield/spec';
import { type EmbeddingsBody, EmbeddingsBodySchema, embeddingsFromWire } from '@nearfield/spec/implement';
import { isJina } from './addresses.ts';
import type { Api } from './api.ts';
import { type Body, bodyOf, withImagesAsText } from './request-body.ts';

/** An answer with vectors, decoded. */
export type Vectors = ReturnType<typeof embeddingsFromWire>;

/** Inputs of a request. */
export const countOf = (input: unknown): number => (Array.isArray(input) ? input.length : 1);

/** The answer to a request of which no input is left. */
export const noVectors = ({ model }: { model: string }): Vectors => ({
  model,
  object: 'list',
  usage: { total_tokens: 0, prompt_tokens: 0 },
  data: [],
});

/** Requests base64 where the caller wants floats: a third of the bytes, and exact. A list is derived from it. */
function wireType(wanted: EmbeddingType | readonly EmbeddingType[]): EmbeddingType {
  return typeof wanted === 'string' && wanted !== 'float' ? wanted : 'base64';
}

/**
 * The vectors of an answer, in the requested encodings.
 * @throws FoundationError RESPONSE_INVALID for vectors that cannot be read
 */
export function decodeVectors(
  body: EmbeddingsBody,
  wanted: EmbeddingType | readonly EmbeddingType[],
  what: string,
): Vectors {
  try {
    return embeddingsFromWire(body, wanted);
  } catch (cause) {
    throw new FoundationError({
      code: 'RESPONSE_INVALID',
      message: `The server's answer to ${what} has a vector that cannot be read: ${(cause as Error).message}`,
      cause,
    });
  }
}

/**
 * Every input has its result, once. A PDF or a split text is one input and has more results.
 * @throws FoundationError RESPONSE_INVALID
 */
export function requireItems(what: string, items: readonly { index: number }[], wanted: number): void {
  const answered = new Set(items.map(({ index }) => index));
  if (items.length >= wanted && (wanted === 1 || (answered.size === wanted && items.length === wanted)))
    return;
  throw new FoundationError({
    code: 'RESPONSE_INVALID',
    message: `The server's answer to ${what} has ${items.length} results for ${answered.size} of ${wanted} inputs.`,
  });
}

/** @throws FoundationError RESPONSE_INVALID for an answer with a vector per text where one per token is wanted */
export function requireTokenVectors({ data }: Vectors, model: string): void {
  if (data.every((item) => 'embeddings' in item)) return;
  throw new FoundationError({
    code: 'RESPONSE_INVALID',
    message: `The server answered multi-vector with one vector per text instead of one per token. ${model} may not be a multi-vector model.`,
  });
}

type VectorsRequest = Body & {
  model: string;
  input: unknown;
  embedding_type: EmbeddingType | EmbeddingType[];
};

/** One request for the vectors of its inputs, in their order. */
export async function requestVectors(
  api: Api,
  what: string,
  path: string,
  parsed: VectorsRequest,
  options: CallOptions,
  isPart: boolean,
): Promise<Vectors> {
  const body: Body = { ...bodyOf(parsed), input: await withImagesAsText(parsed.input, 'input') };
  // Servers other than the hosted API split unless the request says otherwise.
  if (parsed.late_chunking === true && !isJina(api.base)) body.split_sentences = parsed.split_sentences;
  // Token weights have no encoding.
  if (parsed.model === 'elser-v2') delete body.embedding_type;
  else body.embedding_type = wireType(parsed.embedding_type);
  const call = { ...api.post(what, path, body), isPart };
  const answer = await api.transport.json(call, EmbeddingsBodySchema, options);
  const response = decodeVectors(answer, parsed.embedding_type, what);
  requireItems(what, response.data, countOf(parsed.input));
  response.data.sort((a, b) => a.index - b.index);
  return response;
}
