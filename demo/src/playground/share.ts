/** A request as a part of the page's address. */
import type { JsonRequest } from './operations.ts';

/** Characters up to which a request stands in the address as it is, so that people can read it. */
const SHORT = 160;
/** Bytes of a request that is restored from an address: a few kilobytes may unpack to gigabytes. */
const MOST_BYTES = 2_000_000;
/** Characters of a link that everything takes: chats and mail cut longer ones. */
export const LONG_LINK = 8000;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

const toUrlBase64 = (bytes: Uint8Array): string => {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/u, '');
};

const fromUrlBase64 = (text: string): Uint8Array<ArrayBuffer> => {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
};

const through = (
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): ReadableStream<Uint8Array> => new Blob([bytes]).stream().pipeThrough(stream);

/**
 * A request for an address: JSON where it is short, compressed where it is long.
 * @returns `json=…` or `z=…`
 */
export async function encodeRequest(request: JsonRequest): Promise<string> {
  const json = JSON.stringify(request);
  if (json.length <= SHORT) return `json=${encodeURIComponent(json)}`;
  const packed = await new Response(
    through(encoder.encode(json), new CompressionStream('deflate-raw')),
  ).arrayBuffer();
  return `z=${toUrlBase64(new Uint8Array(packed))}`;
}

/**
 * The request of an address.
 * @param query what follows the question mark
 * @returns undefined where there is none
 * @throws Error where it cannot be read
 */
export async function decodeRequest(query: string): Promise<JsonRequest | undefined> {
  const parameters = new URLSearchParams(query);
  const [plain, packed] = [parameters.get('json'), parameters.get('z')];
  if (plain === null && packed === null) return undefined;
  const value: unknown = JSON.parse(plain ?? (await unpacked(packed!)));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('A request is an object.');
  return value as JsonRequest;
}

async function unpacked(packed: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = through(fromUrlBase64(packed), new DecompressionStream('deflate-raw')).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > MOST_BYTES) {
      await reader.cancel();
      throw new RangeError('The request of this link is too large.');
    }
    parts.push(part.value);
  }
  return decoder.decode(await new Blob(parts as BlobPart[]).arrayBuffer());
}

/** Fields that hold secrets of other services: they stay out of links. */
const SECRET = new Set(['setCookie', 'proxyUrl', 'customHeader']);

/** A request without what is nobody else's business. */
export const withoutSecrets = (request: JsonRequest, key: string): JsonRequest => {
  const kept = Object.fromEntries(Object.entries(request).filter(([name]) => !SECRET.has(name)));
  if (key === '') return kept;
  const quoted = JSON.stringify(key).slice(1, -1);
  return JSON.parse(JSON.stringify(kept).replaceAll(quoted, '…')) as JsonRequest;
};
