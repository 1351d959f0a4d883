/**
 * A PNG decoder. Browsers only hand out pixels that were premultiplied by alpha, which loses the colours under
 * transparency; this one gives the stored values, the same in a browser and in Node. Inflating is the
 * platform's `DecompressionStream`. Source: PNG specification, third edition (W3C, 2025).
 */
import { imageError } from './errors.ts';
import type { Raster } from './raster.ts';

/** Options of {@link decodePng}. */
export interface DecodePngOptions {
  readonly signal?: AbortSignal | undefined;
  /** The request field that errors name. Default `image`. */
  readonly param?: string | undefined;
}

/**
 * Decodes every colour type, bit depth and interlacing to straight RGBA of 8 bits per channel: 16-bit samples keep
 * their high byte, fewer bits are spread over 0 to 255, colour profiles and gamma are ignored, animations give
 * their default picture. Orientation is not applied. Nothing is inflated beyond the pixels that the header
 * promises, and no other compressed chunk is opened.
 *
 * Memory: 4 bytes per pixel. Check the header's size first.
 * @throws FoundationError INPUT_VALIDATION_FAILED if the file is damaged; the signal's reason when aborted.
 */
export async function decodePng(
  bytes: Uint8Array<ArrayBuffer>,
  options: DecodePngOptions = {},
): Promise<Raster> {
  const damaged = (what: string, cause?: unknown): Error =>
    imageError(`The image is a damaged PNG file: ${what}.`, { param: options.param, cause });
  const file = readChunks(bytes, damaged);
  const painter = new Painter(file);
  const lines = linesOf(file);
  const reader = inflate(file.data).getReader();
  try {
    let line = lines.next().value;
    let filter = -1;
    let filled = 0;
    let current = new Uint8Array(0);
    let previous = new Uint8Array(0);
    while (line) {
      options.signal?.throwIfAborted();
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw damaged('its compressed pixels are broken', cause);
      });
      if (done) throw damaged('it ends early');
      for (let at = 0; line && at < value.length; ) {
        if (filter < 0) {
          filter = value[at++]!;
          if (filter > 4) throw damaged(`row filter ${filter} does not exist`);
          if (line.first) {
            current = new Uint8Array(line.bytes);
            previous = new Uint8Array(line.bytes);
          }
          continue;
        }
        const take = Math.min(value.length - at, line.bytes - filled);
        current.set(value.subarray(at, at + take), filled);
        filled += take;
        at += take;
        if (filled === line.bytes) {
          unfilter(filter, current, previous, file.step);
          painter.paint(current, line);
          [current, previous] = [previous, current];
          filled = 0;
          filter = -1;
          line = lines.next().value;
        }
      }
    }
    return painter.finish();
  } finally {
    reader.cancel().catch(() => {});
  }
}

interface PngFile {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
  /** Bytes of a whole pixel, at least 1: how far back the filters look. */
  readonly step: number;
  readonly bitsPerPixel: number;
  readonly palette: Uint8Array | undefined;
  readonly transparency: Uint8Array | undefined;
  /** The compressed pixels. */
  readonly data: Uint8Array<ArrayBuffer>;
}

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

function readChunks(bytes: Uint8Array<ArrayBuffer>, damaged: (what: string) => Error): PngFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: DataView | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  // Pixels come in any number of chunks; joined, because a stream of a million tiny ones would be slow.
  const data = new Uint8Array(bytes.length);
  let filled = 0;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const start = at + 8;
    const type = String.fromCharCode(...bytes.subarray(at + 4, start));
    if (start + length + 4 > bytes.length) throw damaged('it ends early');
    const content = bytes.subarray(start, start + length);
    const critical = (bytes[at + 4]! & 0x20) === 0;
    if (critical && crc32(bytes.subarray(at + 4, start + length)) !== view.getUint32(start + length)) {
      throw damaged(`the checksum of its ${type} chunk is wrong`);
    }
    if (type === 'IHDR') {
      if (length !== 13) throw damaged('its header has the wrong length');
      if (header) throw damaged('it has two headers');
      header = new DataView(bytes.buffer, bytes.byteOffset + start, length);
    } else if (type === 'PLTE') palette = content;
    else if (type === 'tRNS') transparency = content;
    else if (type === 'IDAT') {
      data.set(content, filled);
      filled += length;
    } else if (type === 'IEND') break;
    at = start + length + 4;
  }
  if (!header) throw damaged('it has no header');
  if (filled === 0) throw damaged('it has no pixels');
  const width = header.getUint32(0);
  const height = header.getUint32(4);
  const depth = header.getUint8(8);
  const colourType = header.getUint8(9);
  if (width < 1 || height < 1) throw damaged(`its size is ${width} × ${height}`);
  if (!DEPTHS[colourType]?.includes(depth)) {
    throw damaged(`colour type ${colourType} with ${depth} bits does not exist`);
  }
  if (header.getUint8(10) !== 0 || header.getUint8(11) !== 0 || header.getUint8(12) > 1) {
    throw damaged('it uses an unknown compression, filter or interlace method');
  }
  if (colourType === 3 && !palette) throw damaged('it has no palette');
  const bitsPerPixel = depth * CHANNELS[colourType]!;
  return {
    width,
    height,
    depth,
    colourType,
    interlaced: header.getUint8(12) === 1,
    step: Math.max(1, bitsPerPixel >> 3),
    bitsPerPixel,
    palette,
    transparency,
    data: data.subarray(0, filled),
  };
}

