/**
 * Storage in files: locks that processes share, and messages for failures of the file system.
 *
 * @module
 */

export { codeOf, freeBytes, isAbsent, onFiles } from './file-errors.ts';
export { FileLocks } from './file-locks.ts';
