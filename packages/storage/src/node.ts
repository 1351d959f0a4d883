/**
 * What keeps things in files: locks that processes share, and failures of the file system in words.
 *
 * @module
 */

export { codeOf, freeBytes, isAbsent, onFiles } from './file-errors.ts';
export { FileLocks } from './file-locks.ts';
