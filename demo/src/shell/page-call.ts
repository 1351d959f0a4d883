import type { CallOptions, SearchFoundation } from '@nearfield/spec';
import type { App } from './app.ts';
import { type ModelLoading, trackModel } from './model-progress.ts';
import { isAbort, type ProblemOrigin } from './problems.ts';
import { Store } from './store.ts';

interface PageCallState {
  running: boolean;
  /** A model on its way into memory. */
  loading: ModelLoading | undefined;
  /** Inputs done and all inputs, once the model is there. */
  work: { done: number; total: number } | undefined;
}

/** One call at a time on behalf of a page: its progress, its cancellation, its problem in words. */
export class PageCall extends Store<PageCallState> {
  readonly #app: App;
  readonly #origin: ProblemOrigin;
  readonly #failed: () => void;
  #controller: AbortController | undefined;

  /** @param failed called when a run failed, but not when it was cancelled */
  constructor(app: App, origin: ProblemOrigin, failed: () => void = () => undefined) {
    super({ running: false, loading: undefined, work: undefined });
    this.#app = app;
    this.#origin = origin;
    this.#failed = failed;
  }

  /**
   * Runs `work` with the foundation of the current mode. A run that is still on its way is cancelled; so is this
   * one when another run starts, or when mode, server or key change.
   * @returns undefined if it was cancelled or failed; a failure is shown
   */
  async run<Result>(
    work: (foundation: SearchFoundation, options: CallOptions) => Promise<Result>,
  ): Promise<Result | undefined> {
    this.cancel();
    const controller = new AbortController();
    this.#controller = controller;
    const signal = AbortSignal.any([controller.signal, this.#app.departure]);
    this.#app.forget(this.#origin);
    this.update({ running: true, loading: undefined, work: undefined });
    const onProgress: CallOptions['onProgress'] = (event) => {
      if (signal.aborted) return;
      if (event.type === 'work-progress') this.update({ work: event.inputs });
      else this.update({ loading: trackModel(this.state.loading, event, performance.now()) });
      if (event.type === 'model-state' && event.state === 'ready') this.#app.modelReady();
    };
    try {
      const result = await work(this.#app.foundation(), { signal, onProgress });
      signal.throwIfAborted();
      this.#app.noteAnswer();
      return result;
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) {
        this.#app.report(error, this.#origin);
        this.#failed();
      }
      return undefined;
    } finally {
      if (this.#controller === controller) this.#end();
    }
  }

  cancel(): void {
    if (!this.#controller) return;
    this.#controller.abort();
    this.#end();
  }

  #end(): void {
    this.#controller = undefined;
    this.update({ running: false, loading: undefined, work: undefined });
  }
}
