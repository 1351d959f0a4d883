/**
 * Storage in a browser's database: locks that tabs share, connections that reopen themselves, and messages for full
 * disks. For `core` and `search`, which bundle it.
 *
 * @module
 */

export { databaseFailed, writing } from './database-errors.ts';
export { IndexedDatabase } from './indexed-database.ts';
export { originLocks, RealmLocks } from './locks.ts';
export { advice, describeRoom, formatBytes, isQuotaError } from './quota.ts';
