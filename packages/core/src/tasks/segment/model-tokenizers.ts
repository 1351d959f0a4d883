import { Tokenizer } from '@huggingface/tokenizers';
import { type CallOptions, FoundationError, type ProgressEvent } from '@nearfield/spec';
import { SharedTask } from '../../async/shared-task.ts';
import type { Engine } from '../../engine/engine.ts';
import { openFiles } from '../../engine/loading/model-files.ts';
import { fromHubTokenizer, type SegmentTokenizer } from '../../segment/index.ts';
import type { StoredFile } from '../../store/types.ts';

/** Kept: a vocabulary of a quarter million words takes some 50 MB. */
const KEPT = 4;

/**
 * Tokenizers of models, for the segmenter. Only the files of the tokenizer are loaded, never the weights, so that
 * models which do not run here have theirs too. The ones used last are kept.
 */
export class ModelTokenizers {
  readonly #engine: Engine;
  readonly #tasks = new Map<string, SharedTask<SegmentTokenizer, ProgressEvent>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * The tokenizer of a model.
   * @throws FoundationError INPUT_MODEL_NOT_FOUND; MODEL_NOT_AVAILABLE_LOCALLY for a model without text files; those of
   * downloading; MODEL_INVALID.
   */
  get(id: string, { signal, onProgress }: CallOptions): Promise<SegmentTokenizer> {
    const known = this.#tasks.get(id);
    const task =
      known && !known.abandoned
        ? known
        : new SharedTask<SegmentTokenizer, ProgressEvent>(async (within, emit) => {
            try {
              return await this.#load(id, within, emit);
            } catch (error) {
              this.#forget(id, task);
              throw error;
            }
          });
    this.#tasks.delete(id);
    this.#tasks.set(id, task);
    for (const oldest of this.#tasks.keys()) {
      if (this.#tasks.size <= KEPT) break;
      this.#tasks.delete(oldest);
    }
    return task.join(signal, onProgress);
  }

  /** Forgets a model's tokenizer, or all: under the same name it may come back from other files. */
  forget(id?: string): void {
    if (id === undefined) this.#tasks.clear();
    else this.#tasks.delete(id);
  }

  #forget(id: string, task: SharedTask<SegmentTokenizer, ProgressEvent>): void {
    if (this.#tasks.get(id) === task) this.#tasks.delete(id);
  }

  async #load(
    id: string,
    signal: AbortSignal,
    emit: (event: ProgressEvent) => void,
    name = id,
  ): Promise<SegmentTokenizer> {
    const found = this.#engine.tokenizer(id);
    if (found.tokenizerOf !== undefined) return this.#load(found.tokenizerOf, signal, emit, name);
    const files = await openFiles(
      { id: found.model },
      found.source,
      this.#engine.store,
      [{ path: 'tokenizer.json' }, { path: 'tokenizer_config.json', optional: true }],
      signal,
      emit,
    );
    const config = files.get('tokenizer_config.json');
    try {
      const tokenizer = new Tokenizer(
        await jsonOf(files.get('tokenizer.json')!),
        config ? await jsonOf(config) : {},
      );
      return fromHubTokenizer(name, tokenizer);
    } catch (cause) {
      if (FoundationError.isInstance(cause)) throw cause;
      throw new FoundationError({
        code: 'MODEL_INVALID',
        message: `The tokenizer files of ${id} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
        param: 'tokenizer',
        cause,
      });
    }
  }
}

const jsonOf = async (file: StoredFile): Promise<object> => JSON.parse(await file.text()) as object;
