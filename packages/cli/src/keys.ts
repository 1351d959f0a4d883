import { FoundationError } from '@nearfield/spec';

/**
 * Keys of an environment variable, separated by commas. Blank entries between others are ignored; a variable that
 * is set without any key is a missing secret.
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export function keysOfVariable(name: string, value: string | undefined): string[] {
  if (value === undefined) return [];
  const keys = value
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
  if (keys.length > 0) return keys;
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `${name} is set and has no key in it. Put keys there, or unset it to require none.`,
    param: name,
  });
}
