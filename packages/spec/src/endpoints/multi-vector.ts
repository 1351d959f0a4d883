import type { EmbeddingType } from '../encodings.ts';
import type {
  AnyVector,
  EmbeddingInput,
  EmbeddingsResponse,
  EmbeddingTask,
  MultiEmbedding,
  VectorFor,
} from './embeddings.ts';

export { MultiVectorRequestSchema, type ParsedMultiVectorRequest } from './embeddings.ts';

/**
 * `POST /v1/multi-vector`: an embeddings request whose answer has one vector per token. Source: OpenAPI 0.0.89
 * and the ColBERT and v4 requests of OpenAPI 2026.05.13.
 */
export interface MultiVectorRequest<Type extends EmbeddingType = EmbeddingType> {
  model: string;
  input: EmbeddingInput | readonly EmbeddingInput[];
  /** @default 'float' */
  embedding_type?: Type | readonly Type[] | null | undefined;
  /** Role of the input for ColBERT models. @default 'document' */
  input_type?: 'query' | 'document' | null | undefined;
  /** Scale every token's vector to length 1. @default true */
  normalized?: boolean | null | undefined;
  /** Cut inputs that are longer than the model's context instead of refusing them. @default false */
  truncate?: boolean | null | undefined;
  /** Dimensions per token; jina-colbert-v2: 64, 96 or 128. @default all of them */
  dimensions?: number | null | undefined;
  task?: EmbeddingTask | null | undefined;
  prompt_name?: 'query' | 'passage' | null | undefined;
  /** The token of each vector. @default false */
  return_tokenized_input?: boolean | null | undefined;
  /** OpenAI clients' name for their end user. Accepted; changes nothing. */
  user?: string | null | undefined;
}

/** One `MultiEmbedding` per input; each holds one vector per token. */
export type MultiVectorResponse<Vector = AnyVector> = EmbeddingsResponse<MultiEmbedding<Vector>>;

/** The response type of a request type. */
export type MultiVectorResponseFor<Request> = MultiVectorResponse<VectorFor<Request>>;
