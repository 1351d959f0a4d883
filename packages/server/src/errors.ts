import { type ErrorCode, FoundationError } from '@nearfield/spec';

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

/** The request is right, and something that it depends on is not there or damaged. */
const FAILED_DEPENDENCY = 424;

/**
 * Errors whose status over HTTP is not their own. Clients repeat a request after any status from 500 on (openai and the
 * AI SDK two times, with pauses), so that no error that would come again has one; and of a file that could not be
 * fetched the error has the status of its host.
 */
const DEPENDENCIES: ReadonlySet<ErrorCode> = new Set([
  'DOWNLOAD_FAILED',
  'INTEGRITY_MISMATCH',
  'MODEL_INVALID',
  'SELF_CHECK_FAILED',
  'STORAGE_QUOTA_EXCEEDED',
  'STORAGE_FAILED',
  'RECORD_DAMAGED',
  'RUNTIME_NOT_AVAILABLE',
  'RESPONSE_INVALID',
]);

/** The status of the answer to an error. */
export const httpStatus = ({ code, status }: FoundationError): number =>
  DEPENDENCIES.has(code) ? FAILED_DEPENDENCY : status;

/** Whether the answer says that the same request may succeed later. */
const mayBeRepeated = (error: FoundationError): boolean =>
  error.retryable && (httpStatus(error) >= 500 || httpStatus(error) === 409 || httpStatus(error) === 429);

/** OpenAI's kinds of errors, which their clients show. */
function kindOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 404) return 'not_found_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

/** OpenAI's names of codes that clients compare; the others keep ours. */
const OPENAI_CODES: Partial<Record<ErrorCode, string>> = {
  INPUT_MODEL_NOT_FOUND: 'model_not_found',
  INPUT_TOKEN_LIMIT_EXCEEDED: 'context_length_exceeded',
  AUTH_INVALID_API_KEY: 'invalid_api_key',
  RATE_REQUEST_LIMIT_EXCEEDED: 'rate_limit_exceeded',
  RATE_TOKEN_LIMIT_EXCEEDED: 'rate_limit_exceeded',
  RATE_CONCURRENCY_LIMIT_EXCEEDED: 'rate_limit_exceeded',
};

/**
 * An error as the API's JSON: the flat form of its OpenAPI document, with every field at fault where a request does not
 * fit, and beside it the object that OpenAI's clients, and those made for any server of that kind, take their message
 * from.
 */
export function errorBody(error: FoundationError, requestId: string): Record<string, unknown> {
  const { code, message, param } = error;
  const status = httpStatus(error);
  const issues =
    status === 422 ? (error.issues ?? [{ field: param ?? 'body', message, type: 'value_error' }]) : [];
  return {
    detail: message,
    code,
    request_id: requestId,
    ...(issues.length > 0 && { errors: issues }),
    error: {
      message,
      type: kindOf(status),
      param: param ?? issues[0]?.field ?? null,
      code: OPENAI_CODES[code] ?? code,
    },
  };
}

/** The answer to an error. */
export function errorResponse(error: FoundationError, requestId: string): Response {
  const headers = new Headers({ 'Content-Type': 'application/json', 'X-Request-Id': requestId });
  if (error.retryAfter !== undefined) headers.set('Retry-After', String(error.retryAfter));
  if (!mayBeRepeated(error)) headers.set('X-Should-Retry', 'false');
  if (error.status === 401) headers.set('WWW-Authenticate', 'Bearer');
  return new Response(JSON.stringify(errorBody(error, requestId)), { status: httpStatus(error), headers });
}
