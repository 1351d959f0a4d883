import type { App } from '../shell/app.ts';
import { isAbort } from '../shell/problems.ts';
import { words } from '../words/language.ts';

/** Files that are being read, and those that are done. */
export interface ReadingProgress {
  done: number;
  total: number;
}

export interface ReadingOptions {
  signal: AbortSignal;
  /** Called after each file, with the number of those that are done. */
  onRead(done: number): void;
}

/** Reads files for a page, one batch at a time, until that is stopped. */
export class Reading {
  readonly #app: App;
  readonly #show: (progress: ReadingProgress | undefined) => void;
  #controller: AbortController | undefined;

  constructor(app: App, show: (progress: ReadingProgress | undefined) => void) {
    this.#app = app;
    this.#show = show;
  }

  /** @returns undefined if it was stopped, or failed, which is shown */
  async run<Result>(
    total: number,
    read: (options: ReadingOptions) => Promise<Result>,
  ): Promise<Result | undefined> {
    this.cancel();
    const controller = new AbortController();
    const { signal } = controller;
    this.#controller = controller;
    this.#show({ done: 0, total });
    try {
      const result = await read({
        signal,
        onRead: (done) => {
          if (!signal.aborted) this.#show({ done, total });
        },
      });
      signal.throwIfAborted();
      return result;
    } catch (error) {
      if (isAbort(error)) this.#app.announceQuietly(words().search.reading.stopped);
      else this.#app.report(error, 'files');
      return undefined;
    } finally {
      if (this.#controller === controller) this.cancel();
    }
  }

  /** Stops: none of the files is added. */
  cancel(): void {
    this.#controller?.abort();
    this.#controller = undefined;
    this.#show(undefined);
  }
}
