import {
  type BatchesApi,
  type CallOptions,
  type Capabilities,
  type ChatRequest,
  type ChatResponse,
  type ClassifiersApi,
  type ClassifyRequest,
  type ClassifyResponseFor,
  type EmbeddingsRequest,
  type EmbeddingsResponseFor,
  FoundationError,
  type GroundRequest,
  type GroundResponse,
  type ModelInfo,
  type ModelListResponse,
  type ModelsApi,
  type MultiVectorRequest,
  type MultiVectorResponseFor,
  type ReadRequest,
  type ReadResponse,
  type RerankRequest,
  type RerankResponseFor,
  type RerankResult,
  type SearchFoundation,
  type SearchRequest,
  type SearchResponse,
  type SegmentRequest,
  type SegmentResponse,
  type TrainRequest,
  type TrainResponse,
} from '@nearfield/spec';
import {
  CapabilitiesBodySchema,
  ChatBodySchema,
  ChatRequestSchema,
  ClassifiersBodySchema,
  ClassifyBodySchema,
  ClassifyRequestSchema,
  collectsErrors,
  DeleteClassifierBodySchema,
  EmbeddingsRequestSchema,
  FOUNDATION_METHODS,
  type FoundationMethod,
  fusionFromWire,
  type ItemCallOptions,
  ModelBodySchema,
  ModelsBodySchema,
  MultiVectorRequestSchema,
  methodsReport,
  parse,
  RerankBodySchema,
  RerankRequestSchema,
  rerankedDocument,
  SegmentBodySchema,
  SegmentRequestSchema,
  TrainBodySchema,
  TrainRequestSchema,
  tellProgress,
  type WithItemErrors,
} from '@nearfield/spec/implement';
import { type Addresses, type AddressOptions, addressesOf, isJina, modelPath, pathOf } from './addresses.ts';
import { Api } from './api.ts';
import { createBatches } from './batches.ts';
import { type CollectOptions, collectItems, collects, type ItemsAnswer } from './collect.ts';
import { withImagesAsText } from './images.ts';
import { Reader } from './reader.ts';
import { bodyOf } from './request-body.ts';
import { type ApiKey, type Call, Transport } from './transport.ts';
import { countOf, noVectors, requestVectors, requireItems } from './vectors.ts';

export interface RemoteOptions extends AddressOptions {
  /**
   * Key of the API, or a function that returns one before every request. Required by api.jina.ai; custom servers may
   * not need one.
   */
  apiKey?: ApiKey | undefined;
  /** Sends the requests. @default globalThis.fetch */
  fetch?: typeof fetch | undefined;
  /** Headers of every request. @default {} */
  headers?: Record<string, string> | undefined;
  /** Milliseconds that a call may take; `Infinity` for no limit. @default 60_000 */
  timeout?: number | undefined;
}

const DEFAULT_TIMEOUT = 60_000;

/**
 * The contract over HTTP. Made by {@link createRemote}.
 */
export class RemoteFoundation implements SearchFoundation {
  readonly #transport: Transport;
  readonly #addresses: Addresses;
  readonly #api: Api;
  readonly #reader: Reader;
  readonly batches: BatchesApi;

  constructor(options: RemoteOptions = {}) {
    const { apiKey, fetch, headers, timeout = DEFAULT_TIMEOUT } = options;
    this.#addresses = addressesOf(options);
    this.#transport = new Transport({ apiKey, fetch, headers, timeout });
    this.#api = new Api(this.#addresses.base, this.#transport);
    this.#reader = new Reader(this.#transport, this.#addresses);
    this.batches = createBatches(this.#api);
  }

  async embeddings<
    const Request extends EmbeddingsRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<EmbeddingsResponseFor<Request>, Options>> {
    const response = await this.#items(request, options, {
      check: (each) => parse(EmbeddingsRequestSchema, each),
      send: (parsed, how) => requestVectors(this.#api, 'embeddings', '/v1/embeddings', parsed, how),
      empty: () => noVectors(request),
    });
    return response as unknown as WithItemErrors<EmbeddingsResponseFor<Request>, Options>;
  }

