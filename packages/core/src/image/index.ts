/** Pictures: reading, decoding, resizing, normalising. Safe for browsers; the Node decoder is `./node-decoder.ts`. */
import { ownFile } from '../async/own-file.ts';

export { ByteBudget } from './byte-budget.ts';
export type { RasterDecoder } from './decode.ts';
export { pixelValueCount } from './recipe.ts';
export { imageTokens } from './tokens.ts';

/**
 * Loads what reads and decodes pictures, a file of its own in a page: texts do without it.
 * @throws FoundationError DOWNLOAD_FAILED if the file cannot be fetched; the next call tries again.
 */
export const loadPictures = (): Promise<typeof import('./pictures.ts')> =>
  ownFile('The reader of pictures', () => import('./pictures.ts'));
