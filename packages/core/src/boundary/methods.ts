import type { ExportedClassifier, SegmentRequest } from '@nearfield/spec';
import type { VectorRole } from '../models/classification.ts';
import { DEFAULT_EMBEDDER } from '../models/runnable.ts';
import type { NewBatch } from '../requests/batches.ts';
import type { CheckedFewShot, CheckedTraining, CheckedZeroShot } from '../requests/classify.ts';
import type { CheckedEmbeddings, CheckedMultiVector } from '../requests/embeddings.ts';
import type { RerankTexts } from '../requests/rerank.ts';

/** Arguments of the engine's methods, by the names under which they are called across the boundary. */
export interface EngineArguments {
  embeddings: CheckedEmbeddings;
  'multi-vector': CheckedMultiVector;
  rerank: RerankTexts;
  segment: SegmentRequest;
  'classify.zero-shot': CheckedZeroShot;
  'classify.few-shot': CheckedFewShot;
  train: CheckedTraining;
  'classifiers.list': undefined;
  /** Id of the classifier. */
  'classifiers.delete': string;
  'classifiers.export': string;
  'classifiers.import': { exported: ExportedClassifier; role: VectorRole };
  'batches.create': NewBatch;
  /** Waits until no job is left. */
  'batches.settle': undefined;
  'batches.get': string;
  /** Maximum number of results. */
  'batches.list': number;
  'batches.cancel': string;
  'batches.lines': { id: string; kind: 'succeeded' | 'failed'; page: number };
  /** Reads the facts of a custom model from its files. The argument is the model's id. */
  describe: string;
  load: string;
  /** All models, if none is named. */
  unload: string | undefined;
  loaded: undefined;
  work: undefined;
  calibrate: undefined;
  'storage.report': undefined;
  'storage.usage': undefined;
  'storage.delete': string | undefined;
  'storage.persist': undefined;
  'storage.export': string;
  'storage.import': { model: string; files: readonly File[] };
}

/** Name of a method of the engine. */
export type EngineMethod = keyof EngineArguments;

/** Facts about a method that the page's half needs. Its implementation is in `service/methods.ts`, with the engine. */
export interface MethodFacts<Argument> {
  /**
   * Ids of the model that a call computes with, or of the classifier that names it. Empty for a call that computes
   * nothing. Absent for methods that never compute.
   */
  computesWith?(argument: Argument): (string | undefined)[];
  /** Inputs of a call that may be a short query. */
  queryOf?(argument: Argument): unknown;
  /** True if the call may change the files of a model (of all, if `model` is undefined) or frees its memory. */
  forgets?(argument: Argument): { model: string | undefined };
  /** True if every worker answers and the answers are joined. */
  isCounted?: true;
}

/** The facts of every method. A new one is added here, in {@link EngineArguments}, and in `service/methods.ts`. */
const METHODS: { readonly [Method in EngineMethod]: MethodFacts<EngineArguments[Method]> } = {
  embeddings: {
    computesWith: ({ request }) => [request.model],
    queryOf: ({ request }) => request.input,
  },
  'multi-vector': {
    computesWith: ({ request }) => [request.model],
    queryOf: ({ request }) => request.input,
  },
  rerank: { computesWith: ({ model }) => [model] },
  segment: {
    computesWith: ({ strategy, model }) => (strategy === 'semantic' ? [model ?? DEFAULT_EMBEDDER] : []),
  },
  'classify.zero-shot': { computesWith: ({ request }) => [request.model] },
  'classify.few-shot': { computesWith: ({ classifierId }) => [classifierId] },
  train: { computesWith: ({ create, classifierId }) => [create?.model, classifierId] },
  'classifiers.list': {},
  'classifiers.delete': {},
  'classifiers.export': {},
  'classifiers.import': {},
  // Batch jobs belong to the first worker, which computes them.
  'batches.create': {},
  'batches.settle': {},
  'batches.get': {},
  'batches.list': {},
  'batches.cancel': {},
  'batches.lines': {},
  // Only small files are read, which any worker can do.
  describe: {},
  load: { computesWith: (model) => [model] },
  unload: { forgets: (model) => ({ model }) },
  loaded: { isCounted: true },
  work: { isCounted: true },
  calibrate: {},
  'storage.report': {},
  'storage.usage': {},
  'storage.delete': { forgets: (model) => ({ model }) },
  'storage.persist': {},
  'storage.export': {},
  'storage.import': { forgets: ({ model }) => ({ model }) },
};

/** The entry of {@link METHODS} for a method that is only known at run time. */
export const factsOf = <Method extends EngineMethod>(method: Method): MethodFacts<EngineArguments[Method]> =>
  METHODS[method] as MethodFacts<EngineArguments[Method]>;

/** Models and classifiers that a call computes with. */
export const subjectsOf = <Method extends EngineMethod>(
  method: Method,
  argument: EngineArguments[Method],
): string[] => (factsOf(method).computesWith?.(argument) ?? []).filter((each) => each !== undefined);
