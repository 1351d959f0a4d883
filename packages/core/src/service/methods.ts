import { type CallOptions, FoundationError, type StorageReport } from '@nearfield/spec';
import type { EngineArguments, EngineMethod } from '../boundary/methods.ts';
import type { Engine } from '../engine/engine.ts';
import { isUsable, requireUsable } from '../engine/loading/required-files.ts';
import { calibrate } from '../engine/scheduling/calibration.ts';
import { reportRecords } from '../persistence/records.ts';
import type { ExportedModelFile, ManagedModelStore, ModelUsage } from '../store/types.ts';
import { classifyFewShot } from '../tasks/classify/few-shot.ts';
import { train } from '../tasks/classify/train.ts';
import { classifyZeroShot } from '../tasks/classify/zero-shot.ts';
import { embeddings } from '../tasks/embed/embeddings.ts';
import { multiVector } from '../tasks/embed/multi-vector.ts';
import { scoreTexts } from '../tasks/rerank/rerank.ts';
import { segment } from '../tasks/segment/segment.ts';
import type { Services } from './services.ts';

/**
 * Implementations of the methods. Their names, their arguments and the facts that the page needs are in
 * `boundary/methods.ts`. The first argument holds the engine and the state that tasks keep between calls.
 */
const methods = {
  embeddings: ({ engine }, request, options) => embeddings(engine, request, options),
  'multi-vector': ({ engine }, request, options) => multiVector(engine, request, options),
  rerank: ({ engine }, request, options) => scoreTexts(engine, request, options),
  segment: ({ engine, tokenizers }, request, options) => segment(engine, request, options, tokenizers),
  'classify.zero-shot': ({ engine, labels }, request, options) =>
    classifyZeroShot(engine, request, options, labels),
  'classify.few-shot': ({ engine, classifiers }, request, options) =>
    classifyFewShot(engine, request, options, classifiers),
  train: ({ engine, classifiers }, request, options) => train(engine, request, options, classifiers),
  'classifiers.list': ({ classifiers }) => classifiers.list(),
  'classifiers.delete': ({ classifiers }, id) => classifiers.delete(id),
  'classifiers.export': ({ classifiers }, id) => classifiers.export(id),
  'classifiers.import': ({ classifiers }, { exported, role }) => classifiers.import(exported, role),
  'batches.create': ({ batches }, batch, { signal }) => batches.create(batch, signal),
  'batches.settle': ({ batches }, _none, { signal }) => batches.settle(signal),
  'batches.get': ({ batches }, id) => batches.get(id),
  'batches.list': ({ batches }, limit) => batches.list(limit),
  'batches.cancel': ({ batches }, id) => batches.cancel(id),
  'batches.lines': ({ batches }, { id, kind, page }) => batches.lines(id, kind, page),
  describe: ({ engine }, model, { signal }) => engine.models.entry(model, signal),
  load: ({ engine }, model, options) => engine.load(model, options),
  unload: ({ forget }, model) => forget(model),
  loaded: async ({ engine }) => engine.loaded(),
  work: async ({ engine }) => ({ ...engine.scheduler.work }),
  calibrate: ({ engine }, _none, { signal }) => calibrate(engine.models.sessions, engine.scheduler, signal),
  'storage.report': async ({ engine, records }): Promise<StorageReport> => {
    const [report, opened] = await Promise.all([engine.store.report(), records()]);
    return { ...report, records: await reportRecords(opened) };
  },
  'storage.usage': ({ engine }) => usageOf(engine),
  'storage.delete': async ({ engine, forget }, model) => {
    // The files may belong to a model that this foundation does not know: then nothing of it is in memory.
    await forget(model).catch(unlessNotFound);
    await engine.store.delete(model);
  },
  'storage.persist': ({ engine }) => engine.store.persist(),
  'storage.export': ({ engine }, model, { signal }) => exportFiles(engine.store, model, signal),
  'storage.import': async ({ engine, forget }, { model, files }, { signal }) => {
    const definition = engine.models.definition(model);
    const { id } = definition;
    const paths = await engine.store.importModel(id, files, {
      signal,
      check: async (offered) => {
        requireUsable(definition, offered, await engine.store.paths(id));
        await forget(model);
      },
    });
    // A model that was loaded while the files were imported may come from the former files.
    await forget(model);
    return paths;
  },
} satisfies {
  [Method in EngineMethod]: (
    services: Services,
    argument: EngineArguments[Method],
    options: CallOptions,
  ) => Promise<unknown>;
};

/** The result of a method. */
export type ResultOf<Method extends EngineMethod> = Awaited<ReturnType<(typeof methods)[Method]>>;

/** Stored models, and whether each can be loaded from its stored files. */
async function usageOf({ store, models }: Engine): Promise<ModelUsage[]> {
  const usage = await store.usage();
  return Promise.all(
    usage.map(async (each) => {
      if (!each.complete) return each;
      const paths = await store.paths(each.model);
      let complete: boolean;
      try {
        complete = isUsable(models.definition(each.model), paths);
      } catch (error) {
        if (!FoundationError.isInstance(error)) throw error;
        // This foundation does not know the model, or cannot run it: only the look of its files can be judged.
        complete = paths.includes('config.json') && paths.some((path) => path.endsWith('.onnx'));
      }
      return { ...each, complete };
    }),
  );
}

function unlessNotFound(error: unknown): void {
  if (!FoundationError.isInstance(error) || error.code !== 'INPUT_MODEL_NOT_FOUND') throw error;
}

/** A model's files as blobs: the browser hands them over without reading them. */
async function exportFiles(
  store: ManagedModelStore,
  model: string,
  signal: AbortSignal | undefined,
): Promise<ExportedModelFile[]> {
  const files: ExportedModelFile[] = [];
  for await (const { path, size, sha256, blob } of store.exportModel(model)) {
    signal?.throwIfAborted();
    files.push({ path, size, sha256, blob: await blob() });
  }
  return files;
}

/** Calls a method of an engine by name. */
export async function dispatch(
  services: Services,
  method: string,
  argument: unknown,
  options: CallOptions,
): Promise<unknown> {
  if (!Object.hasOwn(methods, method)) {
    throw new FoundationError({ code: 'NOT_SUPPORTED', message: `The engine has no method ${method}.` });
  }
  const run = methods[method as EngineMethod] as (
    services: Services,
    argument: unknown,
    options: CallOptions,
  ) => Promise<unknown>;
  return run(services, argument, options);
}
