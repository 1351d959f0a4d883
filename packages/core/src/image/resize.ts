/**
 * Antialiased resampling that equals Pillow's, bit for bit: the filter is widened by the reduction factor,
 * coefficients are rounded to 22 fractional bits, and the picture is rounded and clipped to 8 bits after the
 * horizontal and again after the vertical pass. Source: Pillow 9 to 12, `Image.resize`, its documented filters.
 */
import { type Raster, rowOnWhite } from './raster.ts';

/** A resampling filter. */
export type ResampleFilter = 'nearest' | 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos';

/** Filters by their `resample` code in `preprocessor_config.json` (PIL's constants). */
export const RESAMPLE_CODES: readonly ResampleFilter[] = [
  'nearest',
  'lanczos',
  'bilinear',
  'bicubic',
  'box',
  'hamming',
];

/** A part of a picture, in whole pixels. */
export interface PixelWindow {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Packed RGB, 8 bits per channel; length 3 · width · height. */
export interface RgbPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Size and filter of a {@link resize}. */
export interface ResizeOptions {
  /** Size of the whole resized picture, at least 1 × 1. */
  readonly width: number;
  readonly height: number;
  /** Default `bicubic` (Keys' cubic with a = −0.5). */
  readonly filter?: ResampleFilter | undefined;
  /** Whether the picture is put on white, row by row. Default: colours stay unchanged. */
  readonly onWhite?: boolean | undefined;
  /** The part of the resized picture that is wanted. Default: all of it. Only this part costs time and memory. */
  readonly window?: PixelWindow | undefined;
}

const PRECISION_BITS = 22;
const ROUNDING = 1 << (PRECISION_BITS - 1);

/**
 * Resizes a picture's colours; alpha is ignored, or blended with white. Additional memory: two rows and 12 bytes per
 * output pixel, for sources of any size.
 * @throws {RangeError} if a size is below 1 or the window does not lie inside the resized picture.
 */
export function resize(raster: Raster, options: ResizeOptions): RgbPixels {
  const { width, height, filter = 'bicubic' } = options;
  const window = options.window ?? { x: 0, y: 0, width, height };
  if (!(width >= 1 && height >= 1)) throw new RangeError(`Cannot resize to ${width} × ${height}`);
  const right = window.x + window.width;
  const bottom = window.y + window.height;
  if (!(window.x >= 0 && window.y >= 0 && right <= width && bottom <= height)) {
    throw new RangeError(`The window lies outside of ${width} × ${height}`);
  }
  const rowAt = rowsOf(raster, options.onWhite === true);
  if (filter === 'nearest') return nearest(raster, rowAt, width, height, window);
  const columns = taps(raster.width, width, window.x, right, filter);
  const rows = taps(raster.height, height, window.y, bottom, filter);
  return convolve(rowAt, window, columns, rows);
}

/** Reads rows of RGBA. A row is valid until the next one is read. */
type RowReader = (y: number) => Uint8Array;

function rowsOf({ width, data, opaque }: Raster, onWhite: boolean): RowReader {
  const stored: RowReader = (y) => data.subarray(y * width * 4, (y + 1) * width * 4);
  if (!onWhite || opaque) return stored;
  const flat = new Uint8Array(4 * width);
  return (y) => {
    rowOnWhite(stored(y), flat);
    return flat;
  };
}

/** Filter coefficients of a range of output positions along one axis. */
interface Taps {
  /** First input position and end (exclusive) of each output position. Both never decrease. */
  readonly first: Int32Array;
  readonly end: Int32Array;
  /** `stride` coefficients per output position, in 1/2²². */
  readonly weights: Int32Array;
  readonly stride: number;
  /** Whether this axis keeps its size, so that a pass would change nothing. */
  readonly identity: boolean;
}

interface Kernel {
  readonly support: number;
  readonly at: (x: number) => number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const KERNELS: Readonly<Record<Exclude<ResampleFilter, 'nearest'>, Kernel>> = {
  box: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    at: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x))),
  },
  bicubic: { support: 2, at: cubic },
  lanczos: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys (1981), "Cubic convolution interpolation for digital image processing", a = −0.5. */
function cubic(signed: number): number {
  const a = -0.5;
  const x = Math.abs(signed);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

function taps(
  inSize: number,
  outSize: number,
  start: number,
  end: number,
  filter: Exclude<ResampleFilter, 'nearest'>,
): Taps {
  const kernel = KERNELS[filter];
  const scale = inSize / outSize;
  const widening = Math.max(scale, 1);
  const support = kernel.support * widening;
  // An axis is never longer than its input, so a wide filter on a short axis needs no more room than that.
  const stride = Math.min(Math.ceil(support) * 2 + 1, inSize);
  const count = end - start;
  const first = new Int32Array(count);
  const stop = new Int32Array(count);
  const weights = new Int32Array(count * stride);
  const exact = new Float64Array(stride);
  for (let index = 0; index < count; index++) {
    const centre = (start + index + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - support + 0.5));
    const high = Math.min(inSize, Math.trunc(centre + support + 0.5));
    let sum = 0;
    for (let at = low; at < high; at++) {
      const weight = kernel.at((at - centre + 0.5) * (1 / widening));
      exact[at - low] = weight;
      sum += weight;
    }
    for (let at = 0; at < high - low; at++) {
      const fixed = (sum === 0 ? exact[at]! : exact[at]! / sum) * 2 ** PRECISION_BITS;
      weights[index * stride + at] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    }
    first[index] = low;
    stop[index] = high;
  }
  return { first, end: stop, weights, stride, identity: inSize === outSize };
}

