/** Gets the bytes of an image input: URL, data URI, base64, Blob, or pixels that are decoded already. */
import { FoundationError, LIMITS } from '@nearfield/spec';
import { base64ToBytes } from '@nearfield/spec/implement';
import { inBrowser } from '../environment.ts';
import { imageError } from './errors.ts';
import type { Raster } from './raster.ts';

/** Pixels in memory, as a canvas's `ImageData`: straight RGBA, length 4 · width · height. */
export interface PixelSource {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray | Uint8Array;
}

/** Everything that is taken as a picture. */
export type ImageInput = string | Blob | Uint8Array<ArrayBuffer> | ArrayBuffer | ImageBitmap | PixelSource;

/** Options of {@link readImageInput}. */
export interface ReadImageOptions {
  readonly signal?: AbortSignal | undefined;
  /** The request field that errors name, such as `input.3.image`. Default `image`. */
  readonly param?: string | undefined;
  /** Largest number of (decoded) bytes. Default: the API's 8 MB. */
  readonly maxBytes?: number | undefined;
  /** Most pixels of a picture. Default 64 million. */
  readonly maxPixels?: number | undefined;
  /** Milliseconds for fetching a URL. Default 30,000. */
  readonly timeout?: number | undefined;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * Decides which URLs may be fetched; called again for every redirect that the runtime reveals. Default: in a page or
   * worker http, https and blob URLs, because the browser guards the rest; elsewhere only https.
   */
  readonly allowUrl?: ((url: URL) => boolean) | undefined;
}

/** Default limit of pixels per picture: 256 MB once decoded. */
const DEFAULT_MAX_PIXELS = 64_000_000;

/** Longest side of a picture; JPEG's own limit. */
const MAX_SIDE = 65_535;

const DEFAULT_TIMEOUT = 30_000;
const MAX_REDIRECTS = 5;

/** An image input, by its kind. */
export type ReadImage =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'pixels'; readonly source: PixelSource }
  | { readonly kind: 'bitmap'; readonly bitmap: ImageBitmap };

/**
 * Resolves an image input to bytes or pixels. Sizes are checked before anything is copied or decoded.
 * @throws FoundationError INPUT_VALIDATION_FAILED (param set), SERVICE_TIMEOUT; the signal's reason when aborted.
 */
export async function readImageInput(input: ImageInput, options: ReadImageOptions = {}): Promise<ReadImage> {
  options.signal?.throwIfAborted();
  if (typeof input === 'string') return { kind: 'bytes', bytes: await bytesOfText(input, options) };
  if (typeof Blob !== 'undefined' && input instanceof Blob) {
    checkBytes(input.size, options);
    return { kind: 'bytes', bytes: await bytesOfBlob(input, options) };
  }
  if (input instanceof ArrayBuffer) {
    checkBytes(input.byteLength, options);
    return { kind: 'bytes', bytes: new Uint8Array(input) };
  }
  if (input instanceof Uint8Array) {
    checkBytes(input.length, options);
    return { kind: 'bytes', bytes: input };
  }
  if (typeof ImageBitmap !== 'undefined' && input instanceof ImageBitmap) {
    if (input.width === 0) throw imageError('The ImageBitmap is closed or was transferred.', options);
    checkPixels(input, options);
    return { kind: 'bitmap', bitmap: input };
  }
  if (isPixelSource(input)) {
    checkSource(input, options);
    return { kind: 'pixels', source: input };
  }
  throw imageError(
    'An image is a URL, a data URI, base64, a Blob, bytes, an ImageBitmap or { width, height, data }.',
    options,
  );
}

