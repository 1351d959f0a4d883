import { type CallOptions, FoundationError, type LoadedModel, type ProgressEvent } from '@nearfield/spec';
import { closedError } from '../closed.ts';
import type { ModelStore } from '../store/types.ts';
import type { BatchBudget } from './batch-plan.ts';
import { loadEncoder, type ReadyEncoder } from './loader.ts';
import type { ModelResolver } from './models.ts';
import type { Runtime } from './runtime.ts';
import { Scheduler } from './scheduler.ts';
import { SharedTask } from './shared-task.ts';

export interface EngineOptions {
  runtime: Runtime;
  store: ModelStore;
  resolve: ModelResolver;
  /** Default: by device. */
  budget?: BatchBudget | undefined;
  /** Default true: a text's vector does not depend on its neighbours in a batch. */
  batchInvariant?: boolean | undefined;
}

/**
 * Padded tokens a batch may hold. Measured on all-MiniLM-L6-v2: a CPU loses by padding and by large batches,
 * a GPU by starting many small ones.
 */
const BUDGETS: Record<'cpu' | 'gpu', BatchBudget> = {
  cpu: { tokens: 768, rows: 64, overhead: 16 },
  gpu: { tokens: 8192, rows: 256, overhead: 512 },
};

/** Models, device and queue of one realm. Takes checked requests; knows nothing of where it runs. */
export class Engine {
  readonly runtime: Runtime;
  readonly store: ModelStore;
  readonly scheduler = new Scheduler();
  readonly #resolve: ModelResolver;
  readonly #budget: BatchBudget;
  readonly #batchInvariant: boolean;
  readonly #encoders = new Map<string, SharedTask<ReadyEncoder, ProgressEvent>>();
  readonly #ready = new Map<string, ReadyEncoder>();
  #closed = false;

  constructor({ runtime, store, resolve, budget, batchInvariant = true }: EngineOptions) {
    this.#batchInvariant = batchInvariant;
    this.runtime = runtime;
    this.store = store;
    this.#resolve = resolve;
    void runtime.lost.then((message) => {
      // A batch on a lost device may never settle: its callers are told here.
      this.scheduler.stop(
        new FoundationError({ code: 'DEVICE_LOST', message: `The GPU device was lost: ${message}.` }),
      );
    });
    this.#budget = budget ?? BUDGETS[runtime.device === 'webgpu' ? 'gpu' : 'cpu'];
  }

  /** A text encoder, loaded once however many calls ask for it. A load that failed is tried again next time. */
  async encoder(id: string, { signal, onProgress }: CallOptions = {}): Promise<ReadyEncoder> {
    if (this.#closed) throw closedError();
    const definition = this.#resolve(id);
    let task = this.#encoders.get(definition.id);
    if (!task || task.abandoned) {
      const created = new SharedTask<ReadyEncoder, ProgressEvent>(async (loadSignal, emit) => {
        try {
          const ready = await loadEncoder(
            definition,
            this.runtime,
            this.store,
            { budget: this.#budget, batchInvariant: this.#batchInvariant },
            loadSignal,
            emit,
          );
          this.#ready.set(definition.id, ready);
          return ready;
        } catch (error) {
          if (this.#encoders.get(definition.id) === created) this.#encoders.delete(definition.id);
          throw error;
        }
      });
      task = created;
      this.#encoders.set(definition.id, created);
    }
    return task.join(signal, onProgress);
  }

  async load(id: string, options: CallOptions): Promise<LoadedModel> {
    return (await this.encoder(id, options)).info;
  }

  /** Models in memory. */
  loaded(): LoadedModel[] {
    return [...this.#ready.values()].map(({ info }) => info);
  }

  /** Frees a model's session. Calls that use it now fail; later ones load it again. */
  async unload(id: string): Promise<void> {
    const { id: canonical } = this.#resolve(id);
    const task = this.#encoders.get(canonical);
    this.#encoders.delete(canonical);
    this.#ready.delete(canonical);
    const ready = await task?.join().catch(() => undefined);
    await ready?.encoder.release();
  }

  close(): void {
    this.#closed = true;
    this.scheduler.stop(closedError());
    this.#encoders.clear();
    this.#ready.clear();
    this.runtime.dispose();
  }
}
