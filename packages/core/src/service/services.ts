import type { EmbeddingsResponse } from '@nearfield/spec';
import type { Engine } from '../engine/engine.ts';
import type { Records } from '../persistence/records.ts';
import type { ClassifierLimits } from '../requests/classify.ts';
import { Batches } from '../tasks/batches/batches.ts';
import { Classifiers } from '../tasks/classify/classifiers.ts';
import { LabelCache } from '../tasks/classify/label-cache.ts';
import { embeddings } from '../tasks/embed/embeddings.ts';
import { ModelTokenizers } from '../tasks/segment/model-tokenizers.ts';

/** An engine with what its tasks keep between calls. */
export interface Services {
  readonly engine: Engine;
  readonly labels: LabelCache;
  readonly tokenizers: ModelTokenizers;
  readonly classifiers: Classifiers;
  readonly batches: Batches;
  /**
   * Lets go of all that is in memory of a model, or of every model: other files may come under its name.
   * @throws FoundationError INPUT_MODEL_NOT_FOUND
   */
  forget(model?: string): Promise<void>;
  /** Where classifiers and batches are kept, opened now if it was not. */
  records(): Promise<Records>;
  /** Ends the engine and what runs in it. Unfinished jobs go on in the next engine. */
  close(): Promise<void>;
}

export interface ServicesOptions {
  engine: Engine;
  /** Where classifiers and batches are kept; opened with the first call that needs it. */
  openRecords: () => Promise<Records> | Records;
  classifierLimits?: ClassifierLimits | undefined;
}

export function createServices({ engine, openRecords, classifierLimits }: ServicesOptions): Services {
  let opened: Promise<Records> | undefined;
  const records = (): Promise<Records> => {
    if (!opened) {
      const opening = (async () => openRecords())();
      opened = opening;
      // What failed is tried again by the next call.
      opening.catch(() => {
        if (opened === opening) opened = undefined;
      });
    }
    return opened;
  };
  const batches = new Batches({
    records,
    // A line that asks for the vectors of tokens gets those: its own request says which of the two its answer is.
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
        // All of them: a model has aliases, and labels or tokenizers of one may come from another's files.
        labels.clear();
        tokenizers.clear();
      }
    },
    classifiers: new Classifiers(records, classifierLimits),
    batches,
    records,
    close: async () => {
      const ended = batches.close();
      engine.close();
      await ended;
    },
  };
}
