import { FoundationError } from '@nearfield/spec';
import { timingSafeEqual } from 'hono/utils/buffer';

/** Keys that are let in: a list, or a function that decides. */
export type ApiKeys = readonly string[] | ((key: string) => boolean | Promise<boolean>);

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
  // Every key is compared, so that the time taken tells nothing.
  const matches = await Promise.all(keys.map((known) => timingSafeEqual(known, key)));
  return matches.includes(true);
}
