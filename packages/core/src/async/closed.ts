import { FoundationError } from '@nearfield/spec';

/** The error of every call on a foundation that was closed. */
export function closedError(): FoundationError {
  return new FoundationError({
    code: 'CLOSED',
    message: 'This foundation was closed. Create a new one.',
  });
}
