import { FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';

/** The API's own address. */
const HOSTED = 'https://api.jina.ai';

/** Addresses that may be given. */
export interface AddressOptions {
  /**
   * Address of the API. A trailing `/v1` is understood.
   * @default 'https://api.jina.ai'
   */
  baseUrl?: string | URL | undefined;
  /**
   * Address of the reader. With a `baseUrl` of your own, this and the two below have no default, so that a key never
   * goes to a server it was not meant for.
   * @default 'https://r.jina.ai'
   */
  readerUrl?: string | URL | undefined;
  /** Address of the web search. @default 'https://s.jina.ai' */
  searchUrl?: string | URL | undefined;
  /** Address of grounding. @default 'https://g.jina.ai' */
  groundUrl?: string | URL | undefined;
  /** Address of the segmenter. @default 'https://segment.jina.ai', or `/v1/segment` below a `baseUrl` of your own */
  segmentUrl?: string | URL | undefined;
}

/** Addresses of the API and of the services beside it. */
export interface Addresses {
  base: URL;
  read: URL | undefined;
  search: URL | undefined;
  ground: URL | undefined;
  segment: URL;
}

function address(value: string | URL, name: string): URL {
  try {
    const page = typeof location === 'undefined' ? undefined : location.href;
    const url = new URL(value, page);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {
    // The error below says it.
  }
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `${name} must be an http(s) address, such as ${HOSTED}; it is ${JSON.stringify(shortened(String(value)))}.`,
    param: name,
  });
}

/** A path below an address, whether or not that ends in a slash or in `/v1`. */
export function below(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '') + path;
  return url;
}

/**
 * An id as one part of a path. Dots alone would be read as a way up, also when encoded: nothing has them as its id.
 * @throws FoundationError RESOURCE_NOT_FOUND
 */
export function pathOf(id: string): string {
  const text = String(id);
  if (!/^\.{1,2}$/.test(text)) return encodeURIComponent(text);
  throw new FoundationError({
    code: 'RESOURCE_NOT_FOUND',
    message: `There is nothing with the id '${text}'.`,
  });
}

/** A model's id as a path: full ids have a slash. */
export function modelPath(id: string): string {
  try {
    return String(id).split('/').map(pathOf).join('/');
  } catch (cause) {
    throw new FoundationError({
      code: 'INPUT_MODEL_NOT_FOUND',
      message: `Model '${shortened(String(id))}' not found.`,
      param: 'model',
      cause,
    });
  }
}

/** Whether an address is one of Jina's services. */
export const isJina = (url: URL): boolean => url.hostname === 'jina.ai' || url.hostname.endsWith('.jina.ai');

/** Whether an address is the API's own. */
export const isHosted = (base: URL): boolean => base.origin === HOSTED;

/**
 * The addresses that options mean.
 * @throws FoundationError INPUT_VALIDATION_FAILED if one is no http(s) address
 */
export function addressesOf(options: AddressOptions): Addresses {
  const base = address(options.baseUrl ?? HOSTED, 'baseUrl');
  const service = (name: keyof AddressOptions, fallback: string): URL | undefined => {
    const given = options[name] ?? (isHosted(base) ? fallback : undefined);
    return given === undefined ? undefined : address(given, name);
  };
  return {
    base,
    read: service('readerUrl', 'https://r.jina.ai/'),
    search: service('searchUrl', 'https://s.jina.ai/'),
    ground: service('groundUrl', 'https://g.jina.ai/'),
    segment: service('segmentUrl', 'https://segment.jina.ai/') ?? below(base, '/v1/segment'),
  };
}
