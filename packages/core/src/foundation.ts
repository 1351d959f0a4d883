import {
  type BatchesApi,
  CATALOGUE,
  type CallOptions,
  type Capabilities,
  type ChatRequest,
  type ChatResponse,
  type ClassifiersApi,
  type ClassifyRequest,
  type ClassifyResponseFor,
  checkEmbeddingsRequest,
  checkMultiVectorRequest,
  type EmbeddingsRequest,
  EmbeddingsRequestSchema,
  type EmbeddingsResponseFor,
  FoundationError,
  findModel,
  type GroundRequest,
  type GroundResponse,
  type ItemCallOptions,
  type LoadedModel,
  type ModelEntry,
  type ModelsApi,
  type MultiVectorRequest,
  MultiVectorRequestSchema,
  type MultiVectorResponseFor,
  methodsReport,
  modelInfo,
  modelNotFound,
  notSupported,
  type ProgressEvent,
  parseStrictly,
  type ReadRequest,
  type ReadResponse,
  type RerankRequest,
  type RerankResponse,
  type SearchRequest,
  type SearchResponse,
  type SegmentRequest,
  type SegmentResponse,
  type TrainRequest,
  type TrainResponse,
  tellProgress,
  type WithItemErrors,
} from '@nearfield/spec';
import type { Backend } from './backend.ts';
import type { ArgumentOf, EngineMethod, ResultOf } from './engine/dispatch.ts';
import { runnable } from './families/runnable.ts';
import type { LocalFoundation, LocalStorage } from './local-foundation.ts';
import { answerItems } from './tasks/answer-items.ts';
import { batchesApi } from './tasks/batches/client.ts';
import { classifiersApi, classify, train } from './tasks/classifiers/client.ts';
import { requireEndpoint } from './tasks/classify/role.ts';
import { itemsOf, textsOf } from './tasks/inputs.ts';
import { rerank } from './tasks/rerank/client.ts';
import { segment } from './tasks/segment/client.ts';

/** The contract over an engine: checks requests, then asks the engine through a {@link Backend}. */
export class EngineFoundation implements LocalFoundation {
  readonly #backend: Backend;
  readonly #custom: ReadonlyMap<string, ModelEntry>;

  constructor(backend: Backend, customModels: readonly { id: string; like?: string | undefined }[]) {
    this.#backend = backend;
    this.#custom = new Map(customModels.map((model) => [model.id, customEntry(model)]));
  }

