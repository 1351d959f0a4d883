/**
 * Reads a picture's format, size and orientation from its first bytes, so that one that is too large is refused
 * before anything is decoded.
 */
import { imageError } from './errors.ts';
import { exifOrientation } from './exif.ts';
import type { PixelWindow } from './resize.ts';
import { readSvg } from './svg.ts';

/** Formats that are read. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp' | 'avif' | 'svg';

/** Facts about a picture before it is decoded. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** Pixels, as stored: before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation 1 to 8 (PNG, JPEG and WebP; 1 for the others: AVIF's own turns are applied by its decoders). */
  readonly orientation: number;
  /**
   * Offsets of the names of EXIF and XMP data, by which some decoders turn a picture and others do not: blanked,
   * so that all decode the pixels as stored.
   */
  readonly tags: readonly number[];
  /** Whether the file may have transparent pixels. */
  readonly alpha: boolean;
  /** Whether the format itself may turn the picture (AVIF), which its decoders apply, but not all ways to use them. */
  readonly turns: boolean;
  /** Area of the first frame, if it does not cover the screen (GIF). */
  readonly frame?: PixelWindow | undefined;
}

/** MIME type of each format. */
export const IMAGE_TYPES: Readonly<Record<ImageFormat, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  bmp: 'image/bmp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
};

const KNOWN = 'PNG, JPEG, WebP, GIF, BMP, AVIF or SVG';

/**
 * The header of a picture.
 * @throws FoundationError INPUT_VALIDATION_FAILED if the bytes are not a picture of a known format, or end early.
 */
export function readImageHeader(bytes: Uint8Array, param?: string): ImageHeader {
  if (bytes.length === 0) throw imageError('The image is empty (0 bytes).', { param });
  const format = sniff(bytes);
  if (format === undefined) {
    throw imageError(`The image is ${foreign(bytes)}. Send ${KNOWN}.`, { param });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: Facts | string;
  try {
    header = READERS[format](bytes, view);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    header = 'it ends within its header';
  }
  if (typeof header === 'string') {
    throw imageError(`The image is a damaged ${format.toUpperCase()} file: ${header}.`, { param });
  }
  if (header.width < 1 || header.height < 1) {
    throw imageError(
      `The image is a damaged ${format.toUpperCase()} file: its size is ${header.width} × ${header.height}.`,
      { param },
    );
  }
  return { format, orientation: 1, tags: [], turns: false, ...header };
}

/** Result of a format's reader; upright and without tags by default. */
type Facts = Pick<ImageHeader, 'width' | 'height' | 'alpha'> & Partial<ImageHeader>;

const ascii = (bytes: Uint8Array, start: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(start, start + length));

function sniff(bytes: Uint8Array): ImageFormat | undefined {
  const head = ascii(bytes, 0, 12);
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'gif';
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'webp';
  if (head.startsWith('BM') && bytes.length >= 26) return 'bmp';
  if (head.slice(4, 8) === 'ftyp' && /avi[fs]/.test(ascii(bytes, 8, ftypLength(bytes)))) return 'avif';
  if (readSvg(bytes)) return 'svg';
  return undefined;
}

function ftypLength(bytes: Uint8Array): number {
  const size = (bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!;
  return Math.min(Math.max(size - 8, 0), 256);
}

/** Names formats that are sent by mistake. */
function foreign(bytes: Uint8Array): string {
  const head = ascii(bytes, 0, 16);
  const text = ascii(bytes, 0, 256).trimStart().toLowerCase();
  if (head.slice(4, 8) === 'ftyp') return /hei|mif1|msf1/.test(head) ? 'a HEIC file' : 'a video file';
  if (head.startsWith('II*\0') || head.startsWith('MM\0*')) return 'a TIFF file';
  if (head.startsWith('%PDF')) return 'a PDF file';
  if (head.startsWith('\0\0\x01\0')) return 'an icon (ICO) file';
  if (head.startsWith('\xff\x0a') || head.slice(4, 8) === 'JXL ') return 'a JPEG XL file';
  if (text.startsWith('<')) return 'an HTML or XML page';
  return 'of no known format';
}

const READERS: Record<ImageFormat, (bytes: Uint8Array, view: DataView) => Facts | string> = {
  png,
  jpeg,
  webp,
  gif,
  bmp,
  avif,
  svg: (bytes) => {
    const { width, height } = readSvg(bytes)!;
    return { width, height, alpha: true };
  },
};

function png(bytes: Uint8Array, view: DataView): Facts | string {
  if (view.getUint32(12) !== 0x49484452) return 'its first chunk is not IHDR';
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const colourType = view.getUint8(25);
  let orientation: number | undefined;
  let transparency = false;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = ascii(bytes, at + 4, 4);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'eXIf') orientation ??= exifOrientation(data);
    else if (type === 'tRNS') transparency = true;
    at += 12 + length;
  }
  return { width, height, orientation: orientation ?? 1, alpha: colourType >= 4 || transparency };
}

