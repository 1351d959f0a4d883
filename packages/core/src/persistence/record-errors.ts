import { FoundationError } from '@nearfield/spec';
import { describeRoom, formatBytes, isQuotaError } from './quota.ts';

/** Advice for making room among records. */
export const ROOM_ADVICE = 'Delete classifiers, finished batches or cached models that you do not need.';

/** Runs a write in a browser; a full disk becomes the contract's error, with facts about the free space. */
export async function writing<Result>(what: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (cause) {
    if (FoundationError.isInstance(cause)) throw cause;
    if (!isQuotaError(cause)) throw databaseFailed(what, cause);
    const { usage, quota } = await estimate();
    const told = cause as { quota?: unknown; requested?: unknown };
    const needed = typeof told.requested === 'number' ? told.requested : undefined;
    const known = typeof told.quota === 'number' ? told.quota : quota;
    const free = usage === undefined || known === undefined ? undefined : known - usage;
    throw new FoundationError({
      code: 'STORAGE_QUOTA_EXCEEDED',
      message: `No room to store ${what}${needed === undefined ? '' : `, which needs ${formatBytes(needed)}`}: ${describeRoom({ needed: needed ?? 1, free, quota: known })}. ${ROOM_ADVICE}`,
      cause,
    });
  }
}

/** Errors of the browser's database other than a full disk. Other errors are a caller's and stay unchanged. */
export function databaseFailed(what: string, cause: unknown): unknown {
  if (typeof DOMException === 'undefined' || !(cause instanceof DOMException)) return cause;
  if (cause.name === 'AbortError' || cause.name === 'DataCloneError') return cause;
  return new FoundationError({
    code: 'STORAGE_FAILED',
    message: `${what} cannot be read or written in the browser's database (${cause.name}: ${cause.message}). Reload the page; clearing this site's data helps if it stays.`,
    cause,
  });
}

async function estimate(): Promise<{ usage?: number; quota?: number }> {
  const storage =
    typeof navigator === 'object' ? (navigator as { storage?: StorageManager }).storage : undefined;
  try {
    return (await storage?.estimate()) ?? {};
  } catch {
    return {};
  }
}

/**
 * A value that was set aside.
 * @param place of its storage
 */
export function recordDamaged(key: string, place: string, cause?: unknown): FoundationError {
  const [, id = key] = key.split('/');
  return new FoundationError({
    code: 'RECORD_DAMAGED',
    message: `The stored data of ${id} is damaged and was set aside (${place}). Delete it or create it again; nothing else is affected.`,
    param: key,
    cause,
  });
}

export const isDamage = (error: unknown): error is FoundationError =>
  FoundationError.isInstance(error) && error.code === 'RECORD_DAMAGED';

/** Warns once per value that it was set aside, even if calls continue without it. */
export function warnOfDamage({ message }: FoundationError): void {
  console.warn(message);
}