  /** The catalogue's entry of a model, or that of the model it is like. */
  #entry(id: string): ModelEntry {
    const entry = this.#custom.get(id) ?? findModel(id);
    if (!entry) throw modelNotFound(id, [...this.#custom.keys(), ...runnable()]);
    return entry;
  }

  async embeddings<
    const Request extends EmbeddingsRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<EmbeddingsResponseFor<Request>, Options>> {
    const check = (asked: object) => {
      const parsed = parseStrictly(EmbeddingsRequestSchema, asked);
      const entry = this.#entry(parsed.model);
      requireEndpoint(entry, parsed.model, 'embeddings');
      return { request: parsed, resolved: checkEmbeddingsRequest(parsed, entry) };
    };
    const response = await answerItems(request, options, {
      check,
      // The chunks of one text are no inputs that could fail alone.
      isWhole: () => (request as EmbeddingsRequest | undefined)?.late_chunking === true,
      readItems: ({ request: parsed }) => (parsed.return_multivector ? textsOf(parsed) : itemsOf(parsed)),
      call: (checked, how) => this.#call('embeddings', checked, how),
      empty: () => emptyEmbeddings(request),
    });
    return response as unknown as WithItemErrors<EmbeddingsResponseFor<Request>, Options>;
  }

  load(model: string, options: CallOptions = {}): Promise<LoadedModel> {
    return this.#call('load', model, options);
  }

  unload(model: string): Promise<void> {
    return this.#call('unload', model, {});
  }

  readonly storage: LocalStorage = {
    report: () => this.#call('storage.report', undefined, {}),
    usage: () => this.#call('storage.usage', undefined, {}),
    delete: (model) => this.#call('storage.delete', model, {}),
    persist: () => this.#backend.persist?.() ?? this.#call('storage.persist', undefined, {}),
    export: (model, options = {}) => this.#call('storage.export', model, options),
    import: (model, files, options = {}) =>
      this.#call('storage.import', { model, files: [...files] }, options),
  };

  /** The caller's models and the catalogue: the API's shape with Nearfield's facts in `nearfield`. */
  readonly models: ModelsApi = {
    list: async ({ signal } = {}) => {
      signal?.throwIfAborted();
      const own = [...this.#custom.values()].filter((entry) => !CATALOGUE.includes(entry));
      return { data: [...own, ...CATALOGUE].map(modelInfo) };
    },
    get: async (id, { signal } = {}) => {
      signal?.throwIfAborted();
      return modelInfo(this.#entry(String(id)));
    },
  };

  async capabilities(): Promise<Capabilities> {
    const device = await this.#backend.device();
    const [loaded, work, storage] = await Promise.all([
      this.#call('loaded', undefined, {}),
      this.#call('work', undefined, {}),
      this.#call('storage.report', undefined, {}),
    ]);
    return {
      implementation: 'local',
      methods: methodsReport([
        'embeddings',
        'multiVector',
        'rerank',
        'classify',
        'train',
        'classifiers',
        'segment',
        'models',
        'batches',
      ]),
      models: [...new Set([...this.#custom.keys(), ...runnable()])],
      device,
      loaded,
      work,
      storage,
      restrictions: this.#backend.restrictions?.(),
    };
  }

  close(): Promise<void> {
    return this.#backend.close();
  }

  /** Trained classifiers, kept in this browser or data directory. */
  readonly classifiers: Required<ClassifiersApi> = classifiersApi(
    (method, argument, options) => this.#call(method, argument, options),
    (model) => this.#entry(model),
  );

  /** Embedding jobs that run in the engine and go on after a reload or crash. */
  readonly batches: BatchesApi = batchesApi(
    (method, argument, options) => this.#call(method, argument, options),
    (model) => this.#entry(model),
  );

  async multiVector<
    const Request extends MultiVectorRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<MultiVectorResponseFor<Request>, Options>> {
    const check = (asked: object) => {
      const parsed = parseStrictly(MultiVectorRequestSchema, asked);
      const entry = this.#entry(parsed.model);
      requireEndpoint(entry, parsed.model, 'multi-vector');
      return { request: parsed, resolved: checkMultiVectorRequest(parsed, entry) };
    };
    const response = await answerItems(request, options, {
      check,
      readItems: ({ request: parsed }) => textsOf(parsed),
      call: (checked, how) => this.#call('multi-vector', checked, how),
      empty: () => emptyEmbeddings(request),
    });
    return response as unknown as WithItemErrors<MultiVectorResponseFor<Request>, Options>;
  }

  async rerank(request: RerankRequest, options: CallOptions = {}): Promise<RerankResponse> {
    return rerank(
      (method, argument, callOptions) => this.#call(method, argument, callOptions),
      (model) => this.#entry(model),
      request,
      options,
    );
  }

  async classify<
    const Request extends ClassifyRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<ClassifyResponseFor<Request>, Options>> {
    const response = await classify(
      (method, argument, callOptions) => this.#call(method, argument, callOptions),
      (model) => this.#entry(model),
      request,
      options,
    );
    return response as WithItemErrors<ClassifyResponseFor<Request>, Options>;
  }

  async train(request: TrainRequest, options: CallOptions = {}): Promise<TrainResponse> {
    return train(
      (method, argument, callOptions) => this.#call(method, argument, callOptions),
      (model) => this.#entry(model),
      request,
      options,
    );
  }

  async segment(request: SegmentRequest, options: CallOptions = {}): Promise<SegmentResponse> {
    return segment(
      (method, argument, callOptions) => this.#call(method, argument, callOptions),
      (model) => this.#entry(model),
      request,
      options,
    );
  }

  async read(_request: ReadRequest): Promise<ReadResponse> {
    throw later('read');
  }

  async search(_request: SearchRequest): Promise<SearchResponse> {
    throw later('search');
  }

  async ground(_request: GroundRequest): Promise<GroundResponse> {
    throw later('ground');
  }

  async chat(_request: ChatRequest): Promise<ChatResponse> {
    throw later('chat');
  }

  #call<Method extends EngineMethod>(
    method: Method,
    argument: ArgumentOf<Method>,
    options: CallOptions,
  ): Promise<ResultOf<Method>> {
    const { onProgress } = options;
    const listener = onProgress && ((event: ProgressEvent): void => tellProgress(onProgress, event));
    return withTimeout(options, (signal) =>
      this.#backend.call(method, argument, { ...options, onProgress: listener, signal }),
    );
  }
}

/** What is answered where no input is left. */
const emptyEmbeddings = ({ model }: { model: string }) => ({
  model,
  object: 'list' as const,
  usage: { total_tokens: 0, prompt_tokens: 0 },
  data: [],
});

/** A model of the caller's own: the recipe it names, with sizes that only its files know. */
function customEntry({ id, like = id }: { id: string; like?: string | undefined }): ModelEntry {
  const entry = findModel(like);
  if (!entry) throw modelNotFound(like, runnable());
  if (like === id) return entry;
  return { ...entry, id, aliases: [], dimensions: undefined, apiMaxDimensions: undefined };
}

function later(method: string): FoundationError {
  return notSupported(
    method,
    'the local engine does not have it.',
    'Use createRemote() of @nearfield/remote.',
  );
}

/** Adds the `timeout` option to a call's signal. */
async function withTimeout<Value>(
  { signal, timeout }: CallOptions,
  run: (signal: AbortSignal | undefined) => Promise<Value>,
): Promise<Value> {
  if (timeout === undefined) return run(signal);
  const timer = new AbortController();
  const handle = setTimeout(() => {
    timer.abort(
      new FoundationError({
        code: 'SERVICE_TIMEOUT',
        message: `The call did not finish within its timeout of ${timeout} ms.`,
      }),
    );
  }, timeout);
  try {
    return await run(signal ? AbortSignal.any([signal, timer.signal]) : timer.signal);
  } finally {
    clearTimeout(handle);
  }
}
