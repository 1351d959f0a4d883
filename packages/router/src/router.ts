import type {
  BatchesApi,
  BatchOutputLine,
  CallOptions,
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
import {
  FOUNDATION_METHODS,
  methodsReport,
  notSupported,
  type WithItemErrors,
} from '@nearfield/spec/implement';
import { everywhere } from './everywhere.ts';
import { errorOfAll, type Failure, mayMoveOn } from './failover.ts';
import type { Place, Route, RouterOptions } from './options.ts';
import { hasBatch, hasClassifier, Owners } from './owners.ts';
import { closedError, Places } from './places.ts';
import { type Asked, type Routed, type RouterCallOptions, Routing } from './routing.ts';
import { streamed } from './streamed.ts';

/** One foundation over several. Made by {@link createRouter}. */
export class Router implements SearchFoundation, StreamingApi {
  readonly #places: Places;
  readonly #routing: Routing;
  readonly #classifiers: Owners;
  readonly #batches: Owners;
  readonly #closing = new AbortController();

  constructor(options: RouterOptions) {
    this.#places = new Places(options);
    this.#routing = new Routing(this.#places, options);
    this.#classifiers = new Owners(this.#places, hasClassifier);
    this.#batches = new Owners(this.#places, hasBatch);
  }

  async embeddings<
    const Request extends EmbeddingsRequest,
    const Options extends RouterCallOptions = RouterCallOptions,
  >(
    request: Request,
    options?: Options,
  ): Promise<WithItemErrors<EmbeddingsResponseFor<Request>, Options> & Routed> {
    const answer = await this.#answer({
      method: 'embeddings',
      request,
      options,
      inputs: request?.input,
      hasVectors: true,
      run: (foundation, sent: Request, how) => foundation.embeddings(sent, how),
    });
    return answer as unknown as WithItemErrors<EmbeddingsResponseFor<Request>, Options> & Routed;
  }

  async multiVector<
    const Request extends MultiVectorRequest,
    const Options extends RouterCallOptions = RouterCallOptions,
  >(
    request: Request,
    options?: Options,
  ): Promise<WithItemErrors<MultiVectorResponseFor<Request>, Options> & Routed> {
    const answer = await this.#answer({
      method: 'multiVector',
      request,
      options,
      inputs: request?.input,
      hasVectors: true,
      run: (foundation, sent: Request, how) => foundation.multiVector(sent, how),
    });
    return answer as unknown as WithItemErrors<MultiVectorResponseFor<Request>, Options> & Routed;
  }

  async rerank<const Request extends RerankRequest>(
    request: Request,
    options?: RouterCallOptions,
  ): Promise<RerankResponseFor<Request> & Routed> {
    const answer = await this.#answer({
      method: 'rerank',
      request,
      options,
      inputs: request?.documents,
      hasVectors: request?.return_embeddings === true,
      run: (foundation, sent: Request, how) => foundation.rerank(sent, how),
    });
    return answer as unknown as RerankResponseFor<Request> & Routed;
  }

  /** With `classifier_id`, at the place where the classifier lives. */
  async classify<
    const Request extends ClassifyRequest,
    const Options extends RouterCallOptions = RouterCallOptions,
  >(
    request: Request,
    options?: Options,
  ): Promise<WithItemErrors<ClassifyResponseFor<Request>, Options> & Routed> {
    const answer = await this.#answer({
      method: 'classify',
      request,
      options: await this.#atOwner(request, options),
      inputs: request?.input,
      run: (foundation, sent: Request, how) => foundation.classify(sent, how),
    });
    return answer as unknown as WithItemErrors<ClassifyResponseFor<Request>, Options> & Routed;
  }

  /** A new classifier lives where it was trained; an update goes there. */
  async train(request: TrainRequest, options?: RouterCallOptions): Promise<TrainResponse & Routed> {
    const answer = await this.#answer({
      method: 'train',
      request,
      options: await this.#atOwner(request, options),
      inputs: request?.input,
      isRepeatable: false,
      run: (foundation, sent: TrainRequest, how) => foundation.train(sent, how),
    });
    this.#classifiers.note(answer.classifier_id, answer.nearfield.route.place);
    return answer;
  }

  readonly classifiers: Required<ClassifiersApi> = {
    list: async (options) => {
      const found = await this.#everywhere('classifiers', options, async (foundation, place) => {
        const all = await foundation.classifiers.list(options);
        for (const { classifier_id } of all) this.#classifiers.note(classifier_id, place);
        return all;
      });
      return found.flat();
    },
    delete: async (id, options) => {
      const foundation = await this.#owner(this.#classifiers, 'classifiers', id, options);
      const answer = await foundation.classifiers.delete(id, options);
      this.#classifiers.forget(id);
      return answer;
    },
    export: async (id, options) => {
      const { classifiers } = await this.#owner(this.#classifiers, 'classifiers', id, options);
      if (classifiers.export) return classifiers.export(id, options);
      throw notSupported(
        'classifiers.export',
        'this classifier lives at a server, which keeps its weights.',
        'Train it in the local engine.',
      );
    },
    import: async (classifier, options) =>
      (await this.#local(options)).classifiers.import!(classifier, options),
  };

  readonly models: ModelsApi = {
    list: async (options) => {
      const lists = await this.#everywhere('models', options, (foundation) =>
        foundation.models.list(options),
      );
      const all = new Map(
        lists.flatMap(({ data }) => data.map((model) => [model.id, model] as const)).reverse(),
      );
      return { ...lists[0]!, data: [...all.values()].reverse() };
    },
    get: (id, options) => this.#first('models', options, (foundation) => foundation.models.get(id, options)),
  };

  /** Jobs live where they were created. */
  readonly batches: BatchesApi = {
    create: async (request, options) => {
      const answer = await this.#answer({
        method: 'batches',
        request,
        options,
        inputs: Array.isArray(request?.input) ? request.input : undefined,
        isRepeatable: false,
        run: (foundation, sent: typeof request, how) => foundation.batches.create(sent, how),
      });
      this.#batches.note(answer.batch_id, answer.nearfield.route.place);
      return answer;
    },
    get: async (id, options) =>
      (await this.#owner(this.#batches, 'batches', id, options)).batches.get(id, options),
    cancel: async (id, options) =>
      (await this.#owner(this.#batches, 'batches', id, options)).batches.cancel(id, options),
    list: async (options) => {
      const found = await this.#everywhere('batches', options, async (foundation, place) => {
        const all = await foundation.batches.list(options);
        for (const { batch_id } of all) this.#batches.note(batch_id, place);
        return all;
      });
      const newest = found.flat().sort((a, b) => b.created_at.localeCompare(a.created_at));
      return newest.slice(0, options?.limit ?? DEFAULT_LIMIT);
    },
    output: (id, options) => this.#lines(id, 'output', options),
    errors: (id, options) => this.#lines(id, 'errors', options),
  };

  segment(request: SegmentRequest, options?: RouterCallOptions): Promise<SegmentResponse & Routed> {
    return this.#answer({
      method: 'segment',
      request,
      options,
      inputs: request?.content,
      run: (foundation, sent: SegmentRequest, how) => foundation.segment(sent, how),
    });
  }

  read(request: ReadRequest, options?: RouterCallOptions): Promise<ReadResponse & Routed> {
    return this.#answer({
      method: 'read',
      request,
      options,
      inputs: request?.html ?? undefined,
      run: (foundation, sent: ReadRequest, how) => foundation.read(sent, how),
    });
  }

  search(request: SearchRequest, options?: RouterCallOptions): Promise<SearchResponse & Routed> {
    return this.#answer({
      method: 'search',
      request,
      options,
      inputs: undefined,
      run: (foundation, sent: SearchRequest, how) => foundation.search(sent, how),
    });
  }

  ground(request: GroundRequest, options?: RouterCallOptions): Promise<GroundResponse & Routed> {
    return this.#answer({
      method: 'ground',
      request,
      options,
      inputs: undefined,
      run: (foundation, sent: GroundRequest, how) => foundation.ground(sent, how),
    });
  }

  chat(request: ChatRequest, options?: RouterCallOptions): Promise<ChatResponse & Routed> {
    return this.#answer({
      method: 'chat',
      request,
      options,
      inputs: undefined,
      run: (foundation, sent: ChatRequest, how) => foundation.chat(sent, how),
    });
  }

  /** As `chatStream` of the first place that streams. Once a piece arrived, no other place is asked. */
  async *chatStream(
    request: ChatRequest,
    options: RouterCallOptions = {},
  ): AsyncGenerator<ChatChunk, void, undefined> {
    const { places } = await this.#order('chat', request, options);
    yield* streamed(this.#places, places, 'chatStream', (api) => api.chatStream(request, options));
  }

  async *readStream(
    request: ReadRequest,
    options: RouterCallOptions = {},
  ): AsyncGenerator<Page, void, undefined> {
    const { places } = await this.#order('read', request, options);
    yield* streamed(this.#places, places, 'readStream', (api) => api.readStream(request, options));
  }

  /** Abilities of all places together; starts those that were not started. Device and storage are the local engine's. */
  async capabilities(): Promise<Capabilities> {
    const all = await this.#everywhere('models', {}, (foundation) => foundation.capabilities());
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

  #answer<Request extends object, Answer extends object>(
    asked: Omit<Asked<Answer>, 'options' | 'isRepeatable' | 'run' | 'request'> & {
      request: Request;
      options?: RouterCallOptions | undefined;
      isRepeatable?: boolean;
      run: (foundation: SearchFoundation, request: Request, options: CallOptions) => Promise<Answer>;
    },
  ): Promise<Answer & Routed> {
    return this.#routing.answer({
      isRepeatable: true,
      ...asked,
      options: asked.options ?? {},
    } as Asked<Answer>);
  }

  async #order(
    method: 'chat' | 'read' | 'classifiers' | 'batches' | 'models',
    request: object,
    options: RouterCallOptions,
  ) {
    options.signal?.throwIfAborted();
    if (this.#closing.signal.aborted) throw closedError();
    return this.#routing.order(method, request, undefined, options);
  }

  /** The options of a call about a classifier: at its place. */
  async #atOwner<Options extends RouterCallOptions>(
    request: object,
    options: Options | undefined,
  ): Promise<RouterCallOptions | undefined> {
    const { classifier_id: id } = (request ?? {}) as { classifier_id?: unknown };
    if (typeof id !== 'string' || id === '' || options?.place) return options;
    const { places } = await this.#order('classifiers', request, options ?? {});
    return { ...options, place: await this.#classifiers.of(id, places) };
  }

  async #owner(
    owners: Owners,
    method: 'classifiers' | 'batches',
    id: string,
    options: CallOptions = {},
  ): Promise<SearchFoundation> {
    const { places } = await this.#order(method, {}, options);
    return this.#places.get(await owners.of(String(id), places));
  }

  async #local(options: CallOptions = {}): Promise<SearchFoundation> {
    await this.#order('classifiers', {}, { ...options, place: 'local' });
    return this.#places.get('local');
  }

  async *#lines(
    id: string,
    what: 'output' | 'errors',
    options?: CallOptions,
  ): AsyncGenerator<BatchOutputLine> {
    yield* (await this.#owner(this.#batches, 'batches', id, options)).batches[what](id, options);
  }

  /** Answers of all places that have one. */
  async #everywhere<Answer>(
    method: 'classifiers' | 'batches' | 'models',
    options: CallOptions = {},
    run: (foundation: SearchFoundation, place: Place) => Promise<Answer>,
  ): Promise<Answer[]> {
    const { places } = await this.#order(method, {}, options);
    return everywhere(this.#places, places, run, options.signal);
  }

  /** The answer of the first place that has one. */
  async #first<Answer>(
    method: 'models',
    options: CallOptions = {},
    run: (foundation: SearchFoundation) => Promise<Answer>,
  ): Promise<Answer> {
    const { places } = await this.#order(method, {}, options);
    const failures: Failure[] = [];
    for (const place of places) {
      try {
        return await run(await this.#places.get(place));
      } catch (error) {
        if (options.signal?.aborted || !mayMoveOn(error, true)) throw error;
        failures.push({ place, error });
      }
    }
    throw errorOfAll(failures);
  }
}

/** Jobs that a list has if the call does not say how many. */
const DEFAULT_LIMIT = 20;

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
