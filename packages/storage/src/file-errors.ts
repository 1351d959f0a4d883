import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FoundationError } from '@nearfield/spec';
import { describeRoom, formatBytes, isQuotaError } from './quota.ts';

/** Whether a path does not exist. */
export const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '');

/** The system's code of an error, such as `EACCES`. */
export const codeOf = (error: unknown): string | undefined => {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : undefined;
};

/** What the commoner codes mean for whoever keeps the directory. */
const MEANINGS: Partial<Record<string, string>> = {
  EACCES: 'this process may not: give it the permission, or name another data directory',
  EPERM: 'this process may not: give it the permission, or name another data directory',
  EROFS: 'the file system is read-only: make it writable, or name another data directory',
  EISDIR: 'there is a directory in place of the file: move it away',
  EEXIST: 'there is something else in its place: move it away',
  ENOTDIR: 'there is a file in place of a directory: move it away',
  ENOENT: 'it does not exist',
  ENAMETOOLONG: 'the name is too long for the file system: use a shorter path of the data directory',
  EMFILE: 'too many files are open: raise the limit of open files',
  ENFILE: 'too many files are open: raise the limit of open files',
  EIO: 'the disk failed',
  ELOOP: 'its links lead in a circle',
};

/** What was tried, for the error's words. */
export interface FileAttempt {
  /** What is kept there, such as `classifier/<id>`. */
  what: string;
  /** The file or directory. */
  path: string;
  /** Bytes that were to be written. */
  bytes?: number | undefined;
  /** What would make room. */
  advice?: string | undefined;
}

/**
 * A failure of the file system as the contract's error: STORAGE_QUOTA_EXCEEDED with the numbers, or STORAGE_FAILED with
 * the path. What does not come from the file system is returned as it is.
 */
async function fileError(cause: unknown, { what, path, bytes, advice }: FileAttempt): Promise<unknown> {
  const code = codeOf(cause);
  if (code === undefined || FoundationError.isInstance(cause)) return cause;
  if (isQuotaError(cause)) {
    const directory = dirname(path);
    const room = describeRoom({ needed: bytes, free: await freeBytes(directory), directory });
    const size = bytes === undefined ? 'more' : formatBytes(bytes);
    return new FoundationError({
      code: 'STORAGE_QUOTA_EXCEEDED',
      message: `There is no room to store ${what}: it needs ${size}, but ${room}. ${advice ?? 'Free disk space.'}`,
      cause,
    });
  }
  if (!/^E[A-Z0-9]+$/.test(code)) return cause;
  const at = (cause as NodeJS.ErrnoException).path ?? path;
  return new FoundationError({
    code: 'STORAGE_FAILED',
    message: `${what} cannot be read or written at ${at} (${code}): ${MEANINGS[code] ?? 'check the disk and the data directory'}.`,
    cause,
  });
}

/** Runs an action on files; what fails becomes the contract's error. */
export async function onFiles<Result>(attempt: FileAttempt, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    throw await fileError(error, attempt);
  }
}

/** Bytes that a process may still write there; undefined where the system does not tell. */
export async function freeBytes(directory: string): Promise<number | undefined> {
  for (let path = directory; ; path = dirname(path)) {
    try {
      const { bavail, bsize, blocks } = await statfs(path);
      return blocks > 0 ? bavail * bsize : undefined;
    } catch (error) {
      if (!isAbsent(error) || dirname(path) === path) return undefined;
    }
  }
}
