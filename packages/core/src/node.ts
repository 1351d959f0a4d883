import { existsSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type CallOptions,
  type CallProgress,
  type Dtype,
  FoundationError,
  type PageReader,
} from '@nearfield/spec';
import { shortened, tellProgress } from '@nearfield/spec/implement';
import { closedError } from './async/closed.ts';
import type { HubOptions } from './boundary/hub-options.ts';
import type { EngineArguments, EngineMethod } from './boundary/methods.ts';
import { RECIPES } from './boundary/missing-file.ts';
import { Engine } from './engine/engine.ts';
import { encoderAlone } from './engine/runtime/encoder/encoder-alone.ts';
import { ENCODER_FILE, encoderFault, provideEncoder } from './engine/runtime/encoder/encoder-file.ts';
import { noNodeRuntime } from './engine/runtime/onnx/no-node-runtime.ts';
import { nodeRuntime } from './engine/runtime/onnx/node.ts';
import type { OnnxModule } from './engine/runtime/onnx/onnx-runtime.ts';
import type { Runtime } from './engine/runtime/runtime.ts';
import { EngineClient } from './foundation/engine-client.ts';
import { EngineFoundation } from './foundation/foundation.ts';
import type { LocalFoundation } from './foundation/local-foundation.ts';
import { nodeDecoder } from './image/node-decoder.ts';
import { type DefineOptions, defineModel, defineTokenizer, ownModel } from './models/index.ts';
import { type ModelRecipe, wayOf } from './models/own-model.ts';
import { isHubId, isUnmarkedFolder, unmarkedFolder } from './models/source-text.ts';
import { FileRecords } from './persistence/file-records.ts';
import type { SharedState } from './persistence/shared-state.ts';
import { storeOf } from './persistence/state-store.ts';
import type { ClassifierLimits } from './requests/classify.ts';
import type { Backend } from './service/backend.ts';
import { dispatch, type ResultOf } from './service/methods.ts';
import { createServices, type Services } from './service/services.ts';
import { baseUrlSource, createModelStore, hubSource } from './store/index.ts';
import { directorySource, FileSystemCache } from './store/node.ts';
import type { ModelSource } from './store/types.ts';
import { chooseNodeThreads } from './worker/node-threads.ts';

export type { HubOptions } from './boundary/hub-options.ts';
export { isLocal, type LocalFoundation, type ModelFilesApi } from './foundation/local-foundation.ts';
export type { ModelRecipe } from './models/own-model.ts';
export type { Pooling } from './models/recipe.ts';
export type { SharedState } from './persistence/shared-state.ts';
export type { ClassifierLimits } from './requests/classify.ts';
export type { ExportedModelFile, ModelUsage } from './store/types.ts';

/** A model that is not in the catalogue, or one of the catalogue from another place. */
export interface NodeModel {
  id: string;
  /** Catalogue id whose recipe it follows. Default: `id`, where the catalogue has it. */
  like?: string | undefined;
  /** Its own recipe, instead of `like`. Default for an id that is not in the catalogue: as described by its files. */
  recipe?: ModelRecipe | undefined;
  /** A directory in the hub's layout, a base URL, or a hub id (owner/name). */
  source: string | URL;
  dtypes?: readonly Dtype[] | undefined;
}

/** Options of `createNodeFoundation()`. All are optional. */
export interface NodeOptions {
  models?: readonly NodeModel[] | undefined;
  /**
   * Directory for downloaded models, trained classifiers and batches. Default `~/.cache/nearfield`. Several
   * processes may share it. Unfinished batch jobs resume on the first `batches` call.
   */
  dataDirectory?: string | undefined;
  /**
   * Storage for classifiers and batches that several processes on several machines share: `postgresState()` of
   * `@nearfield/core/postgres`. The foundation closes it.
   *
   * @default files in the data directory
   */
  state?: SharedState | undefined;
  /**
   * Precision of model files, for all models or by id.
   *
   * @default q8, if the model has it
   */
  dtype?: Dtype | Record<string, Dtype> | undefined;
  /**
   * Whether the first values of a model are compared with the published ones, and a file that computes others is
   * refused. False is for tests with weights that are not the model's.
   *
   * @default true
   */
  selfCheck?: boolean | undefined;
  /**
   * Number of threads that compute, this one among them: those of onnxruntime-node, or without it worker threads that
   * share the texts of bulk calls. These are started when texts wait, and ended 20 seconds after the last; they keep no
   * process alive. `capabilities()` says how many run and why.
   *
   * @default all cores, at most 8
   */
  threads?: number | undefined;
  /**
   * The encoder as a compiled `WebAssembly.Module`, for hosts that compile WebAssembly only when a program is deployed,
   * such as Cloudflare Workers.
   *
   * @default compiled when it is needed
   * @example
   * import encoder from '@nearfield/core/encoder.wasm';
   * const foundation = createNodeFoundation({ encoder });
   */
  encoder?: object | undefined;
  /**
   * As in `createLocal()`.
   *
   * @default true
   */
  batchInvariant?: boolean | undefined;
  hub?: HubOptions | undefined;
  /**
   * Maximum number of classifiers, and of labels per classifier.
   *
   * @default 16 and 16, as at the hosted API
   */
  classifierLimits?: ClassifierLimits | undefined;
  /** As in `createLocal()`. */
  reader?: PageReader | undefined;
}

