import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { FoundationError } from '@nearfield/spec';
import { bytesToBase64 } from '@nearfield/spec/implement';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDecoded, readFixture } from '../../test/fixtures/image/read.ts';
import { decodeImage } from './decode.ts';
import type { ImageInput, ReadImageOptions } from './input.ts';
import { nodeDecoder } from './node-decoder.ts';

const decode = (input: ImageInput, options: ReadImageOptions = {}) =>
  decodeImage(input, { decoder: nodeDecoder, ...options });

async function refusal(input: unknown, options: ReadImageOptions = {}): Promise<FoundationError> {
  const outcome: unknown = await decode(input as ImageInput, { param: 'input.3.image', ...options }).then(
    () => 'accepted',
    (error: unknown) => error,
  );
  if (!FoundationError.isInstance(outcome)) throw new Error(`not refused properly: ${String(outcome)}`);
  expect(outcome.param).toBe('input.3.image');
  return outcome;
}

let tiny: Uint8Array<ArrayBuffer>;
let pixels: Uint8Array;

beforeAll(async () => {
  tiny = await readFixture('sources', 'tiny.png');
  pixels = await readDecoded('tiny.png');
});

describe('inputs that hold the bytes', () => {
  it('takes base64, data URIs, blobs, bytes and pixels', async () => {
    const base64 = bytesToBase64(tiny);
    const inputs: ImageInput[] = [
      base64,
      `\n  ${base64.replace(/.{76}/g, '$&\r\n')}\n`,
      `data:image/png;base64,${base64}`,
      `DATA:image/jpeg;name=x.png;BASE64,${base64}`, // the type is told by the bytes
      `data:;base64,${encodeURIComponent(base64)}`,
      `data:image/png,${Array.from(tiny, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`,
      new Blob([tiny]),
      new File([tiny], 'tiny.png', { type: 'image/png' }),
      tiny,
      tiny.buffer,
      { width: 16, height: 12, data: new Uint8ClampedArray(pixels) },
      { width: 16, height: 12, data: new Uint8Array(pixels) },
    ];
    for (const input of inputs) {
      const raster = await decode(input);
      expect([raster.width, raster.height]).toEqual([16, 12]);
      expect(raster.data).toEqual(pixels);
    }
  });

  it.each<[unknown, RegExp]>([
    ['', /0 bytes/],
    ['   ', /0 bytes/],
    ['not base64!', /neither a URL/],
    ['./cat.png', /neither a URL/],
    ['abcde', /neither a URL/],
    ['data:image/png;base64', /no comma/],
    ['data:image/png;base64,@@@@', /neither a URL/],
    ['data:image/png,%zz', /broken % escape/],
    ['\uD800\uDC00', /neither a URL/],
    ['\0\0\0\0', /neither a URL/],
    ['aGVsbG8gd29ybGQ=', /no known format/],
    [btoa('<svg xmlns="http://www.w3.org/2000/svg"><g>'), /damaged SVG/],
    [btoa('<?xml version="1.0"?>\n<!-- x -->\n<svg><g>'), /damaged SVG/],
    [btoa('<!doctype html><title>404</title>'), /HTML/],
    [btoa('%PDF-1.7\n'), /PDF/],
    [btoa('II*\0\0\0\0\0'), /TIFF/],
    [btoa('\0\0\0\x18ftypheic\0\0\0\0heicmif1'), /HEIC/],
    [btoa('\0\0\0\x18ftypisom\0\0\0\0mp42isom'), /video/],
    [new Uint8Array(0), /0 bytes/],
    [new Blob([]), /0 bytes/],
    [Uint8Array.of(0x89, 0x50, 0x4e, 0x47), /no known format/],
    [btoa('\x89PNG\r\n\x1a\n'), /ends within its header/],
    [btoa('\xff\xd8\xff\xe0'), /ends within its header/],
    [btoa('\xff\xd8\xff\xd9'), /no picture/],
    [btoa('GIF89a\x01\0\x01\0\0\0\0'), /ends within its header/],
    [btoa('RIFF\xff\xff\0\0WEBPVP8 '), /ends early/],
    [{ width: 2, height: 2, data: new Uint8Array(15) }, /need 16 bytes of RGBA; data has 15/],
    [{ width: 1.5, height: 2, data: new Uint8Array(12) }, /need 12 bytes/],
    [{ width: Number.NaN, height: 2, data: new Uint8Array(12) }, /data has 12/],
    [{ width: -1, height: -1, data: new Uint8Array(4) }, /data has 4/],
    [{ width: 1, height: 1, data: [1, 2, 3, 4] }, /An image is a URL/],
    [{}, /An image is a URL/],
    [null, /An image is a URL/],
    [42, /An image is a URL/],
  ])('refuses %j', async (input, message) => {
    const error = await refusal(input);
    expect(error.code).toBe('INPUT_VALIDATION_FAILED');
    expect(error.message).toMatch(message);
  });
});

