import { FoundationError } from '@nearfield/spec';

/** The version of what stores keep. */
export const FORMAT_VERSION = 1;

/** Advice for making room for an index. */
export const ROOM_ADVICE = 'Nothing that was stored is lost. Remove documents, or make room and write again.';

/** Kept by a later version of this package. */
export const newerFormat = (place: string, version: number): FoundationError =>
  new FoundationError({
    code: 'STORAGE_FAILED',
    message: `${place} was stored by a newer version of Nearfield (format ${version}; this one reads ${FORMAT_VERSION}). Use that version, or give this index another name.`,
  });
