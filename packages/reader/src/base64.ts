import { invalid } from '@nearfield/spec/implement';

/** Bytes of base64, with or without the beginning of a `data:` URL. @throws FoundationError INPUT_VALIDATION_FAILED */
export function bytesOf(text: string, param: string): Uint8Array {
  const base64 = text
    .replace(/^data:[^,]*,/, '')
    .replace(/\s+/g, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/');
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw invalid(param, 'It is not base64.', { cause });
  }
}
