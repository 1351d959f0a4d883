import type { FileProgress } from '@nearfield/spec';
import { Throttle } from '../async/throttle.ts';

/** Collects the states of several files and reports them: bytes at a limited rate, changes of state at once. */
export class ProgressReport {
  readonly #files = new Map<string, FileProgress>();
  readonly #listener: ((files: FileProgress[]) => void) | undefined;
  readonly #throttle = new Throttle();

  constructor(files: readonly FileProgress[], listener: ((files: FileProgress[]) => void) | undefined) {
    for (const file of files) this.#files.set(file.path, file);
    this.#listener = listener;
    this.#throttle.isDue(true);
    this.#emit();
  }

  update(path: string, change: Partial<FileProgress>): void {
    const file = this.#files.get(path);
    if (!file) return;
    const isNewState = change.state !== undefined && change.state !== file.state;
    this.#files.set(path, { ...file, ...change });
    if (this.#throttle.isDue(isNewState)) this.#emit();
  }

  #emit(): void {
    this.#listener?.([...this.#files.values()]);
  }
}
