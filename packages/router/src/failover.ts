import { type ErrorCode, FoundationError } from '@nearfield/spec';
import type { PassedOver, Place } from './options.ts';

/** This place cannot answer, and did nothing. */
const CANNOT: ReadonlySet<ErrorCode> = new Set([
  'NOT_SUPPORTED',
  'INPUT_MODEL_NOT_FOUND',
  'MODEL_NOT_AVAILABLE_LOCALLY',
  'EMBEDDING_SPACE_MISMATCH',
  'DEVICE_NOT_AVAILABLE',
  'RUNTIME_NOT_AVAILABLE',
  'DOWNLOAD_FAILED',
  'INTEGRITY_MISMATCH',
  'MODEL_INVALID',
  'SELF_CHECK_FAILED',
  'STORAGE_QUOTA_EXCEEDED',
  'AUTH_MISSING_API_KEY',
  'AUTH_INVALID_API_KEY',
  'AUTH_INVALID_FORMAT',
  'AUTHZ_INSUFFICIENT_BALANCE',
  'RATE_REQUEST_LIMIT_EXCEEDED',
  'RATE_TOKEN_LIMIT_EXCEEDED',
  'RATE_CONCURRENCY_LIMIT_EXCEEDED',
  'RATE_IP_LIMIT_EXCEEDED',
]);

/** It failed, perhaps after it had done the work. */
const FAILED: ReadonlySet<ErrorCode> = new Set([
  'CONNECTION_FAILED',
  'SERVICE_UNAVAILABLE',
  'SERVICE_TIMEOUT',
  'INTERNAL_ERROR',
  'RESPONSE_INVALID',
  'DEVICE_LOST',
  'OUT_OF_MEMORY',
  'WORKER_FAILED',
  'STORAGE_FAILED',
]);

/** Say nothing of the request: what another place says is more useful. */
const NO_ANSWER: readonly ErrorCode[] = [
  'NOT_SUPPORTED',
  'MODEL_NOT_AVAILABLE_LOCALLY',
  'INPUT_MODEL_NOT_FOUND',
  'EMBEDDING_SPACE_MISMATCH',
];

/**
 * Whether another place may answer instead.
 * @param isRepeatable whether the work may be done twice
 */
export function mayMoveOn(error: unknown, isRepeatable: boolean): error is FoundationError {
  return (
    FoundationError.isInstance(error) && (CANNOT.has(error.code) || (isRepeatable && FAILED.has(error.code)))
  );
}

/** A failure of a place. */
export interface Failure {
  place: Place;
  error: FoundationError;
}

export const passedOver = (failures: readonly Failure[]): PassedOver[] =>
  failures.map(({ place, error: { code, message } }) => ({ place, code, message }));

/** The error of a call that no place answered: the most telling one, with the others' in its message. */
export function errorOfAll(failures: readonly Failure[]): FoundationError {
  const first =
    failures.find(({ error }) => !NO_ANSWER.includes(error.code)) ??
    failures.find(({ error }) => error.code === 'EMBEDDING_SPACE_MISMATCH') ??
    failures[0]!;
  const others = failures.filter(({ error }) => error.code !== first.error.code);
  if (others.length === 0) return first.error;
  const { code, message, status, param, requestId, retryable, retryAfter, issues } = first.error;
  const rest = others.map(({ place, error }) => `${place}: ${error.code}, ${error.message}`).join(' ');
  return new FoundationError({
    code,
    message: `${message} (${first.place}; ${rest})`,
    status,
    param,
    requestId,
    retryable,
    retryAfter,
    issues,
    cause: first.error,
  });
}
