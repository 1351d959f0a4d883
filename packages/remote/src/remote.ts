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
  FoundationError,
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
  type RerankResult,
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
  CapabilitiesBodySchema,
  ChatBodySchema,
  ChatRequestSchema,
  ClassifiersBodySchema,
  ClassifyBodySchema,
  ClassifyRequestSchema,
  DeleteClassifierBodySchema,
  EmbeddingsRequestSchema,
  FOUNDATION_METHODS,
  type FoundationMethod,
  fusionFromWire,
  type ItemCallOptions,
  invalid,
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
import {
  type Addresses,
  type AddressOptions,
  addressesOf,
  isHosted,
  isJina,
  modelPath,
  pathOf,
} from './addresses.ts';
import { Api } from './api.ts';
import { type Budget, TIERS, type Tier } from './budget.ts';
import { type Clock, systemClock } from './clock.ts';
import type { SplitOptions } from './groups.ts';
import { answerItems, type ItemsAnswer, type ItemsMethod } from './items.ts';
import { loaded } from './loaded.ts';
import { bodyOf, withImagesAsText } from './request-body.ts';
import { type ApiKey, type Call, Transport } from './transport.ts';
import { countOf, noVectors, requestVectors, requireItems, type Vectors } from './vectors.ts';

/** Options of `createRemote()`. */
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
  /**
   * Milliseconds that the server may take for one request; `Infinity` for no limit. The `timeout` of a call limits the
   * whole of it: all its requests, their repetitions, and the time that it waits for the budget.
   * @default 60_000
   */
  timeout?: number | undefined;
  /**
   * Repetitions of a request that failed for a reason that may pass: 408, 409, 429, 5xx, a lost connection, a damaged
   * answer. They wait as long as `Retry-After` says, or for a doubling time with jitter. What changes something at the
   * server (`train`, `batches.create`, deletions) is repeated only after a refusal (409, 429). The requests of a call
   * that was split wait for a server that is busy (429) more often.
   * @default 3
   */
  retries?: number | undefined;
  /**
   * Tier of the API key: its requests and tokens per minute, and requests at a time. Calls wait so that they stay within.
   * The server's `X-RateLimit-*` headers and refusals correct it.
   * @default 'free' at api.jina.ai; elsewhere no limit but 8 requests at a time
   */
  tier?: Tier | undefined;
  /** Limits of your own, in place of those of the tier. */
  limits?: Budget | undefined;
  /**
   * Whether a call that is too large for one request becomes several. `false` sends it as it is, and refuses more inputs
   * than the API takes: for a proxy, whose callers pay with one request.
   * @default true
   */
  split?: boolean | undefined;
}

const DEFAULT_TIMEOUT = 60_000;
const DEFAULT_RETRIES = 3;
/** Requests at a time, at servers that are not the API's. */
const AT_ONCE = 8;
/** Inputs per request of a call that is split: enough for full batches, little enough to be sent again. */
const PART_INPUTS = 512;
/** Bytes of texts per request of such a call: about 100,000 tokens of English. */
const PART_BYTES = 400_000;
/** Requests of one call that are prepared at a time. */
const MOST_AT_ONCE = 32;

const reader = () => loaded(() => import('./reader.ts'));
const streams = () => loaded(() => import('./streams.ts'));
const batches = () => loaded(() => import('./batches.ts'));

const tierBudget = (options: RemoteOptions, hosted: boolean): Budget => ({
  ...(options.tier || hosted ? TIERS[options.tier ?? 'free'] : { concurrency: AT_ONCE }),
  ...options.limits,
});

/** @throws FoundationError INPUT_VALIDATION_FAILED */
function requireTier(tier: string | undefined): void {
  if (tier === undefined || Object.hasOwn(TIERS, tier)) return;
  throw invalid('tier', `tier must be one of ${Object.keys(TIERS).join(', ')}.`);
}

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
    requireTier(options.tier);
    this.#addresses = addressesOf(options);
    const budget = tierBudget(options, isHosted(this.#addresses.base));
    this.#transport = new Transport({ apiKey, fetch, headers, timeout, retries, budget, clock });
    this.#api = new Api(this.#addresses.base, this.#transport);
    // A request that is a large share of a minute's tokens would leave the rest unused.
    const bytes = Math.min(PART_BYTES, budget.tokensPerMinute ?? PART_BYTES);
    const unlessWhole = split ? 1 : Number.POSITIVE_INFINITY;
    this.#split = {
      isOn: split,
      inputs: PART_INPUTS * unlessWhole,
      bytes: bytes * unlessWhole,
      atOnce: Math.min(budget.concurrency ?? AT_ONCE, MOST_AT_ONCE),
      now: () => clock.now(),
    };
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

  async read(request: ReadRequest, options: CallOptions = {}): Promise<ReadResponse> {
    return (await reader()).read(this.#transport, this.#addresses, request, options);
  }

  async search(request: SearchRequest, options: CallOptions = {}): Promise<SearchResponse> {
    return (await reader()).search(this.#transport, this.#addresses, request, options);
  }

  async ground(request: GroundRequest, options: CallOptions = {}): Promise<GroundResponse> {
    return (await reader()).ground(this.#transport, this.#addresses, request, options);
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
    // Both at once: a server that does not answer is waited for once.
    const [served, listed] = await Promise.all([this.#served(), this.#listed()]);
    const { methods, models } = served ?? { methods: {}, models: listed };
    const has = (method: FoundationMethod): boolean =>
      method === 'read' || method === 'search' || method === 'ground'
        ? this.#addresses[method] !== undefined
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
