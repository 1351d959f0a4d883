import type {
  ParsedEmbeddingsRequest,
  ParsedMultiVectorRequest,
  ResolvedEmbeddings,
} from '@nearfield/spec/implement';
import type { Collecting } from './answer-items.ts';

/** A request that fits its schema and its model. */
export interface CheckedEmbeddings extends Collecting {
  request: ParsedEmbeddingsRequest;
  resolved: ResolvedEmbeddings;
}

/** A request that fits its schema and its model. */
export interface CheckedMultiVector extends Collecting {
  request: ParsedMultiVectorRequest;
  resolved: ResolvedEmbeddings;
}
