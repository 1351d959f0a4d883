/** From an image input to straight RGBA pixels, upright. */
import { FoundationError } from '@nearfield/spec';
import { imageError } from './errors.ts';
import { type ImageHeader, readImageHeader } from './header.ts';
import { checkPixels, type ImageInput, type ReadImageOptions, readImageInput } from './input.ts';
import { decodePng } from './png.ts';
import { type Raster, upright } from './raster.ts';

/**
 * Decodes the formats that are not decoded here (all but PNG), with whatever the host has: `browserDecoder` in a
 * page or worker, `nodeDecoder` in Node.
 */
export interface RasterDecoder {
  /**
   * Pixels of a file whose size was checked: the first frame, upright, straight RGBA, colour profiles ignored.
   * Rejects with anything if the file is damaged or its format unknown.
   */
  decode(
    bytes: Uint8Array<ArrayBuffer>,
    header: ImageHeader,
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<Raster>;
  /** Pixels of an `ImageBitmap`, where the host has such a thing. */
  fromBitmap?(bitmap: ImageBitmap): Raster;
}

/** Options of {@link decodeImage}. */
export interface DecodeImageOptions extends ReadImageOptions {
  readonly decoder: RasterDecoder;
}

/**
 * Reads and decodes an image input. The format is told by the bytes, not by a MIME type, and the size is checked
 * against `maxPixels` before anything is decoded. EXIF orientation is applied.
 *
 * PNG files are decoded bit by bit as stored, everywhere; the others by the host's decoder.
 * @throws FoundationError INPUT_VALIDATION_FAILED with `param`, SERVICE_TIMEOUT for a URL, NOT_SUPPORTED where the
 * host cannot decode this format; the signal's reason when aborted.
 */
export async function decodeImage(input: ImageInput, options: DecodeImageOptions): Promise<Raster> {
  const read = await readImageInput(input, options);
  options.signal?.throwIfAborted();
  if (read.kind === 'raster') return read.raster;
  if (read.kind === 'bitmap') return fromBitmap(read.bitmap, options);
  const { bytes } = read;
  const header = readImageHeader(bytes, options.param);
  checkPixels(header, options);
  if (header.format === 'png') return upright(await decodePng(bytes, options), header.orientation);
  let raster: Raster;
  try {
    raster = await options.decoder.decode(bytes, header, { signal: options.signal });
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (FoundationError.isInstance(cause)) throw cause;
    throw imageError(
      `The image is a damaged ${header.format.toUpperCase()} file, or of an unknown variant.`,
      {
        ...options,
        cause,
      },
    );
  }
  options.signal?.throwIfAborted();
  return raster;
}

function fromBitmap(bitmap: ImageBitmap, options: DecodeImageOptions): Raster {
  const raster = options.decoder.fromBitmap?.(bitmap);
  if (!raster) throw imageError('An ImageBitmap cannot be read here. Send its file instead.', options);
  return raster;
}
