import { createHash } from 'node:crypto';
import type { SearchFoundation } from '@nearfield/spec';
import type { ProgressLine } from '../progress.ts';
import { embedAll } from '../vectors.ts';

/** Vectors of earlier runs, by 64 hex digits. */
export interface VectorStore {
  get(key: string): Float32Array | undefined;
  set(key: string, vector: Float32Array): unknown;
}

/** Vectors of texts, computed once for each text, model and task. */
export class CachedVectors {
  readonly #foundation: SearchFoundation;
  readonly #model: string;
  readonly #store: VectorStore;
  readonly #progress: ProgressLine;

  constructor(foundation: SearchFoundation, model: string, store: VectorStore, progress: ProgressLine) {
    this.#foundation = foundation;
    this.#model = model;
    this.#store = store;
    this.#progress = progress;
  }

  /** Vectors of texts in their order, shape [texts][dimensions]. What is computed is stored call by call. */
  async of(texts: readonly string[], task: string | undefined): Promise<Float32Array[]> {
    const keys = texts.map((text) =>
      createHash('sha256')
        .update(`${this.#model}\0${task ?? ''}\0${text}`)
        .digest('hex'),
    );
    const vectors = new Map<string, Float32Array>();
    const missing = new Map<string, string>();
    for (const [index, key] of keys.entries()) {
      const known = vectors.get(key) ?? this.#store.get(key);
      if (known === undefined) missing.set(key, texts[index]!);
      else vectors.set(key, known);
    }
    const missingKeys = [...missing.keys()];
    await embedAll(this.#foundation, this.#model, [...missing.values()], {
      task,
      progress: this.#progress,
      priority: 'bulk',
      onVectors: (some, from) => {
        for (const [index, vector] of some.entries()) {
          this.#store.set(missingKeys[from + index]!, vector);
          vectors.set(missingKeys[from + index]!, vector);
        }
      },
    });
    return keys.map((key) => vectors.get(key)!);
  }
}
