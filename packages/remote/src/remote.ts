import {
  type BatchesApi,
  type CallOptions,
  type Capabilities,
  type ChatChunk,
  type ChatRequest,
  type ChatResponse,
  type ClassifiersApi,
  type ClassifyRequest,
  type ClassifyResponseFor,
  type EmbeddingsRequest,
  type EmbeddingsResponseFor,
  type GroundRequest,
  type GroundResponse,
  LIMITS,
  type ModelInfo,
  type ModelListResponse,
  type ModelsApi,
  type MultiVectorRequest,
  type MultiVectorResponseFor,
  type Page,
  type ReadRequest,
  type ReadResponse,
  type RerankRequest,
  type RerankResponseFor,
  type SearchFoundation,
  type SearchRequest,
  type SearchResponse,
  type SegmentRequest,
  type SegmentResponse,
  type StreamingApi,
  type TrainRequest,
  type TrainResponse,
} from '@nearfield/spec';
import {
  ChatBodySchema,
  ChatRequestSchema,
  ClassifiersBodySchema,
  ClassifyBodySchema,
  ClassifyRequestSchema,
  DeleteClassifierBodySchema,
  EmbeddingsRequestSchema,
  type ItemCallOptions,
  ModelBodySchema,
  ModelsBodySchema,
  MultiVectorRequestSchema,
  parse,
  SegmentBodySchema,
  SegmentRequestSchema,
  TrainBodySchema,
  TrainRequestSchema,
  tellProgress,
  type WithItemErrors,
} from '@nearfield/spec/implement';
import { type Addresses, addressesOf, isHosted, modelPath, pathOf } from './addresses.ts';
import { Api } from './api.ts';

import { type Clock, systemClock } from './clock.ts';
import type { SplitOptions } from './groups.ts';
import { answerItems, type ItemsAnswer, type ItemsMethod } from './items.ts';
import { loaded } from './loaded.ts';
import { budgetOf, type RemoteOptions, splitOf } from './options.ts';
import type { Services } from './reader.ts';
import { bodyOf, withImagesAsText } from './request-body.ts';
import { rerank } from './rerank.ts';
import { type Call, Transport } from './transport.ts';
import {
  countOf,
  noVectors,
  requestVectors,
  requireItems,
  requireTokenVectors,
  type Vectors,
} from './vectors.ts';

const DEFAULT_TIMEOUT = 60_000;
const DEFAULT_RETRIES = 3;
const reader = () => loaded(() => import('./reader.ts'));
const streams = () => loaded(() => import('./streams.ts'));
const batches = () => loaded(() => import('./batches.ts'));
const abilities = () => loaded(() => import('./abilities.ts'));

/**
 * The contract over HTTP. Made by {@link createRemote}.
 */
export class RemoteFoundation implements SearchFoundation, StreamingApi {
  readonly #transport: Transport;
  readonly #addresses: Addresses;
  readonly #api: Api;
  readonly #split: SplitOptions;

