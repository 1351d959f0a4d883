import type { CallOptions, CallProgress } from '@nearfield/spec';
import { SharedTask } from '../../async/shared-task.ts';
import type { Engine } from '../../engine/engine.ts';
import { loadSegmenter, type SegmentTokenizer } from '../../segment/index.ts';
import { readTokenizer } from '../../text/hub-tokenizer.ts';

/** Kept: a vocabulary of a quarter million words takes some 50 MB. */
const KEPT = 4;

/**
 * Tokenizers of models, for the segmenter. Only the files of the tokenizer are loaded, never the weights, so that
 * models which do not run here have theirs too. The ones used last are kept.
 */
export class ModelTokenizers {
  readonly #engine: Engine;
  readonly #tasks = new Map<string, SharedTask<SegmentTokenizer, CallProgress>>();

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
        : new SharedTask<SegmentTokenizer, CallProgress>(async (within, emit) => {
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

  /** Forgets all tokenizers: a model may be loaded again from other files under the same id. */
  clear(): void {
    this.#tasks.clear();
  }

  #forget(id: string, task: SharedTask<SegmentTokenizer, CallProgress>): void {
    if (this.#tasks.get(id) === task) this.#tasks.delete(id);
  }

  async #load(
    id: string,
    signal: AbortSignal,
    emit: (event: CallProgress) => void,
    name = id,
  ): Promise<SegmentTokenizer> {
    const found = this.#engine.tokenizer(id);
    if (found.tokenizerOf !== undefined) return this.#load(found.tokenizerOf, signal, emit, name);
    const files = await this.#engine.store.open(
      found.model,
      found.source,
      [{ path: 'tokenizer.json' }, { path: 'tokenizer_config.json', optional: true }],
      { signal, onProgress: emit },
    );
    const config = files.get('tokenizer_config.json');
    const [json, configJson] = [await files.get('tokenizer.json')!.text(), await config?.text()];
    const { fromHubTokenizer } = await loadSegmenter();
    return fromHubTokenizer(name, readTokenizer(json, configJson ?? '{}', { of: id, param: 'tokenizer' }));
  }
}
