import type { FoundationError } from '@nearfield/spec';
import { retryAfterSeconds } from '@nearfield/spec/implement';
import { inBrowser } from '../environment.ts';
import { isPageInstead, pageInstead } from './content.ts';
import { downloadFailed } from './errors.ts';
import type { FileDescription, OpenedStream, OpenStreamOptions } from './types.ts';

/** Options shared by HTTP sources. */
export interface HttpOptions {
  /** Used in place of the global `fetch`. */
  fetch?: typeof fetch | undefined;
  /** Sent with each request. Anything beyond the CORS-safelisted ones needs the other origin's consent. */
  headers?: Record<string, string> | undefined;
}

export interface HttpTarget {
  url: string;
  path: string;
  headers: Record<string, string>;
}

/** Whether a browser needs the server's consent (CORS) for this URL. Node never does. */
function isCrossOrigin(url: string): boolean {
  return inBrowser() && new URL(url, location.href).origin !== location.origin;
}

/** Identifier of a file's version. `Last-Modified`, unlike `ETag`, is always visible to other origins. */
const validatorOf = (headers: Headers): string | undefined =>
  headers.get('etag') ?? headers.get('last-modified') ?? undefined;

/** `bytes 5-9/10` as `{ offset: 5, size: 10 }`. */
export function parseContentRange(header: string | null): { offset?: number; size?: number } {
  const match = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(header?.trim() ?? '');
  if (!match) return {};
  return {
    ...(match[1] === undefined ? {} : { offset: Number(match[1]) }),
    ...(match[2] === '*' ? {} : { size: Number(match[2]) }),
  };
}

const lengthOf = (response: Response): number | undefined => {
  const header = response.headers.get('content-length');
  const isEncoded = !/^(identity)?$/i.test(response.headers.get('content-encoding') ?? '');
  return header === null || isEncoded ? undefined : Number(header);
};

/** The origin, for messages: never the query, which may hold a signature. */
const originOf = (url: string): string => (/^https?:/.test(url) ? new URL(url).host : url);

/** The error for a response that is not the file. */
export function failedResponse(response: Response, target: HttpTarget, hasToken: boolean): FoundationError {
  const { status, headers } = response;
  const where = originOf(target.url);
  const retryAfter = retryAfterSeconds(headers.get('retry-after'));
  const reason = headers.get('x-error-message');
  const told = reason ? ` It says: ${reason.replace(/\s+/g, ' ').slice(0, 200)}` : '';
  if (status === 401 || status === 403) {
    const isGated = headers.get('x-error-code') === 'GatedRepo';
    const advice = isGated
      ? 'The repository is gated: accept its terms on its page, then pass an access token (`token`).'
      : hasToken
        ? 'The access token was refused: check that it is valid and may read this repository.'
        : 'The repository does not exist, or is private or gated: pass an access token (`token`).';
    return downloadFailed(`${where} refused ${target.path} (HTTP ${status}). ${advice}${told}`, {
      status,
      retryable: false,
    });
  }
  if (status === 404 || status === 410) {
    return downloadFailed(
      `${where} has no file ${target.path} (HTTP ${status}): check the model's id, revision and path.${told}`,
      {
        status: 404,
        param: target.path,
        retryable: false,
      },
    );
  }
  const isTransient = status === 408 || status === 425 || status === 429 || status >= 500;
  return downloadFailed(
    `${where} answered ${target.path} with HTTP ${status}${status === 429 ? ' (too many requests)' : ''}.${told}`,
    { status: status === 429 ? 429 : undefined, retryable: isTransient, retryAfter },
  );
}

/** One request; network failures become a typed, retryable error, cancellation is passed on. */
export async function request(
  target: HttpTarget,
  init: RequestInit & { fetch?: typeof fetch | undefined },
): Promise<Response> {
  const { fetch: replacement, ...rest } = init;
  try {
    return await (replacement ?? fetch)(target.url, { ...rest, headers: target.headers });
  } catch (cause) {
    init.signal?.throwIfAborted();
    const isOffline = typeof navigator === 'object' && navigator.onLine === false;
    throw downloadFailed(
      isOffline
        ? `${target.path} is not stored on this device, and the browser is offline.`
        : `${originOf(target.url)} could not be reached for ${target.path}: no connection${
            inBrowser() ? ', or it does not allow requests from this page (CORS)' : ''
          }.`,
      { cause },
    );
  }
}

/** Files that compress well and stay small: better whole and gzipped than in ranges. */
const isText = (path: string): boolean => /\.(json|txt|md|jinja)$/i.test(path);

/** Reads files over HTTP and remembers features that each server turned out not to support. */
export class HttpReader {
  readonly #fetch: typeof fetch | undefined;
  // `If-Range` is not CORS-safelisted: for another origin it causes a preflight, which hubs and their storage
  // hosts may refuse. There, the answer's ETag and size are compared instead, by the caller.
  #isConditional = true;
  #rangeFailures = 0;

