import {
  type CallOptions,
  type CallProgress,
  FoundationError,
  type LoadedModel,
  type ModelEntry,
} from '@nearfield/spec';
import { SharedTask } from '../async/shared-task.ts';
import type { ModelDefinition, ModelResolver, PartRequest } from '../models/definition.ts';
import type { ModelStore } from '../store/types.ts';
import type {
  ReadyColbert,
  ReadyEncoder,
  ReadyImages,
  ReadyListwise,
  ReadyPairs,
  ReadyPart,
} from './encoders/ready.ts';
import { type CheckMemory, IndexedDbCheckMemory, TransientCheckMemory } from './loading/check-memory.ts';
import { loadPart } from './loading/loader.ts';
import { completed } from './loading/own-files.ts';
import type { Runtime } from './runtime/runtime.ts';
import { SessionPool } from './runtime/session-pool.ts';
import type { BatchBudget } from './scheduling/batch-plan.ts';

export interface ModelPoolOptions {
  runtime: Runtime;
  store: ModelStore;
  resolve: ModelResolver;
  budget: BatchBudget;
  batchInvariant: boolean;
  /** Default: IndexedDB if model files are stored there, otherwise the life of the pool. */
  checks?: CheckMemory | undefined;
  /**
   * Total size, in bytes, of the files of models with open sessions; the least recently used are closed, and opened
   * again from the cache when they are needed. Default: by device.
   */
  memory?: number | undefined;
}

/** wasm addresses 4 GB in all, activations included. */
const MEMORY: Record<Runtime['device'], number> = { wasm: 1.5e9, webgpu: 4e9, cpu: 16e9 };

interface PartEntry {
  readonly model: string;
  readonly task: SharedTask<ReadyPart, CallProgress>;
  ready?: ReadyPart;
}

/**
 * The models of one engine. A model is loaded part by part, when a part is first used: each of v5's task repositories,
 * each tower of a CLIP model. Calls share loaded parts; after a failure, the next call tries again.
 */
export class ModelPool {
  readonly #options: ModelPoolOptions;
  readonly sessions: SessionPool;
  readonly #checks: CheckMemory;
  readonly #parts = new Map<string, PartEntry>();
  #closed: Error | undefined;

  constructor(options: ModelPoolOptions) {
    const { runtime, memory = MEMORY[runtime.device] } = options;
    this.#options = options;
    this.sessions = new SessionPool(runtime, memory);
    this.#checks =
      options.checks ??
      (typeof indexedDB === 'undefined' ? new TransientCheckMemory() : new IndexedDbCheckMemory());
  }

  /** The encoder for texts. @throws FoundationError NOT_SUPPORTED if the model gives no single vectors of texts. */
  async text(id: string, options: PartRequest & CallOptions = {}): Promise<ReadyEncoder> {
    const { textTower } = this.definition(id).entry;
    if (textTower !== undefined) return this.text(textTower, options);
    const ready = await this.#part(id, { ...options, tower: 'text' }, ['text', 'clip'], options);
    if (ready.kind === 'text') return ready;
    throw wrongKind(ready.definition, 'embed texts');
  }

  /**
   * The encoder for pictures.
   * @throws FoundationError NOT_SUPPORTED if the model reads none.
   */
  async images(id: string, options: CallOptions = {}): Promise<ReadyImages> {
    const ready = await this.#part(id, { tower: 'image' }, ['clip'], options);
    if (ready.kind === 'images') return ready;
    throw wrongKind(ready.definition, 'embed pictures');
  }

  /** @throws FoundationError NOT_SUPPORTED if the model is not a late interaction model. */
  async colbert(id: string, options: CallOptions = {}): Promise<ReadyColbert> {
    const ready = await this.#part(id, {}, ['colbert'], options);
    if (ready.kind === 'colbert') return ready;
    throw wrongKind(ready.definition, 'give one vector per token');
  }

  /** @throws FoundationError NOT_SUPPORTED if the model is not a cross-encoder. */
  async pairs(id: string, options: CallOptions = {}): Promise<ReadyPairs> {
    const ready = await this.#part(id, {}, ['pairs'], options);
    if (ready.kind === 'pairs') return ready;
    throw wrongKind(ready.definition, 'score pairs');
  }

