import { FoundationError } from '@nearfield/spec';
import { isQuotaError } from './quota.ts';

/** Runs a write; a full disk becomes the contract's error. */
export async function writing<Result>(what: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (cause) {
    if (!isQuotaError(cause)) throw cause;
    throw new FoundationError({
      code: 'STORAGE_QUOTA_EXCEEDED',
      message: `There is no room to store ${what}. Delete classifiers, finished batches or cached models that you do not need.`,
      cause,
    });
  }
}