/** Scans of a JPEG that are read, as in libvips. Progressive encoders write about ten. */
const MOST_SCANS = 100;

/** Pixels times scans: each scan of a progressive picture goes over all of it. */
const MOST_SCANNED_PIXELS = 1.5e9;

function jpeg(bytes: Uint8Array, view: DataView): Facts | string {
  let orientation: number | undefined;
  const tags: number[] = [];
  let size: { width: number; height: number } | undefined;
  let leastBits = 0;
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return 'a marker is missing';
    const marker = view.getUint8(at + 1);
    if (marker === 0xff)
      at++; // fill byte
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2;
    else if (marker === 0xd9) return 'it holds no picture';
    else {
      const length = view.getUint16(at + 2);
      if (length < 2) return 'a segment has no length';
      if (marker === 0xe1) {
        const isExif = ascii(bytes, at + 4, 6) === 'Exif\0\0';
        if (isExif) orientation ??= exifOrientation(bytes.subarray(at + 10, at + 2 + length));
        if (isExif || ascii(bytes, at + 4, 4) === 'http') tags.push(at + 4);
      } else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
        size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
        leastBits = LEAST_BITS[marker] ?? 0;
      } else if (marker === 0xda) {
        if (!size) return 'it has no frame header';
        const scanned = scan(bytes, at);
        if (!scanned) return 'it ends early';
        const { scans, end } = scanned;
        const { width, height } = size;
        if (scans > MOST_SCANS) return `it has ${scans} scans; at most ${MOST_SCANS} are read`;
        if (scans * width * height > MOST_SCANNED_PIXELS) {
          return `it has ${scans} scans of ${width} × ${height} pixels; that is more than is read`;
        }
        const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
        if ((end - at) * 8 < blocks * leastBits) {
          return `it ends early: ${end - at} bytes cannot hold ${width} × ${height} pixels`;
        }
        return { width, height, orientation: orientation ?? 1, tags, alpha: false };
      }
      at += 2 + length;
    }
  }
}

/**
 * Bits that a block of 8 × 8 pixels takes at least, by the frame's marker: a code for its mean, and in one scan of all
 * coefficients another for the rest. Arithmetic coding has no such bound.
 */
const LEAST_BITS: Readonly<Record<number, number>> = { 192: 2, 193: 2, 194: 1 };

/** Number of scans from the first one on, and the picture's end; undefined if it has none. */
function scan(bytes: Uint8Array, from: number): { scans: number; end: number } | undefined {
  let scans = 0;
  // In coded data FF is always followed by 00 or a restart marker.
  for (let at = from; at >= 0; at = bytes.indexOf(0xff, at)) {
    const marker = bytes[at + 1];
    if (marker === undefined) return undefined;
    if (marker === 0xd9) return { scans, end: at };
    if (marker === 0xda) scans++;
    // Tables, comments and the headers of scans may hold any bytes.
    const hasLength = marker === 0xc4 || (marker >= 0xda && marker <= 0xfe);
    if (hasLength && at + 3 < bytes.length) at += 2 + bytes[at + 2]! * 256 + bytes[at + 3]!;
    else at += marker === 0xff ? 1 : 2;
  }
  return undefined;
}

