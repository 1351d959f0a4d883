/** All that pictures need: a file of its own in a page, which texts do without. */
export { browserDecoder } from './browser-decoder.ts';
export { loadPixelValues } from './load.ts';
