/** Decodes in Node with the optional package `sharp` (libvips). */
import { FoundationError } from '@nearfield/spec';
import type { RasterDecoder } from './decode.ts';

type Sharp = typeof import('sharp')['default'];

/** sharp, loaded with the first file that needs it. */
async function loadSharp(format: string): Promise<Sharp> {
  // Tried here and nowhere else: bundlers pass over a package that is not installed only where its import is tried.
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new FoundationError({
      code: 'NOT_SUPPORTED',
      message: `Decoding ${format.toUpperCase()} in Node needs the package sharp: npm install sharp. PNG works without it.`,
      cause,
    });
  }
}

/** A decoder for Node: JPEG, WebP, GIF, AVIF and SVG through `sharp`. BMP is not among its formats. */
export const nodeDecoder: RasterDecoder = {
  async decode(bytes, header) {
    if (header.format === 'bmp') {
      throw new FoundationError({
        code: 'NOT_SUPPORTED',
        message: 'BMP files are not decoded in Node. Send a PNG or JPEG.',
      });
    }
    const sharp = await loadSharp(header.format);
    const image = sharp(bytes, {
      failOn: 'error',
      ignoreIcc: true,
      limitInputPixels: header.width * header.height,
    });
    if (header.format === 'jpeg' && (await image.metadata()).space === 'cmyk') {
      const { data, info } = await image
        .pipelineColourspace('cmyk')
        .toColourspace('cmyk')
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true });
      return { width: info.width, height: info.height, data: fromInk(pixelsOf(data)), opaque: true };
    }
    const { data, info } = await image
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: pixelsOf(data), opaque: !header.alpha };
  },

  /** librsvg opens nothing that a drawing from memory refers to. */
  async drawSvg({ text, width, height }) {
    const sharp = await loadSharp('svg');
    const { data } = await sharp(Buffer.from(text), { failOn: 'error', limitInputPixels: 2 * width * height })
      .resize(width, height, { fit: 'fill' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width, height, data: pixelsOf(data), opaque: false };
  },
};

/** The bytes themselves, not a copy: a picture may have 256 MB. */
const pixelsOf = ({ buffer, byteOffset, length }: Buffer): Uint8Array<ArrayBuffer> =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, length);

/** CMYK to RGB without a profile, in place, as browsers and Pillow do: (255 − ink) · (255 − black) ÷ 255. */
function fromInk(data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  for (let at = 0; at < data.length; at += 4) {
    const light = 255 - data[at + 3]!;
    for (let channel = 0; channel < 3; channel++) {
      data[at + channel] = light - Math.round((data[at + channel]! * light) / 255);
    }
    data[at + 3] = 255;
  }
  return data;
}
