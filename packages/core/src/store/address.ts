import { FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';

/**
 * A URL from an option, in a page also a relative one.
 * @param what the thing at this URL, for the message
 * @param param the option
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export function addressOf(value: string | URL, what: string, param: string): URL {
  const page = typeof location === 'object' ? location.href : undefined;
  if (URL.canParse(String(value), page)) return new URL(value, page);
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `${what} must be a URL, such as https://host.example/models/; it is '${shortened(String(value))}'.`,
    param,
  });
}