/**
 * Refuses a picture with too many pixels or too long a side.
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export function checkPixels(
  { width, height }: { readonly width: number; readonly height: number },
  options: ReadImageOptions,
): void {
  const most = options.maxPixels ?? DEFAULT_MAX_PIXELS;
  if (width * height > most) {
    const millions = (pixels: number): string => `${Number((pixels / 1e6).toPrecision(3))} million pixels`;
    throw imageError(
      `The image has ${width} × ${height} = ${millions(width * height)}; at most ${millions(most)} are ` +
        'decoded. Scale it down.',
      options,
    );
  }
  if (Math.max(width, height) > MAX_SIDE) {
    throw imageError(
      `The image is ${width} × ${height} pixels; a side has at most ${MAX_SIDE}. Scale it down.`,
      options,
    );
  }
}

function checkBytes(size: number, options: ReadImageOptions): void {
  const most = options.maxBytes ?? LIMITS.embeddings.imageBytes;
  if (size > most) throw tooLarge(`${size.toLocaleString('en')} bytes`, most, options);
}

function tooLarge(size: string, most: number, options: ReadImageOptions): FoundationError {
  return imageError(
    `The image has ${size}; at most ${most.toLocaleString('en')} are accepted. Scale or compress it.`,
    options,
  );
}

async function bytesOfBlob(blob: Blob, options: ReadImageOptions): Promise<Uint8Array<ArrayBuffer>> {
  let buffer: ArrayBuffer;
  try {
    buffer = await blob.arrayBuffer();
  } catch (cause) {
    throw imageError('The file cannot be read: it was moved, changed or deleted.', { ...options, cause });
  }
  options.signal?.throwIfAborted();
  return new Uint8Array(buffer);
}

const SCHEME = /^([a-z][a-z0-9+.-]*):/i;

async function bytesOfText(text: string, options: ReadImageOptions): Promise<Uint8Array<ArrayBuffer>> {
  const start = text.length - text.trimStart().length;
  const scheme = SCHEME.exec(text.slice(start, start + 32))?.[1]?.toLowerCase();
  if (scheme === 'data') return bytesOfDataUri(text.slice(start), options);
  if (scheme !== undefined) return fetchBytes(text.trim(), options);
  return bytesOfBase64(text, options);
}

function bytesOfDataUri(uri: string, options: ReadImageOptions): Uint8Array<ArrayBuffer> {
  const comma = uri.indexOf(',');
  if (comma < 0) throw imageError('The data URI has no comma before its data.', options);
  const head = uri.slice('data:'.length, comma).toLowerCase();
  const data = uri.slice(comma + 1);
  if (/;\s*base64\s*$/.test(head)) {
    // A percent sign is not base64: the URI was escaped once more in transit.
    return bytesOfBase64(data.includes('%') ? percentDecode(data, options) : data, options);
  }
  checkBytes(data.length / 3, options);
  const bytes = Uint8Array.from(percentDecode(data, options), (character) => character.charCodeAt(0));
  checkBytes(bytes.length, options);
  return bytes;
}

/** Undoes % escapes byte by byte; the result has one character per byte. */
function percentDecode(text: string, options: ReadImageOptions): string {
  if (/%(?![0-9a-f]{2})/i.test(text)) throw imageError('The data URI has a broken % escape.', options);
  return text.replace(/%([0-9a-f]{2})/gi, (_, octet: string) =>
    String.fromCharCode(Number.parseInt(octet, 16)),
  );
}

function bytesOfBase64(text: string, options: ReadImageOptions): Uint8Array<ArrayBuffer> {
  // Three bytes from four characters, before line breaks and padding.
  const most = options.maxBytes ?? LIMITS.embeddings.imageBytes;
  const size = Math.floor(text.length / 4) * 3 - 2;
  if (size > most * 1.1) throw tooLarge(`about ${size.toLocaleString('en')} bytes`, most, options);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = base64ToBytes(text);
  } catch (cause) {
    throw imageError(
      'The image string is neither a URL (https://…), a data URI nor base64 of the standard alphabet.',
      { ...options, cause },
    );
  }
  checkBytes(bytes.length, options);
  return bytes;
}

function allowed(url: URL, options: ReadImageOptions): boolean {
  if (options.allowUrl) return options.allowUrl(url);
  if (url.protocol === 'https:') return true;
  return inBrowser() && (url.protocol === 'http:' || url.protocol === 'blob:');
}

