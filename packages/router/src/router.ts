import type {
  BatchesApi,
  BatchStatus,
  Capabilities,
  ChatChunk,
  ChatRequest,
  ChatResponse,
  ClassifiersApi,
  ClassifyRequest,
  ClassifyResponseFor,
  EmbeddingsRequest,
  EmbeddingsResponseFor,
  GroundRequest,
  GroundResponse,
  ModelsApi,
  MultiVectorRequest,
  MultiVectorResponseFor,
  Page,
  ReadRequest,
  ReadResponse,
  RerankRequest,
  RerankResponseFor,
  SearchFoundation,
  SearchRequest,
  SearchResponse,
  SegmentRequest,
  SegmentResponse,
  StreamingApi,
  TrainRequest,
  TrainResponse,
} from '@nearfield/spec';
import { FOUNDATION_METHODS, methodsReport, type WithItemErrors } from '@nearfield/spec/implement';
import { batchesOf, classifiersOf } from './kept.ts';
import { askedOf, type RoutedMethod } from './methods.ts';
import type { Route, RouterOptions } from './options.ts';
import { hasBatch, hasClassifier, Owners } from './owners.ts';
import { Places } from './places.ts';
import { Reach } from './reach.ts';
import { type Routed, type RouterCallOptions, Routing } from './routing.ts';
import { streamed } from './streamed.ts';

/** One foundation over several. Made by {@link createRouter}. */
export class Router implements SearchFoundation, StreamingApi {
  /** Classifiers live where they were trained. */
  readonly classifiers: Required<ClassifiersApi>;
  /** Jobs live where they were created. */
  readonly batches: BatchesApi;
  readonly #places: Places;
  readonly #routing: Routing;
  readonly #reach: Reach;
  readonly #classifiers: Owners;
  readonly #closing = new AbortController();

