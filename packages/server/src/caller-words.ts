/** Errors in the words of those who call over HTTP: the foundation's advice is for those who call its methods. */
import { FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';

/** Advice that only a program with the library can follow, and what a caller over HTTP can do instead. */
const WORDS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/ through createRemote\(\) of @nearfield\/remote/g, ' at Jina’s hosted API'],
  [/Use createRemote\(\) of @nearfield\/remote\./g, 'Jina’s hosted API has it.'],
  [/Ask batches\.get\(\) for its status\./g, 'Ask for its status with GET /v1/batch/{id}.'],
];

/**
 * An error as its caller can use it.
 * @param model the model that the request names
 */
export function forCallers(error: FoundationError, model: string | undefined): FoundationError {
  let message = WORDS.reduce((text, [pattern, words]) => text.replace(pattern, words), error.message);
  const hasNoFiles = error.code === 'MODEL_NOT_AVAILABLE_LOCALLY' || error.code === 'DOWNLOAD_FAILED';
  if (hasNoFiles && model !== undefined) {
    message += ` A server that is started with --model ${shortened(model)}=DIRECTORY has its files from there.`;
  }
  if (message === error.message) return error;
  const { code, status, param, requestId, retryable, retryAfter, issues, cause } = error;
  return new FoundationError({
    code,
    message,
    status,
    param,
    requestId,
    retryable,
    retryAfter,
    issues,
    cause,
  });
}
