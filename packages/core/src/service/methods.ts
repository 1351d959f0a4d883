import {
  type CallOptions,
  type ExportedClassifier,
  FoundationError,
  type SegmentRequest,
} from '@nearfield/spec';
import type { Engine } from '../engine/engine.ts';
import { calibrate } from '../engine/scheduling/calibration.ts';
import type { VectorRole } from '../models/classification.ts';
import type { NewBatch } from '../requests/batches.ts';
import type { CheckedFewShot, CheckedTraining, CheckedZeroShot } from '../requests/classify.ts';
import type { CheckedEmbeddings, CheckedMultiVector } from '../requests/embeddings.ts';
import type { RerankTexts } from '../requests/rerank.ts';
import type { ExportedModelFile, ManagedModelStore } from '../store/types.ts';
import { classifyFewShot } from '../tasks/classify/few-shot.ts';
import { train } from '../tasks/classify/train.ts';
import { classifyZeroShot } from '../tasks/classify/zero-shot.ts';
import { embeddings } from '../tasks/embed/embeddings.ts';
import { multiVector } from '../tasks/embed/multi-vector.ts';
import { scoreTexts } from '../tasks/rerank/rerank.ts';
import { segment } from '../tasks/segment/segment.ts';
import type { Services } from './services.ts';

/**
 * Every method of the engine by the name under which it is called across a boundary. The fourth argument is what
 * tasks keep between calls.
 */
const methods = {
  embeddings: (engine: Engine, request: CheckedEmbeddings, options: CallOptions) =>
    embeddings(engine, request, options),
  'multi-vector': (engine: Engine, request: CheckedMultiVector, options: CallOptions) =>
    multiVector(engine, request, options),
  rerank: (engine: Engine, request: RerankTexts, options: CallOptions) =>
    scoreTexts(engine, request, options),
  segment: (engine: Engine, request: SegmentRequest, options: CallOptions, { tokenizers }: Services) =>
    segment(engine, request, options, tokenizers),
  load: (engine: Engine, model: string, options: CallOptions) => engine.load(model, options),
  unload: (engine: Engine, model: string, _options: CallOptions, { labels, tokenizers }: Services) => {
    labels.forget(model);
    tokenizers.forget(model);
    return engine.unload(model);
  },
  'classify.zero-shot': (
    engine: Engine,
    request: CheckedZeroShot,
    options: CallOptions,
    { labels }: Services,
  ) => classifyZeroShot(engine, request, options, labels),
  'classify.few-shot': (
    engine: Engine,
    request: CheckedFewShot,
    options: CallOptions,
    { classifiers }: Services,
  ) => classifyFewShot(engine, request, options, classifiers),
  train: (engine: Engine, call: CheckedTraining, options: CallOptions, { classifiers }: Services) =>
    train(engine, call, options, classifiers),
  'classifiers.list': (_: Engine, _none: undefined, _options: CallOptions, { classifiers }: Services) =>
    classifiers.list(),
  'classifiers.delete': (_: Engine, id: string, _options: CallOptions, { classifiers }: Services) =>
    classifiers.delete(id),
  'classifiers.export': (_: Engine, id: string, _options: CallOptions, { classifiers }: Services) =>
    classifiers.export(id),
  'classifiers.import': (
    _: Engine,
    { exported, role }: { exported: ExportedClassifier; role: VectorRole },
    _options: CallOptions,
    { classifiers }: Services,
  ) => classifiers.import(exported, role),
  'batches.create': (_: Engine, batch: NewBatch, { signal }: CallOptions, { batches }: Services) =>
    batches.create(batch, signal),
  'batches.settle': (_: Engine, _none: undefined, { signal }: CallOptions, { batches }: Services) =>
    batches.settle(signal),
  'batches.get': (_: Engine, id: string, _options: CallOptions, { batches }: Services) => batches.get(id),
  'batches.list': (_: Engine, limit: number, _options: CallOptions, { batches }: Services) =>
    batches.list(limit),
  'batches.cancel': (_: Engine, id: string, _options: CallOptions, { batches }: Services) =>
    batches.cancel(id),
  'batches.lines': (
    _: Engine,
    { id, kind, page }: { id: string; kind: 'succeeded' | 'failed'; page: number },
    _options: CallOptions,
    { batches }: Services,
  ) => batches.lines(id, kind, page),
  calibrate: (engine: Engine, _none: undefined, { signal }: CallOptions) =>
    calibrate(engine.models.sessions, engine.scheduler, signal),
  loaded: async (engine: Engine) => engine.loaded(),
  work: async (engine: Engine) => ({ ...engine.scheduler.work }),
  'storage.report': (engine: Engine) => engine.store.report(),
  'storage.usage': (engine: Engine) => engine.store.usage(),
  'storage.delete': async (
    engine: Engine,
    model: string | undefined,
    _options: CallOptions,
    { tokenizers }: Services,
  ) => {
    tokenizers.forget(model);
    if (model !== undefined) await engine.unload(model);
    await engine.store.delete(model);
  },
  'storage.persist': (engine: Engine) => engine.store.persist(),
  'storage.export': (engine: Engine, model: string, { signal }: CallOptions) =>
    exportFiles(engine.store, model, signal),
  'storage.import': async (
    engine: Engine,
    { model, files }: { model: string; files: readonly File[] },
    { signal }: CallOptions,
  ) => {
    await engine.unload(model);
    return engine.store.importModel(model, files, { signal });
  },
} satisfies Record<
  string,
  (engine: Engine, argument: never, options: CallOptions, services: Services) => Promise<unknown>
>;

type Methods = typeof methods;

/** Name of a method, with the types of its argument and result. */
export type EngineMethod = keyof Methods;
export type ArgumentOf<Method extends EngineMethod> =
  Parameters<Methods[Method]> extends [unknown, infer Argument, ...unknown[]] ? Argument : undefined;
export type ResultOf<Method extends EngineMethod> = Awaited<ReturnType<Methods[Method]>>;

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
    engine: Engine,
    argument: unknown,
    options: CallOptions,
    services: Services,
  ) => Promise<unknown>;
  return run(services.engine, argument, options, services);
}