  /** @throws FoundationError NOT_SUPPORTED if the model is not a listwise reranker. */
  async listwise(id: string, options: CallOptions = {}): Promise<ReadyListwise> {
    const ready = await this.#part(id, {}, ['listwise'], options);
    if (ready.kind === 'listwise') return ready;
    throw wrongKind(ready.definition, 'score lists of documents');
  }

  /**
   * A model's definition, which shows the method above that serves it, without loading it.
   * @throws FoundationError INPUT_MODEL_NOT_FOUND, MODEL_NOT_AVAILABLE_LOCALLY.
   */
  definition(id: string): ModelDefinition {
    return this.#options.resolve(id);
  }

  /**
   * A model's definition with the facts from its own files; these are read, its weights are not.
   * @throws FoundationError those of {@link definition}; MODEL_INVALID naming the unusable file; those of the store.
   */
  async entry(id: string, signal: AbortSignal | undefined): Promise<ModelEntry> {
    return (await completed(this.definition(id), this.#options.store, signal)).entry;
  }

  /** Loads the part of a model that a request without further options uses. */
  async load(id: string, options: PartRequest & CallOptions = {}): Promise<LoadedModel> {
    return (await this.#part(id, options, undefined, options)).info;
  }

  /** Parts in memory, one entry each. */
  loaded(): LoadedModel[] {
    return [...this.#parts.values()].flatMap(({ ready }) => (ready ? [ready.info] : []));
  }

  /** Frees the memory of one model or all. Calls that use it now fail; later ones load it again. */
  async unload(id?: string): Promise<void> {
    let model: string | undefined;
    try {
      model = id === undefined ? undefined : this.#options.resolve(id).id;
    } catch (error) {
      // A model that cannot be loaded is not in memory; only its tokenizer may be in the cache.
      if (FoundationError.isInstance(error) && error.code === 'MODEL_NOT_AVAILABLE_LOCALLY') return;
      throw error;
    }
    const entries = [...this.#parts].filter(([, entry]) => model === undefined || entry.model === model);
    for (const [key] of entries) this.#parts.delete(key);
    await Promise.all(
      entries.map(async ([, { task }]) => {
        const ready = await task.join().catch(() => undefined);
        await ready?.encoder.release();
      }),
    );
  }

  /** Refuses everything from now on, with this reason. The runtime's owner ends the runtime. */
  close(reason: Error): void {
    this.#closed = reason;
    this.#parts.clear();
  }

  async #part(
    id: string,
    request: PartRequest,
    kinds: readonly ModelDefinition['recipe']['kind'][] | undefined,
    { signal, onProgress }: CallOptions,
  ): Promise<ReadyPart> {
    if (this.#closed) throw this.#closed;
    const definition = this.#options.resolve(id);
    // Checked before anything is downloaded in vain.
    if (kinds && !kinds.includes(definition.recipe.kind)) throw wrongKind(definition, 'do this');
    const part = definition.part(request);
    let entry = this.#parts.get(part.key);
    if (!entry || entry.task.abandoned) {
      const created: PartEntry = {
        model: definition.id,
        task: new SharedTask<ReadyPart, CallProgress>(async (loadSignal, emit) => {
          try {
            const whole = await completed(definition, this.#options.store, loadSignal);
            const ready = await loadPart(whole, part, {
              sessions: this.sessions,
              store: this.#options.store,
              checks: this.#checks,
              budget: this.#options.budget,
              batchInvariant: this.#options.batchInvariant,
              signal: loadSignal,
              emit,
            });
            created.ready = ready;
            return ready;
          } catch (error) {
            if (this.#parts.get(part.key) === created) this.#parts.delete(part.key);
            throw error;
          }
        }),
      };
      entry = created;
      this.#parts.set(part.key, created);
    }
    return entry.task.join(signal, onProgress);
  }
}

/** Purpose of each kind of model, as a phrase. */
const USES: Record<ModelDefinition['recipe']['kind'], string> = {
  text: 'embeds texts',
  clip: 'embeds texts and pictures',
  colbert: 'gives one vector per token',
  pairs: 'scores a query with each document',
  listwise: 'scores a query with a list of documents',
};

function wrongKind({ id, recipe }: ModelDefinition, wanted: string): FoundationError {
  return new FoundationError({
    code: 'NOT_SUPPORTED',
    message: `${id} cannot ${wanted}: it ${USES[recipe.kind]}.`,
    param: 'model',
  });
}