  constructor(options: HttpOptions = {}) {
    this.#fetch = options.fetch;
  }

  /** Size and validator of one file, from a request for its first byte; undefined if the file does not exist. */
  async probe(
    target: HttpTarget,
    hasToken: boolean,
    signal?: AbortSignal,
  ): Promise<FileDescription | undefined> {
    // A range makes browsers request the unencoded form, so that the length is the file's own.
    const ask = (range?: string): Promise<Response> =>
      request(
        { ...target, headers: { ...target.headers, ...(range && { Range: range }) } },
        { fetch: this.#fetch, signal: signal ?? null, cache: 'no-store' },
      );
    let isRanged = true;
    const response = await ask('bytes=0-0').catch((error: unknown) => {
      if (!isCrossOrigin(target.url)) throw error;
      isRanged = false;
      return ask();
    });
    await drop(response);
    const etag = validatorOf(response.headers);
    const range = parseContentRange(response.headers.get('content-range'));
    if (response.status === 404 || response.status === 410) return undefined;
    if (response.status === 416) return { path: target.path, size: range.size ?? 0, etag };
    if (!response.ok) throw failedResponse(response, target, hasToken);
    // Development servers answer unknown paths with their start page.
    if (isPageInstead(target.path, response.headers.get('content-type'))) return undefined;
    if (response.status === 200) {
      // Without a range the length may be that of the compressed form.
      const isOwnLength = isRanged || !isText(target.path);
      return { path: target.path, size: (isOwnLength ? lengthOf(response) : undefined) ?? -1, etag };
    }
    if (range.size !== undefined) return { path: target.path, size: range.size, etag };
    // `Content-Range` is hidden from other origins unless exposed; the length of an open range is not.
    const open = await ask('bytes=0-');
    await drop(open);
    return { path: target.path, size: lengthOf(open) ?? -1, etag };
  }

  /** One transfer, from `offset` on if the server supports it. */
  async open(target: HttpTarget, hasToken: boolean, options: OpenStreamOptions): Promise<OpenedStream> {
    const { offset, end, etag, signal } = options;
    const isCors = isCrossOrigin(target.url);
    // Some storage hosts refuse ranges to browsers (a failed preflight looks like a lost connection): after two
    // failures in a row the whole file is requested, and the caller skips the part it has.
    const isRanged = !(isCors && this.#rangeFailures >= 2) && !(offset === 0 && isText(target.path));
    const isConditional =
      isRanged && offset > 0 && this.#isConditional && !isCors && etag?.startsWith('"') === true;
    const headers = {
      ...target.headers,
      ...(isRanged ? { Range: `bytes=${offset}-${end === undefined ? '' : end - 1}` } : {}),
      ...(isConditional ? { 'If-Range': etag } : {}),
    };
    let response: Response;
    try {
      // The store keeps the bytes: a second copy in the HTTP cache would be waste.
      response = await request(
        { ...target, headers },
        { fetch: this.#fetch, signal: signal ?? null, cache: 'no-store' },
      );
    } catch (error) {
      if (isRanged) this.#rangeFailures++;
      // A redirect to another origin turns `If-Range` into a reason for a preflight.
      if (isConditional && inBrowser()) this.#isConditional = false;
      throw error;
    }
    if (isRanged) this.#rangeFailures = 0;
    return opened(response, target, hasToken, isRanged, options);
  }
}

/** The stream of a response, or the error that the response amounts to. */
async function opened(
  response: Response,
  target: HttpTarget,
  hasToken: boolean,
  isRanged: boolean,
  options: OpenStreamOptions,
): Promise<OpenedStream> {
  const etag = validatorOf(response.headers);
  const range = parseContentRange(response.headers.get('content-range'));
  if (response.status === 416) {
    await drop(response);
    // Nothing there: an empty file, or one that became shorter. The caller compares the size.
    return { stream: new Blob([]).stream(), offset: 0, size: range.size ?? 0, etag };
  }
  if (!response.ok || response.body === null) {
    await drop(response);
    throw failedResponse(response, target, hasToken);
  }
  if (isPageInstead(target.path, response.headers.get('content-type'))) {
    await drop(response);
    throw pageInstead(target.path, originOf(target.url));
  }
  const stream = response.body as ReadableStream<Uint8Array<ArrayBuffer>>;
  const length = lengthOf(response);
  if (response.status === 206) {
    const start = range.offset ?? options.offset;
    // Other origins see `Content-Length`, but not `Content-Range` unless it is exposed.
    const isOpenEnded = options.end === undefined && length !== undefined;
    return { stream, offset: start, size: range.size ?? (isOpenEnded ? start + length : undefined), etag };
  }
  // Without a range the answer may be compressed, and browsers hide that from other origins.
  return { stream, offset: 0, size: isRanged ? length : undefined, etag };
}

/** Ends a transfer whose body is not wanted. */
async function drop(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => {});
}
