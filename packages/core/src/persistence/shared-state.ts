/**
 * Storage of classifiers and batches that several processes share, and the queue of their batches. Made by
 * `postgresState()` of `@nearfield/core/postgres`; what it does is between it and the engine.
 */
export interface SharedState {
  /** A foundation closes the state that it was given. */
  close(): Promise<void>;
}
