import { FoundationError } from '@nearfield/spec';

/** What an image error says besides its message. */
export interface ImageErrorDetails {
  /** The request field at fault. Default `image`. */
  readonly param?: string | undefined;
  readonly cause?: unknown;
  readonly retryable?: boolean | undefined;
}

/** An input that is not a usable picture: INPUT_VALIDATION_FAILED, status 422. */
export function imageError(message: string, details: ImageErrorDetails = {}): FoundationError {
  const param = details.param ?? 'image';
  return new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `Validation error: '${param}': ${message}`,
    param,
    issues: [{ field: param, message, type: 'image' }],
    retryable: details.retryable,
    cause: details.cause,
  });
}
