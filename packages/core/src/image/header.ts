/**
 * Reads a picture's format, size and orientation from its first bytes, so that what is too large is refused
 * before anything is decoded.
 */
import { imageError } from './errors.ts';
import { exifOrientation } from './exif.ts';

/** Raster formats that are read. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp' | 'avif';

/** What is known of a picture before it is decoded. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** Pixels, as stored: before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation 1 to 8 (PNG and JPEG; 1 for the others, whose decoders apply it). */
  readonly orientation: number;
  /** Whether the file may have transparent pixels. */
  readonly alpha: boolean;
}

/** MIME type of each format. */
export const IMAGE_TYPES: Readonly<Record<ImageFormat, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  bmp: 'image/bmp',
  avif: 'image/avif',
};

const KNOWN = 'PNG, JPEG, WebP, GIF, BMP or AVIF';

/**
 * The header of a picture.
 * @throws FoundationError INPUT_VALIDATION_FAILED if the bytes are no picture of a known format, or end early.
 */
export function readImageHeader(bytes: Uint8Array, param?: string): ImageHeader {
  if (bytes.length === 0) throw imageError('The image is empty (0 bytes).', { param });
  const format = sniff(bytes);
  if (format === undefined) {
    throw imageError(`The image is ${foreign(bytes)}. Send ${KNOWN}.`, { param });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: Omit<ImageHeader, 'format'> | string;
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
  return { format, ...header };
}

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
  return undefined;
}

function ftypLength(bytes: Uint8Array): number {
  const size = (bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!;
  return Math.min(Math.max(size - 8, 0), 256);
}

/** Names what people send by mistake. */
function foreign(bytes: Uint8Array): string {
  const head = ascii(bytes, 0, 16);
  const text = ascii(bytes, 0, 256).trimStart().toLowerCase();
  if (head.slice(4, 8) === 'ftyp') return /hei|mif1|msf1/.test(head) ? 'a HEIC file' : 'a video file';
  if (head.startsWith('II*\0') || head.startsWith('MM\0*')) return 'a TIFF file';
  if (head.startsWith('%PDF')) return 'a PDF file';
  if (head.startsWith('\0\0\x01\0')) return 'an icon (ICO) file';
  if (head.startsWith('\xff\x0a') || head.slice(4, 8) === 'JXL ') return 'a JPEG XL file';
  if (/^<svg|^<\?xml.*<svg/s.test(text)) return 'an SVG drawing, which has no pixels: render it first';
  if (text.startsWith('<')) return 'an HTML or XML page';
  return 'of no known format';
}

const READERS: Record<
  ImageFormat,
  (bytes: Uint8Array, view: DataView) => Omit<ImageHeader, 'format'> | string
> = { png, jpeg, webp, gif, bmp, avif };

function png(bytes: Uint8Array, view: DataView): Omit<ImageHeader, 'format'> | string {
  if (view.getUint32(12) !== 0x49484452) return 'its first chunk is not IHDR';
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const colourType = view.getUint8(25);
  let orientation = 1;
  let transparency = false;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = ascii(bytes, at + 4, 4);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'eXIf') orientation = exifOrientation(data);
    else if (type === 'tRNS') transparency = true;
    at += 12 + length;
  }
  return { width, height, orientation, alpha: colourType >= 4 || transparency };
}

function jpeg(bytes: Uint8Array, view: DataView): Omit<ImageHeader, 'format'> | string {
  let orientation = 1;
  let size: { width: number; height: number } | undefined;
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
      if (marker === 0xe1 && ascii(bytes, at + 4, 6) === 'Exif\0\0') {
        orientation = exifOrientation(bytes.subarray(at + 10, at + 2 + length));
      } else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
        size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
      } else if (marker === 0xda) {
        if (!size) return 'it has no frame header';
        // In coded data FF is always followed by 00 or a restart marker, so FF D9 is the end of the picture.
        if (!hasEnd(bytes, at + 2 + length)) return 'it ends early';
        return { ...size, orientation, alpha: false };
      }
      at += 2 + length;
    }
  }
}

function hasEnd(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xd9) return true;
  }
  return false;
}

function webp(bytes: Uint8Array, view: DataView): Omit<ImageHeader, 'format'> | string {
  if (view.getUint32(4, true) + 8 > bytes.length) return 'it ends early';
  const upright = { orientation: 1 };
  switch (ascii(bytes, 12, 4)) {
    case 'VP8 ': {
      if (ascii(bytes, 23, 3) !== '\x9d\x01\x2a') return 'it holds no key frame';
      const width = view.getUint16(26, true) & 0x3fff;
      return { width, height: view.getUint16(28, true) & 0x3fff, alpha: false, ...upright };
    }
    case 'VP8L': {
      if (view.getUint8(20) !== 0x2f) return 'its lossless data has no signature';
      const bits = view.getUint32(21, true);
      const height = ((bits >>> 14) & 0x3fff) + 1;
      return { width: (bits & 0x3fff) + 1, height, alpha: (bits >>> 28) % 2 === 1, ...upright };
    }
    case 'VP8X': {
      const width = (view.getUint32(24, true) & 0xffffff) + 1;
      const height = (view.getUint32(26, true) >>> 8) + 1;
      return { width, height, alpha: (view.getUint8(20) & 0x10) !== 0, ...upright };
    }
    default:
      return 'its first chunk holds no picture';
  }
}

function gif(bytes: Uint8Array, view: DataView): Omit<ImageHeader, 'format'> | string {
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
  width = Math.max(width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true));
  height = Math.max(height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true));
  const local = view.getUint8(at + 9);
  at += 10 + (local & 0x80 ? 3 << ((local & 7) + 1) : 0) + 1;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at]!;
  if (at >= bytes.length) return 'it ends early';
  return { width, height, orientation: 1, alpha: bytes[4] === 0x39 };
}

function bmp(bytes: Uint8Array, view: DataView): Omit<ImageHeader, 'format'> | string {
  const old = view.getUint32(14, true) === 12;
  const width = old ? view.getUint16(18, true) : view.getInt32(18, true);
  const height = old ? view.getUint16(20, true) : Math.abs(view.getInt32(22, true));
  const depth = view.getUint16(old ? 24 : 28, true);
  const compressed = !old && view.getUint32(30, true) !== 0;
  const row = 4 * Math.ceil((width * depth) / 32);
  if (!compressed && view.getUint32(10, true) + row * height > bytes.length) return 'it ends early';
  return { width, height, orientation: 1, alpha: !old && depth === 32 };
}

function avif(bytes: Uint8Array, view: DataView): Omit<ImageHeader, 'format'> | string {
  let width = 0;
  let height = 0;
  const walk = (start: number, end: number): void => {
    for (let at = start; at + 8 <= end; ) {
      const size = view.getUint32(at);
      const type = ascii(bytes, at + 4, 4);
      const stop = size === 0 ? end : Math.min(at + size, end);
      if (size !== 0 && size < 8) return;
      if (type === 'meta') walk(at + 12, stop);
      else if (type === 'iprp' || type === 'ipco') walk(at + 8, stop);
      else if (type === 'ispe') {
        width = Math.max(width, view.getUint32(at + 12));
        height = Math.max(height, view.getUint32(at + 16));
      }
      at = stop;
    }
  };
  walk(0, bytes.length);
  return { width, height, orientation: 1, alpha: true };
}
