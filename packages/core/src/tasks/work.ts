import type { CallOptions, Priority } from '@nearfield/spec';

/** Calls of up to this many inputs are somebody waiting at a search box, unless they say otherwise. */
const INTERACTIVE_INPUTS = 8;

/** The lane of a call. */
export const priorityOf = (asked: Priority | undefined, inputs: number): Priority =>
  asked ?? (inputs <= INTERACTIVE_INPUTS ? 'interactive' : 'bulk');

/** Progress events cross a worker boundary: not more often than a screen shows them. */
const REPORT_INTERVAL = 33;

/** Tells how far a call is. */
export class ProgressReporter {
  readonly #onProgress: CallOptions['onProgress'];
  readonly #inputs: { done: number; total: number };
  readonly #tokens = { done: 0, total: 0 };
  #last = 0;

  constructor(onProgress: CallOptions['onProgress'], inputs: number) {
    this.#onProgress = onProgress;
    this.#inputs = { done: 0, total: inputs };
  }

  /** More tokens are known to be read. */
  expect(tokens: number): void {
    this.#tokens.total += tokens;
  }

  /** So many tokens were read, and with them so many inputs finished. */
  finished(tokens: number, inputs = 1): void {
    if (inputs === 0 && tokens === 0) return;
    this.#inputs.done += inputs;
    this.#tokens.done += tokens;
    if (!this.#onProgress) return;
    const now = performance.now();
    if (this.#inputs.done < this.#inputs.total && now - this.#last < REPORT_INTERVAL) return;
    this.#last = now;
    this.#onProgress({ type: 'work-progress', inputs: { ...this.#inputs }, tokens: { ...this.#tokens } });
  }
}
