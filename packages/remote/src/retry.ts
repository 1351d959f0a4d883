import { FoundationError } from '@nearfield/spec';
import type { Clock } from './clock.ts';

/** Milliseconds before the first repetition; each further one waits twice as long. */
const FIRST_WAIT = 300;
const LONGEST_WAIT = 10_000;
/** Seconds that a server may ask for. Who wants more is not waited for. */
const LONGEST_RETRY_AFTER = 60;

/** Whether a server refused a request because there were too many. */
export const isRateRefusal = (error: unknown): error is FoundationError =>
  FoundationError.isInstance(error) && error.status === 429;

/** Whether the same request may be sent again. */
export function mayRepeat(error: unknown, isRepeatable: boolean): error is FoundationError {
  if (!FoundationError.isInstance(error) || !error.retryable) return false;
  if ((error.retryAfter ?? 0) > LONGEST_RETRY_AFTER) return false;
  // These were turned away at the door; after any other failure, the server may have done the work.
  return isRepeatable || error.status === 429 || error.status === 409;
}

/**
 * Milliseconds to wait before a repetition: as the server asked, at least a random share of the doubling wait, so that
 * clients that failed together do not come back together.
 * @param repetition 1 for the first
 */
export function waitBefore(repetition: number, { retryAfter = 0 }: FoundationError): number {
  const most = Math.min(FIRST_WAIT * 2 ** (repetition - 1), LONGEST_WAIT);
  return Math.max(retryAfter * 1000, most * (0.5 + Math.random() / 2));
}

/** @throws the signal's reason */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(milliseconds, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
