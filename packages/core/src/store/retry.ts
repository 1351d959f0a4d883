import { delay } from '../async/abort.ts';
import { isRetryable } from './errors.ts';

/** Policy for repeating failed transfers. */
export interface RetryPolicy {
  /** Maximum number of attempts in a row without a new byte. Default 5. */
  attempts: number;
  /** Wait before the second try in milliseconds; doubles from try to try, with jitter. Default 500. */
  baseDelay: number;
  /** Longest wait between tries in milliseconds. A longer `Retry-After` fails at once. Default 60 000. */
  maxDelay: number;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, baseDelay: 500, maxDelay: 60_000 };

/**
 * Waits before the next attempt, or throws `error` if another attempt is useless: it is not retryable, the attempts are
 * used up, or the server demands a longer wait than the policy allows.
 * @param failures failed attempts in a row, this one included.
 */
export async function waitBeforeRetry(
  error: unknown,
  failures: number,
  policy: RetryPolicy,
  signal?: AbortSignal,
): Promise<void> {
  if (!isRetryable(error) || failures >= policy.attempts) throw error;
  const asked = error.retryAfter === undefined ? undefined : error.retryAfter * 1000;
  if (asked !== undefined && asked > policy.maxDelay) throw error;
  const backoff = Math.min(policy.baseDelay * 2 ** (failures - 1), policy.maxDelay);
  // "Equal jitter": half fixed, half random, so that many clients cut off together do not return together.
  await delay(asked ?? backoff / 2 + (Math.random() * backoff) / 2, signal);
}

/** Repeats `action` while it fails with a retryable error. */
export async function withRetries<Value>(
  action: () => Promise<Value>,
  policy: RetryPolicy,
  signal?: AbortSignal,
): Promise<Value> {
  for (let failures = 1; ; failures++) {
    try {
      return await action();
    } catch (error) {
      signal?.throwIfAborted();
      await waitBeforeRetry(error, failures, policy, signal);
    }
  }
}