/** One row of samples and the target of its pixels. */
interface Line {
  readonly y: number;
  readonly x: number;
  readonly stepX: number;
  readonly pixels: number;
  readonly bytes: number;
  /** Whether it starts a pass, where the row above counts as zero. */
  readonly first: boolean;
}

/** x, y, step x, step y of the seven interlace passes. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function* linesOf({ width, height, interlaced, bitsPerPixel }: PngFile): Generator<Line, undefined> {
  for (const [x, startY, stepX, stepY] of interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const)) {
    const pixels = Math.ceil((width - x) / stepX);
    if (pixels <= 0) continue;
    const bytes = Math.ceil((pixels * bitsPerPixel) / 8);
    for (let y = startY; y < height; y += stepY) {
      yield { y, x, stepX, pixels, bytes, first: y === startY };
    }
  }
  return undefined;
}

/** Compressed bytes handed over at once: they may become a thousand times as many before anyone can stop it. */
const SLICE = 16_384;

/** The inflated bytes. Cancelling the result ends the work. */
function inflate(data: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      controller.enqueue(data.subarray(at, at + SLICE));
      at += SLICE;
      if (at >= data.length) controller.close();
    },
  }).pipeThrough(new DecompressionStream('deflate'));
}

/** Undoes a row filter in place. `above` is the finished row before it. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  const length = row.length;
  switch (filter) {
    case 1:
      for (let at = step; at < length; at++) row[at] = row[at]! + row[at - step]!;
      break;
    case 2:
      for (let at = 0; at < length; at++) row[at] = row[at]! + above[at]!;
      break;
    case 3:
      for (let at = 0; at < step && at < length; at++) row[at] = row[at]! + (above[at]! >> 1);
      for (let at = step; at < length; at++) row[at] = row[at]! + ((row[at - step]! + above[at]!) >> 1);
      break;
    case 4:
      for (let at = 0; at < step && at < length; at++) row[at] = row[at]! + above[at]!;
      for (let at = step; at < length; at++) {
        const left = row[at - step]!;
        const up = above[at]!;
        const corner = above[at - step]!;
        const toLeft = Math.abs(up - corner);
        const toUp = Math.abs(left - corner);
        const toCorner = Math.abs(left + up - 2 * corner);
        row[at] = row[at]! + (toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner);
      }
      break;
  }
}

/** Spreads samples into RGBA. */
class Painter {
  readonly #file: PngFile;
  readonly #data: Uint8Array<ArrayBuffer>;
  /** RGBA of every sample value, for palettes and greys of up to 8 bits. */
  readonly #table: Uint8Array | undefined;
  /** The one colour that is transparent, as raw samples. */
  readonly #clear: readonly number[] | undefined;
  /** All alphas so far, anded. */
  #alphas = 255;

  constructor(file: PngFile) {
    this.#file = file;
    this.#data = new Uint8Array(file.width * file.height * 4);
    const { colourType, depth, palette, transparency } = file;
    if (colourType === 3) this.#table = paletteTable(palette!, transparency);
    else if (colourType === 0 && depth <= 8) this.#table = greyTable(depth, transparency);
    else if (transparency && colourType <= 2) {
      const view = new DataView(transparency.buffer, transparency.byteOffset, transparency.byteLength);
      const wanted = CHANNELS[colourType]!;
      if (transparency.length >= 2 * wanted) {
        this.#clear = Array.from({ length: wanted }, (_, index) => view.getUint16(2 * index));
      }
    }
  }

