import { PictureAddresses } from '../pictures/addresses.ts';

/** The pictures of the project that is open, and their addresses in this page. */
export class Pictures {
  #blobs: ReadonlyMap<string, Blob> = new Map();
  readonly #addresses = new PictureAddresses();

  /** By the ids of their items. */
  get blobs(): ReadonlyMap<string, Blob> {
    return this.#blobs;
  }

  /** Takes the place of the pictures so far with those of another project. */
  use(blobs: ReadonlyMap<string, Blob>): void {
    this.#addresses.release();
    this.#blobs = blobs;
  }

  add(blobs: ReadonlyMap<string, Blob>): void {
    this.#blobs = new Map([...this.#blobs, ...blobs]);
  }

  /** The address of an item's picture. */
  url(id: string): string | undefined {
    const blob = this.#blobs.get(id);
    return blob && this.#addresses.of(blob, id);
  }
}
