import { FoundationError } from '@nearfield/spec';

/** Format version of records. Raise it when older versions of the library could not read new ones. */
export const FORMAT = 1;

/** Part of every record. Those of the first version have none. */
export interface Versioned {
  format?: number | undefined;
}

/** Whether a record was written by a later version of the library: it then counts as intact in any shape. */
export const isNewer = (value: unknown): boolean => {
  const { format } = (value ?? {}) as Versioned;
  return typeof format === 'number' && format > FORMAT;
};

/** @throws FoundationError STORAGE_FAILED for a record of a later version. */
export function requireKnownFormat<Value extends Versioned>(id: string, value: Value): Value {
  if (!isNewer(value)) return value;
  throw new FoundationError({
    code: 'STORAGE_FAILED',
    message: `${id} was stored by a newer version of Nearfield (format ${value.format}; this one reads ${FORMAT}). Use that version, or delete it.`,
    param: id,
  });
}