  finish(): Raster {
    const { width, height } = this.#file;
    return { width, height, data: this.#data, opaque: this.#alphas === 255 };
  }

  paint(row: Uint8Array, line: Line): void {
    const { width, depth, colourType } = this.#file;
    const start = 4 * (line.y * width + line.x);
    const step = 4 * line.stepX;
    if (this.#table) this.#indexed(row, line.pixels, start, step, this.#table);
    else if (colourType === 6 && depth === 8 && step === 4) this.#whole(row, start);
    else this.#direct(row, line.pixels, start, step);
  }

  /** Rows that are RGBA already. */
  #whole(row: Uint8Array, start: number): void {
    this.#data.set(row, start);
    let alphas = this.#alphas;
    for (let at = 3; at < row.length; at += 4) alphas &= row[at]!;
    this.#alphas = alphas;
  }

  #indexed(row: Uint8Array, pixels: number, start: number, step: number, table: Uint8Array): void {
    const data = this.#data;
    const { depth } = this.#file;
    const mask = (1 << depth) - 1;
    const perByte = 8 / depth;
    let alphas = this.#alphas;
    for (let index = 0, to = start; index < pixels; index++, to += step) {
      const byte = row[Math.floor(index / perByte)]!;
      const from = 4 * ((byte >> (8 - depth * ((index % perByte) + 1))) & mask);
      data[to] = table[from]!;
      data[to + 1] = table[from + 1]!;
      data[to + 2] = table[from + 2]!;
      const alpha = table[from + 3]!;
      data[to + 3] = alpha;
      alphas &= alpha;
    }
    this.#alphas = alphas;
  }

  #direct(row: Uint8Array, pixels: number, start: number, step: number): void {
    const data = this.#data;
    const { depth, colourType } = this.#file;
    const wide = depth === 16 ? 2 : 1;
    const channels = CHANNELS[colourType]!;
    const green = channels >= 3 ? wide : 0;
    const hasAlpha = colourType >= 4;
    const alphaAt = (channels - 1) * wide;
    const clear = this.#clear;
    let alphas = this.#alphas;
    for (let index = 0, from = 0, to = start; index < pixels; index++, from += channels * wide, to += step) {
      data[to] = row[from]!;
      data[to + 1] = row[from + green]!;
      data[to + 2] = row[from + 2 * green]!;
      let alpha = 255;
      if (hasAlpha) alpha = row[from + alphaAt]!;
      else if (clear && isClear(row, from, wide, clear)) alpha = 0;
      data[to + 3] = alpha;
      alphas &= alpha;
    }
    this.#alphas = alphas;
  }
}

function isClear(row: Uint8Array, from: number, wide: number, clear: readonly number[]): boolean {
  return clear.every((value, channel) => {
    const at = from + channel * wide;
    return value === (wide === 2 ? row[at]! * 256 + row[at + 1]! : row[at]!);
  });
}

/** Entries that the palette does not have are opaque black. */
function paletteTable(palette: Uint8Array, transparency: Uint8Array | undefined): Uint8Array {
  const table = new Uint8Array(256 * 4);
  for (let index = 0; index < 256; index++) {
    for (let channel = 0; channel < 3; channel++) {
      table[4 * index + channel] = palette[3 * index + channel] ?? 0;
    }
    table[4 * index + 3] = transparency?.[index] ?? 255;
  }
  return table;
}

function greyTable(depth: number, transparency: Uint8Array | undefined): Uint8Array {
  const levels = 1 << depth;
  const clear =
    transparency && transparency.length >= 2 ? transparency[0]! * 256 + transparency[1]! : undefined;
  const table = new Uint8Array(256 * 4);
  for (let level = 0; level < levels; level++) {
    table.fill((level * 255) / (levels - 1), 4 * level, 4 * level + 3);
    table[4 * level + 3] = level === clear ? 0 : 255;
  }
  return table;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 of ISO 3309, as PNG chunks carry it. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let at = 0; at < bytes.length; at++) crc = CRC_TABLE[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