/**
 * A search foundation that computes in this Node process. The same engine as in the browser: same recipes, batches and
 * vectors. With onnxruntime-node (an optional peer dependency) it runs all models; without it, the embedded
 * text models. Either on several threads.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED for an `encoder` that is not the package's.
 */
export function createNodeFoundation(options: NodeOptions = {}): LocalFoundation {
  if (options.encoder && !provideEncoder(options.encoder)) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `"encoder" is not the compiled WebAssembly.Module of ${ENCODER_FILE}, in the version of this package.`,
      param: 'encoder',
    });
  }
  const models = (options.models ?? []).map((model) => ({
    ...model,
    like: undefined,
    recipe: undefined,
    ...wayOf(model),
  }));
  const client = new EngineClient(new DirectBackend({ ...options, models }), models);
  return new EngineFoundation(client, options.reader);
}

/** Calls the engine in this realm. */
class DirectBackend implements Backend {
  readonly #options: NodeOptions;
  #services: Promise<Services> | undefined;
  #closed = false;

  constructor(options: NodeOptions) {
    this.#options = options;
    // Jobs of other processes wait for no call; the first call reports a failure to start.
    if (options.state) this.#start().catch(() => {});
  }

  async call<Method extends EngineMethod>(
    method: Method,
    argument: EngineArguments[Method],
    options: CallOptions,
  ): Promise<ResultOf<Method>> {
    options.signal?.throwIfAborted();
    const { onProgress } = options;
    const listener = onProgress && ((event: CallProgress): void => tellProgress(onProgress, event));
    const services = await this.#start();
    const guarded = { ...options, onProgress: listener };
    return (await dispatch(services, method, argument, guarded)) as ResultOf<Method>;
  }

  async device() {
    return (await this.#start()).engine.runtime.report;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#services?.catch(() => undefined))?.close();
    await this.#options.state?.close();
  }

  #start(): Promise<Services> {
    if (this.#closed) return Promise.reject(closedError());
    this.#services ??= this.#create();
    this.#services.catch(() => {
      this.#services = undefined;
    });
    return this.#services;
  }

  async #create(): Promise<Services> {
    const {
      models = [],
      dtype,
      hub = {},
      threads,
      batchInvariant,
      state,
      classifierLimits,
      selfCheck,
    } = this.#options;
    const store = storeOf(state);
    const data = this.#options.dataDirectory ?? join(homedir(), '.cache', 'nearfield');
    const optionsOf = (id: string): DefineOptions => {
      const custom = ownModel(models, id);
      return {
        like: custom?.like,
        recipe: custom?.recipe,
        source: custom && sourceOf(id, custom.source, hub),
        dtypes: custom?.dtypes,
        selfCheck,
        dtype: typeof dtype === 'string' ? dtype : dtype?.[id],
        hub: (repository) => hubSource(repository, hub),
      };
    };
    const engine = new Engine({
      runtime: await startRuntime(threads),
      imageDecoder: nodeDecoder,
      batchInvariant,
      store: createModelStore({
        cache: new FileSystemCache(join(data, 'models')),
      }),
      resolve: (id) => defineModel(id, optionsOf(id)),
      resolveTokenizer: (id) => defineTokenizer(id, optionsOf(id)),
    });
    return createServices({
      engine,
      openRecords: () => store?.records() ?? new FileRecords(join(data, 'records')),
      jobs: store?.jobs,
      classifierLimits,
    });
  }
}

function sourceOf(id: string, source: string | URL, hub: HubOptions): ModelSource {
  if (source instanceof URL && source.protocol === 'file:' && source.host === '') {
    return directorySource(fileURLToPath(source));
  }
  const text = typeof source === 'string' || source instanceof URL ? String(source) : '';
  if (/^https?:/.test(text)) return baseUrlSource(text.endsWith('/') ? text : `${text}/`);
  const directory = resolve(text);
  if (text !== '' && existsSync(directory)) return directorySource(directory);
  if (isUnmarkedFolder(text)) {
    throw unmarkedFolder(
      id,
      text,
      `There is no folder ${directory}; one begins with a dot or a slash: './${text}'.`,
    );
  }
  if (isHubId(text)) return hubSource(text, hub);
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `The source '${shortened(text)}' is neither a directory, a URL, nor a hub id (owner/name).`,
    param: 'models',
  });
}

async function startRuntime(wanted: number | undefined): Promise<Runtime> {
  let ort: OnnxModule;
  try {
    ort = await import('onnxruntime-node');
  } catch (cause) {
    const fault = await encoderFault(`${RECIPES}#cloudflare-workers`);
    return encoderAlone(fault ?? noNodeRuntime(cause), chooseNodeThreads(wanted));
  }
  const threads = Math.max(1, wanted ?? Math.min(8, availableParallelism()));
  return nodeRuntime(ort, {
    reason: 'Node computes on the CPU.',
    threads,
    threadsReason: wanted === undefined ? 'all cores, at most 8' : 'asked for',
  });
}