  async multiVector<
    const Request extends MultiVectorRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<MultiVectorResponseFor<Request>, Options>> {
    const response = await this.#items(request, options, {
      check: (each) => parse(MultiVectorRequestSchema, each),
      send: (parsed, how) => requestVectors(this.#api, 'multi-vector', '/v1/multi-vector', parsed, how),
      empty: () => noVectors(request),
    });
    for (const item of response.data) {
      if (!('embeddings' in item)) {
        throw new FoundationError({
          code: 'RESPONSE_INVALID',
          message: `The server answered multi-vector with one vector per text instead of one per token. ${request.model} may not be a multi-vector model.`,
        });
      }
    }
    return response as unknown as WithItemErrors<MultiVectorResponseFor<Request>, Options>;
  }

  async rerank<const Request extends RerankRequest>(
    request: Request,
    options: CallOptions = {},
  ): Promise<RerankResponseFor<Request>> {
    const parsed = parse(RerankRequestSchema, request);
    const documents = await withImagesAsText(parsed.documents, 'documents');
    const call = this.#api.post('rerank', '/v1/rerank', { ...bodyOf(parsed), documents });
    const answer = await this.#transport.json(call, RerankBodySchema, options);
    const results = answer.results.map((result): RerankResult => {
      if (result.index < 0 || result.index >= parsed.documents.length) {
        throw new FoundationError({
          code: 'RESPONSE_INVALID',
          message: `The server's answer to rerank has a result for document ${result.index} of ${parsed.documents.length}.`,
        });
      }
      const { embedding, document: _, ...rest } = result;
      // The request's own: a server may return a string, an object with its text, or less than was sent.
      const document = request.documents[result.index]!;
      return {
        ...rest,
        ...(parsed.return_documents && { document: rerankedDocument(document) }),
        ...(embedding ? { embedding: Float32Array.from(embedding) } : {}),
      } as RerankResult;
    });
    this.#report(options, parsed.documents.length, answer.usage.total_tokens);
    const { fusion: wire, ...rest } = answer;
    const fusion = fusionFromWire(wire);
    return { ...rest, results, ...(fusion && { fusion }) } as unknown as RerankResponseFor<Request>;
  }

  async classify<
    const Request extends ClassifyRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<ClassifyResponseFor<Request>, Options>> {
    const response = await this.#items(request, options, {
      check: (each) => parse(ClassifyRequestSchema, each),
      send: async (parsed, how) => {
        const input = await withImagesAsText(parsed.input, 'input');
        const call = this.#api.post('classify', '/v1/classify', { ...bodyOf(parsed), input });
        const answer = await this.#transport.json(call, ClassifyBodySchema, how);
        requireItems('classify', answer.data.length, countOf(parsed.input));
        return answer;
      },
      empty: () => ({ usage: { total_tokens: 0 }, data: [] }),
    });
    return response as unknown as WithItemErrors<ClassifyResponseFor<Request>, Options>;
  }

  async train(request: TrainRequest, options: CallOptions = {}): Promise<TrainResponse> {
    const parsed = parse(TrainRequestSchema, request);
    const input = await withImagesAsText(parsed.input, 'input');
    return this.#transport.json(
      this.#api.post('train', '/v1/train', { ...bodyOf(parsed), input }),
      TrainBodySchema,
      options,
    );
  }

  readonly classifiers: ClassifiersApi = {
    list: (options) =>
      this.#transport.json(this.#api.get('classifiers', '/v1/classifiers'), ClassifiersBodySchema, options),
    delete: async (id, options) =>
      this.#transport.json(
        this.#api.delete('classifiers.delete', `/v1/classifiers/${pathOf(id)}`),
        DeleteClassifierBodySchema,
        options,
      ),
  };

  async segment(request: SegmentRequest, options: CallOptions = {}): Promise<SegmentResponse> {
    const parsed = parse(SegmentRequestSchema, request);
    const post = this.#api.post('segment', '', bodyOf(parsed), new URL(this.#addresses.segment));
    // The segmenter answers a few requests per minute without a key.
    const call: Call = { ...post, needsKey: false };
    return this.#transport.json(call, SegmentBodySchema, options);
  }

  readonly models: ModelsApi = {
    list: (options): Promise<ModelListResponse> =>
      this.#transport.json(this.#api.get('models', '/v1/models'), ModelsBodySchema, options),
    get: async (id, options): Promise<ModelInfo> =>
      this.#transport.json(this.#api.get('models', `/v1/models/${modelPath(id)}`), ModelBodySchema, options),
  };

  async read(request: ReadRequest, options: CallOptions = {}): Promise<ReadResponse> {
    return this.#reader.read(request, options);
  }

  async search(request: SearchRequest, options: CallOptions = {}): Promise<SearchResponse> {
    return this.#reader.search(request, options);
  }

  async ground(request: GroundRequest, options: CallOptions = {}): Promise<GroundResponse> {
    return this.#reader.ground(request, options);
  }

  async chat(request: ChatRequest, options: CallOptions = {}): Promise<ChatResponse> {
    const parsed = parse(ChatRequestSchema, request);
    return this.#transport.json(
      this.#api.post('chat', '/v1/chat/completions', bodyOf(parsed)),
      ChatBodySchema,
      options,
    );
  }

  /**
   * Abilities of the server. A Nearfield server says which methods it has; of any other, all are assumed, and `models`
   * is empty if it does not list its models. The reader's services count if they have an address.
   */
  async capabilities(): Promise<Capabilities> {
    // Both at once: a server that does not answer is waited for once.
    const [served, listed] = await Promise.all([this.#served(), this.#listed()]);
    const { methods, models } = served ?? { methods: {}, models: listed };
    const has = (method: FoundationMethod): boolean =>
      method === 'read' || method === 'search' || method === 'ground'
        ? this.#reader.has(method)
        : methods[method] !== false;
    return {
      implementation: 'remote',
      methods: methodsReport(FOUNDATION_METHODS.filter(has)),
      models,
      baseUrl: this.#addresses.base.href.replace(/\/$/, ''),
    };
  }

  async close(): Promise<void> {
    this.#transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The server's own report; undefined if it has none. Jina's API is known to have none. */
  async #served(): Promise<{ methods: Record<string, boolean>; models: string[] } | undefined> {
    if (isJina(this.#addresses.base)) return undefined;
    const call = this.#api.get('capabilities', '/v1/capabilities');
    return this.#transport.json(call, CapabilitiesBodySchema).catch(unlessClosed);
  }

  /** Ids that the server lists; none if it lists none. */
  async #listed(): Promise<string[]> {
    const list = await this.models.list().catch(unlessClosed);
    return list?.data.map(({ id, nearfield }) => nearfield?.id ?? id.replace(/^jina-ai\//, '')) ?? [];
  }

  /** A call of several inputs: one request, or as many as it takes to separate those that fail. */
  async #items<Parsed extends { input?: unknown }, Answer extends ItemsAnswer>(
    request: object,
    options: ItemCallOptions = {},
    how: CollectOptions<Parsed, Answer>,
  ): Promise<Answer> {
    if (collects(request, options)) {
      const answer = await collectItems(request, options, how);
      this.#report(options, answer.data.length + answer.errors.length, answer.usage.total_tokens);
      return answer;
    }
    const parsed = how.check(request);
    const answer = await how.send(parsed, options);
    this.#report(options, countOf(parsed.input), answer.usage.total_tokens);
    // Without an error, all inputs were answered.
    return collectsErrors(options) ? { ...answer, errors: [] } : answer;
  }

  #report({ onProgress }: CallOptions, inputs: number, tokens: number): void {
    tellProgress(onProgress, {
      type: 'work-progress',
      inputs: { done: inputs, total: inputs },
      tokens: { done: tokens, total: tokens },
    });
  }
}

function unlessClosed(error: unknown): undefined {
  if (FoundationError.isInstance(error) && error.code === 'CLOSED') throw error;
}

/**
 * Jina's search foundation over HTTP: api.jina.ai, or any compatible server.
 *
 * @example
 * const foundation = createRemote({ apiKey: 'jina_…' });
 * const { data } = await foundation.embeddings({ model: 'jina-embeddings-v3', input: ['hello'] });
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED if an address is not one
 */
export function createRemote(options: RemoteOptions = {}): RemoteFoundation {
  return new RemoteFoundation(options);
}
