import type { FileProgress } from '@nearfield/spec';

/** Milliseconds between two reports of bytes: smooth to the eye, cheap across a worker boundary. */
const INTERVAL = 50;

/** Collects the states of several files and reports them, bytes at most every 50 ms, changes of state at once. */
export class ProgressReport {
  readonly #files = new Map<string, FileProgress>();
  readonly #listener: ((files: FileProgress[]) => void) | undefined;
  #last = Number.NEGATIVE_INFINITY;

  constructor(files: readonly FileProgress[], listener: ((files: FileProgress[]) => void) | undefined) {
    for (const file of files) this.#files.set(file.path, file);
    this.#listener = listener;
    this.#emit();
  }

  update(path: string, change: Partial<FileProgress>): void {
    const file = this.#files.get(path);
    if (!file) return;
    const isNewState = change.state !== undefined && change.state !== file.state;
    this.#files.set(path, { ...file, ...change });
    if (isNewState || performance.now() - this.#last >= INTERVAL) this.#emit();
  }

  #emit(): void {
    this.#last = performance.now();
    this.#listener?.([...this.#files.values()]);
  }
}
