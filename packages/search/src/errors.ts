import { FoundationError } from '@nearfield/spec';

/** A file of an index that is not what its manifest promises, or cannot be read. It is never ranked with. */
export const damaged = (file: string, what: string, cause?: unknown): FoundationError =>
  new FoundationError({
    code: 'INTEGRITY_MISMATCH',
    message: `${file}: ${what}. Upload the whole index again, and reload the page.`,
    cause,
  });

/** An argument that cannot be right. */
export const invalid = (param: string, message: string): FoundationError =>
  new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message, param });
