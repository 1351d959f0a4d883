/** Embedding of a label. */
export interface LabelVector {
  vector: Float32Array;
  tokens: number;
}

/** Vectors of labels, so that a classifier in words embeds its labels once. The least recently used are forgotten. */
export class LabelCache {
  readonly #vectors = new Map<string, LabelVector>();
  readonly #capacity: number;
  #epoch = 0;

  /** @param capacity labels kept. 2048 of 1024 dimensions are 8 MiB. */
  constructor(capacity = 2048) {
    this.#capacity = capacity;
  }

  get(model: string, task: string | null, label: string): LabelVector | undefined {
    const key = keyOf(model, task, label);
    const found = this.#vectors.get(key);
    if (!found) return undefined;
    this.#vectors.delete(key);
    this.#vectors.set(key, found);
    return found;
  }

  set(model: string, task: string | null, label: string, vector: LabelVector): void {
    this.#vectors.set(keyOf(model, task, label), vector);
    for (const oldest of this.#vectors.keys()) {
      if (this.#vectors.size <= this.#capacity) return;
      this.#vectors.delete(oldest);
    }
  }

  /** Changes when the cache is cleared: vectors computed before then must not be stored. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Forgets all labels: a model may be loaded again from other files under the same id. */
  clear(): void {
    this.#vectors.clear();
    this.#epoch++;
  }
}

const keyOf = (model: string, task: string | null, label: string): string =>
  JSON.stringify([model, task, label]);
