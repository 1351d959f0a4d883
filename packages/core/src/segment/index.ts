import { ownFile } from '../async/own-file.ts';

export { RANKS } from './ranks.ts';
export type { SegmentTokenizer } from './tokenizers.ts';

/**
 * Loads the segmenter, a file of its own in a page (9 kB compressed): calls that embed or rank do without it.
 * @throws FoundationError DOWNLOAD_FAILED if the file cannot be fetched; the next call tries again.
 */
export const loadSegmenter = (): Promise<typeof import('./segmenter.ts')> =>
  ownFile('The segmenter', () => import('./segmenter.ts'));
