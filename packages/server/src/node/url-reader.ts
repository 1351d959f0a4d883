import { lookup as lookUp } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { FoundationError } from '@nearfield/spec';
import { invalid, shortened } from '@nearfield/spec/implement';
import type { ReadUrlOptions, UrlReader } from '../inline-images.ts';
import { isPublicAddress } from './public-addresses.ts';

/** Rules of a reader of URLs that requests name. */
export interface UrlReaderOptions {
  /**
   * Beginnings of the URLs that may be used, such as `https://images.example/public/`; a bare origin stands for all its
   * paths, `*` for every https address. Private, loopback and link-local addresses are refused whatever is listed.
   */
  allowed: readonly string[];
  /** Milliseconds for all of a request. @default 30_000 */
  timeout?: number | undefined;
  /** Whether an IP address may be spoken to. @default those of the public internet */
  isAllowedAddress?: ((address: string) => boolean) | undefined;
  /** IP addresses of a host name. @default the system's */
  resolve?: ((host: string) => Promise<readonly string[]>) | undefined;
}

const TIMEOUT = 30_000;
const MAX_REDIRECTS = 5;

/** An entry of the allow-list. */
interface AllowedPrefix {
  origin: string;
  path: string;
}

/** @throws FoundationError INPUT_VALIDATION_FAILED for an entry that is neither `*` nor an http(s) URL */
function prefixOf(entry: string): AllowedPrefix {
  if (URL.canParse(entry) && /^https?:$/.test(new URL(entry).protocol)) {
    const { origin, pathname } = new URL(entry);
    return { origin, path: pathname };
  }
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `allowUrls (--allow-url) takes beginnings of http(s) URLs such as https://images.example/, or *; '${shortened(entry)}' is not one.`,
    param: 'allowUrls',
  });
}

const resolveAll = async (host: string): Promise<readonly string[]> =>
  (await lookUp(host, { all: true })).map(({ address }) => address);

/** Reads the URLs of an allow-list, and connects to the very addresses that it has checked. */
export class GuardedUrlReader implements UrlReader {
  readonly #any: boolean;
  readonly #prefixes: readonly AllowedPrefix[];
  readonly #timeout: number;
  readonly #isAllowedAddress: (address: string) => boolean;
  readonly #resolve: (host: string) => Promise<readonly string[]>;

  /** @throws FoundationError INPUT_VALIDATION_FAILED */
  constructor({ allowed, timeout, isAllowedAddress, resolve }: UrlReaderOptions) {
    this.#any = allowed.includes('*');
    this.#prefixes = allowed.filter((entry) => entry !== '*').map(prefixOf);
    this.#timeout = timeout ?? TIMEOUT;
    this.#isAllowedAddress = isAllowedAddress ?? isPublicAddress;
    this.#resolve = resolve ?? resolveAll;
  }

  check(text: string, param: string): void {
    this.#checked(text, param);
  }

