import { FoundationError } from '@nearfield/spec';

/**
 * Any error as the contract's. A call stack that was filled is the request's: nothing else here is that deep. Any
 * other error is INTERNAL_ERROR, without its text: that is for the log.
 */
export function asFoundationError(error: unknown): FoundationError {
  if (FoundationError.isInstance(error)) return error;
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: 'The request is nested too deep. Flatten it.',
      param: 'body',
      cause: error,
    });
  }
  return new FoundationError({
    code: 'INTERNAL_ERROR',
    message:
      'An unexpected error occurred. If this persists, report it with the request_id from this response.',
    cause: error,
  });
}

/**
 * An error as the API's JSON. Application errors nest their parts in `detail`, authentication and validation
 * errors are flat: both as the hosted API was seen to answer. Beyond it, `detail.param` names the field at fault.
 * Status: the error's own.
 */
export function errorBody(error: FoundationError, requestId: string): Record<string, unknown> {
  const { code, message, status, param } = error;
  if (status === 401) return { detail: message, code, request_id: requestId };
  if (status === 422) {
    const errors = error.issues ?? [{ field: param ?? 'body', message, type: 'value_error' }];
    return { detail: message, code, request_id: requestId, errors };
  }
  return { detail: { message, request_id: requestId, code, ...(param !== undefined && { param }) } };
}