  constructor(options: RouterOptions) {
    this.#places = new Places(options);
    this.#routing = new Routing(this.#places, options);
    this.#classifiers = new Owners(this.#places, hasClassifier);
    const jobs = new Owners(this.#places, hasBatch);
    this.#reach = new Reach(this.#places, this.#routing, this.#closing.signal);
    this.classifiers = classifiersOf(this.#reach, this.#classifiers);
    this.batches = batchesOf(this.#reach, jobs, async (request, options) => {
      const answer: BatchStatus & Routed = await this.#routing.answer({
        method: 'batches',
        request,
        options: options ?? {},
        inputs: Array.isArray(request?.input) ? request.input : undefined,
        isRepeatable: false,
        run: (foundation, sent, how) => foundation.batches.create(sent, how),
      });
      jobs.note(answer.batch_id, answer.nearfield.route.place);
      return answer;
    });
  }

  embeddings<
    const Request extends EmbeddingsRequest,
    const Options extends RouterCallOptions = RouterCallOptions,
  >(
    request: Request,
    options?: Options,
  ): Promise<WithItemErrors<EmbeddingsResponseFor<Request>, Options> & Routed> {
    return this.#answer('embeddings', request, options);
  }

  multiVector<
    const Request extends MultiVectorRequest,
    const Options extends RouterCallOptions = RouterCallOptions,
  >(
    request: Request,
    options?: Options,
  ): Promise<WithItemErrors<MultiVectorResponseFor<Request>, Options> & Routed> {
    return this.#answer('multiVector', request, options);
  }

  rerank<const Request extends RerankRequest>(
    request: Request,
    options?: RouterCallOptions,
  ): Promise<RerankResponseFor<Request> & Routed> {
    return this.#answer('rerank', request, options);
  }

  /** With `classifier_id`, at the place where the classifier lives. */
  async classify<
    const Request extends ClassifyRequest,
    const Options extends RouterCallOptions = RouterCallOptions,
  >(
    request: Request,
    options?: Options,
  ): Promise<WithItemErrors<ClassifyResponseFor<Request>, Options> & Routed> {
    return this.#answer('classify', request, await this.#atOwner(request, options));
  }

  /** A new classifier lives where it was trained; an update goes there. */
  async train(request: TrainRequest, options?: RouterCallOptions): Promise<TrainResponse & Routed> {
    const at = await this.#atOwner(request, options);
    const answer: TrainResponse & Routed = await this.#answer('train', request, at);
    this.#classifiers.note(answer.classifier_id, answer.nearfield.route.place);
    return answer;
  }

  readonly models: ModelsApi = {
    list: async (options) => {
      const lists = await this.#reach.everywhere('models', options, (foundation) =>
        foundation.models.list(options),
      );
      const all = new Map(
        lists.flatMap(({ data }) => data.map((model) => [model.id, model] as const)).reverse(),
      );
      return { ...lists[0]!, data: [...all.values()].reverse() };
    },
    get: (id, options) =>
      this.#reach.first('models', options, (foundation) => foundation.models.get(id, options)),
  };

  segment(request: SegmentRequest, options?: RouterCallOptions): Promise<SegmentResponse & Routed> {
    return this.#answer('segment', request, options);
  }

  read(request: ReadRequest, options?: RouterCallOptions): Promise<ReadResponse & Routed> {
    return this.#answer('read', request, options);
  }

  search(request: SearchRequest, options?: RouterCallOptions): Promise<SearchResponse & Routed> {
    return this.#answer('search', request, options);
  }

  ground(request: GroundRequest, options?: RouterCallOptions): Promise<GroundResponse & Routed> {
    return this.#answer('ground', request, options);
  }

  chat(request: ChatRequest, options?: RouterCallOptions): Promise<ChatResponse & Routed> {
    return this.#answer('chat', request, options);
  }

  /** As `chatStream` of the first place that streams. Once a piece arrived, no other place is asked. */
  async *chatStream(
    request: ChatRequest,
    options: RouterCallOptions = {},
  ): AsyncGenerator<ChatChunk, void, undefined> {
    const { places } = await this.#reach.order('chat', request, options);
    yield* streamed(this.#places, places, 'chatStream', (api) => api.chatStream(request, options));
  }

  async *readStream(
    request: ReadRequest,
    options: RouterCallOptions = {},
  ): AsyncGenerator<Page, void, undefined> {
    const { places } = await this.#reach.order('read', request, options);
    yield* streamed(this.#places, places, 'readStream', (api) => api.readStream(request, options));
  }

  /** Abilities of all places together; starts those that were not started. Device and storage are the local engine's. */
  async capabilities(): Promise<Capabilities> {
    const all = await this.#reach.everywhere('models', {}, (foundation) => foundation.capabilities());
    const local = all.find(({ implementation }) => implementation === 'local');
    return {
      ...local,
      implementation: 'router',
      methods: methodsReport(
        FOUNDATION_METHODS.filter((method) => all.some(({ methods }) => methods[method])),
      ),
      models: [...new Set(all.flatMap(({ models }) => models))],
    };
  }

  /**
   * Calls back for every call that was answered: by whom, and why.
   * @returns ends it
   */
  onRoute(listener: (route: Route & { method: string }) => void): () => void {
    return this.#routing.subscribe(listener);
  }

  /** Lets the next answer choose the space of a model's vectors anew, or of all models': for a new index. */
  releaseSpace(model?: string): void {
    this.#routing.releaseSpace(model);
  }

  /** Closes all places, those that were given as foundations too. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#places.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #answer<Answer extends object>(
    method: RoutedMethod,
    request: object,
    options: RouterCallOptions = {},
  ): Promise<Answer & Routed> {
    return this.#routing.answer({ ...askedOf<Answer>(method, request), options });
  }

  /** The options of a call about a classifier: at its place. */
  async #atOwner(
    request: object,
    options: RouterCallOptions | undefined,
  ): Promise<RouterCallOptions | undefined> {
    const { classifier_id: id } = (request ?? {}) as { classifier_id?: unknown };
    if (typeof id !== 'string' || id === '' || options?.place) return options;
    const { places } = await this.#reach.order('classifiers', request, options);
    return { ...options, place: await this.#classifiers.of(id, places) };
  }
}

/**
 * One foundation that chooses, for each call, between the engine in the page, a server, and the browser's own embedder.
 *
 * Every answer says who gave it and why (`nearfield.route`), and whose vectors it holds (`nearfield.space`). Vectors of
 * different spaces are never mixed: the first answer for a model decides, see the option `spaces`.
 *
 * @example
 * const foundation = createRouter({
 *   local: () => createLocal({ models }), // made when the first call goes there
 *   remote: createRemote({ apiKey: () => askTheUser() }),
 *   policy: 'local-first',
 * });
 * const { data, nearfield } = await foundation.embeddings({ model: 'all-MiniLM-L6-v2', input: 'fresh bread' });
 * console.log(nearfield.route.place, nearfield.space.id); // local all-MiniLM-L6-v2/q8
 */
export function createRouter(options: RouterOptions): Router {
  return new Router(options);
}
