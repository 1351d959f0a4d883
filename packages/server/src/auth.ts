import { FoundationError } from '@nearfield/spec';
import { timingSafeEqual } from 'hono/utils/buffer';

/** Valid keys: a list, or a function that decides. */
export type ApiKeys = readonly string[] | ((key: string) => boolean | Promise<boolean>);

/**
 * Keys as they are compared: without white space around them. A list that lets nobody in, or has a key that nobody can
 * send, is a mistake and not a setting: an unset secret must not pass for either.
 * @throws FoundationError INPUT_VALIDATION_FAILED, which does not quote the key
 */
export function checkedKeys(keys: ApiKeys): ApiKeys {
  if (typeof keys === 'function') return keys;
  const trimmed = keys.map((key) => key.trim());
  const wrong = trimmed.findIndex((key) => !/^[\x21-\x7e]+$/.test(key));
  if (trimmed.length > 0 && wrong < 0) return trimmed;
  const why =
    trimmed.length === 0
      ? 'The list of API keys is empty: nobody could call.'
      : trimmed[wrong] === ''
        ? `API key ${wrong + 1} is empty.`
        : `API key ${wrong + 1} has characters that no header carries as they are: spaces, line breaks or letters beyond ASCII.`;
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `${why} Give keys of visible ASCII characters, or leave apiKeys out to require none.`,
    param: 'apiKeys',
  });
}

/**
 * Checks an Authorization header.
 * @throws FoundationError AUTH_MISSING_API_KEY, AUTH_INVALID_FORMAT, AUTH_INVALID_API_KEY; none quotes the key
 */
export async function requireKey(header: string | undefined, keys: ApiKeys): Promise<void> {
  if (!header) {
    throw new FoundationError({
      code: 'AUTH_MISSING_API_KEY',
      message:
        "Authentication required. Provide your API key via the Authorization header: 'Authorization: Bearer <api-key>'.",
    });
  }
  const key = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (key === undefined) {
    throw new FoundationError({
      code: 'AUTH_INVALID_FORMAT',
      message: "Invalid authorization format. Use 'Authorization: Bearer <api-key>'.",
    });
  }
  if (!(await isKnown(key, keys))) {
    throw new FoundationError({ code: 'AUTH_INVALID_API_KEY', message: 'Invalid API key.' });
  }
}

async function isKnown(key: string, keys: ApiKeys): Promise<boolean> {
  if (typeof keys === 'function') return keys(key);
  // Every key is compared, so that the time taken reveals nothing.
  const matches = await Promise.all(keys.map((known) => timingSafeEqual(known, key)));
  return matches.includes(true);
}
