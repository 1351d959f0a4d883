import { FoundationError } from '@nearfield/spec';
import { writing as writingTo } from '@nearfield/storage';

/** What makes room among records. */
export const ROOM_ADVICE = 'Delete classifiers, finished batches or cached models that you do not need.';

/** Runs a write in a browser; a full disk becomes the contract's error, with what is known of the room. */
export const writing = <Result>(what: string, write: () => Promise<Result>): Promise<Result> =>
  writingTo(what, ROOM_ADVICE, write);

/**
 * A value that was set aside.
 * @param place where it is kept
 */
export function recordDamaged(key: string, place: string, cause?: unknown): FoundationError {
  const [, id = key] = key.split('/');
  return new FoundationError({
    code: 'RECORD_DAMAGED',
    message: `What was stored of ${id} is damaged and was set aside (${place}). Delete it, or make it anew; nothing else is affected.`,
    param: key,
    cause,
  });
}

export const isDamage = (error: unknown): error is FoundationError =>
  FoundationError.isInstance(error) && error.code === 'RECORD_DAMAGED';

/** Says once for each value that it was set aside: whoever keeps the data should know, also where calls go on. */
export function warnOfDamage({ message }: FoundationError): void {
  console.warn(message);
}
