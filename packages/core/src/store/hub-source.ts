import { FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';
import { addressOf } from './address.ts';
import { downloadFailed, isRetryable } from './errors.ts';
import { failedResponse, type HttpOptions, HttpReader, type HttpTarget, request } from './http.ts';
import type { FileListing } from './manifest.ts';
import { encodePath } from './paths.ts';
import type { FileDescription, ModelSource, OpenedStream, OpenStreamOptions } from './types.ts';

/** A hub access token, or a function that gets one when it is needed. */
type HubToken = string | (() => string | undefined | Promise<string | undefined>);

export interface HubOptions extends HttpOptions {
  /** Default `https://huggingface.co`. */
  remoteHost?: string | undefined;
  /** URL of a file below the host. Default `{model}/resolve/{revision}/{path}`. */
  pathTemplate?: string | undefined;
  /** Branch, tag or commit. Default `main`. */
  revision?: string | undefined;
  /** For gated or private repositories. Sent to `remoteHost` only, as `Authorization: Bearer …`. */
  token?: HubToken | undefined;
  /** Hosts with the same files, tried in order when the one before cannot be reached or fails. */
  mirrors?: readonly (string | { host: string; token?: HubToken | undefined })[] | undefined;
}

interface Host {
  url: string;
  token: HubToken | undefined;
  reader: HttpReader;
  /** Set once a host turned out not to list its files. */
  isUnlisted: boolean;
}

/** The used fields of an entry of `/api/models/{id}/tree/{revision}`. A mirror may send anything. */
interface TreeEntry {
  type: 'file';
  path: string;
  size?: unknown;
  oid?: unknown;
  lfs?: { oid?: unknown; size?: unknown } | null;
  /** Set for files in the newer kind of large-file storage, which names them by a hash of its own. */
  xetHash?: unknown;
}

function isFileEntry(entry: unknown): entry is TreeEntry {
  const { type, path } = (entry ?? {}) as { type?: unknown; path?: unknown };
  return type === 'file' && typeof path === 'string';
}

/** Pages of a listing that are followed: more than any model has, and an end for a server that links in a circle. */
const MAX_PAGES = 50;

class HubSource implements ModelSource {
  readonly key: string;
  readonly local = false;
  readonly #model: string;
  readonly #revision: string;
  readonly #template: string;
  readonly #options: HubOptions;
  readonly #hosts: Host[];
  /** The host that answered last. */
  #current = 0;

  constructor(model: string, options: HubOptions) {
    this.#model = encodePath(model);
    this.#revision = options.revision ?? 'main';
    this.#template = options.pathTemplate ?? '{model}/resolve/{revision}/{path}';
    this.#options = options;
    const primary = { host: options.remoteHost ?? 'https://huggingface.co', token: options.token };
    const mirrors = (options.mirrors ?? []).map((mirror) =>
      typeof mirror === 'string' ? { host: mirror, token: undefined } : mirror,
    );
    this.#hosts = [primary, ...mirrors].map(({ host, token }) => {
      addressOf(host, 'A host of the hub', 'hub');
      return {
        url: host.endsWith('/') ? host : `${host}/`,
        token,
        reader: new HttpReader(options),
        isUnlisted: false,
      };
    });
    this.key = `${this.#hosts[0]!.url}${model}@${this.#revision}`;
  }

  describe(paths: readonly string[], signal?: AbortSignal): Promise<Map<string, FileDescription>> {
    return this.#ask(async (host) => {
      const listing = await this.#list(host, signal);
      const token = await tokenOf(host);
      const found = await Promise.all(
        paths.map(async (path) =>
          this.#describe(
            host,
            listing === 'none' ? undefined : (listing.get(path) ?? null),
            path,
            token,
            signal,
          ),
        ),
      );
      return new Map(found.flatMap((file) => (file ? [[file.path, file]] : [])));
    });
  }

  /**
   * @param listed entry of the listing; null if it does not have the file, undefined without a listing. If it has no
   * size, the size is requested: an unknown size must not become zero.
   */
  async #describe(
    host: Host,
    listed: FileDescription | null | undefined,
    path: string,
    token: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<FileDescription | undefined> {
    if (listed === null) return undefined;
    if (listed && listed.size >= 0) return listed;
    const probed = await host.reader.probe(this.#target(host, path, token), token !== undefined, signal);
    return probed && { ...probed, ...listed, size: probed.size };
  }

  open(path: string, options: OpenStreamOptions): Promise<OpenedStream> {
    return this.#ask(async (host) => {
      const token = await tokenOf(host);
      return host.reader.open(this.#target(host, path, token), token !== undefined, options);
    });
  }

  #target(host: Host, path: string, token: string | undefined): HttpTarget {
    const values: Record<string, string> = {
      model: this.#model,
      revision: encodeURIComponent(this.#revision),
      path: encodePath(path),
    };
    const file = this.#template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
    return { url: host.url + file.replace(/^\//, ''), path, headers: this.#headers(token) };
  }

  #headers(token: string | undefined): Record<string, string> {
    return { ...this.#options.headers, ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) };
  }

  /** Tries the host that worked last, then the others. */
  async #ask<Answer>(action: (host: Host) => Promise<Answer>): Promise<Answer> {
    const start = this.#current;
    let failure: unknown;
    for (let step = 0; step < this.#hosts.length; step++) {
      const index = (start + step) % this.#hosts.length;
      try {
        const answer = await action(this.#hosts[index]!);
        this.#current = index;
        return answer;
      } catch (error) {
        if (!isRetryable(error)) throw error;
        // The first host's words: the mirrors were only a way out.
        failure ??= error;
      }
    }
    throw failure;
  }

  /** Sizes and hashes of the whole repository, from one request. */
  async #list(host: Host, signal?: AbortSignal): Promise<FileListing> {
    if (host.isUnlisted) return 'none';
    const token = await tokenOf(host);
    const listing = new Map<string, FileDescription>();
    let url: string | undefined =
      `${host.url}api/models/${this.#model}/tree/${encodeURIComponent(this.#revision)}?recursive=true`;
    for (let page = 0; url !== undefined && page < MAX_PAGES; page++) {
      const target = {
        url,
        path: `the file list of ${this.#model} (${this.#revision})`,
        headers: this.#headers(token),
      };
      const response = await request(target, {
        fetch: this.#options.fetch,
        signal: signal ?? null,
        cache: 'no-cache',
      });
      const isJson = /json/i.test(response.headers.get('content-type') ?? '');
      const code = response.headers.get('x-error-code');
      // A plain file server or another path template: without a listing, each file's size is requested.
      if ((response.ok && !isJson) || ([404, 405, 410].includes(response.status) && code === null)) {
        await response.body?.cancel().catch(() => {});
        host.isUnlisted = true;
        return 'none';
      }
      if (!response.ok) {
        await response.body?.cancel().catch(() => {});
        throw failedResponse(response, target, token !== undefined);
      }
      for (const entry of await readEntries(response, target, signal))
        listing.set(entry.path, describe(entry));
      url = nextPage(response, target);
    }
    return listing;
  }
}