describe('sizes', () => {
  it('refuses more than 8 MB without decoding, in every form', async () => {
    const large = new Uint8Array(8 * 1024 * 1024 + 1);
    large.set(tiny);
    for (const input of [large, new Blob([large]), large.buffer, bytesToBase64(large)]) {
      expect((await refusal(input)).message).toMatch(/8,388,609 bytes; at most 8,388,608/);
    }
    const huge = `data:image/png;base64,${'A'.repeat(20_000_000)}`;
    expect((await refusal(huge)).message).toMatch(/about 14,999,998 bytes/);
    await expect(decode(large, { maxBytes: large.length })).resolves.toMatchObject({ width: 16 });
  });

  const header = (width: number, height: number): Uint8Array<ArrayBuffer> => {
    const bytes = tiny.slice();
    new DataView(bytes.buffer).setUint32(16, width);
    new DataView(bytes.buffer).setUint32(20, height);
    return bytes;
  };

  it('refuses decompression bombs by their header', async () => {
    expect((await refusal(header(50_000, 50_000))).message).toContain(
      '50000 × 50000 = 2500 million pixels; at most 64 million',
    );
    expect((await refusal(header(0xffffffff, 0xffffffff))).message).toContain('million pixels');
    expect((await refusal(header(70_000, 2))).message).toContain('a side has at most 65535');
    expect((await refusal(header(0, 7))).message).toContain('its size is 0 × 7');
    expect((await refusal(tiny, { maxPixels: 191 })).message).toContain('16 × 12');
    await expect(decode(tiny, { maxPixels: 192 })).resolves.toMatchObject({ width: 16 });
  });

  it('refuses bombs of the other formats', async () => {
    const jpeg = await readFixture('sources', 'exif-1.jpg');
    const frame = jpeg.findIndex((value, at) => value === 0xff && jpeg[at + 1] === 0xc0);
    jpeg.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    expect((await refusal(jpeg)).message).toContain('65535 × 65535');

    const gif = await readFixture('sources', 'palette.gif');
    gif.set([0xff, 0xff, 0xff, 0xff], 6);
    expect((await refusal(gif)).message).toContain('65535 × 65535');

    const frameGif = await readFixture('sources', 'palette.gif');
    const descriptor = 13 + 3 * 2 ** ((frameGif[10]! & 7) + 1);
    const start = frameGif.indexOf(0x2c, descriptor);
    frameGif.set([0xff, 0xff, 0xff, 0xff], start + 5);
    expect((await refusal(frameGif)).message).toContain('65535 × 65535');

    const webp = await readFixture('sources', 'alpha-lossless.webp');
    webp.set([0x2f, 0xff, 0xff, 0xff, 0xff], webp.indexOf(0x2f, 19));
    expect((await refusal(webp)).message).toContain('16384 × 16384');

    const bmp = await readFixture('sources', 'rgb.bmp');
    new DataView(bmp.buffer).setInt32(18, 100_000, true);
    new DataView(bmp.buffer).setInt32(22, -100_000, true);
    new DataView(bmp.buffer).setUint32(30, 1, true);
    expect((await refusal(bmp)).message).toContain('100000 × 100000');
  });
});