async function fetchBytes(address: string, options: ReadImageOptions): Promise<Uint8Array<ArrayBuffer>> {
  const timeout = AbortSignal.timeout(options.timeout ?? DEFAULT_TIMEOUT);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  try {
    const response = await follow(address, signal, options);
    return await bytesOfResponse(response, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (timeout.aborted) {
      throw new FoundationError({
        code: 'SERVICE_TIMEOUT',
        message: `The image at ${shorten(address)} did not arrive in time.`,
        param: options.param ?? 'image',
        cause: error,
      });
    }
    if (FoundationError.isInstance(error)) throw error;
    const hint = inBrowser() ? ' In a browser, its server must allow cross-origin reading (CORS).' : '';
    throw imageError(`The image at ${shorten(address)} could not be fetched.${hint}`, {
      ...options,
      cause: error,
      retryable: true,
    });
  }
}

/** Fetches a URL. Outside of a browser each redirect is checked before it is followed. */
async function follow(address: string, signal: AbortSignal, options: ReadImageOptions): Promise<Response> {
  const get = options.fetch ?? globalThis.fetch;
  const manual = !inBrowser();
  let current = address;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    if (!URL.canParse(current)) throw imageError(`${shorten(current)} is not a URL.`, options);
    const url = new URL(current);
    if (!allowed(url, options)) {
      const what = redirects === 0 ? 'The image URL' : 'The image redirects to a URL that';
      throw imageError(
        `${what} starts with ${url.protocol}//, which is not fetched here. Use https.`,
        options,
      );
    }
    const response = await get(url.href, {
      signal,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: manual ? 'manual' : 'follow',
    });
    const location = response.headers.get('location');
    if (!manual || response.status < 300 || response.status > 399 || location === null) {
      if (response.ok) return response;
      await response.body?.cancel();
      throw imageError(`The image at ${shorten(address)} could not be fetched: HTTP ${response.status}.`, {
        ...options,
        retryable: response.status === 429 || response.status >= 500,
      });
    }
    await response.body?.cancel();
    current = URL.canParse(location, url.href) ? new URL(location, url.href).href : location;
  }
  throw imageError(`The image at ${shorten(address)} redirects more than ${MAX_REDIRECTS} times.`, options);
}

async function bytesOfResponse(
  response: Response,
  options: ReadImageOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const most = options.maxBytes ?? LIMITS.embeddings.imageBytes;
  const encoded = response.headers.get('content-encoding');
  const announced = Number(response.headers.get('content-length') ?? 0);
  const refuse = async (size: string): Promise<never> => {
    await response.body?.cancel();
    throw tooLarge(size, most, options);
  };
  if (!encoded && announced > most) await refuse(`${announced.toLocaleString('en')} bytes`);
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const result = await reader?.read();
    if (!result || result.done) break;
    parts.push(result.value);
    size += result.value.length;
    if (size > most) {
      await reader?.cancel();
      throw tooLarge(`more than ${most.toLocaleString('en')} bytes`, most, options);
    }
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const shorten = (text: string): string => (text.length > 120 ? `${text.slice(0, 119)}…` : text);

function isPixelSource(value: unknown): value is PixelSource {
  if (typeof value !== 'object' || value === null) return false;
  const { data } = value as Partial<PixelSource>;
  return data instanceof Uint8ClampedArray || data instanceof Uint8Array;
}

function checkSource(source: PixelSource, options: ReadImageOptions): void {
  const { width, height, data } = source;
  const whole = Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1;
  if (!whole || data.length !== 4 * width * height) {
    throw imageError(
      `Pixels of ${width} × ${height} need ${4 * width * height} bytes of RGBA; data has ${data.length}.`,
      options,
    );
  }
  checkPixels(source, options);
}

/** Pixels in memory as a raster. Copied: the caller may go on drawing into them. */
export const rasterOf = ({ width, height, data }: PixelSource): Raster => ({
  width,
  height,
  data: new Uint8Array(data),
  opaque: false,
});
