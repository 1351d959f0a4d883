/** Decoded pictures: straight (not premultiplied) RGBA, 8 bits per channel, rows from the top. */

/** Pixels of one picture. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** Straight RGBA, length 4 · width · height. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Whether every alpha is known to be 255. */
  readonly opaque: boolean;
}

/** Red, green and blue, each 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * Treatment of transparency.
 * - `white`: the picture is put on white, as a viewer with a white page shows it.
 * - `drop`: alpha is ignored and the stored colours are taken, as PIL's `convert('RGB')` does. Fully
 *   transparent pixels then show the colour that the file holds there, usually black.
 */
export type AlphaMode = 'white' | 'drop';

const WHITE = 255;

/**
 * Puts a picture on white: `(colour · alpha + 255 · (255 − alpha)) ÷ 255`, rounded to nearest, which is what
 * Pillow's `paste` with the alpha as mask gives. The result is opaque; the given picture is not changed.
 */
export function onWhite(raster: Raster): Raster {
  if (raster.opaque) return raster;
  const data = new Uint8Array(raster.data.length);
  rowOnWhite(raster.data, data);
  return { width: raster.width, height: raster.height, data, opaque: true };
}

/** As {@link onWhite}, for some RGBA pixels. */
export function rowOnWhite(source: Uint8Array, data: Uint8Array): void {
  for (let at = 0; at < source.length; at += 4) {
    const alpha = source[at + 3]!;
    if (alpha === 255) {
      data[at] = source[at]!;
      data[at + 1] = source[at + 1]!;
      data[at + 2] = source[at + 2]!;
    } else {
      const ground = WHITE * (255 - alpha);
      data[at] = divide255(source[at]! * alpha + ground);
      data[at + 1] = divide255(source[at + 1]! * alpha + ground);
      data[at + 2] = divide255(source[at + 2]! * alpha + ground);
    }
    data[at + 3] = 255;
  }
}

/** `value ÷ 255` rounded to nearest, exact for 0 to 255². */
function divide255(value: number): number {
  const biased = value + 128;
  return (biased + (biased >> 8)) >> 8;
}

/**
 * Turns a picture upright. `orientation` is EXIF's (tag 0x0112): 1 upright, 2 mirrored, 3 half turn, 4 flipped,
 * 5 to 8 the same with width and height exchanged. Anything else counts as 1, as viewers do.
 */
export function upright(raster: Raster, orientation: number): Raster {
  if (!Number.isInteger(orientation) || orientation < 2 || orientation > 8) return raster;
  const { width, height } = raster;
  const swapped = orientation >= 5;
  const outWidth = swapped ? height : width;
  const outHeight = swapped ? width : height;
  // Source pixel of output (0, 0), and how far one step right and one step down moves in the source.
  const lastColumn = width - 1;
  const lastRow = (height - 1) * width;
  const [start, right, down] = (
    {
      2: [lastColumn, -1, width],
      3: [lastRow + lastColumn, -1, -width],
      4: [lastRow, 1, -width],
      5: [0, width, 1],
      6: [lastRow, -width, 1],
      7: [lastRow + lastColumn, -width, -1],
      8: [lastColumn, width, -1],
    } as const
  )[orientation as 2 | 3 | 4 | 5 | 6 | 7 | 8];
  const source = words(raster.data);
  const target = new Uint32Array(source.length);
  for (let y = 0, at = 0; y < outHeight; y++) {
    for (let x = 0, from = start + y * down; x < outWidth; x++, at++, from += right) {
      target[at] = source[from]!;
    }
  }
  return {
    width: outWidth,
    height: outHeight,
    data: new Uint8Array(target.buffer),
    opaque: raster.opaque,
  };
}

/** One 32-bit word per pixel; a copy if the bytes are not aligned. */
function words(data: Uint8Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}
