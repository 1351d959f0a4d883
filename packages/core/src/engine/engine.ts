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
  /** Finds tokenizers. Default: where the models that {@link resolve} finds have their files. */
  resolveTokenizer?: TokenizerResolver | undefined;
  /** Decodes pictures. Default: none, and models that read pictures read only texts. */
  imageDecoder?: RasterDecoder | undefined;
  /** Default: by device. */
  budget?: BatchBudget | undefined;
  /** Default true: a text's vector does not depend on its neighbours in a batch. */
  batchInvariant?: boolean | undefined;
  /** Where passed self-checks are remembered. Default: IndexedDB, or the life of the engine. */
  checks?: CheckMemory | undefined;
  /** Bytes of model files whose sessions stay open together. Default: by device. */
  memory?: number | undefined;
}

/**
 * Padded tokens a batch may hold. Measured on all-MiniLM-L6-v2: a CPU loses by padding and by large batches,
 * a GPU by starting many small ones.
 */
const BUDGETS: Record<Processor, BatchBudget> = {
  cpu: { tokens: 768, rows: 64, overhead: 16 },
  gpu: { tokens: 8192, rows: 256, overhead: 512 },
};

/**
 * Bytes that decoded pictures, and tensors made of them, may each take at a time: two or three photographs of 12
 * million pixels. A picture of the largest size that is read needs more, and has it alone.
 */
const PIXEL_BYTES = 256e6;

/** Models, device and queue of one realm. Takes checked requests; knows nothing of where it runs. */
export class Engine {
  readonly runtime: Runtime;
  readonly store: ManagedModelStore;
  readonly imageDecoder: RasterDecoder | undefined;
  /** Decoded pictures of all calls. */
  readonly pixels = new ByteBudget(PIXEL_BYTES);
  /** What was made of pictures and waits to be computed, of all calls. */
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
      // A batch on a lost device may never settle: its callers are told here.
      this.scheduler.stop(
        new FoundationError({ code: 'DEVICE_LOST', message: `The GPU device was lost: ${message}.` }),
      );
    });
  }

  /**
   * A text encoder, loaded once however many calls ask for it. A load that failed is tried again next time.
   * @param options the task decides which weights are loaded, where a model has several.
   */
  encoder(id: string, options: PartRequest & CallOptions = {}): Promise<ReadyEncoder> {
    return this.models.text(id, options);
  }

  /** Where the tokenizer of a model is, without loading it. */
  tokenizer(id: string): TokenizerDefinition {
    return this.#resolveTokenizer(id);
  }

  load(id: string, options: CallOptions): Promise<LoadedModel> {
    return this.models.load(id, options);
  }

  /** Models in memory. */
  loaded(): LoadedModel[] {
    return this.models.loaded();
  }

  /** Frees a model's memory, or every model's. Calls that use it now fail; later ones load it again. */
  unload(id?: string): Promise<void> {
    return this.models.unload(id);
  }

  close(): void {
    this.models.close(closedError());
    this.scheduler.stop(closedError());
    this.runtime.dispose();
  }
}
