/** Result of {@link Locks.attempt} if the lock is taken. */
export const BUSY: unique symbol = Symbol('busy');

/** Locks by name, shared within a realm, among the tabs of an origin, or among the processes of a directory. */
export interface Locks {
  /** Runs the action while holding the lock of this name, or returns BUSY at once if it is taken. */
  attempt<Result>(name: string, action: () => Promise<Result>): Promise<Result | typeof BUSY>;
  /** Waits for the lock. Rejects with the signal's reason if it is aborted before the lock is granted. */
  wait<Result>(
    name: string,
    action: () => Promise<Result>,
    signal?: AbortSignal | undefined,
  ): Promise<Result>;
}
