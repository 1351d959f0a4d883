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
  type FoundationError,
  type GroundRequest,
  type GroundResponse,
  type LoadedModel,
  type ModelsApi,
  type MultiVectorRequest,
  type MultiVectorResponseFor,
  type PageReader,
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
  type ItemCallOptions,
  methodsReport,
  modelInfo,
  notSupported,
  type WithItemErrors,
} from '@nearfield/spec/implement';
import { closedError } from '../async/closed.ts';
import { batchesApi } from './batches.ts';
import { classifiersApi, classify, train } from './classify.ts';
import { embeddings, multiVector } from './embed.ts';
import type { EngineClient } from './engine-client.ts';
import type { LocalFoundation, ModelFilesApi } from './local-foundation.ts';
import { rerank } from './rerank.ts';
import { segment } from './segment.ts';

/** The contract over an engine: checks requests, then calls the engine. */
export class EngineFoundation implements LocalFoundation {
  readonly #engine: EngineClient;

  readonly #reader: PageReader | undefined;
  /** Ends what the reader does, which the engine knows nothing of. */
  readonly #closing = new AbortController();

  constructor(engine: EngineClient, reader?: PageReader) {
    this.#engine = engine;
    this.#reader = reader;
    this.classifiers = classifiersApi(engine);
    this.batches = batchesApi(engine);
  }

  async embeddings<
    const Request extends EmbeddingsRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<EmbeddingsResponseFor<Request>, Options>> {
    const response = await embeddings(this.#engine, request, options);
    return response as unknown as WithItemErrors<EmbeddingsResponseFor<Request>, Options>;
  }

  async multiVector<
    const Request extends MultiVectorRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<MultiVectorResponseFor<Request>, Options>> {
    const response = await multiVector(this.#engine, request, options);
    return response as unknown as WithItemErrors<MultiVectorResponseFor<Request>, Options>;
  }

  async rerank<const Request extends RerankRequest>(
    request: Request,
    options: CallOptions = {},
  ): Promise<RerankResponseFor<Request>> {
    return (await rerank(this.#engine, request, options)) as RerankResponseFor<Request>;
  }

  async classify<
    const Request extends ClassifyRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<ClassifyResponseFor<Request>, Options>> {
    const response = await classify(this.#engine, request, options);
    return response as WithItemErrors<ClassifyResponseFor<Request>, Options>;
  }

  async train(request: TrainRequest, options: CallOptions = {}): Promise<TrainResponse> {
    return train(this.#engine, request, options);
  }

  /** Trained classifiers, kept in this browser or data directory. */
  readonly classifiers: Required<ClassifiersApi>;

  async segment(request: SegmentRequest, options: CallOptions = {}): Promise<SegmentResponse> {
    return segment(this.#engine, request, options);
  }

  /** The caller's models and the catalogue: the API's shape with Nearfield's facts in `nearfield`. */
  readonly models: ModelsApi = {
    list: async (options = {}) => {
      const { signal } = options;
      signal?.throwIfAborted();
      const own = [...this.#engine.own.values()];
      const described = await Promise.all(
        own.map((entry) =>
          this.#engine.describe(entry.id, options).catch(() => {
            signal?.throwIfAborted();
            // A model whose files cannot be read is still listed.
            return entry;
          }),
        ),
      );
      const rest = CATALOGUE.filter(({ id }) => !this.#engine.own.has(id));
      return { data: [...described, ...rest].map(modelInfo) };
    },
    get: async (id, options = {}) => {
      options.signal?.throwIfAborted();
      return modelInfo(await this.#engine.describe(String(id), options));
    },
  };

  /** Embedding jobs that run in the engine and continue after a reload or crash. */
  readonly batches: BatchesApi;

  load(model: string, options: CallOptions = {}): Promise<LoadedModel> {
    return this.#engine.call('load', model, options);
  }

  unload(model: string): Promise<void> {
    return this.#engine.call('unload', model, {});
  }

  readonly storage: ModelFilesApi = {
    report: () => this.#engine.call('storage.report', undefined, {}),
    usage: () => this.#engine.call('storage.usage', undefined, {}),
    delete: (model) => this.#engine.call('storage.delete', model, {}),
    persist: () => this.#engine.backend.persist?.() ?? this.#engine.call('storage.persist', undefined, {}),
    export: (model, options = {}) => this.#engine.call('storage.export', model, options),
    import: (model, files, options = {}) =>
      this.#engine.call('storage.import', { model, files: [...files] }, options),
  };

  async capabilities(): Promise<Capabilities> {
    const engine = this.#engine;
    const device = await engine.backend.device();
    const [loaded, work, storage] = await Promise.all([
      engine.call('loaded', undefined, {}),
      engine.call('work', undefined, {}),
      engine.call('storage.report', undefined, {}),
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
        ...(this.#reader ? (['read'] as const) : []),
      ]),
      models: engine.models,
      device,
      loaded,
      work,
      storage,
      restrictions: engine.backend.restrictions?.(),
    };
  }

  close(): Promise<void> {
    this.#closing.abort(closedError());
    return this.#engine.backend.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async read(request: ReadRequest, options: CallOptions = {}): Promise<ReadResponse> {
    if (!this.#reader) {
      throw notSupported(
        'read',
        'this foundation has no reader.',
        'Give it one: createLocal({ reader: createReader() }) with createReader() of @nearfield/reader.',
      );
    }
    const { signal } = options;
    signal?.throwIfAborted();
    const ended = this.#closing.signal;
    const either = signal ? AbortSignal.any([signal, ended]) : ended;
    return this.#reader.read(request, { ...options, signal: either, foundation: this });
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
}

function later(method: string): FoundationError {
  return notSupported(
    method,
    'the local engine does not have it.',
    'Use createRemote() of @nearfield/remote.',
  );
}
