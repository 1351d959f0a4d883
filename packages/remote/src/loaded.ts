import { FoundationError } from '@nearfield/spec';

/**
 * A part of this package that most pages never need.
 * @throws FoundationError RUNTIME_NOT_AVAILABLE
 */
export async function loaded<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (cause) {
    throw new FoundationError({
      code: 'RUNTIME_NOT_AVAILABLE',
      message: 'A file of @nearfield/remote cannot be loaded. Serve all of them.',
      cause,
    });
  }
}