async function tokenOf(host: Host): Promise<string | undefined> {
  const token = typeof host.token === 'function' ? await host.token() : host.token;
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message:
        'The access token has characters that cannot be sent: pass it as the hub shows it, without spaces.',
      param: 'token',
    });
  }
  return token;
}

async function readEntries(
  response: Response,
  target: HttpTarget,
  signal?: AbortSignal,
): Promise<TreeEntry[]> {
  let entries: unknown;
  try {
    entries = await response.json();
  } catch (cause) {
    signal?.throwIfAborted();
    throw downloadFailed(`${target.path} was cut off or is not JSON.`, { cause });
  }
  if (!Array.isArray(entries)) throw downloadFailed(`${target.path} is not a list.`, { retryable: false });
  return entries.filter(isFileEntry);
}

/** Files in large-file storage are named by the SHA-256 of their content, the others by git's own id. */
function describe({ path, size, oid, lfs, xetHash }: TreeEntry): FileDescription {
  const own = textOf(lfs?.oid).replace(/^sha256:/, '');
  if (/^[0-9a-f]{64}$/.test(own)) return { path, size: sizeOf(lfs?.size ?? size), sha256: own };
  const gitSha1 = textOf(oid);
  return {
    path,
    size: sizeOf(size),
    ...(!lfs && !xetHash && /^[0-9a-f]{40}$/.test(gitSha1) ? { gitSha1 } : {}),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** −1 if the listing does not state it. */
const sizeOf = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : -1;

/** The URL of `Link: <…>; rel="next"`, on this host: mirrors link to the original, which must not get the token. */
function nextPage(response: Response, { url, path }: HttpTarget): string | undefined {
  const link = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(response.headers.get('link') ?? '')?.[1];
  if (link === undefined) return undefined;
  try {
    const { pathname, search } = new URL(link, url);
    return new URL(pathname + search, url).href;
  } catch (cause) {
    throw downloadFailed(`The next page of ${path} has an invalid URL: ${shortened(link)}.`, {
      retryable: false,
      cause,
    });
  }
}

/**
 * A repository of a model hub, `organisation/name`. One request lists sizes and hashes; files come from
 * `{remoteHost}/{model}/resolve/{revision}/{path}`, wherever that redirects to.
 */
export const hubSource = (model: string, options: HubOptions = {}): ModelSource =>
  new HubSource(model, options);
