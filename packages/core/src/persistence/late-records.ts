import type { Locks } from '@nearfield/spec/implement';
import type { MemoryRecords } from './memory-records.ts';
import type { IsSound, Records } from './records.ts';

/**
 * Records in memory, until a database that was slow to open takes them over. A value of the database under the same key
 * stays: keys of new things are never the same twice.
 */
export class LateRecords implements Records {
  readonly locks: Locks;
  readonly #memory: MemoryRecords;
  #current: Records;
  /** Settles when the values in memory have been moved to the database. */
  #moving: Promise<void> | undefined;

  /**
   * @param later settles when the database has opened, or cannot be
   * @param memory with the locks of that database
   */
  constructor(later: Promise<Records>, memory: MemoryRecords) {
    this.locks = memory.locks;
    this.#memory = memory;
    this.#current = memory;
    later
      .then((records) => {
        this.#moving = this.#move(records);
        return this.#moving;
      })
      .catch(() => {
        // It stays in memory, and `kind` and `reason` go on saying so.
      })
      .finally(() => {
        this.#moving = undefined;
      });
  }

  get kind(): Records['kind'] {
    return this.#current.kind;
  }

  get reason(): string | undefined {
    return this.#current.reason;
  }

  get<Value>(key: string, isSound?: IsSound<Value>): Promise<Value | undefined> {
    return this.#on((records) => records.get(key, isSound));
  }

  put(key: string, value: unknown): Promise<void> {
    return this.#on((records) => records.put(key, value));
  }

  update<Value>(
    key: string,
    change: (value: Value | undefined) => Value | undefined,
    isSound?: IsSound<Value>,
  ): Promise<Value | undefined> {
    return this.#on((records) => records.update(key, change, isSound));
  }

  delete(...keys: string[]): Promise<void> {
    return this.#on((records) => records.delete(...keys));
  }

  keys(prefix: string): Promise<string[]> {
    return this.#on((records) => records.keys(prefix));
  }

  damaged(): Promise<string[]> {
    return this.#on((records) => records.damaged());
  }

  /** Nothing else happens between choosing the storage and the start of an action. */
  async #on<Result>(action: (records: Records) => Promise<Result>): Promise<Result> {
    while (this.#moving) await this.#moving.catch(() => {});
    return action(this.#current);
  }

  async #move(database: Records): Promise<void> {
    for (const key of await this.#memory.keys('')) {
      const value = await this.#memory.get(key);
      await database.update(key, (present) => present ?? value);
    }
    this.#current = database;
  }
}