  /** @param clock for tests, which do not wait */
  constructor(options: RemoteOptions = {}, clock: Clock = systemClock) {
    const {
      apiKey,
      fetch,
      headers,
      timeout = DEFAULT_TIMEOUT,
      retries = DEFAULT_RETRIES,
      split = true,
    } = options;
    this.#addresses = addressesOf(options);
    const budget = budgetOf(options, isHosted(this.#addresses.base));
    this.#transport = new Transport({ apiKey, fetch, headers, timeout, retries, budget, clock });
    this.#api = new Api(this.#addresses.base, this.#transport);
    this.#split = splitOf(split, budget, clock);
  }

  async embeddings<
    const Request extends EmbeddingsRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<EmbeddingsResponseFor<Request>, Options>> {
    const response = await this.#vectors('embeddings', EmbeddingsRequestSchema, request, options);
    return response as unknown as WithItemErrors<EmbeddingsResponseFor<Request>, Options>;
  }

  async multiVector<
    const Request extends MultiVectorRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<MultiVectorResponseFor<Request>, Options>> {
    const response = await this.#vectors('multi-vector', MultiVectorRequestSchema, request, options);
    requireTokenVectors(response, request.model);
    return response as unknown as WithItemErrors<MultiVectorResponseFor<Request>, Options>;
  }

  async rerank<const Request extends RerankRequest>(
    request: Request,
    options: CallOptions = {},
  ): Promise<RerankResponseFor<Request>> {
    const response = await rerank(this.#api, request, options);
    return response as unknown as RerankResponseFor<Request>;
  }

  async classify<
    const Request extends ClassifyRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<ClassifyResponseFor<Request>, Options>> {
    const response = await this.#items(request, options, {
      most: LIMITS.classify.inputs,
      check: (each) => parse(ClassifyRequestSchema, each),
      send: async (parsed, how, isPart) => {
        const input = await withImagesAsText(parsed.input, 'input');
        const call = this.#api.post('classify', '/v1/classify', { ...bodyOf(parsed), input });
        const answer = await this.#transport.json({ ...call, isPart }, ClassifyBodySchema, how);
        requireItems('classify', answer.data, countOf(parsed.input));
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

  readonly batches: BatchesApi = {
    create: async (request, options) => (await batches()).create(this.#api, request, options),
    get: async (id, options) => (await batches()).get(this.#api, id, options),
    list: async (options) => (await batches()).list(this.#api, options),
    cancel: async (id, options) => (await batches()).cancel(this.#api, id, options),
    output: async function* (this: RemoteFoundation, id: string, options?: CallOptions) {
      yield* (await batches()).lines(this.#api, id, 'output', options);
    }.bind(this),
    errors: async function* (this: RemoteFoundation, id: string, options?: CallOptions) {
      yield* (await batches()).lines(this.#api, id, 'errors', options);
    }.bind(this),
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

  read(request: ReadRequest, options?: CallOptions): Promise<ReadResponse> {
    return this.#service('read', request, options);
  }

  search(request: SearchRequest, options?: CallOptions): Promise<SearchResponse> {
    return this.#service('search', request, options);
  }

  ground(request: GroundRequest, options?: CallOptions): Promise<GroundResponse> {
    return this.#service('ground', request, options);
  }

  async chat(request: ChatRequest, options: CallOptions = {}): Promise<ChatResponse> {
    const parsed = parse(ChatRequestSchema, request);
    return this.#transport.json(
      this.#api.post('chat', '/v1/chat/completions', bodyOf(parsed)),
      ChatBodySchema,
      options,
    );
  }

  async *chatStream(
    request: ChatRequest,
    options: CallOptions = {},
  ): AsyncGenerator<ChatChunk, void, undefined> {
    yield* (await streams()).chatStream(this.#api, request, options);
  }

  async *readStream(request: ReadRequest, options: CallOptions = {}): AsyncGenerator<Page, void, undefined> {
    yield* (await streams()).readStream(this.#transport, this.#addresses, request, options);
  }

  /**
   * Abilities of the server. A Nearfield server says which methods it has; of any other, all are assumed, and `models`
   * is empty if it does not list its models. The reader's services count if they have an address.
   */
  async capabilities(): Promise<Capabilities> {
    return (await abilities()).capabilitiesOf(this.#api, this.#addresses);
  }

  async close(): Promise<void> {
    this.#transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #service<Name extends keyof Services>(
    name: Name,
    request: object,
    options?: CallOptions,
  ): Promise<Services[Name]> {
    return (await reader()).ask(this.#transport, this.#addresses, name, request, options);
  }

  #vectors(
    what: 'embeddings' | 'multi-vector',
    schema: typeof EmbeddingsRequestSchema | typeof MultiVectorRequestSchema,
    request: { model: string },
    options?: ItemCallOptions,
  ): Promise<Vectors> {
    return this.#items(request, options, {
      most: LIMITS.embeddings.inputs,
      check: (each) => parse(schema, each),
      send: (parsed, how, isPart) => requestVectors(this.#api, what, `/v1/${what}`, parsed, how, isPart),
      empty: () => noVectors(request),
    });
  }

  async #items<Parsed extends { input?: unknown }, Answer extends ItemsAnswer>(
    request: object,
    options: ItemCallOptions = {},
    method: Omit<ItemsMethod<Parsed, Answer>, 'progress'>,
  ): Promise<Answer> {
    const progress: ItemsMethod<Parsed, Answer>['progress'] = (inputs, tokens) =>
      tellProgress(options.onProgress, {
        type: 'work-progress',
        inputs,
        // All tokens are known with the last answer.
        tokens: { done: tokens, total: Math.round((tokens * inputs.total) / Math.max(1, inputs.done)) },
      });
    return answerItems(request, options, { ...method, progress }, this.#split);
  }
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
