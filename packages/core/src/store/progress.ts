import type { FileProgress } from '@nearfield/spec';
import { Throttle } from '../async/throttle.ts';
import type { ModelProgress } from './types.ts';

/** The event for these files of a model. */
export const modelProgress = (model: string, files: FileProgress[]): ModelProgress => ({
  type: 'model-progress',
  model,
  loaded: files.reduce((sum, file) => sum + file.loaded, 0),
  total: files.reduce((sum, file) => sum + file.total, 0),
  fromCache: files.every(({ state }) => state === 'from-cache' || state === 'done'),
  files,
});

/** Collects the states of a model's files and reports them: bytes at a limited rate, changes of state at once. */
export class ProgressReport {
  readonly #model: string;
  readonly #files: Map<string, FileProgress>;
  readonly #listener: ((event: ModelProgress) => void) | undefined;
  readonly #throttle = new Throttle();

  constructor(
    model: string,
    files: readonly FileProgress[],
    listener: ((event: ModelProgress) => void) | undefined,
  ) {
    this.#model = model;
    this.#files = new Map(files.map((file) => [file.path, file]));
    this.#listener = listener;
    this.#throttle.isDue(true);
    listener?.(modelProgress(model, [...this.#files.values()]));
  }

  /** Takes the new state of a file. Bound, so that downloads call it without a function in between. */
  readonly update = (file: FileProgress): void => {
    const former = this.#files.get(file.path);
    if (!former) return;
    this.#files.set(file.path, file);
    if (!this.#throttle.isDue(file.state !== former.state)) return;
    this.#listener?.(modelProgress(this.#model, [...this.#files.values()]));
  };
}
