/** The whole way from image inputs to a model's `pixel_values`. */
import { type DecodeImageOptions, useImage } from './decode.ts';
import type { ImageInput } from './input.ts';
import { type PixelValues, writePixelValues } from './preprocess.ts';
import { type ImageRecipe, pixelValueCount } from './recipe.ts';

/** Options of {@link loadPixelValues}. */
export interface LoadPixelValuesOptions extends DecodeImageOptions {
  /** Names the request field of the picture at an index. Default `input.{index}.image`. */
  readonly paramOf?: ((index: number) => string) | undefined;
}

/** A batch of pictures, ready for the model. */
export interface LoadedPixelValues extends PixelValues {
  /** Width and height of each picture in pixels, upright, for counting tokens. */
  readonly sizes: readonly { readonly width: number; readonly height: number }[];
}

/**
 * Reads, decodes and preprocesses pictures one after the other, so that only one of a call is in memory decoded, and
 * of all calls no more than the budget allows.
 * The result takes 12 bytes per pixel of the model's input (3 MB for 512 × 512): keep batches small.
 * @throws FoundationError like `decodeImage`, with the `param` of the picture at fault.
 */
export async function loadPixelValues(
  inputs: readonly ImageInput[],
  recipe: ImageRecipe,
  options: LoadPixelValuesOptions,
): Promise<LoadedPixelValues> {
  const count = pixelValueCount(recipe);
  const paramOf = options.paramOf ?? ((index: number) => `input.${index}.image`);
  const data = new Float32Array(inputs.length * count);
  const sizes: { width: number; height: number }[] = [];
  for (const [index, input] of inputs.entries()) {
    await useImage(input, { ...options, param: paramOf(index) }, (raster) => {
      writePixelValues(raster, recipe, data, index * count);
      sizes.push({ width: raster.width, height: raster.height });
    });
  }
  return { data, dims: [inputs.length, 3, recipe.height, recipe.width], sizes };
}
