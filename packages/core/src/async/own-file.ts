import { FoundationError } from '@nearfield/spec';
import { inBrowser } from '../environment.ts';

/**
 * Code that lies in a file of its own, which only some calls need.
 * @param name how an error begins
 * @throws FoundationError DOWNLOAD_FAILED if the file cannot be fetched; the next call tries again.
 */
export async function ownFile<Code>(name: string, load: () => Promise<Code>): Promise<Code> {
  try {
    return await load();
  } catch (cause) {
    throw new FoundationError({
      code: 'DOWNLOAD_FAILED',
      message: `${name} could not be loaded. ${
        inBrowser()
          ? 'Check that the page can fetch its own scripts'
          : 'Check that the package @nearfield/core is installed whole'
      }, then try again.`,
      cause,
    });
  }
}
