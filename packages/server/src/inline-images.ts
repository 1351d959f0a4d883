/** Pictures behind addresses, read by the server under its own rules before the foundation sees the request. */
import { LIMITS } from '@nearfield/spec';
import { bytesToBase64, invalid } from '@nearfield/spec/implement';
import type { Body } from './accommodate.ts';

/** Reads what callers name by its address. */
export interface UrlReader {
  /**
   * The bytes at an address.
   * @param param the request's field that names it
   * @throws FoundationError INPUT_VALIDATION_FAILED for an address that this server does not read, or one with more
   * than `maxBytes`; DOWNLOAD_FAILED, SERVICE_TIMEOUT
   */
  read(url: string, options: ReadUrlOptions): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Sends JSON to an address once, under the same rules.
   * @throws FoundationError CONNECTION_FAILED if it was not answered with 2xx
   */
  notify(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<void>;
  /** Refuses an address that {@link notify} would refuse. @throws FoundationError INPUT_VALIDATION_FAILED */
  check(url: string, param: string): void;
}

/** Limits of one request for a URL, and the field that names it. */
export interface ReadUrlOptions {
  param: string;
  maxBytes: number;
  signal?: AbortSignal | undefined;
}

const FIELDS = ['input', 'content', 'texts'];
const WEB_ADDRESS = /^\s*https?:/i;

/** Pictures that one request may name by their addresses. */
const MAX_IMAGES = 64;

/**
 * A request whose pictures are data.
 * @throws FoundationError of {@link UrlReader.read}
 */
export async function withInlineImages(
  body: Body,
  urls: UrlReader | undefined,
  signal: AbortSignal | undefined,
): Promise<Body> {
  if (!urls) return body;
  const field = FIELDS.find((name) => body[name] !== undefined);
  if (field === undefined) return body;
  const value = body[field];
  let count = 0;
  const inlined = async (item: unknown, param: string): Promise<unknown> => {
    if (typeof item !== 'object' || item === null || !Object.hasOwn(item, 'image')) return item;
    const { image } = item as { image: unknown };
    if (typeof image !== 'string' || !WEB_ADDRESS.test(image)) return item;
    if (++count > MAX_IMAGES) {
      throw invalid(param, `A request names at most ${MAX_IMAGES} images by URL. Send the others as base64.`);
    }
    const bytes = await urls.read(image.trim(), { param, maxBytes: LIMITS.embeddings.imageBytes, signal });
    return { ...item, image: bytesToBase64(bytes) };
  };
  if (!Array.isArray(value)) return { ...body, [field]: await inlined(value, `${field}.image`) };
  const items: unknown[] = [];
  for (const [index, item] of value.entries()) items.push(await inlined(item, `${field}.${index}.image`));
  return { ...body, [field]: items };
}
