/** Picture preprocessing of a model: the facts of `preprocessor_config.json`, checked and complete. */
import { FoundationError } from '@nearfield/spec';
import type { AlphaMode, Rgb } from './raster.ts';
import { RESAMPLE_CODES, type ResampleFilter } from './resize.ts';

/**
 * - `shortest`: the shorter side is resized to the target, the longer one is cropped at both ends.
 * - `longest`: the longer side becomes the wanted size, the rest is filled with a colour.
 * - `squash`: both sides are resized, the picture's shape is lost.
 */
export type ResizeMode = 'shortest' | 'longest' | 'squash';

/** From a decoded picture to `pixel_values`. */
export interface ImageRecipe {
  /** Size of the model's input in pixels. */
  readonly width: number;
  readonly height: number;
  readonly mode: ResizeMode;
  /** Target of the resized side in `shortest` mode, if it differs from the crop (CLIP resizes 256, crops 224). */
  readonly shortestEdge: number;
  readonly filter: ResampleFilter;
  /**
   * Start of a crop with an odd remainder: `floor` as transformers' CLIPImageProcessor, `half-even` as
   * torchvision's CenterCrop, which Jina's own processor uses.
   */
  readonly cropRounding: 'floor' | 'half-even';
  /** Colour around a picture that is smaller than the input. */
  readonly fill: Rgb;
  readonly alpha: AlphaMode;
  /** Factor of the 8-bit values before normalisation, usually 1 ÷ 255. */
  readonly rescale: number;
  /** Of each colour channel, after rescaling: `(value · rescale − mean) ÷ std`. */
  readonly mean: Rgb;
  readonly std: Rgb;
}

/** Source: OpenAI CLIP; the preprocessor_config.json of jina-clip-v1, jina-clip-v2 and icon-clip. */
const CLIP_MEAN: Rgb = [0.48145466, 0.4578275, 0.40821073];
const CLIP_STD: Rgb = [0.26862954, 0.26130258, 0.27577711];

const jinaClip = (size: number): ImageRecipe => ({
  width: size,
  height: size,
  mode: 'shortest',
  shortestEdge: size,
  filter: 'bicubic',
  cropRounding: 'half-even',
  fill: [0, 0, 0],
  alpha: 'drop',
  rescale: 1 / 255,
  mean: CLIP_MEAN,
  std: CLIP_STD,
});

/** Requirements of icon-clip's model card beyond its preprocessor_config.json: white ground, padding, no crop. */
export const ICON_CLIP_OVERRIDES = {
  alpha: 'white',
  mode: 'longest',
  fill: [255, 255, 255],
} as const satisfies Partial<ImageRecipe>;

/** Recipes by model id, equal to their published configurations; for use before a model's own file is read. */
export const IMAGE_RECIPES = {
  'jina-clip-v1': jinaClip(224),
  'jina-clip-v2': jinaClip(512),
  'icon-clip': { ...jinaClip(128), cropRounding: 'floor', ...ICON_CLIP_OVERRIDES },
} as const satisfies Record<string, ImageRecipe>;

/** Largest plausible input: a typing error would otherwise allocate gigabytes. */
const MAX_INPUT_SIDE = 4096;

/**
 * The recipe that a `preprocessor_config.json` describes. Understands transformers' CLIPImageProcessor and its
 * relatives (`size`, `crop_size`, `resample`, `image_mean`, `do_…`) and Jina's JinaCLIPImageProcessor (`size`,
 * `resize_mode`, `interpolation`, `fill_color`, `mean`).
 *
 * @param config the parsed JSON
 * @param overrides facts that the file cannot express, such as the ground under transparent pictures
 * @throws FoundationError MODEL_INVALID naming the entry that does not fit.
 */
export function parseImageRecipe(config: unknown, overrides: Partial<ImageRecipe> = {}): ImageRecipe {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw invalid('it is not an object');
  }
  const entries = config as Record<string, unknown>;
  const jina =
    entries.image_processor_type === 'JinaCLIPImageProcessor' || typeof entries.resize_mode === 'string';
  const recipe = jina ? fromJina(entries) : fromClip(entries);
  return { ...recipe, ...overrides };
}

