/** Addresses in this page of pictures in memory: one for each, as long as they are shown. */
export class PictureAddresses {
  readonly #addresses = new Map<Blob, string>();

  of(picture: Blob): string {
    const address = this.#addresses.get(picture) ?? URL.createObjectURL(picture);
    this.#addresses.set(picture, address);
    return address;
  }

  /** Lets go of all pictures: their addresses lead nowhere from now on. */
  release(): void {
    for (const address of this.#addresses.values()) URL.revokeObjectURL(address);
    this.#addresses.clear();
  }
}
