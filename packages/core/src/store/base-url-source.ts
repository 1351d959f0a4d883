import { addressOf } from './address.ts';
import { isPageInstead } from './content.ts';
import { downloadFailed } from './errors.ts';
import { failedResponse, type HttpOptions, HttpReader, type HttpTarget, request } from './http.ts';
import { type FileListing, parseManifest } from './manifest.ts';
import { encodePath } from './paths.ts';
import type { FileDescription, ModelSource, OpenedStream, OpenStreamOptions } from './types.ts';

export interface BaseUrlOptions extends HttpOptions {
  /**
   * File beside the model that lists sizes and hashes: `{ files: [{ path, size, sha256 }] }`. Without it each file
   * has its size requested, and a byte that flips in transit cannot be noticed. Default `manifest.json`; `false`
   * if there is none.
   */
  manifest?: string | false | undefined;
}

/** Files below an address, in the hub's layout: `config.json`, `tokenizer.json`, `onnx/model.onnx`, … */
class BaseUrlSource implements ModelSource {
  readonly key: string;
  readonly local = false;
  readonly #base: string;
  readonly #options: BaseUrlOptions;
  readonly #reader: HttpReader;
  #listing: FileListing | undefined;

  constructor(base: string | URL, options: BaseUrlOptions) {
    const url = new URL(addressOf(base, 'The base URL of a model', 'models'));
    url.hash = '';
    url.search = '';
    this.#base = url.href.endsWith('/') ? url.href : `${url.href}/`;
    this.key = this.#base;
    this.#options = options;
    this.#reader = new HttpReader(options);
  }

  async describe(paths: readonly string[], signal?: AbortSignal): Promise<Map<string, FileDescription>> {
    const listing = await this.#list(signal);
    const descriptions = await Promise.all(
      paths.map(async (path) =>
        listing === 'none' ? this.#reader.probe(this.#target(path), false, signal) : listing.get(path),
      ),
    );
    return new Map(descriptions.flatMap((found) => (found ? [[found.path, found]] : [])));
  }

  open(path: string, options: OpenStreamOptions): Promise<OpenedStream> {
    return this.#reader.open(this.#target(path), false, options);
  }

  #target(path: string): HttpTarget {
    return { url: this.#base + encodePath(path), path, headers: { ...this.#options.headers } };
  }

  /** Read anew each time: it is needed only when something must be fetched, and then it must be current. */
  async #list(signal?: AbortSignal): Promise<FileListing> {
    const { manifest = 'manifest.json', fetch } = this.#options;
    if (manifest === false || this.#listing === 'none') return 'none';
    const target = this.#target(manifest);
    const response = await request(target, { fetch, signal: signal ?? null, cache: 'no-cache' });
    const isAbsent = [404, 410].includes(response.status);
    if (isAbsent || (response.ok && isPageInstead(manifest, response.headers.get('content-type')))) {
      await response.body?.cancel().catch(() => {});
      this.#listing = 'none';
      return 'none';
    }
    if (!response.ok) throw failedResponse(response, target, false);
    let text: string;
    try {
      text = await response.text();
    } catch (cause) {
      signal?.throwIfAborted();
      throw downloadFailed(`${target.url} was cut off.`, { cause });
    }
    const listing = parseManifest(text);
    if (listing) return listing;
    // A web app manifest has the same usual name.
    this.#listing = 'none';
    return 'none';
  }
}

/**
 * A model in the hub's layout at an address: `https://host/path/` or, in a page, a relative one. Needs no
 * server logic; ranges make downloads resumable. Query and fragment are ignored.
 */
export const baseUrlSource = (base: string | URL, options: BaseUrlOptions = {}): ModelSource =>
  new BaseUrlSource(base, options);