  async read(text: string, options: ReadUrlOptions): Promise<Uint8Array<ArrayBuffer>> {
    const { param, maxBytes, signal } = options;
    const timeout = AbortSignal.timeout(this.#timeout);
    const within = signal ? AbortSignal.any([signal, timeout]) : timeout;
    try {
      return await this.#follow(text, param, maxBytes, within);
    } catch (cause) {
      signal?.throwIfAborted();
      if (FoundationError.isInstance(cause)) throw cause;
      // Not why: what answers at an address is none of the caller's business.
      throw invalid(param, `The URL ${shortened(text)} could not be read.`, { cause, retryable: true });
    }
  }

  async notify(text: string, body: string, headers: Readonly<Record<string, string>>): Promise<void> {
    let cause: unknown;
    try {
      const url = this.#checked(text, 'webhook_url');
      const answer = await this.#send(url, 'webhook_url', AbortSignal.timeout(this.#timeout), {
        body,
        headers,
      });
      answer.resume();
      const { statusCode = 0 } = answer;
      if (statusCode >= 200 && statusCode < 300) return;
      cause = new Error(`status ${statusCode}`);
    } catch (error) {
      cause = error;
    }
    throw new FoundationError({
      code: 'CONNECTION_FAILED',
      message: `The webhook ${shortened(text)} could not be called.`,
      cause,
    });
  }

  async #follow(
    text: string,
    param: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    let current = text;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const url = this.#checked(current, param);
      const answer = await this.#send(url, param, signal);
      const { statusCode = 0, headers } = answer;
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        answer.destroy();
        current = URL.canParse(headers.location, url)
          ? new URL(headers.location, url).href
          : headers.location;
        continue;
      }
      if (statusCode !== 200) {
        answer.destroy();
        throw invalid(param, `The URL ${shortened(text)} answered with status ${statusCode}.`, {
          retryable: statusCode === 429 || statusCode >= 500,
        });
      }
      return await bytesOf(answer, param, maxBytes);
    }
    throw invalid(param, `The URL ${shortened(text)} redirects more than ${MAX_REDIRECTS} times.`);
  }

  /** @throws FoundationError INPUT_VALIDATION_FAILED for what is not on the list, or is an address of a private network */
  #checked(text: string, param: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !this.#isListed(url)) {
      const known = this.#any
        ? 'https addresses'
        : this.#prefixes.map(({ origin, path }) => origin + path).join(', ');
      throw invalid(
        param,
        `This server does not use the URL ${shortened(text)}. ${known === '' ? 'It uses none: its operator can allow some with --allow-url.' : `It uses ${shortened(known)}.`} Send the data itself, images as base64.`,
        { type: 'url_not_allowed' },
      );
    }
    // `URL` has brought every spelling of an IP address into its usual one.
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !this.#isAllowedAddress(host)) throw notPublic(param);
    return url;
  }

  #isListed(url: URL): boolean {
    if (url.username !== '' || url.password !== '') return false;
    if (this.#any && url.protocol === 'https:') return true;
    return this.#prefixes.some(({ origin, path }) => {
      if (url.origin !== origin) return false;
      return path.endsWith('/') ? url.pathname.startsWith(path) : url.pathname === path;
    });
  }

  async #send(
    url: URL,
    param: string,
    signal: AbortSignal,
    sent?: { body: string; headers: Readonly<Record<string, string>> },
  ): Promise<IncomingMessage> {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(
        url,
        {
          signal,
          agent: false,
          lookup: this.#lookup(param),
          method: sent === undefined ? 'GET' : 'POST',
          headers: {
            'User-Agent': 'nearfield',
            ...(sent && { ...sent.headers, 'Content-Type': 'application/json' }),
          },
        },
        resolve,
      );
      request.once('error', reject);
      request.end(sent?.body);
    });
  }

  /** Gives a connection only addresses that are allowed: a name may mean another one every time it is looked up. */
  #lookup(param: string): LookupFunction {
    return (host, options, done) => {
      this.#resolve(host).then(
        (found) => {
          const family = options.family === 4 || options.family === 6 ? options.family : undefined;
          const usable = found.filter((address) => family === undefined || isIP(address) === family);
          if (usable.length === 0 || !usable.every(this.#isAllowedAddress)) {
            done(notPublic(param), '', 4);
          } else if (options.all) {
            done(
              null,
              usable.map((address) => ({ address, family: isIP(address) })),
            );
          } else done(null, usable[0]!, isIP(usable[0]!));
        },
        (error: NodeJS.ErrnoException) => done(error, '', 4),
      );
    };
  }
}

const notPublic = (param: string): FoundationError =>
  invalid(param, 'The URL is of a private network or of this machine. Only public addresses are used.', {
    type: 'url_not_allowed',
  });

async function bytesOf(
  answer: IncomingMessage,
  param: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > maxBytes) {
      answer.destroy();
      throw invalid(param, `The URL has more than ${maxBytes.toLocaleString('en')} bytes.`);
    }
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
