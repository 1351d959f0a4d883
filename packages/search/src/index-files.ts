/** The files of one index: each loaded once, held against its sum, and never used if it is another. */
import { FoundationError } from '@nearfield/spec';
import { damaged } from './errors.ts';
import { inflate } from './format/deflate.ts';
import { type IndexFile, MANIFEST, type Manifest, readManifest } from './format/manifest.ts';
import { manifestId } from './format/manifest-id.ts';
import { SUM_DIGITS, sha256 } from './format/sha256.ts';
import type { Loader } from './loader.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Range = readonly [start: number, end: number];

/** Loads a manifest. */
export async function loadManifest(loader: Loader, signal?: AbortSignal): Promise<Manifest> {
  return readManifest(await loader.load(MANIFEST, { signal }), manifestId);
}

export class IndexFiles {
  readonly #loader: Loader;
  readonly #id: string;
  readonly #loaded = new Map<string, Promise<Bytes>>();
  readonly #parsed = new Map<string, Promise<unknown>>();
  readonly #beginnings = new Map<string, { readonly length: number; readonly bytes: Promise<Uint8Array> }>();
  #servesRanges: boolean;

  constructor(loader: Loader, id: string) {
    this.#loader = loader;
    this.#id = id;
    this.#servesRanges = loader.ranges !== undefined;
  }

  /** A file as stored. A call that was not first waits for the first one's load; one that failed is tried again. */
  whole(file: IndexFile): Promise<Bytes> {
    const running = this.#loaded.get(file.name);
    if (running !== undefined) return running;
    // No caller's signal ends a load that others may wait for.
    const loading = this.#load(file);
    this.#loaded.set(file.name, loading);
    loading.catch(() => this.#loaded.delete(file.name));
    return loading;
  }

  /** A file as it was before it was packed. */
  async unpacked(file: IndexFile): Promise<Bytes> {
    return inflate(await this.whole(file), file.name);
  }

  /** A packed file of JSON, unpacked and parsed once. */
  json(file: IndexFile): Promise<unknown> {
    const before = this.#parsed.get(file.name);
    if (before !== undefined) return before;
    const parsing = this.unpacked(file).then(
      (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as unknown,
    );
    this.#parsed.set(file.name, parsing);
    parsing.catch(() => this.#parsed.delete(file.name));
    return parsing;
  }

  /** Parts of a file; undefined where the host serves none. Their readers check their sums. */
  async parts(file: IndexFile, ranges: readonly Range[]): Promise<Uint8Array[] | undefined> {
    if (!this.#servesRanges) return undefined;
    try {
      return await this.#loader.ranges!(file.name, ranges, {});
    } catch (error) {
      if (FoundationError.isInstance(error) && error.code === 'NOT_SUPPORTED') {
        this.#servesRanges = false;
        return undefined;
      }
      // Without a network the browser or a service worker may still have the whole file.
      if (FoundationError.isInstance(error) && error.code === 'CONNECTION_FAILED') return undefined;
      throw await this.#explained(file, error);
    }
  }

  /**
   * The first bytes of a file, for hosts that serve no other parts: what was read before is kept, more is read anew.
   * Their reader checks their sums.
   */
  beginning(file: IndexFile, length: number): Promise<Uint8Array> {
    const loader = this.#loader;
    if (loader.beginning === undefined || this.#loaded.has(file.name)) return this.whole(file);
    const before = this.#beginnings.get(file.name);
    if (before !== undefined && before.length >= length) return before.bytes;
    const bytes = loader
      .beginning(file.name, length, {})
      .catch(async (error: unknown) => Promise.reject(await this.#explained(file, error)));
    const beginning = { length, bytes };
    this.#beginnings.set(file.name, beginning);
    bytes.catch(() => {
      if (this.#beginnings.get(file.name) === beginning) this.#beginnings.delete(file.name);
    });
    return bytes;
  }

  async #load(file: IndexFile): Promise<Bytes> {
    let bytes: Bytes;
    try {
      bytes = await this.#loader.load(file.name, {});
    } catch (error) {
      throw await this.#explained(file, error);
    }
    if (bytes.length !== file.bytes) {
      throw damaged(file.name, `it has ${bytes.length} bytes, the manifest says ${file.bytes}`);
    }
    if ((await sha256(bytes)).slice(0, SUM_DIGITS) !== file.sha256)
      throw damaged(file.name, 'its bytes are not those of this index');
    return bytes;
  }

  /** A missing file of an index that was replaced while it was open is said to be that. */
  async #explained(file: IndexFile, error: unknown): Promise<unknown> {
    const now = await loadManifest(this.#loader).catch(() => undefined);
    if (now === undefined || now.id === this.#id) return error;
    return new FoundationError({
      code: 'RESOURCE_NOT_FOUND',
      message: `${file.name} is gone: the site has a new index since this one was opened. Open the index again, or reload the page.`,
      cause: error,
    });
  }
}
