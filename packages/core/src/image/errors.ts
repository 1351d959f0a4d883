import type { FoundationError } from '@nearfield/spec';
import { invalid } from '@nearfield/spec/implement';

/** Fields of an image error besides its message. */
export interface ImageErrorDetails {
  /** The request field at fault. Default `image`. */
  readonly param?: string | undefined;
  readonly cause?: unknown;
  readonly retryable?: boolean | undefined;
}

/** An input that is not a usable picture: INPUT_VALIDATION_FAILED, status 422. */
export function imageError(message: string, details: ImageErrorDetails = {}): FoundationError {
  const { param = 'image', retryable, cause } = details;
  return invalid(param, message, { type: 'image', retryable, cause });
}
