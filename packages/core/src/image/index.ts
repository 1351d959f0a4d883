/** Pictures: reading, decoding, resizing, normalising. Safe for browsers; the Node decoder is `./node-decoder.ts`. */
export { browserDecoder } from './browser-decoder.ts';
export { type DecodeImageOptions, decodeImage, type RasterDecoder } from './decode.ts';
export { IMAGE_TYPES, type ImageFormat, type ImageHeader, readImageHeader } from './header.ts';
export {
  DEFAULT_MAX_PIXELS,
  type ImageInput,
  MAX_SIDE,
  type PixelSource,
  type ReadImageOptions,
} from './input.ts';
export { type LoadedPixelValues, type LoadPixelValuesOptions, loadPixelValues } from './load.ts';
export { fit, type PixelValues, pixelValueCount, toPixelValues, writePixelValues } from './preprocess.ts';
export type { AlphaMode, Raster, Rgb } from './raster.ts';
export {
  ICON_CLIP_OVERRIDES,
  IMAGE_RECIPES,
  type ImageRecipe,
  parseImageRecipe,
  type ResizeMode,
} from './recipe.ts';
export {
  type PixelWindow,
  type ResampleFilter,
  type ResizeOptions,
  type RgbPixels,
  resize,
} from './resize.ts';
export { type ImageTokenRule, imageTokens } from './tokens.ts';
