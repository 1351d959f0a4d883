/** Pictures: reading, decoding, resizing, normalising. Safe for browsers; the Node decoder is `./node-decoder.ts`. */
export { browserDecoder } from './browser-decoder.ts';
export { ByteBudget } from './byte-budget.ts';
export type { RasterDecoder } from './decode.ts';
export { loadPixelValues } from './load.ts';
export { pixelValueCount } from './preprocess.ts';
export { imageTokens } from './tokens.ts';
