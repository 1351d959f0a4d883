/** Errors in words for readers. */
import type { FoundationError } from '@nearfield/spec';
import type { Messages } from './translation/messages.ts';

type Key = Exclude<keyof Messages, 'pages'>;

/** Message when no answer is possible. */
export function troubleOf({ code }: FoundationError, isOnline: boolean): Key {
  switch (code) {
    case 'RESOURCE_NOT_FOUND':
      return 'missing';
    case 'INTEGRITY_MISMATCH':
      return 'damaged';
    case 'NOT_SUPPORTED':
      return 'incompatible';
    case 'CONNECTION_FAILED':
      return isOnline ? 'failed' : 'offline';
    default:
      return 'failed';
  }
}

/** Message when a part was missing from an answer. */
export function problemOf({ code }: FoundationError): Key {
  switch (code) {
    case 'SELF_CHECK_FAILED':
      return 'otherModel';
    case 'INTEGRITY_MISMATCH':
    case 'RESOURCE_NOT_FOUND':
    case 'CONNECTION_FAILED':
      return 'incomplete';
    default:
      return 'modelFailed';
  }
}
