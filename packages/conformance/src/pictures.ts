/** Pictures made here, byte for byte: small ones, and ones that are no picture at all. */
import { LIMITS } from '@nearfield/spec';
import { bytesToBase64 } from '@nearfield/spec/implement';

type Bytes = Uint8Array<ArrayBuffer>;

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes: Bytes): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = CRC_TABLE[(value ^ byte) & 0xff]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

function joined(parts: readonly Uint8Array[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function chunk(type: string, data: Uint8Array): Bytes {
  const body = joined([new TextEncoder().encode(type), data]);
  const bytes = new Uint8Array(body.length + 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(body, 4);
  view.setUint32(body.length + 4, crc32(body));
  return bytes;
}

/** The zlib format, of `repeats` times the same bytes. */
async function deflated(bytes: Bytes, repeats = 1): Promise<Bytes> {
  let left = repeats;
  const source = new ReadableStream<Bytes>({
    pull(controller) {
      if (left-- > 0) controller.enqueue(bytes);
      else controller.close();
    },
  });
  const stream = source.pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function header(width: number, height: number): Bytes {
  const data = new Uint8Array(13);
  const view = new DataView(data.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  // 8 bits, RGB.
  data.set([8, 2], 8);
  return chunk('IHDR', data);
}

const assemble = (head: Bytes, pixels: Bytes): Bytes =>
  joined([SIGNATURE, head, chunk('IDAT', pixels), chunk('IEND', new Uint8Array(0))]);

/** A PNG whose colour at a point is given as [red, green, blue]. */
async function png(
  width: number,
  height: number,
  colour: (x: number, y: number) => readonly [number, number, number],
): Promise<Bytes> {
  const rows = new Uint8Array(height * (1 + 3 * width));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows.set(colour(x, y), y * (1 + 3 * width) + 1 + 3 * x);
  }
  return assemble(header(width, height), await deflated(rows));
}

export interface Pictures {
  /** 40 × 30, a gradient. */
  gradient: Bytes;
  /** 300 × 230: two tiles wide, two high at 224 pixels a tile. */
  wide: Bytes;
  /** A valid PNG's header over pixels that unpack to 128 MB. */
  bomb: Bytes;
  /** A header that promises 2.5 billion pixels. */
  vast: Bytes;
  /** Ends in the middle of its pixels. */
  cut: Bytes;
  /** Base64 of 10 MB. */
  large: string;
  /** Base64 of one byte more than the API takes. */
  justTooLarge: string;
}

let made: Promise<Pictures> | undefined;

/** The pictures, made once. */
export function pictures(): Promise<Pictures> {
  made ??= make();
  return made;
}

async function make(): Promise<Pictures> {
  const gradient = await png(40, 30, (x, y) => [x * 6, y * 8, 128]);
  return {
    gradient,
    wide: await png(300, 230, (x, y) => [x % 256, y, (x + y) % 256]),
    bomb: assemble(header(16, 12), await deflated(new Uint8Array(1 << 20), 128)),
    vast: assemble(header(50_000, 50_000), await deflated(new Uint8Array(100))),
    cut: gradient.slice(0, Math.floor(gradient.length / 2)),
    large: bytesToBase64(new Uint8Array(10_000_000)),
    justTooLarge: bytesToBase64(new Uint8Array(LIMITS.embeddings.imageBytes + 1)),
  };
}

export const base64 = (bytes: Uint8Array): string => bytesToBase64(bytes);
export const dataUri = (bytes: Uint8Array): string => `data:image/png;base64,${bytesToBase64(bytes)}`;
