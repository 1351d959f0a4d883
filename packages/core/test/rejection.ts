import type { FoundationError } from '@nearfield/spec';

/** What a call rejects with. Fails where it resolves. */
export const rejection = (promise: Promise<unknown>): Promise<FoundationError> =>
  promise.then(
    () => {
      throw new Error('It resolved.');
    },
    (error) => error,
  );
