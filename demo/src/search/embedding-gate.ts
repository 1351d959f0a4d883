import type { CallOptions, EmbeddingsRequest, ProgressListener, SearchFoundation } from '@nearfield/spec';
import { retrievalTasks } from './retrieval-tasks.ts';

/** A run of indexing, as the gate sees it. */
export interface GateRun {
  readonly signal?: AbortSignal | undefined;
  /** What the foundation reports. */
  onEvent(event: Parameters<ProgressListener>[0]): void;
  /** Tokens of a call that has ended. */
  onTokens(tokens: number): void;
}

/** Why nothing is embedded now. */
export class GateClosed extends Error {
  override readonly name = 'GateClosed';
}

/**
 * The foundation of a live index, which embeds by itself whatever waits: through this gate it does so only while a run
 * of indexing is on, so that the visitor decides when a model is loaded or a server is asked, and may stop it.
 */
export class EmbeddingGate {
  /** May be replaced by another one for the same models, say with another key. */
  foundation: SearchFoundation;
  readonly #model: string;
  #run: GateRun | undefined;

  constructor(foundation: SearchFoundation, model: string) {
    this.foundation = foundation;
    this.#model = model;
  }

  /** Begins a run. @returns how to end it; what is being embedded then is given up. */
  open({ signal, ...run }: GateRun): () => void {
    const closing = new AbortController();
    const either = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
    const current: GateRun = { ...run, signal: either };
    this.#run = current;
    return () => {
      if (this.#run === current) this.#run = undefined;
      closing.abort(new GateClosed());
    };
  }

  /** The part of the contract that a live index calls. */
  get passages(): Pick<SearchFoundation, 'embeddings'> {
    const embeddings = async (request: EmbeddingsRequest, { signal, priority }: CallOptions = {}) => {
      const run = this.#run;
      if (run === undefined) throw new GateClosed();
      // What checks the model is none of the visitor's texts.
      const isPassages = priority === 'bulk';
      const task = retrievalTasks(this.#model)?.passage;
      const response = await this.foundation.embeddings(
        { ...request, ...(task && { task }) },
        {
          priority: 'bulk',
          signal: signal && run.signal ? AbortSignal.any([signal, run.signal]) : (signal ?? run.signal),
          onProgress: (event) => {
            if (isPassages || event.type !== 'work-progress') run.onEvent(event);
          },
        },
      );
      if (isPassages) run.onTokens(response.usage.total_tokens);
      return response;
    };
    return { embeddings } as Pick<SearchFoundation, 'embeddings'>;
  }
}