/**
 * Both passes, a source row at a time: the row is resized horizontally into `line` and added to every output
 * row that it reaches, so that the horizontally resized picture never exists as a whole.
 */
function convolve(rowAt: RowReader, window: PixelWindow, columns: Taps, rows: Taps): RgbPixels {
  const { width, height } = window;
  const rowLength = width * 3;
  const data = new Uint8Array(rowLength * height);
  if (data.length === 0) return { width, height, data };
  const line = new Uint8Array(rowLength);
  const sums = new Int32Array(rows.identity ? 0 : rowLength * height).fill(ROUNDING);
  let reached = 0;
  for (let y = rows.first[0]!; y < rows.end[height - 1]!; y++) {
    if (rows.identity) {
      if (y < window.y) continue;
      if (y >= window.y + height) break;
      horizontal(rowAt(y), columns, window.x, data.subarray((y - window.y) * rowLength));
      continue;
    }
    while (rows.end[reached]! <= y) reached++;
    if (rows.first[reached]! > y) continue;
    horizontal(rowAt(y), columns, window.x, line);
    for (let row = reached; row < height && rows.first[row]! <= y; row++) {
      const weight = rows.weights[row * rows.stride + y - rows.first[row]!]!;
      addScaled(sums, row * rowLength, line, weight);
    }
  }
  if (!rows.identity) for (let at = 0; at < data.length; at++) data[at] = toByte(sums[at]!);
  return { width, height, data };
}

function addScaled(sums: Int32Array, offset: number, line: Uint8Array, weight: number): void {
  for (let at = 0, to = offset; at < line.length; at++, to++) {
    sums[to] = (sums[to]! + Math.imul(line[at]!, weight)) | 0;
  }
}

/** One row of RGBA to packed RGB. */
function horizontal(source: Uint8Array, columns: Taps, x: number, target: Uint8Array): void {
  const { first, end, weights, stride } = columns;
  if (columns.identity) {
    for (let column = 0, from = x * 4, to = 0; column < first.length; column++, from += 4, to += 3) {
      target[to] = source[from]!;
      target[to + 1] = source[from + 1]!;
      target[to + 2] = source[from + 2]!;
    }
    return;
  }
  for (let column = 0, to = 0; column < first.length; column++, to += 3) {
    let red = ROUNDING;
    let green = ROUNDING;
    let blue = ROUNDING;
    let at = column * stride;
    const stop = end[column]! * 4;
    for (let from = first[column]! * 4; from < stop; from += 4, at++) {
      const weight = weights[at]!;
      red = (red + Math.imul(source[from]!, weight)) | 0;
      green = (green + Math.imul(source[from + 1]!, weight)) | 0;
      blue = (blue + Math.imul(source[from + 2]!, weight)) | 0;
    }
    target[to] = toByte(red);
    target[to + 1] = toByte(green);
    target[to + 2] = toByte(blue);
  }
}

function toByte(sum: number): number {
  return Math.max(0, Math.min(255, sum >> PRECISION_BITS));
}

/** The source pixel under the centre of each output pixel. */
function nearest(
  raster: Raster,
  rowAt: RowReader,
  width: number,
  height: number,
  window: PixelWindow,
): RgbPixels {
  const data = new Uint8Array(window.width * window.height * 3);
  const columns = centres(raster.width, width, window.x, window.width);
  const rows = centres(raster.height, height, window.y, window.height);
  let to = 0;
  for (const row of rows) {
    const source = rowAt(row);
    for (const column of columns) {
      const from = 4 * column;
      data[to] = source[from]!;
      data[to + 1] = source[from + 1]!;
      data[to + 2] = source[from + 2]!;
      to += 3;
    }
  }
  return { width: window.width, height: window.height, data };
}

function centres(inSize: number, outSize: number, start: number, count: number): Int32Array {
  const step = inSize / outSize;
  const positions = new Int32Array(count);
  // Summed up instead of multiplied, because Pillow's rounding at exact halves depends on it.
  let centre = step * 0.5;
  for (let index = 0; index < start + count; index++, centre += step) {
    if (index >= start) positions[index - start] = Math.min(inSize - 1, Math.floor(centre));
  }
  return positions;
}
