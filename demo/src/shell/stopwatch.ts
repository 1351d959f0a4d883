import type { CallOptions } from '@nearfield/spec';

/** Milliseconds of a call, the loading of its model left out. */
export class Stopwatch {
  #started = performance.now();

  get elapsed(): number {
    return performance.now() - this.#started;
  }

  /** Starts again. */
  restart(): void {
    this.#started = performance.now();
  }

  /** Options that start the watch again while a model is on its way. */
  around(options: CallOptions): CallOptions {
    return {
      ...options,
      onProgress: (event) => {
        options.onProgress?.(event);
        if (event.type !== 'work-progress') this.restart();
      },
    };
  }
}
