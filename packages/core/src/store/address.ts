import { FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';

/**
 * An address that an option names, in a page also a relative one.
 * @param what what it is the address of, for the message
 * @param param the option
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export function addressOf(value: string | URL, what: string, param: string): URL {
  const page = typeof location === 'object' ? location.href : undefined;
  if (URL.canParse(String(value), page)) return new URL(value, page);
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `${what} must be an address, such as https://host.example/models/; it is '${shortened(String(value))}'.`,
    param,
  });
}
