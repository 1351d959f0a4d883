import type { NotKept, RecordsReport } from '@nearfield/spec/implement';
import type { Locks } from '@nearfield/storage';
import { isDamage } from './record-errors.ts';

/** Whether a stored value is what its readers expect; anything else is damaged. */
export type IsSound<Value> = (value: unknown) => value is Value;

/**
 * Small things that outlive the engine: trained classifiers, jobs and their results. Keys are paths of names
 * (`classifier/<id>`); values are whatever structured cloning carries.
 *
 * A value that cannot be read, or is not what its reader expects, is damaged. It is set aside, kept for whoever wants
 * to look at it, and in nobody's way: other values go on, and a new one can take its place. Deleting a key deletes
 * what was set aside of it too.
 */
export interface Records {
  readonly kind: 'indexeddb' | 'memory' | 'file-system';
  /** Why, where it is not the usual kind. */
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
   * Reads, changes and writes a value in one step that nobody else comes between. A damaged one is set aside and
   * counts as none.
   * @param change gets the value, or undefined if there is none; what it returns is written unless it is undefined
   * or the very value it got.
   * @returns the value afterwards
   * @throws FoundationError as `put`.
   */
  update<Value>(
    key: string,
    change: (value: Value | undefined) => Value | undefined,
    isSound?: IsSound<Value>,
  ): Promise<Value | undefined>;
  /** Keys that are not there are passed over. */
  delete(...keys: string[]): Promise<void>;
  /** Every key that starts so, sorted. */
  keys(prefix: string): Promise<string[]>;
  /** Keys of what was set aside. */
  damaged(): Promise<string[]>;
}

/** A value, or undefined where there is none or it was set aside: for readers of many, whom one does not stop. */
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

/** What an answer says where records were to be kept and are only in memory; nothing where they are kept. */
export function notKept({ kind, reason }: Records): { nearfield?: NotKept } {
  return kind === 'memory' && reason !== undefined ? { nearfield: { kept: 'memory', reason } } : {};
}

/** Where records are, as `capabilities()` tells it. */
export async function reportRecords(records: Records): Promise<RecordsReport> {
  const { kind, reason = kind === 'memory' ? 'The cache option is memory.' : undefined } = records;
  try {
    return { kind, reason, damaged: await records.damaged() };
  } catch (error) {
    // What an engine can do is asked for most when something is wrong.
    return { kind, reason: error instanceof Error ? error.message : String(error), damaged: [] };
  }
}
