/**
 * Small things that outlive the engine: trained classifiers, jobs and their results. Keys are paths of names
 * (`classifier/<id>`); values are whatever structured cloning carries.
 */
export interface Records {
  readonly kind: 'indexeddb' | 'memory' | 'file-system';
  /** Locks that everybody who sees these records shares. */
  readonly locks: RecordLocks;
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

/** What {@link RecordLocks.attempt} returns if somebody else holds the lock. */
export const BUSY: unique symbol = Symbol('busy');

export interface RecordLocks {
  /** Runs the action while nobody else holds the lock of this name, or returns BUSY at once if someone does. */
  attempt<Result>(name: string, action: () => Promise<Result>): Promise<Result | typeof BUSY>;
  /** Waits for the lock. Rejects with the signal's reason if it is aborted before the lock is there. */
  wait<Result>(
    name: string,
    action: () => Promise<Result>,
    signal?: AbortSignal | undefined,
  ): Promise<Result>;
}
