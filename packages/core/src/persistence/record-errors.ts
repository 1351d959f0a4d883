import { FoundationError } from '@nearfield/spec';
import { writing as writingTo } from '@nearfield/storage';

/** Advice for making room among records. */
export const ROOM_ADVICE = 'Delete classifiers, finished batches or cached models that you do not need.';

/** Runs a write in a browser; a full disk becomes the contract's error, with facts about the free space. */
export const writing = <Result>(what: string, write: () => Promise<Result>): Promise<Result> =>
  writingTo(what, ROOM_ADVICE, write);

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
