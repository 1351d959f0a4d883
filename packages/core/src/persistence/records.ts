import type { Locks, NotKept, RecordsReport } from '@nearfield/spec/implement';
import { isDamage } from './record-errors.ts';

/** Whether a stored value has the form that its readers expect; anything else is damaged. */
export type IsSound<Value> = (value: unknown) => value is Value;

/**
 * Small things that outlive the engine: trained classifiers, jobs and their results. Keys are paths of names
 * (`classifier/<id>`); values are anything that structured cloning supports.
 *
 * A value that cannot be read, or does not have the form that its reader expects, is damaged. It is set aside and kept for
 * inspection: other values stay usable, and a new one can take its place. Deleting a key also deletes its values that
 * were set aside.
 */
export interface Records {
  readonly kind: 'indexeddb' | 'memory' | 'file-system' | 'postgresql';
  /** The reason, if it is not the usual kind. */
  readonly reason?: string | undefined;
  /** Locks that everybody who sees these records shares. */
  readonly locks: Locks;
  /** @throws FoundationError RECORD_DAMAGED for a value that was set aside, now or before; STORAGE_FAILED. */
  get<Value>(key: string, isSound?: IsSound<Value>): Promise<Value | undefined>;
  /**
   * Whole or not at all: resolves once it would survive a crash.
   * @throws FoundationError STORAGE_QUOTA_EXCEEDED, STORAGE_FAILED.
   */
  put(key: string, value: unknown): Promise<void>;
  /**
   * Reads, changes and writes a value in one atomic step. A damaged one is set aside and
   * counts as none.
   * @param change gets the value, or undefined if none exists; its result is written unless it is undefined
   * or the very value it got.
   * @returns the value afterwards
   * @throws FoundationError as `put`.
   */
  update<Value>(
    key: string,
    change: (value: Value | undefined) => Value | undefined,
    isSound?: IsSound<Value>,
  ): Promise<Value | undefined>;
  /** Deletes records; missing keys are ignored. */
  delete(...keys: string[]): Promise<void>;
  /** Every key that starts so, sorted. */
  keys(prefix: string): Promise<string[]>;
  /** Keys of values that were set aside. */
  damaged(): Promise<string[]>;
}

/** A value, or undefined if it does not exist or was set aside: for readers of many, which continue without it. */
export async function getIfSound<Value>(
  records: Records,
  key: string,
  isSound: IsSound<Value>,
): Promise<Value | undefined> {
  try {
    return await records.get(key, isSound);
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

/** Note in an answer if records are in memory although they should be stored; otherwise nothing. */
export function notKept({ kind, reason }: Records): { nearfield?: NotKept } {
  return kind === 'memory' && reason !== undefined ? { nearfield: { kept: 'memory', reason } } : {};
}

/** Location of records, as `capabilities()` reports it. */
export async function reportRecords(records: Records): Promise<RecordsReport> {
  const { kind, reason = kind === 'memory' ? 'The cache option is memory.' : undefined } = records;
  try {
    return { kind, reason, damaged: await records.damaged() };
  } catch (error) {
    // Capabilities are most often read when something is wrong.
    return { kind, reason: error instanceof Error ? error.message : String(error), damaged: [] };
  }
}
