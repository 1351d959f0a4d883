import {
  type CallOptions,
  type CallProgress,
  type Endpoint,
  FoundationError,
  findModel,
  type ModelEntry,
} from '@nearfield/spec';
import { modelNotFound, tellProgress } from '@nearfield/spec/implement';
import type { EngineArguments, EngineMethod } from '../boundary/methods.ts';
import { runnable } from '../models/runnable.ts';
import type { Backend } from '../service/backend.ts';
import type { ResultOf } from '../service/methods.ts';

/** The engine as the endpoints of a foundation see it: calls by name, and the facts of models. */
export class EngineClient {
  readonly backend: Backend;
  /** Models of the caller's own, by id. */
  readonly own: ReadonlyMap<string, ModelEntry>;

  constructor(backend: Backend, customModels: readonly { id: string; like?: string | undefined }[]) {
    this.backend = backend;
    this.own = new Map(customModels.map((model) => [model.id, customEntry(model)]));
  }

  /** Ids of the models that can be asked for. */
  get models(): string[] {
    return [...new Set([...this.own.keys(), ...runnable()])];
  }

  /**
   * The catalogue's entry of a model, or that of the model it is like.
   * @throws FoundationError INPUT_MODEL_NOT_FOUND
   */
  entry(id: string): ModelEntry {
    const entry = this.own.get(id) ?? findModel(id);
    if (!entry) throw modelNotFound(id, this.models);
    return entry;
  }

  /** The same for a request. @throws FoundationError INPUT_MODEL_NOT_FOUND also if the endpoint does not take it. */
  entryFor(endpoint: Endpoint, id: string): ModelEntry {
    const entry = this.entry(id);
    if (entry.endpoints.includes(endpoint)) return entry;
    throw new FoundationError({
      code: 'INPUT_MODEL_NOT_FOUND',
      message: `Model '${id}' does not answer ${endpoint}: it is for ${entry.endpoints.join(', ')}.`,
      param: 'model',
    });
  }

  /** Calls a method of the engine, with the timeout of the call's options. */
  call<Method extends EngineMethod>(
    method: Method,
    argument: EngineArguments[Method],
    options: CallOptions,
  ): Promise<ResultOf<Method>> {
    const { onProgress } = options;
    const listener = onProgress && ((event: CallProgress): void => tellProgress(onProgress, event));
    return withTimeout(options, (signal) =>
      this.backend.call(method, argument, { ...options, onProgress: listener, signal }),
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
