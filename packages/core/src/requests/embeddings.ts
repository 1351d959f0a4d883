import type {
  ParsedEmbeddingsRequest,
  ParsedMultiVectorRequest,
  ResolvedEmbeddings,
} from '@nearfield/spec/implement';

/** A request that fits its schema and its model. */
export interface CheckedEmbeddings {
  request: ParsedEmbeddingsRequest;
  resolved: ResolvedEmbeddings;
}

/** A request that fits its schema and its model. */
export interface CheckedMultiVector {
  request: ParsedMultiVectorRequest;
  resolved: ResolvedEmbeddings;
}