function fromJina(entries: Record<string, unknown>): ImageRecipe {
  const { width, height } = sizeOf(entries.size ?? 224, 'size');
  return {
    width,
    height,
    mode: oneOf(entries.resize_mode ?? 'shortest', ['shortest', 'longest', 'squash'], 'resize_mode'),
    shortestEdge: Math.max(width, height),
    filter: oneOf(entries.interpolation ?? 'bicubic', RESAMPLE_CODES, 'interpolation'),
    cropRounding: 'half-even',
    fill: triple(entries.fill_color ?? 0, 'fill_color'),
    alpha: 'drop',
    rescale: 1 / 255,
    mean: triple(entries.mean ?? CLIP_MEAN, 'mean'),
    std: positive(triple(entries.std ?? CLIP_STD, 'std'), 'std'),
  };
}

function fromClip(entries: Record<string, unknown>): ImageRecipe {
  if (entries.do_resize === false)
    throw invalid('do_resize is false, and a batch needs pictures of one size');
  const crops = entries.do_center_crop !== false && entries.crop_size !== undefined;
  const crop = crops ? sizeOf(entries.crop_size, 'crop_size') : undefined;
  const size = entries.size ?? entries.crop_size;
  let mode: ResizeMode;
  let output: { width: number; height: number };
  let shortestEdge: number;
  if (isObject(size) && size.height !== undefined) {
    mode = 'squash';
    output = sizeOf(size, 'size');
    shortestEdge = Math.min(output.width, output.height);
    if (crop && (crop.width !== output.width || crop.height !== output.height)) {
      throw invalid('crop_size differs from a size of height and width');
    }
  } else if (isObject(size) && size.longest_edge !== undefined && size.shortest_edge === undefined) {
    mode = 'longest';
    const edge = pixels(size.longest_edge, 'size.longest_edge');
    output = { width: edge, height: edge };
    shortestEdge = edge;
  } else {
    mode = 'shortest';
    shortestEdge = pixels(isObject(size) ? size.shortest_edge : size, 'size.shortest_edge');
    if (!crop) throw invalid('size.shortest_edge without crop_size, and a batch needs pictures of one size');
    output = crop;
  }
  const normalises = entries.do_normalize !== false;
  return {
    width: output.width,
    height: output.height,
    mode,
    shortestEdge,
    filter: filterOf(entries.resample ?? 3),
    cropRounding: 'floor',
    fill: [0, 0, 0],
    alpha: 'drop',
    rescale: entries.do_rescale === false ? 1 : finite(entries.rescale_factor ?? 1 / 255, 'rescale_factor'),
    mean: normalises ? triple(entries.image_mean ?? CLIP_MEAN, 'image_mean') : [0, 0, 0],
    std: normalises ? positive(triple(entries.image_std ?? CLIP_STD, 'image_std'), 'image_std') : [1, 1, 1],
  };
}

const invalid = (what: string): FoundationError =>
  new FoundationError({
    code: 'MODEL_INVALID',
    message: `The model's preprocessor_config.json cannot be used: ${what}.`,
  });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function finite(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`${name} is not a number`);
  return value;
}

function pixels(value: unknown, name: string): number {
  const number = finite(value, name);
  if (!Number.isInteger(number) || number < 1 || number > MAX_INPUT_SIDE) {
    throw invalid(`${name} is ${number}, not a whole number from 1 to ${MAX_INPUT_SIDE}`);
  }
  return number;
}

/** A side, `[height, width]` or `{ height, width }`. */
function sizeOf(value: unknown, name: string): { width: number; height: number } {
  if (isObject(value)) {
    return { width: pixels(value.width, `${name}.width`), height: pixels(value.height, `${name}.height`) };
  }
  const [height, width] = Array.isArray(value) ? [value[0], value[1] ?? value[0]] : [value, value];
  return { width: pixels(width, name), height: pixels(height, name) };
}

function triple(value: unknown, name: string): Rgb {
  const [red, green, blue] = Array.isArray(value) && value.length === 3 ? value : [value, value, value];
  return [finite(red, name), finite(green, name), finite(blue, name)];
}

function positive(values: Rgb, name: string): Rgb {
  if (values.some((value) => value <= 0)) throw invalid(`${name} has a value that is not above zero`);
  return values;
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[], name: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw invalid(`${name} is ${JSON.stringify(value)}, not ${allowed.join(', ')}`);
  return found;
}

function filterOf(code: unknown): ResampleFilter {
  const filter = RESAMPLE_CODES[finite(code, 'resample')];
  if (!filter)
    throw invalid(`resample is ${String(code)}, not a code from 0 to ${RESAMPLE_CODES.length - 1}`);
  return filter;
}

/** float32 values of one picture: 3 · height · width. */
export const pixelValueCount = ({ width, height }: ImageRecipe): number => 3 * width * height;
