import type { ExportedClassifier, SegmentRequest } from '@nearfield/spec';
import type { VectorRole } from '../models/classification.ts';
import { DEFAULT_EMBEDDER } from '../models/runnable.ts';
import type { NewBatch } from '../requests/batches.ts';
import type { CheckedFewShot, CheckedTraining, CheckedZeroShot } from '../requests/classify.ts';
import type { CheckedEmbeddings, CheckedMultiVector } from '../requests/embeddings.ts';
import type { RerankTexts } from '../requests/rerank.ts';

/** The methods of the engine by the names under which they are called across the boundary, with their arguments. */
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
  /** Waits as long as there are jobs. */
  'batches.settle': undefined;
  'batches.get': string;
  /** At most how many. */
  'batches.list': number;
  'batches.cancel': string;
  'batches.lines': { id: string; kind: 'succeeded' | 'failed'; page: number };
  /** What the files of a model of the caller's own say of it. Id of the model. */
  describe: string;
  load: string;
  /** Every model, if none is named. */
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

/** What the page's half has to know of a method. What it does is in `service/methods.ts`, with the engine. */
export interface MethodFacts<Argument> {
  /**
   * What a call computes with: the model, then the classifier that knows it. Empty for a call that computes nothing.
   * Absent for methods that never do.
   */
  computesWith?(argument: Argument): (string | undefined)[];
  /** The inputs of a call that may be a short query. */
  queryOf?(argument: Argument): unknown;
  /** After these a model (every one, if `model` is undefined) may have other files, or need its memory back. */
  forgets?(argument: Argument): { model: string | undefined };
  /** Whether every worker answers, and the answers are added up. */
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
  // Jobs are the first worker's, and computed there.
  'batches.create': {},
  'batches.settle': {},
  'batches.get': {},
  'batches.list': {},
  'batches.cancel': {},
  'batches.lines': {},
  // Small files alone are read: any worker can.
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

/** {@link METHODS} of a method that is only known at run time. */
export const factsOf = <Method extends EngineMethod>(method: Method): MethodFacts<EngineArguments[Method]> =>
  METHODS[method] as MethodFacts<EngineArguments[Method]>;

/** Models and classifiers that a call computes with. */
export const subjectsOf = <Method extends EngineMethod>(
  method: Method,
  argument: EngineArguments[Method],
): string[] => (factsOf(method).computesWith?.(argument) ?? []).filter((each) => each !== undefined);
