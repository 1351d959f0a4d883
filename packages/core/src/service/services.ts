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
    opened ??= (async () => openRecords())();
    return opened;
  };
  const batches = new Batches({
    records,
    // A line that asks for the vectors of tokens gets those: its own request says which of the two its answer is.
    answer: async (request, options) => (await embeddings(engine, request, options)) as EmbeddingsResponse,
  });
  return {
    engine,
    labels: new LabelCache(),
    tokenizers: new ModelTokenizers(engine),
    classifiers: new Classifiers(records, classifierLimits),
    batches,
    close: async () => {
      const ended = batches.close();
      engine.close();
      await ended;
    },
  };
}
