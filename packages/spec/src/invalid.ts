import { FoundationError } from './errors.ts';

/** Details of {@link invalid} besides its field and message. */
export interface InvalidOptions {
  /** Kind of fault, as the API's `errors` name it. @default 'value_error' */
  type?: string | undefined;
  cause?: unknown;
  /** Whether the same request may succeed later. @default false */
  retryable?: boolean | undefined;
}

/**
 * The error of a single field that is wrong: INPUT_VALIDATION_FAILED, status 422, with the field as `param` and as its
 * only issue.
 *
 * @param field path of the field, such as `input.3.image`
 * @param message what is wrong and what to do
 */
export function invalid(
  field: string,
  message: string,
  { type = 'value_error', cause, retryable }: InvalidOptions = {},
): FoundationError {
  return new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `Validation error: '${field}': ${message}`,
    param: field,
    issues: [{ field, message, type }],
    retryable,
    cause,
  });
}
