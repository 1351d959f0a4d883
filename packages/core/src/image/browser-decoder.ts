/** Decodes with the browser's own decoders. Runs in pages and workers. */
import { FoundationError } from '@nearfield/spec';
import type { RasterDecoder } from './decode.ts';
import { drawSvg } from './draw-svg.ts';
import { IMAGE_TYPES, type ImageHeader } from './header.ts';
import type { Raster } from './raster.ts';

/**
 * `createImageBitmap` and an `OffscreenCanvas`. A canvas keeps premultiplied pixels, so that colours under
 * transparency are rounded; files with transparency therefore go through WebCodecs' `ImageDecoder` where there
 * is one, which hands out straight pixels. Browsers do not keep the colour of fully transparent GIF pixels at all.
 */
export const browserDecoder: RasterDecoder = {
  async decode(bytes, header, { signal }) {
    // Its frames are as stored, without the turns of AVIF.
    if (header.alpha && !header.turns && typeof ImageDecoder !== 'undefined') {
      const straight = await decodeStraight(bytes, header);
      if (straight) return straight;
      signal?.throwIfAborted();
    }
    const bitmap = await createImageBitmap(new Blob([bytes], { type: IMAGE_TYPES[header.format] }), {
      // EXIF was blanked; what is left are the turns that belong to AVIF itself.
      imageOrientation: 'from-image',
      premultiplyAlpha: 'none',
      colorSpaceConversion: 'none',
    });
    try {
      signal?.throwIfAborted();
      const raster = fromBitmap(bitmap);
      return header.alpha ? raster : { ...raster, opaque: true };
    } finally {
      bitmap.close();
    }
  },
  fromBitmap,
  ...(typeof document !== 'undefined' && { drawSvg }),
};

/** First frame as straight RGBA, or undefined if the browser cannot give it. */
async function decodeStraight(
  bytes: Uint8Array<ArrayBuffer>,
  { format }: ImageHeader,
): Promise<Raster | undefined> {
  const type = IMAGE_TYPES[format];
  if (!(await ImageDecoder.isTypeSupported(type))) return undefined;
  const decoder = new ImageDecoder({
    data: bytes,
    type,
    colorSpaceConversion: 'none',
    preferAnimation: false,
  });
  try {
    const { image } = await decoder.decode({ frameIndex: 0 });
    try {
      // Planar frames would be converted from YUV by other rules than the canvas's.
      if (!image.format || !/^(RGB|BGR)[AX]$/.test(image.format)) return undefined;
      const { width = 0, height = 0 } = image.visibleRect ?? {};
      if (image.displayWidth !== width || image.displayHeight !== height) return undefined;
      const data = new Uint8Array(4 * width * height);
      await image.copyTo(data, { layout: [{ offset: 0, stride: 4 * width }] });
      if (image.format.startsWith('BGR')) swapRedAndBlue(data);
      const opaque = image.format.endsWith('X');
      if (opaque) for (let at = 3; at < data.length; at += 4) data[at] = 255;
      return { width, height, data, opaque };
    } finally {
      image.close();
    }
  } finally {
    decoder.close();
  }
}

function swapRedAndBlue(data: Uint8Array): void {
  for (let at = 0; at < data.length; at += 4) {
    const blue = data[at]!;
    data[at] = data[at + 2]!;
    data[at + 2] = blue;
  }
}

/** Pixels drawn at once: bounds the memory beside the result, and the canvas's height. */
const BAND_PIXELS = 4 * 1024 * 1024;

function fromBitmap(bitmap: ImageBitmap): Raster {
  const { width, height } = bitmap;
  const band = Math.max(1, Math.min(height, Math.floor(BAND_PIXELS / width)));
  const canvas = typeof OffscreenCanvas === 'undefined' ? undefined : new OffscreenCanvas(width, band);
  const context = canvas?.getContext('2d', { willReadFrequently: true });
  if (!context) {
    throw new FoundationError({
      code: 'NOT_SUPPORTED',
      message: 'This browser cannot decode images off the page (no OffscreenCanvas). Update it.',
    });
  }
  context.globalCompositeOperation = 'copy';
  const data = new Uint8Array(4 * width * height);
  for (let top = 0; top < height; top += band) {
    const rows = Math.min(band, height - top);
    context.drawImage(bitmap, 0, top, width, rows, 0, 0, width, rows);
    data.set(context.getImageData(0, 0, width, rows).data, 4 * width * top);
  }
  return { width, height, data, opaque: false };
}
