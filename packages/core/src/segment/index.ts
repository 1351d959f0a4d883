import { FoundationError } from '@nearfield/spec';
import { inBrowser } from '../environment.ts';

export { RANKS } from './ranks.ts';
export type { SegmentTokenizer } from './tokenizers.ts';

/**
 * Loads the segmenter, a file of its own in a page (9 kB compressed): calls that embed or rank do without it.
 * @throws FoundationError DOWNLOAD_FAILED if the file cannot be fetched; the next call tries again.
 */
export async function loadSegmenter(): Promise<typeof import('./segmenter.ts')> {
  try {
    return await import('./segmenter.ts');
  } catch (cause) {
    throw new FoundationError({
      code: 'DOWNLOAD_FAILED',
      message: `The segmenter could not be loaded. ${
        inBrowser()
          ? 'Check that the page can fetch its own scripts'
          : 'Check that the package @nearfield/core is installed whole'
      }, then try again.`,
      cause,
    });
  }
}
