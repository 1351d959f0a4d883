/** How live indexes are opened, wherever they are kept. */
import { FoundationError } from '@nearfield/spec';
import { ENGLISH, type Language } from '../analysis/analyser.ts';
import type { QueryModel } from '../answers.ts';
import { Embedder } from '../meaning/embedder.ts';
import { vectorsKey } from './documents.ts';
import { KeptState } from './kept-state.ts';
import { LiveIndex } from './live-index.ts';
import type { LiveStore } from './store.ts';
import { MODEL_KEY } from './stored-vectors.ts';
import type { Vectors } from './vectors/vectors.ts';

/** Without `foundation` and `model` an index finds by keywords alone. */
export interface LiveIndexOptions extends Partial<QueryModel> {
  /** Tells indexes of one origin, or of one directory, apart. */
  readonly name: string;
  /** The language of the documents. @default English */
  readonly language?: Language;
  /** UTF-16 units that a passage has at most. It should be the same whenever this index is opened. @default 900 */
  readonly mostLetters?: number;
  /**
   * Reaction if the vectors of the index are of another model: refuse to open it, or embed all documents again.
   * @default 'refuse'
   */
  readonly onOtherModel?: 'refuse' | 'embed-again';
}

export async function openLive(
  store: LiveStore,
  createVectors: (dimensions: number) => Promise<Vectors>,
  { name, foundation, model, language = ENGLISH, mostLetters, onOtherModel = 'refuse' }: LiveIndexOptions,
): Promise<LiveIndex> {
  const kept = new KeptState(store, { language, mostLetters, createVectors });
  try {
    const embedder = foundation && model !== undefined ? new Embedder({ foundation, model }) : undefined;
    await kept.refresh();
    const other = kept.state.fingerprint?.model;
    if (other !== undefined && embedder?.isNamed(other) === false) {
      if (onOtherModel === 'refuse') throw otherModel(name, other, embedder.model);
      await forgetVectors(kept, embedder);
    }
    return new LiveIndex({ kept, embedder, language, mostLetters });
  } catch (error) {
    await kept.close();
    throw error;
  }
}

const forgetVectors = (kept: KeptState, embedder: Embedder): Promise<void> =>
  kept.change(async (state) => {
    // Another tab may have been quicker.
    if (state.fingerprint === undefined || embedder.isNamed(state.fingerprint.model)) {
      return { changes: [], result: undefined };
    }
    const vectors = [...state.documents.entries()].map(({ id }) => ({
      key: vectorsKey(id),
      value: undefined,
    }));
    return { changes: [...vectors, { key: MODEL_KEY, value: undefined }], result: undefined };
  });

const otherModel = (name: string, stored: string, wanted: string): FoundationError =>
  new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `The live index "${name}" holds vectors of ${stored}, which cannot be compared with those of ${wanted}. Open it with ${stored}; or pass \`onOtherModel: 'embed-again'\` to embed its documents with ${wanted}; or give this one another name.`,
    param: 'model',
  });

/** @throws FoundationError INPUT_VALIDATION_FAILED. */
export function requireName({ name, foundation, model }: LiveIndexOptions): void {
  const wrong = (param: string, message: string): FoundationError =>
    new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message, param });
  if (typeof name !== 'string' || name === '') throw wrong('name', 'A live index needs a name.');
  if ((foundation === undefined) !== (model === undefined)) {
    throw wrong('model', 'Pass `foundation` and `model` together, or neither for keywords alone.');
  }
}
