import type { CallOptions, Priority } from '@nearfield/spec';
import { Throttle } from '../async/throttle.ts';

/** Calls with up to this many inputs count as interactive by default, like a search box. */
const INTERACTIVE_INPUTS = 8;

/** The lane of a call. */
export const priorityOf = (asked: Priority | undefined, inputs: number): Priority =>
  asked ?? (inputs <= INTERACTIVE_INPUTS ? 'interactive' : 'bulk');

/** Reports the progress of a call. */
export class ProgressReporter {
  readonly #onProgress: CallOptions['onProgress'];
  readonly #inputs: { done: number; total: number };
  readonly #tokens = { done: 0, total: 0 };
  readonly #throttle = new Throttle();

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
    if (!this.#throttle.isDue(this.#inputs.done >= this.#inputs.total)) return;
    this.#onProgress({ type: 'work-progress', inputs: { ...this.#inputs }, tokens: { ...this.#tokens } });
  }
}