describe('URLs', () => {
  let server: Server;
  let origin: string;
  const routes = new Map<string, RequestListener>();
  const open = { allowUrl: () => true };

  beforeAll(async () => {
    routes.set('/tiny.png', (_, response) => response.end(tiny));
    routes.set('/gzip.png', (_, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(tiny));
    });
    routes.set('/moved', (_, response) => response.writeHead(302, { location: '/tiny.png' }).end());
    routes.set('/away', (_, response) => {
      response.writeHead(302, { location: 'http://169.254.0.1/secret.png' }).end();
    });
    routes.set('/loop', (_, response) => response.writeHead(302, { location: '/loop' }).end());
    routes.set('/busy', (_, response) => response.writeHead(503).end('busy'));
    routes.set('/page', (_, response) => response.end('<!doctype html><p>Log in'));
    routes.set('/announced', (_, response) => {
      response.writeHead(200, { 'content-length': '900000000' });
      response.write(tiny);
    });
    routes.set('/endless', (_, response) => {
      const block = Buffer.alloc(65_536);
      const more = (): void => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', more);
      more();
    });
    routes.set('/silent', () => {});
    routes.set('/cut', (_, response) => {
      response.writeHead(200, { 'content-length': '5000' });
      response.write(tiny.subarray(0, 100), () => response.destroy());
    });
    server = createServer((request, response) => {
      const route = routes.get(request.url ?? '');
      if (route) route(request, response);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('fetches, unpacks and follows redirects', async () => {
    for (const path of ['/tiny.png', '/gzip.png', '/moved']) {
      expect((await decode(`${origin}${path}`, open)).data).toEqual(pixels);
    }
  });

  it('fetches only https outside of a browser, unless told otherwise', async () => {
    expect((await refusal(`${origin}/tiny.png`)).message).toContain('http://, which is not fetched here');
    expect((await refusal('file:///etc/passwd')).message).toContain('not fetched here');
    expect((await refusal('blob:https://example.com/1')).message).toContain('not fetched here');
    expect((await refusal('C:\\cat.png')).message).toContain('not fetched here');
  });

  it('asks about every redirect', async () => {
    const asked: string[] = [];
    const allowUrl = (url: URL): boolean => {
      asked.push(url.host);
      return url.hostname === '127.0.0.1';
    };
    expect((await refusal(`${origin}/away`, { allowUrl })).message).toContain('redirects to a URL');
    expect(asked).toEqual([new URL(origin).host, '169.254.0.1']);
    expect((await refusal(`${origin}/loop`, open)).message).toContain('redirects more than 5 times');
  });

  it.each<[string, RegExp, boolean]>([
    ['/missing', /HTTP 404/, false],
    ['/busy', /HTTP 503/, true],
    ['/page', /HTML/, false],
    ['/announced', /900,000,000 bytes/, false],
    ['/endless', /more than 8,388,608 bytes/, false],
    ['/cut', /could not be fetched/, true],
  ])('refuses %s', async (path, message, retryable) => {
    const error = await refusal(`${origin}${path}`, open);
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', retryable });
    expect(error.message).toMatch(message);
  });

  it('says what is not a URL and what cannot be reached', async () => {
    expect((await refusal('https://', open)).message).toContain('is not a URL');
    expect((await refusal('http://127.0.0.1:1/x.png', open)).message).toContain('could not be fetched');
  });

  it('gives up in time, and stops at once when aborted', async () => {
    expect(await refusal(`${origin}/silent`, { ...open, timeout: 50 })).toMatchObject({
      code: 'SERVICE_TIMEOUT',
    });
    const controller = new AbortController();
    const reason = new Error('not needed any more');
    const pending = decode(`${origin}/silent`, { ...open, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(pending).rejects.toBe(reason);
    await expect(decode(tiny, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