function webp(bytes: Uint8Array, view: DataView): Facts | string {
  if (view.getUint32(4, true) + 8 > bytes.length) return 'it ends early';
  switch (ascii(bytes, 12, 4)) {
    case 'VP8 ': {
      if (ascii(bytes, 23, 3) !== '\x9d\x01\x2a') return 'it holds no key frame';
      const width = view.getUint16(26, true) & 0x3fff;
      return { width, height: view.getUint16(28, true) & 0x3fff, alpha: false };
    }
    case 'VP8L': {
      if (view.getUint8(20) !== 0x2f) return 'its lossless data has no signature';
      const bits = view.getUint32(21, true);
      const height = ((bits >>> 14) & 0x3fff) + 1;
      return { width: (bits & 0x3fff) + 1, height, alpha: (bits >>> 28) % 2 === 1 };
    }
    case 'VP8X': {
      const width = (view.getUint32(24, true) & 0xffffff) + 1;
      const height = (view.getUint32(26, true) >>> 8) + 1;
      return { width, height, alpha: (view.getUint8(20) & 0x10) !== 0, ...webpTags(bytes, view) };
    }
    default:
      return 'its first chunk holds no picture';
  }
}

/** Orientation and tags of the chunks beside a picture. Only the extended format has them. */
function webpTags(bytes: Uint8Array, view: DataView): { orientation: number; tags: number[] } {
  let orientation: number | undefined;
  const tags: number[] = [];
  const end = Math.min(bytes.length, view.getUint32(4, true) + 8);
  for (let at = 12; at + 8 <= end; ) {
    const type = ascii(bytes, at, 4);
    const length = view.getUint32(at + 4, true);
    if (type === 'EXIF') {
      const data = bytes.subarray(at + 8, Math.min(at + 8 + length, end));
      // Some programs put JPEG's name before it.
      orientation ??= exifOrientation(ascii(data, 0, 6) === 'Exif\0\0' ? data.subarray(6) : data);
    }
    if (type === 'EXIF' || type === 'XMP ') tags.push(at);
    at += 8 + length + (length % 2);
  }
  return { orientation: orientation ?? 1, tags };
}

function gif(bytes: Uint8Array, view: DataView): Facts | string {
  let width = view.getUint16(6, true);
  let height = view.getUint16(8, true);
  const flags = view.getUint8(10);
  let at = 13 + (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  // Extensions come before the first frame; a frame may be larger than the screen that holds it.
  while (view.getUint8(at) === 0x21) {
    at += 2;
    while (view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
    at++;
  }
  if (view.getUint8(at) !== 0x2c) return 'it holds no frame';
  const frame = {
    x: view.getUint16(at + 1, true),
    y: view.getUint16(at + 3, true),
    width: view.getUint16(at + 5, true),
    height: view.getUint16(at + 7, true),
  };
  width = Math.max(width, frame.x + frame.width);
  height = Math.max(height, frame.y + frame.height);
  const local = view.getUint8(at + 9);
  at += 10 + (local & 0x80 ? 3 << ((local & 7) + 1) : 0) + 1;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at]!;
  if (at >= bytes.length) return 'it ends early';
  const isWhole = frame.width === width && frame.height === height;
  // The area outside the frame is transparent, even in files without transparency.
  return { width, height, alpha: bytes[4] === 0x39 || !isWhole, ...(!isWhole && { frame }) };
}

function bmp(bytes: Uint8Array, view: DataView): Facts | string {
  const old = view.getUint32(14, true) === 12;
  const width = old ? view.getUint16(18, true) : view.getInt32(18, true);
  const height = old ? view.getUint16(20, true) : Math.abs(view.getInt32(22, true));
  const depth = view.getUint16(old ? 24 : 28, true);
  const compressed = !old && view.getUint32(30, true) !== 0;
  const row = 4 * Math.ceil((width * depth) / 32);
  if (!compressed && view.getUint32(10, true) + row * height > bytes.length) return 'it ends early';
  return { width, height, alpha: !old && depth === 32 };
}

function avif(bytes: Uint8Array, view: DataView): Facts | string {
  let width = 0;
  let height = 0;
  let turns = false;
  const walk = (start: number, end: number): void => {
    for (let at = start; at + 8 <= end; ) {
      const size = view.getUint32(at);
      const type = ascii(bytes, at + 4, 4);
      const stop = size === 0 ? end : Math.min(at + size, end);
      if (size !== 0 && size < 8) return;
      if (type === 'meta') walk(at + 12, stop);
      else if (type === 'iprp' || type === 'ipco') walk(at + 8, stop);
      else if (type === 'irot' || type === 'imir') turns = true;
      else if (type === 'ispe') {
        width = Math.max(width, view.getUint32(at + 12));
        height = Math.max(height, view.getUint32(at + 16));
      }
      at = stop;
    }
  };
  walk(0, bytes.length);
  return { width, height, alpha: true, turns };
}
