import { type CallOptions, FoundationError } from '@nearfield/spec';
import { type CheckedEmbeddings, embed } from '../tasks/embeddings.ts';
import type { Engine } from './engine.ts';

/** Every method of the engine by the name under which it is called across a boundary. */
const methods = {
  embeddings: (engine: Engine, request: CheckedEmbeddings, options: CallOptions) =>
    embed(engine, request, options),
  load: (engine: Engine, model: string, options: CallOptions) => engine.load(model, options),
  unload: (engine: Engine, model: string) => engine.unload(model),
  loaded: async (engine: Engine) => engine.loaded(),
  'storage.report': (engine: Engine) => engine.store.report(),
  'storage.usage': (engine: Engine) => engine.store.usage(),
  'storage.delete': async (engine: Engine, model: string | undefined) => {
    if (model !== undefined) await engine.unload(model);
    await engine.store.delete(model);
  },
  'storage.persist': (engine: Engine) => engine.store.persist(),
} satisfies Record<string, (engine: Engine, argument: never, options: CallOptions) => Promise<unknown>>;

type Methods = typeof methods;

/** Name of a method, with the types of its argument and result. */
export type EngineMethod = keyof Methods;
export type ArgumentOf<Method extends EngineMethod> =
  Parameters<Methods[Method]> extends [unknown, infer Argument, ...unknown[]] ? Argument : undefined;
export type ResultOf<Method extends EngineMethod> = Awaited<ReturnType<Methods[Method]>>;

/** Calls a method of an engine by name. */
export async function dispatch(
  engine: Engine,
  method: string,
  argument: unknown,
  options: CallOptions,
): Promise<unknown> {
  if (!Object.hasOwn(methods, method)) {
    throw new FoundationError({ code: 'NOT_SUPPORTED', message: `The engine has no method ${method}.` });
  }
  const run = methods[method as EngineMethod] as (
    engine: Engine,
    argument: unknown,
    options: CallOptions,
  ) => Promise<unknown>;
  return run(engine, argument, options);
}
