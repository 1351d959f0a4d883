import type { Locks } from './locks.ts';

/**
 * Small things that outlive the engine: trained classifiers, jobs and their results. Keys are paths of names
 * (`classifier/<id>`); values are whatever structured cloning carries.
 */
export interface Records {
  readonly kind: 'indexeddb' | 'memory' | 'file-system';
  /** Locks that everybody who sees these records shares. */
  readonly locks: Locks;
  get<Value>(key: string): Promise<Value | undefined>;
  /** Whole or not at all: resolves once it would survive a crash. */
  put(key: string, value: unknown): Promise<void>;
  /**
   * Reads, changes and writes a value in one step that nobody else comes between.
   * @param change gets the value, or undefined if there is none; what it returns is written unless it is undefined
   * or the very value it got.
   * @returns the value afterwards
   */
  update<Value>(
    key: string,
    change: (value: Value | undefined) => Value | undefined,
  ): Promise<Value | undefined>;
  /** Keys that are not there are passed over. */
  delete(...keys: string[]): Promise<void>;
  /** Every key that starts so, sorted. */
  keys(prefix: string): Promise<string[]>;
}
