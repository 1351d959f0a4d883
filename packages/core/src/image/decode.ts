/** From an image input to straight RGBA pixels, upright. */
import { FoundationError } from '@nearfield/spec';
import type { ByteBudget } from './byte-budget.ts';
import { imageError } from './errors.ts';
import { type ImageHeader, readImageHeader } from './header.ts';
import {
  checkPixels,
  type ImageInput,
  type ReadImage,
  type ReadImageOptions,
  rasterOf,
  readImageInput,
} from './input.ts';
import { decodePng } from './png.ts';
import { type Raster, upright } from './raster.ts';
import type { PixelWindow } from './resize.ts';
import { readSvg, type SvgDrawing } from './svg.ts';

/**
 * Decodes the formats that are not decoded here (all but PNG), with the host's decoders: `browserDecoder` in a
 * page or worker, `nodeDecoder` in Node.
 */
export interface RasterDecoder {
  /**
   * Pixels of a file whose size was checked: the first frame, straight RGBA, colour profiles ignored. EXIF was blanked:
   * its orientation is applied afterwards.
   * Rejects with anything if the file is damaged or its format unknown.
   */
  decode(
    bytes: Uint8Array<ArrayBuffer>,
    header: ImageHeader,
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<Raster>;
  /**
   * Draws an SVG, if the host can: workers cannot, but the pages that use them can.
   * Rejects with anything if it is damaged.
   */
  drawSvg?(svg: SvgDrawing, options: { readonly signal?: AbortSignal | undefined }): Promise<Raster>;
  /** Pixels of an `ImageBitmap`, if the host has this class. */
  fromBitmap?(bitmap: ImageBitmap): Raster;
}

/** Options of {@link decodeImage}. */
export interface DecodeImageOptions extends ReadImageOptions {
  readonly decoder: RasterDecoder;
  /** Limit of decoded bytes held at a time, shared by all calls of an engine. Default: none. */
  readonly budget?: ByteBudget | undefined;
}

/**
 * Reads and decodes an image input, and holds its share of the budget while `use` works on the pixels. A picture waits
 * for its share before anything of it is decoded or copied. The format is recognised by the bytes, not the MIME type, and
 * the size is checked against `maxPixels` before that. EXIF orientation is applied.
 *
 * PNG files are decoded bit by bit as stored, everywhere; the others by the host's decoder. SVG drawings are drawn at
 * their own size, at most 2048 pixels long.
 * @throws FoundationError INPUT_VALIDATION_FAILED with `param`, SERVICE_TIMEOUT for a URL, NOT_SUPPORTED where the
 * host cannot decode this format; the signal's reason when aborted.
 */
export async function useImage<Value>(
  input: ImageInput,
  options: DecodeImageOptions,
  use: (raster: Raster) => Value,
): Promise<Value> {
  const read = await readImageInput(input, options);
  options.signal?.throwIfAborted();
  const header = read.kind === 'bytes' ? readImageHeader(read.bytes, options.param) : undefined;
  if (header) checkPixels(header, options);
  const release = await options.budget?.take(heldBytes(read, header), options.signal);
  try {
    return use(await decode(read, header, options));
  } finally {
    // Also for a call that was aborted meanwhile: until here its pixels were in memory.
    release?.();
  }
}

/** The pixels of an image input, without a budget that lasts: see {@link useImage}. */
export function decodeImage(input: ImageInput, options: DecodeImageOptions): Promise<Raster> {
  return useImage(input, options, (raster) => raster);
}

/** Bytes a picture takes while it is decoded: RGBA, and the copies that are made of it on the way. */
function heldBytes(read: ReadImage, header: ImageHeader | undefined): number {
  if (read.kind !== 'bytes') {
    const { width, height } = read.kind === 'pixels' ? read.source : read.bitmap;
    return 4 * width * height;
  }
  const { width, height, format, orientation } = header!;
  // Other formats are held once by their decoder and once as its result; turning makes a second picture.
  return 4 * width * height * (format !== 'png' || orientation > 1 ? 2 : 1);
}

async function decode(
  read: ReadImage,
  header: ImageHeader | undefined,
  options: DecodeImageOptions,
): Promise<Raster> {
  if (read.kind === 'pixels') return rasterOf(read.source);
  if (read.kind === 'bitmap') return fromBitmap(read.bitmap, options);
  const { format, orientation } = header!;
  if (format === 'png') return upright(await decodePng(read.bytes, options), orientation);
  const raster = await decodeElsewhere(withoutTags(read.bytes, header!), header!, options);
  options.signal?.throwIfAborted();
  return upright(header!.frame ? clearedAround(raster, header!.frame) : raster, orientation);
}

/** Makes the area around a frame transparent, in place: some decoders fill it with black. */
function clearedAround(raster: Raster, { x, y, width, height }: PixelWindow): Raster {
  const { data } = raster;
  for (let row = 0; row < raster.height; row++) {
    const start = 4 * row * raster.width;
    const end = start + 4 * raster.width;
    if (row < y || row >= y + height) data.fill(0, start, end);
    else data.fill(0, start, start + 4 * x).fill(0, start + 4 * (x + width), end);
  }
  return { ...raster, opaque: false };
}

async function decodeElsewhere(
  bytes: Uint8Array<ArrayBuffer>,
  header: ImageHeader,
  options: DecodeImageOptions,
): Promise<Raster> {
  try {
    const { decoder, signal } = options;
    if (header.format !== 'svg') return await decoder.decode(bytes, header, { signal });
    if (!decoder.drawSvg) throw imageError('An SVG drawing cannot be drawn here. Send a PNG of it.', options);
    return await decoder.drawSvg(readSvg(bytes)!, { signal });
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (FoundationError.isInstance(cause)) throw cause;
    const name = header.format.toUpperCase();
    const mayBeForbidden = header.format === 'svg' && globalThis.location !== undefined;
    const page = mayBeForbidden ? ', or the page’s Content-Security-Policy does not allow img-src data:' : '';
    throw imageError(`The image is a damaged ${name} file, or of an unknown variant${page}.`, {
      ...options,
      cause,
    });
  }
}

/** The file with the names of its EXIF and XMP data blanked, so that decoders do not find these. */
function withoutTags(bytes: Uint8Array<ArrayBuffer>, { tags }: ImageHeader): Uint8Array<ArrayBuffer> {
  if (tags.length === 0) return bytes;
  const copy = bytes.slice();
  for (const at of tags) copy.set(BLANK, at);
  return copy;
}

/** A name of chunks and segments that means nothing. */
const BLANK = new TextEncoder().encode('none');

function fromBitmap(bitmap: ImageBitmap, options: DecodeImageOptions): Raster {
  const raster = options.decoder.fromBitmap?.(bitmap);
  if (!raster) throw imageError('An ImageBitmap cannot be read here. Send its file instead.', options);
  return raster;
}
