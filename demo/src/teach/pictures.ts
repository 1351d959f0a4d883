/** The pictures of the project that is open, and their addresses in this page. */
export class Pictures {
  #blobs: ReadonlyMap<string, Blob> = new Map();
  readonly #urls = new Map<string, string>();

  /** By the ids of their items. */
  get blobs(): ReadonlyMap<string, Blob> {
    return this.#blobs;
  }

  /** Takes the place of the pictures so far with those of another project. */
  use(blobs: ReadonlyMap<string, Blob>): void {
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.#urls.clear();
    this.#blobs = blobs;
  }

  add(blobs: ReadonlyMap<string, Blob>): void {
    this.#blobs = new Map([...this.#blobs, ...blobs]);
  }

  /** The address of an item's picture. */
  url(id: string): string | undefined {
    const blob = this.#blobs.get(id);
    if (!blob) return undefined;
    const url = this.#urls.get(id) ?? URL.createObjectURL(blob);
    this.#urls.set(id, url);
    return url;
  }
}
