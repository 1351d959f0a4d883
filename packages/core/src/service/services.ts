import type { EmbeddingsResponse } from '@nearfield/spec';
import type { Engine } from '../engine/engine.ts';
import type { Records } from '../persistence/records.ts';
import type { JobQueue } from '../persistence/state-store.ts';
import type { ClassifierLimits } from '../requests/classify.ts';
import { Batches } from '../tasks/batches/batches.ts';
import { Classifiers } from '../tasks/classify/classifiers.ts';
import { LabelCache } from '../tasks/classify/label-cache.ts';
import { embeddings } from '../tasks/embed/embeddings.ts';
import { ModelTokenizers } from '../tasks/segment/model-tokenizers.ts';

/** An engine with the state that its tasks keep between calls. */
export interface Services {
  readonly engine: Engine;
  readonly labels: LabelCache;
  readonly tokenizers: ModelTokenizers;
  readonly classifiers: Classifiers;
  readonly batches: Batches;
  /**
   * Frees everything that memory holds of a model, or of all models, because its id may get other files.
   * @throws FoundationError INPUT_MODEL_NOT_FOUND
   */
  forget(model?: string): Promise<void>;
  /** Storage of classifiers and batches, opened by the first call. */
  records(): Promise<Records>;
  /** Ends the engine and its jobs. Unfinished jobs resume in the next engine. */
  close(): Promise<void>;
}

export interface ServicesOptions {
  engine: Engine;
  /** Opens the storage of classifiers and batches, for the first call that needs it. */
  openRecords: () => Promise<Records> | Records;
  /** Queue of the batches, if several processes share them. */
  jobs?: JobQueue | undefined;
  classifierLimits?: ClassifierLimits | undefined;
}

export function createServices({ engine, openRecords, jobs, classifierLimits }: ServicesOptions): Services {
  let opened: Promise<Records> | undefined;
  const records = (): Promise<Records> => {
    if (!opened) {
      const opening = (async () => openRecords())();
      opened = opening;
      // After a failure, the next call tries again.
      opening.catch(() => {
        if (opened === opening) opened = undefined;
      });
    }
    return opened;
  };
  const batches = new Batches({
    records,
    queue: jobs,
    // A line with `return_multivector` gets token vectors: its own request determines the type of its answer.
    answer: async (request, options) => (await embeddings(engine, request, options)) as EmbeddingsResponse,
  });
  const labels = new LabelCache();
  const tokenizers = new ModelTokenizers(engine);
  return {
    engine,
    labels,
    tokenizers,
    forget: async (model) => {
      try {
        await engine.unload(model);
      } finally {
        // Clear everything: a model has aliases, and its labels or tokenizer may come from another model's files.
        labels.clear();
        tokenizers.clear();
      }
    },
    classifiers: new Classifiers(records, classifierLimits),
    batches,
    records,
    close: async () => {
      // What runs here is given back before its engine ends.
      await jobs?.close();
      const ended = batches.close();
      engine.close();
      await ended;
    },
  };
}
