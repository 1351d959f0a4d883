import {
  type CallOptions,
  type Endpoint,
  FoundationError,
  findModel,
  type ModelEntry,
} from '@nearfield/spec';
import { modelNotFound } from '@nearfield/spec/implement';
import { SharedTask } from '../async/shared-task.ts';
import { type EngineArguments, type EngineMethod, factsOf } from '../boundary/methods.ts';
import { type ModelWay, ownEntry } from '../models/own-model.ts';
import { runnable } from '../models/runnable.ts';
import type { Backend } from '../service/backend.ts';
import type { ResultOf } from '../service/methods.ts';

/**
 * Finds the entry of a model for an endpoint.
 * @throws FoundationError INPUT_MODEL_NOT_FOUND for an unknown model, or one that the endpoint does not accept.
 */
export type LookUp = (endpoint: Endpoint, id: string) => ModelEntry;

/** The engine as the endpoints of a foundation see it: calls by name, and the facts of models. */
export class EngineClient {
  readonly backend: Backend;
  /** Custom models by id, without the facts from their files. */
  readonly own: ReadonlyMap<string, ModelEntry>;
  /** Custom models that are described by their files, with the facts of those that have been read. */
  readonly #described = new Map<string, SharedTask<ModelEntry, never> | undefined>();

  constructor(backend: Backend, customModels: readonly ({ id: string } & ModelWay)[]) {
    this.backend = backend;
    this.own = new Map(customModels.map((model) => [ownId(model), customEntry(model)]));
    for (const { id, recipe } of customModels) if (recipe) this.#described.set(id, undefined);
  }

  /** Ids of the available models. */
  get models(): string[] {
    return [...new Set([...this.own.keys(), ...runnable()])];
  }

  /**
   * The catalogue's entry of a model, or that of the model it is like.
   * @throws FoundationError INPUT_MODEL_NOT_FOUND
   */
  entry(id: string): ModelEntry {
    const known = findModel(id);
    // Every id of a catalogue model means the files that the caller gave it.
    const entry = this.own.get(id) ?? (known && this.own.get(known.id)) ?? known;
    if (!entry) throw modelNotFound(id, this.models);
    return entry;
  }

  /**
   * The same, with the facts from a custom model's files. The first call reads them, and concurrent calls share that;
   * after a failure the next call tries again.
   * @throws FoundationError INPUT_MODEL_NOT_FOUND; MODEL_INVALID naming the unusable file; those of the store.
   */
  async describe(id: string, { signal, timeout }: CallOptions): Promise<ModelEntry> {
    const entry = this.entry(id);
    if (!this.#described.has(id)) return entry;
    let task = this.#described.get(id);
    if (!task || task.abandoned) {
      const created = new SharedTask<ModelEntry, never>(async (within) => {
        try {
          return await this.call('describe', id, { signal: within });
        } catch (error) {
          if (this.#described.get(id) === created) this.#described.set(id, undefined);
          throw error;
        }
      });
      this.#described.set(id, created);
      task = created;
    }
    const joined = task;
    return withTimeout({ signal, timeout }, (within) => joined.join(within));
  }

  /**
   * Finds entries for a request to one model, once its files are read.
   * @param request not checked yet: the look-up refuses one that names no model.
   */
  async lookUp(request: object, options: CallOptions = {}): Promise<LookUp> {
    // Not checked yet: it may have any shape.
    const named = (request as { model?: unknown } | undefined | null)?.model;
    const model = typeof named === 'string' && this.#described.has(named) ? named : undefined;
    const described = model === undefined ? undefined : await this.describe(model, options);
    return (endpoint, id) =>
      this.#suitable(endpoint, id, described && id === model ? described : this.entry(id));
  }

  /** {@link describe} for a request. @throws FoundationError INPUT_MODEL_NOT_FOUND also if the endpoint does not take it. */
  async entryFor(endpoint: Endpoint, id: string, options: CallOptions): Promise<ModelEntry> {
    // Checked before files are read in vain.
    this.#suitable(endpoint, id, this.entry(id));
    return this.describe(id, options);
  }

  #suitable(endpoint: Endpoint, id: string, entry: ModelEntry): ModelEntry {
    if (entry.endpoints.includes(endpoint)) return entry;
    throw new FoundationError({
      code: 'INPUT_MODEL_NOT_FOUND',
      message: `Model '${id}' does not support ${endpoint}. It supports ${entry.endpoints.join(', ')}.`,
      param: 'model',
    });
  }

  /** Calls a method of the engine, with the timeout of the call's options. */
  call<Method extends EngineMethod>(
    method: Method,
    argument: EngineArguments[Method],
    options: CallOptions,
  ): Promise<ResultOf<Method>> {
    const answer = withTimeout(options, (signal) =>
      this.backend.call(method, argument, { ...options, signal }),
    );
    const forgotten = factsOf(method).forgets?.(argument);
    if (!forgotten) return answer;
    // Facts that were read while the files changed may be those of the former files.
    this.#forget(forgotten.model);
    return answer.finally(() => this.#forget(forgotten.model));
  }

  /** Drops the facts from the files of a model, or of all models, because the files may have changed. */
  #forget(model: string | undefined): void {
    for (const id of this.#described.keys()) {
      if (model === undefined || id === model) this.#described.set(id, undefined);
    }
  }
}

/** The id of a caller's own model: the catalogue's short id, if the catalogue has the model. */
const ownId = ({ id, recipe }: { id: string } & ModelWay): string =>
  (recipe ? undefined : findModel(id)?.id) ?? id;

/** Entry of a custom model: its recipe, or that of the model it names. Sizes come from its files later. */
function customEntry({ id, like = id, recipe }: { id: string } & ModelWay): ModelEntry {
  if (recipe) return ownEntry(id, recipe);
  const entry = findModel(like);
  if (!entry) throw modelNotFound(like, runnable());
  // Its files are the caller's: wherever the catalogue has none, it runs all the same.
  const local = entry.local.runs ? entry.local : ({ runs: true, files: [] } as const);
  if (findModel(id) === entry) return { ...entry, local };
  return { ...entry, id, aliases: [], local, dimensions: undefined, apiMaxDimensions: undefined };
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
