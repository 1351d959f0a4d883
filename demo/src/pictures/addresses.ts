/** Addresses in this page of pictures in memory: one for each, as long as they are shown. */
export class PictureAddresses {
  readonly #addresses = new Map<unknown, string>();

  /** @param key what stands for the picture. Default: itself */
  of(picture: Blob, key: unknown = picture): string {
    const address = this.#addresses.get(key) ?? URL.createObjectURL(picture);
    this.#addresses.set(key, address);
    return address;
  }

  /** Lets go of a picture: its address leads nowhere from now on. */
  forget(key: unknown): void {
    const address = this.#addresses.get(key);
    if (address === undefined) return;
    URL.revokeObjectURL(address);
    this.#addresses.delete(key);
  }

  /** Lets go of all pictures. */
  release(): void {
    for (const key of this.#addresses.keys()) this.forget(key);
  }
}
