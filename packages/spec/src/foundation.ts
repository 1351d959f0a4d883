/// <reference lib="esnext.disposable" preserve="true" />
import type { Capabilities } from './capabilities.ts';
import type { BatchesApi } from './endpoints/batches.ts';
import type { ChatRequest, ChatResponse } from './endpoints/chat.ts';
import type { ClassifyRequest, ClassifyResponseFor } from './endpoints/classify.ts';
import type { EmbeddingsRequest, EmbeddingsResponseFor } from './endpoints/embeddings.ts';
import type { ModelsApi } from './endpoints/models.ts';
import type { MultiVectorRequest, MultiVectorResponseFor } from './endpoints/multi-vector.ts';
import type {
  GroundRequest,
  GroundResponse,
  ReadRequest,
  ReadResponse,
  SearchRequest,
  SearchResponse,
} from './endpoints/reader.ts';
import type { RerankRequest, RerankResponseFor } from './endpoints/rerank.ts';
import type { SegmentRequest, SegmentResponse } from './endpoints/segment.ts';
import type { ClassifiersApi, TrainRequest, TrainResponse } from './endpoints/train.ts';
import type { ItemCallOptions, WithItemErrors } from './item-errors.ts';
import type { CallOptions } from './progress.ts';

/**
 * Jina's search foundation, wherever it runs. `createLocal()` of @nearfield/core computes inside the page,
 * `createRemote()` of @nearfield/remote calls a server; code written against this interface runs on both.
 *
 * Every method rejects with a `FoundationError`, or with the signal's reason when it was aborted.
 */
export interface SearchFoundation {
  /** Vectors of texts or images. `POST /v1/embeddings`. */
  embeddings<
    const Request extends EmbeddingsRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<EmbeddingsResponseFor<Request>, Options>>;
  /** One vector per token, for late interaction. `POST /v1/multi-vector`. */
  multiVector<
    const Request extends MultiVectorRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<MultiVectorResponseFor<Request>, Options>>;
  /** Documents in the order of their relevance to a query. `POST /v1/rerank`. */
  rerank<const Request extends RerankRequest>(
    request: Request,
    options?: CallOptions,
  ): Promise<RerankResponseFor<Request>>;
  /** Labels for texts or images, zero-shot or with a trained classifier. `POST /v1/classify`. */
  classify<const Request extends ClassifyRequest, const Options extends ItemCallOptions = ItemCallOptions>(
    request: Request,
    options?: Options,
  ): Promise<WithItemErrors<ClassifyResponseFor<Request>, Options>>;
  /** Trains or updates a few-shot classifier. `POST /v1/train`. */
  train(request: TrainRequest, options?: CallOptions): Promise<TrainResponse>;
  /** Trained classifiers. `/v1/classifiers`. */
  readonly classifiers: ClassifiersApi;
  /** Tokens and chunks of a text. `segment.jina.ai`. */
  segment(request: SegmentRequest, options?: CallOptions): Promise<SegmentResponse>;
  /** The model catalogue. `/v1/models`. */
  readonly models: ModelsApi;
  /** Embedding jobs that outlive a call. `/v1/batch…`. */
  readonly batches: BatchesApi;
  /** A page or document as Markdown. `r.jina.ai`. */
  read(request: ReadRequest, options?: CallOptions): Promise<ReadResponse>;
  /** A web search with page contents. `s.jina.ai`. */
  search(request: SearchRequest, options?: CallOptions): Promise<SearchResponse>;
  /** Whether a statement is supported by sources. `g.jina.ai`. */
  ground(request: GroundRequest, options?: CallOptions): Promise<GroundResponse>;
  /** `POST /v1/chat/completions` (experimental at the API). */
  chat(request: ChatRequest, options?: CallOptions): Promise<ChatResponse>;
  /** Abilities of this implementation, its device and the reasons. */
  capabilities(): Promise<Capabilities>;
  /** Frees memory, ends workers and open connections. Calls that are running reject with CLOSED. */
  close(): Promise<void>;
  /** The same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Names of the methods that `capabilities().methods` reports on. */
export const FOUNDATION_METHODS = [
  'embeddings',
  'multiVector',
  'rerank',
  'classify',
  'train',
  'classifiers',
  'segment',
  'models',
  'batches',
  'read',
  'search',
  'ground',
  'chat',
] as const;

/** Name of a method that `capabilities().methods` reports on. */
export type FoundationMethod = (typeof FOUNDATION_METHODS)[number];
