import type { CallOptions, SearchFoundation } from '@nearfield/spec';
import type { App } from './app.ts';
import { type ModelLoading, trackModel } from './model-progress.ts';
import type { ProblemOrigin } from './problem-origin.ts';
import { isAbort } from './problems.ts';
import { Store } from './store.ts';

interface PageCallState {
  running: boolean;
  /** A model on its way into memory. */
  loading: ModelLoading | undefined;
  /** Inputs done and all inputs, once the model is there. */
  work: { done: number; total: number } | undefined;
}

export interface PageCallOptions {
  /** Called when a run failed, but not when it was cancelled. */
  failed?: () => void;
  /**
   * When the problem of the run before goes away. Default `start`; `success` where runs follow each other by themselves,
   * so that nothing moves while the same problem comes again.
   */
  forget?: 'start' | 'success';
}

/** One call at a time on behalf of a page: its progress, its cancellation, its problem in words. */
export class PageCall extends Store<PageCallState> {
  readonly #app: App;
  readonly #origin: ProblemOrigin;
  readonly #failed: () => void;
  readonly #forget: 'start' | 'success';
  #controller: AbortController | undefined;

  constructor(
    app: App,
    origin: ProblemOrigin,
    { failed = () => undefined, forget = 'start' }: PageCallOptions = {},
  ) {
    super({ running: false, loading: undefined, work: undefined });
    this.#app = app;
    this.#origin = origin;
    this.#failed = failed;
    this.#forget = forget;
  }

  /**
   * Runs `work` with the foundation of the current mode. A run that is still on its way is cancelled; so is this
   * one when another run starts, or when mode, server or key change.
   * @param about.empty whether the call is about no text at all
   * @returns undefined if it was cancelled or failed; a failure is shown
   */
  async run<Result>(
    work: (foundation: SearchFoundation, options: CallOptions) => Promise<Result>,
    about: { empty?: boolean } = {},
  ): Promise<Result | undefined> {
    this.cancel();
    const controller = new AbortController();
    this.#controller = controller;
    const signal = AbortSignal.any([controller.signal, this.#app.departure]);
    if (this.#forget === 'start') this.#app.forget(this.#origin);
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
      if (this.#forget === 'success') this.#app.forget(this.#origin);
      this.#app.noteAnswer();
      return result;
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) {
        this.#app.report(error, this.#origin, about);
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
