/** From decoded pictures to a model's `pixel_values`. */
import type { Raster } from './raster.ts';
import { type ImageRecipe, pixelValueCount } from './recipe.ts';
import { type PixelWindow, type RgbPixels, resize } from './resize.ts';

/** Pixels as a model takes them. */
export interface PixelValues {
  /** float32, channel by channel (NCHW). */
  readonly data: Float32Array<ArrayBuffer>;
  /** [pictures, 3, height, width]. */
  readonly dims: readonly [number, 3, number, number];
}

/** `pixel_values` of a batch of pictures. A picture of 512 × 512 takes 3 MB: keep batches small. */
export function toPixelValues(rasters: readonly Raster[], recipe: ImageRecipe): PixelValues {
  const count = pixelValueCount(recipe);
  const data = new Float32Array(rasters.length * count);
  rasters.forEach((raster, index) => {
    writePixelValues(raster, recipe, data, index * count);
  });
  return { data, dims: [rasters.length, 3, recipe.height, recipe.width] };
}

/** Writes one picture's {@link pixelValueCount} values into a batch, from `offset` on. */
export function writePixelValues(
  raster: Raster,
  recipe: ImageRecipe,
  target: Float32Array,
  offset: number,
): void {
  normalise(fit(raster, recipe), recipe, target, offset);
}

/** Flattens, resizes and crops or pads a picture to the recipe's width and height, still in 8 bits. */
export function fit(raster: Raster, recipe: ImageRecipe): RgbPixels {
  const { resized, window, at } = plan(raster, recipe);
  const onWhite = recipe.alpha === 'white';
  const part = resize(raster, { ...resized, filter: recipe.filter, window, onWhite });
  if (part.width === recipe.width && part.height === recipe.height) return part;
  const data = new Uint8Array(3 * recipe.width * recipe.height);
  for (let index = 0; index < data.length; index++) data[index] = recipe.fill[index % 3]!;
  for (let row = 0; row < part.height; row++) {
    const line = part.data.subarray(3 * row * part.width, 3 * (row + 1) * part.width);
    data.set(line, 3 * ((at.y + row) * recipe.width + at.x));
  }
  return { width: recipe.width, height: recipe.height, data };
}

interface Plan {
  /** The size that the whole picture is resized to. */
  readonly resized: { readonly width: number; readonly height: number };
  /** The part of it that is kept. */
  readonly window: PixelWindow;
  /** Position of that part in the model's input. */
  readonly at: { readonly x: number; readonly y: number };
}

function plan(picture: { width: number; height: number }, recipe: ImageRecipe): Plan {
  const resized = resizedSize(picture, recipe);
  const horizontal = centre(resized.width, recipe.width, recipe.cropRounding);
  const vertical = centre(resized.height, recipe.height, recipe.cropRounding);
  return {
    resized,
    window: {
      x: horizontal.from,
      y: vertical.from,
      width: Math.min(resized.width, recipe.width),
      height: Math.min(resized.height, recipe.height),
    },
    at: { x: horizontal.to, y: vertical.to },
  };
}

function resizedSize(
  { width, height }: { width: number; height: number },
  recipe: ImageRecipe,
): { width: number; height: number } {
  switch (recipe.mode) {
    case 'squash':
      return { width: recipe.width, height: recipe.height };
    case 'shortest': {
      // The long side is cut, not rounded: torchvision and transformers both say int(size * long / short).
      const edge = recipe.shortestEdge;
      if (width <= height) return { width: edge, height: Math.trunc((edge * height) / width) };
      return { width: Math.trunc((edge * width) / height), height: edge };
    }
    case 'longest': {
      const ratio = Math.max(width / recipe.width, height / recipe.height);
      return {
        width: Math.max(1, roundHalfEven(width / ratio)),
        height: Math.max(1, roundHalfEven(height / ratio)),
      };
    }
  }
}

/** Start of a crop in the picture, or of the picture in its padding. */
function centre(
  size: number,
  wanted: number,
  rounding: ImageRecipe['cropRounding'],
): { from: number; to: number } {
  if (size >= wanted) {
    const half = (size - wanted) / 2;
    return { from: rounding === 'floor' ? Math.floor(half) : roundHalfEven(half), to: 0 };
  }
  const half = (wanted - size) / 2;
  return { from: 0, to: rounding === 'floor' ? Math.ceil(half) : Math.floor(half) };
}

/** Python's `round`. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** Splits packed RGB into three planes of `(value · rescale − mean) ÷ std`, computed in float32. */
function normalise(pixels: RgbPixels, recipe: ImageRecipe, target: Float32Array, offset: number): void {
  const count = pixels.width * pixels.height;
  const { data } = pixels;
  for (let channel = 0; channel < 3; channel++) {
    const table = normalisationTable(recipe, channel);
    const start = offset + channel * count;
    for (let index = 0, from = channel; index < count; index++, from += 3) {
      target[start + index] = table[data[from]!]!;
    }
  }
}

function normalisationTable(recipe: ImageRecipe, channel: number): Float32Array {
  const mean = Math.fround(recipe.mean[channel]!);
  const std = Math.fround(recipe.std[channel]!);
  return Float32Array.from(
    { length: 256 },
    (_, value) => Math.fround(Math.fround(value * recipe.rescale) - mean) / std,
  );
}
