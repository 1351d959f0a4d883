import type { ModelCheck } from '@nearfield/spec';
import { IndexedDatabase } from '@nearfield/storage';
import { get, set, type UseStore } from 'idb-keyval';

/** Remembers which files passed their self-check on which device, so that later loads skip it. */
export interface CheckMemory {
  /** What was found for these files; undefined if they were never checked. */
  recall(key: string): Promise<ModelCheck | undefined>;
  remember(key: string, check: ModelCheck): Promise<void>;
}

/** For the life of this object. */
export class TransientCheckMemory implements CheckMemory {
  readonly #checks = new Map<string, ModelCheck>();

  async recall(key: string): Promise<ModelCheck | undefined> {
    return this.#checks.get(key);
  }

  async remember(key: string, check: ModelCheck): Promise<void> {
    this.#checks.set(key, check);
  }
}

/** In IndexedDB. A database that does not work means checking again, never an error. */
export class IndexedDbCheckMemory implements CheckMemory {
  readonly #database = new IndexedDatabase('nearfield-checks', 'checks');
  readonly #store: UseStore = (mode, action) => this.#database.run(mode, action);

  async recall(key: string): Promise<ModelCheck | undefined> {
    try {
      return await get<ModelCheck>(key, this.#store);
    } catch {
      return undefined;
    }
  }

  async remember(key: string, check: ModelCheck): Promise<void> {
    try {
      await set(key, check, this.#store);
    } catch {
      // Private windows and full disks: the next load checks once more.
    }
  }
}
