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
  type EmbeddingsRequest,
  type EmbeddingsResponseFor,
  FoundationError,
  findModel,
  type GroundRequest,
  type GroundResponse,
  type LoadedModel,
  type ModelEntry,
  type ModelsApi,
  type MultiVectorRequest,
  type MultiVectorResponseFor,
  type ProgressEvent,
  type ReadRequest,
  type ReadResponse,
  type RerankRequest,
  type RerankResponseFor,
  type SearchRequest,
  type SearchResponse,
  type SegmentRequest,
  type SegmentResponse,
  type TrainRequest,
  type TrainResponse,
} from '@nearfield/spec';
import {
  checkEmbeddingsRequest,
  checkMultiVectorRequest,
  EmbeddingsRequestSchema,
  MultiVectorRequestSchema,
  methodsReport,
  modelInfo,
  modelNotFound,
  notSupported,
  parseStrictly,
  tellProgress,
} from '@nearfield/spec/implement';
import { runnable } from '../models/runnable.ts';
import type { Backend } from '../service/backend.ts';
import type { ArgumentOf, EngineMethod, ResultOf } from '../service/methods.ts';
import { batchesApi } from './batches.ts';
import { classifiersApi, classify, train } from './classify.ts';
import type { LocalFoundation, LocalStorage } from './local-foundation.ts';
import { requireEndpoint } from './model-entries.ts';
import { rerank } from './rerank.ts';
import { segment } from './segment.ts';

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

  async embeddings<const Request extends EmbeddingsRequest>(
    request: Request,
    options: CallOptions = {},
  ): Promise<EmbeddingsResponseFor<Request>> {
    const parsed = parseStrictly(EmbeddingsRequestSchema, request);
    const entry = this.#entry(parsed.model);
    requireEndpoint(entry, parsed.model, 'embeddings');
    const resolved = checkEmbeddingsRequest(parsed, entry);
    const response = await this.#call('embeddings', { request: parsed, resolved }, options);
    return response as unknown as EmbeddingsResponseFor<Request>;
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
    };
  }

  close(): Promise<void> {
    return this.#backend.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
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

  async multiVector<const Request extends MultiVectorRequest>(
    request: Request,
    options: CallOptions = {},
  ): Promise<MultiVectorResponseFor<Request>> {
    const parsed = parseStrictly(MultiVectorRequestSchema, request);
    const entry = this.#entry(parsed.model);
    requireEndpoint(entry, parsed.model, 'multi-vector');
    const resolved = checkMultiVectorRequest(parsed, entry);
    const response = await this.#call('multi-vector', { request: parsed, resolved }, options);
    return response as unknown as MultiVectorResponseFor<Request>;
  }

  async rerank<const Request extends RerankRequest>(
    request: Request,
    options: CallOptions = {},
  ): Promise<RerankResponseFor<Request>> {
    const response = await rerank(
      (method, argument, callOptions) => this.#call(method, argument, callOptions),
      (model) => this.#entry(model),
      request,
      options,
    );
    return response as RerankResponseFor<Request>;
  }

  async classify<const Request extends ClassifyRequest>(
    request: Request,
    options: CallOptions = {},
  ): Promise<ClassifyResponseFor<Request>> {
    const response = await classify(
      (method, argument, callOptions) => this.#call(method, argument, callOptions),
      (model) => this.#entry(model),
      request,
      options,
    );
    return response as ClassifyResponseFor<Request>;
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
