import { deflateSync } from 'node:zlib';
import { FoundationError } from '@nearfield/spec';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cases, readDecoded, readFixture } from '../../test/fixtures/image/read.ts';
import { decodeImage } from './decode.ts';
import { nodeDecoder } from './node-decoder.ts';
import { decodePng } from './png.ts';

const sources = cases.decode.filter(({ source }) => source.endsWith('.png'));

describe('decodePng', () => {
  it.each(sources)('reads $source as Pillow does', async ({ source, width, height }) => {
    const bytes = await readFixture('sources', source);
    const raster = await decodeImage(bytes, { decoder: nodeDecoder });
    expect([raster.width, raster.height]).toEqual([width, height]);
    expect(raster.data).toEqual(await readDecoded(source));
    expect(raster.opaque).toBe(raster.data.every((value, at) => at % 4 !== 3 || value === 255));
  });

  it('reads what another encoder writes', async () => {
    const sizes = fc.integer({ min: 1, max: 24 });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        sizes,
        fc.constantFrom(1, 2, 3, 4) as fc.Arbitrary<1 | 2 | 3 | 4>,
        fc.boolean(),
        fc.infiniteStream(fc.nat(255)),
        async (width, height, channels, progressive, values) => {
          const raw = Uint8Array.from([...values.take(width * height * channels)]);
          const image = sharp(raw, { raw: { width, height, channels } });
          const file = await image.png({ progressive, adaptiveFiltering: true }).toBuffer();
          const { data } = await decodePng(new Uint8Array(file));
          const grey = channels <= 2;
          const expected = Uint8Array.from({ length: 4 * width * height }, (_, at) => {
            const start = Math.floor(at / 4) * channels;
            const channel = at % 4;
            if (channel === 3) return channels % 2 === 0 ? raw[start + channels - 1]! : 255;
            return raw[start + (grey ? 0 : channel)]!;
          });
          expect(data).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  const message = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => {
    const error: unknown = await decodePng(bytes, { param: 'input.4.image' }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!FoundationError.isInstance(error)) throw new Error(`not refused: ${String(error)}`);
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', status: 422, param: 'input.4.image' });
    return error.message;
  };

  it('refuses every file that is cut before its last pixel', async () => {
    const bytes = await readFixture('sources', 'tiny.png');
    const end = bytes.length - 12 - 12; // IEND, and the last IDAT's checksum and trailer
    for (let length = 8; length < end; length += 7) {
      expect(await message(bytes.slice(0, length))).toMatch(/damaged PNG/);
    }
  });

  it('notices any flipped byte of a critical chunk', async () => {
    const original = await readFixture('sources', 'tiny.png');
    for (let at = 16; at < original.length - 16; at += 5) {
      const bytes = original.slice();
      bytes[at]! ^= 0x10;
      expect(await message(bytes)).toMatch(/damaged PNG/);
    }
  });

  it('refuses what the specification does not have', async () => {
    expect(await message(png({ depth: 3 }))).toContain('colour type 0 with 3 bits');
    expect(await message(png({ colour: 5 }))).toContain('colour type 5');
    expect(await message(png({ colour: 3 }))).toContain('no palette');
    expect(await message(png({ interlace: 2 }))).toContain('interlace');
    expect(await message(png({ pixels: deflateSync(Uint8Array.of(9, 0, 0)) }))).toContain('row filter 9');
    expect(await message(png({ pixels: Uint8Array.of(1, 2, 3, 4, 5) }))).toContain('broken');
    expect(await message(png({ pixels: new Uint8Array(0) }))).toContain('no pixels');
  });

  it('refuses a second header, which would get past the check of the first', async () => {
    const tiny = await readFixture('sources', 'tiny.png');
    const twice = new Uint8Array([...tiny.subarray(0, 33), ...tiny.subarray(8)]);
    expect(await message(twice)).toContain('two headers');
  });

  it('joins any number of chunks', async () => {
    const raw = deflateSync(new Uint8Array(6).fill(0));
    const one = png({ pixels: raw });
    const many = png({ pixels: raw, split: true });
    expect(many.length).toBeGreaterThan(one.length);
    expect(await decodePng(many)).toEqual(await decodePng(one));
  });

  it('stops inflating at the last pixel', async () => {
    // 200 MB of zeros behind a picture of 2 × 2, in 200 kB.
    const raster = await decodePng(png({ pixels: deflateSync(new Uint8Array(200_000_000)) }));
    expect(raster).toMatchObject({ width: 2, height: 2, opaque: true });
    expect(raster.data).toEqual(new Uint8Array(16).map((_, at) => (at % 4 === 3 ? 255 : 0)));
  });

  it('rejects with the reason of an aborted signal', async () => {
    const reason = new Error('enough');
    const bytes = await readFixture('sources', 'large.png');
    await expect(decodePng(bytes, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

/** A PNG of 2 × 2 grey pixels with parts exchanged. */
function png({
  depth = 8,
  colour = 0,
  interlace = 0,
  pixels = deflateSync(new Uint8Array(6)) as Uint8Array,
  split = false,
}): Uint8Array<ArrayBuffer> {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 2, depth, colour, 0, 0, interlace);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', header),
      ...(split ? [...pixels].map((byte) => chunk('IDAT', Uint8Array.of(byte))) : [chunk('IDAT', pixels)]),
      chunk('IEND', new Uint8Array(0)),
    ]),
  );
}

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}
