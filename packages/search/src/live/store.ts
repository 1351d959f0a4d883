/** Storage of a live index: records by key, in the order in which they were written. */
import type { Locks } from '@nearfield/spec/implement';

/** One write. */
export interface Change {
  /** `model`, `document/<id>` or `vectors/<id>`. */
  readonly key: string;
  /** Undefined: the record is removed. */
  readonly value: Uint8Array<ArrayBuffer> | undefined;
}

/** Records written since a reader last looked. */
export interface News {
  /** The number of the last write that it holds. */
  readonly sequence: number;
  /** Whether it holds everything: records that are not in it are gone. */
  readonly isWhole: boolean;
}

/**
 * Records that outlive a tab or a process that is killed in the middle of a write. Each write has a number one above the
 * one before. Writers hold the lock `write` and have read all news first; readers need no lock.
 */
export interface LiveStore {
  readonly kind: 'indexeddb' | 'file-system' | 'memory';
  /** Shared by all who have this index open. */
  readonly locks: Locks;
  /** Unreadable parts, and the place where they were set aside. */
  readonly damage: readonly string[];
  /** Whether there may be writes that `read` has not told yet. Quick. */
  hasNews(): Promise<boolean>;
  /**
   * Everything after a write, in order; all there is, if the store does not remember what went since then.
   * @param after 0: from the beginning
   */
  read(after: number, onChanges: (changes: readonly Change[]) => Promise<void>): Promise<News>;
  /** One record, as it is now. */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /**
   * Writes all or nothing; resolves once it would survive a crash.
   * @returns the number of the write
   * @throws FoundationError STORAGE_QUOTA_EXCEEDED, STORAGE_FAILED: nothing was written.
   */
  write(changes: readonly Change[]): Promise<number>;
  /** Called when somebody else has written. */
  onNews(listener: () => void): void;
  /** Gives room back that replaced records take. Under the lock `write`. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}
