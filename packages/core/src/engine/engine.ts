import { type CallOptions, FoundationError, type LoadedModel } from '@nearfield/spec';
import { closedError } from '../async/closed.ts';
import { ByteBudget, type RasterDecoder } from '../image/index.ts';
import type {
  ModelResolver,
  PartRequest,
  TokenizerDefinition,
  TokenizerResolver,
} from '../models/definition.ts';
import type { ManagedModelStore } from '../store/types.ts';
import type { ReadyEncoder } from './encoders/ready.ts';
import type { CheckMemory } from './loading/check-memory.ts';
import { ModelPool } from './model-pool.ts';
import { type Processor, processorOf, type Runtime } from './runtime/runtime.ts';
import type { BatchBudget } from './scheduling/batch-plan.ts';
import { Scheduler } from './scheduling/scheduler.ts';

export interface EngineOptions {
  runtime: Runtime;
  store: ManagedModelStore;
  resolve: ModelResolver;
  /** Finds tokenizers. Default: beside the models that {@link resolve} finds. */
  resolveTokenizer?: TokenizerResolver | undefined;
  /** Decodes pictures. Default: none, so that models that read pictures read only texts. */
  imageDecoder?: RasterDecoder | (() => Promise<RasterDecoder>) | undefined;
  /** Default: by device. */
  budget?: BatchBudget | undefined;
  /** Default true: a text's vector does not depend on its neighbours in a batch. */
  batchInvariant?: boolean | undefined;
  /** Memory of passed self-checks. Default: IndexedDB, or the life of the engine. */
  checks?: CheckMemory | undefined;
  /** Total size, in bytes, of the files of models with open sessions. Default: by device. */
  memory?: number | undefined;
}

/**
 * Maximum number of padded tokens per batch. Measured on all-MiniLM-L6-v2: a CPU loses time with padding and large
 * batches, a GPU with starting many small ones.
 */
const BUDGETS: Record<Processor, BatchBudget> = {
  cpu: { tokens: 768, rows: 64, overhead: 16 },
  gpu: { tokens: 8192, rows: 256, overhead: 512 },
};

/**
 * Memory limit in bytes for decoded pictures, and for tensors made of them: two or three photographs of 12 million
 * pixels. A picture of the largest accepted size needs more, and is processed alone.
 */
const PIXEL_BYTES = 256e6;

/** Models, device and queue of one realm. Takes checked requests; independent of the realm it runs in. */
export class Engine {
  readonly runtime: Runtime;
  readonly store: ManagedModelStore;
  readonly imageDecoder: EngineOptions['imageDecoder'];
  /** Budget of decoded pictures, for all calls. */
  readonly pixels = new ByteBudget(PIXEL_BYTES);
  /** Budget of preprocessed pictures that wait to be computed, for all calls. */
  readonly pixelValues = new ByteBudget(PIXEL_BYTES);
  readonly scheduler = new Scheduler();
  readonly models: ModelPool;
  readonly #resolveTokenizer: TokenizerResolver;

  constructor(options: EngineOptions) {
    const { runtime, store, batchInvariant = true } = options;
    this.runtime = runtime;
    this.store = store;
    this.imageDecoder = options.imageDecoder;
    this.#resolveTokenizer =
      options.resolveTokenizer ??
      ((id) => {
        const definition = options.resolve(id);
        return { model: definition.id, source: definition.part({}).source };
      });
    this.models = new ModelPool({
      ...options,
      batchInvariant,
      budget: options.budget ?? BUDGETS[processorOf(runtime)],
    });
    void runtime.lost.then((message) => {
      // A batch on a lost device may never settle, so its calls are rejected here.
      this.scheduler.stop(
        new FoundationError({ code: 'DEVICE_LOST', message: `The GPU device was lost: ${message}.` }),
      );
    });
  }

  /**
   * A text encoder, loaded once for all calls. After a failure, the next call tries again.
   * @param options the task selects the weights to load, if a model has several.
   */
  encoder(id: string, options: PartRequest & CallOptions = {}): Promise<ReadyEncoder> {
    return this.models.text(id, options);
  }

  /** Source of a model's tokenizer, without loading it. */
  tokenizer(id: string): TokenizerDefinition {
    return this.#resolveTokenizer(id);
  }

  load(id: string, options: CallOptions): Promise<LoadedModel> {
    return this.models.load(id, options);
  }

  /** Models in memory. */
  loaded(): LoadedModel[] {
    const { encoder } = this.runtime;
    return this.models.loaded().map((model) => {
      if (model.runtime?.name !== 'encoder' || !encoder || 'refused' in encoder) return model;
      return { ...model, runtime: { ...model.runtime, workers: encoder.workers() } };
    });
  }

  /** Frees the memory of one model or all. Calls that use it now fail; later ones load it again. */
  unload(id?: string): Promise<void> {
    return this.models.unload(id);
  }

  close(): void {
    this.models.close(closedError());
    this.scheduler.stop(closedError());
    this.runtime.dispose();
  }
}
