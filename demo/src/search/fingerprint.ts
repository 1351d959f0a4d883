/** Equal for equal content: a number of 53 bits, with the length. For what visitors have, not against forgers. */
export class Fingerprint {
  #a = 0xdeadbeef;
  #b = 0x41c6ce57;
  #length = 0;

  addText(text: string): void {
    for (let index = 0; index < text.length; index++) this.#add(text.charCodeAt(index));
    this.#length += text.length;
  }

  addBytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.#add(byte);
    this.#length += bytes.length;
  }

  #add(unit: number): void {
    this.#a = Math.imul(this.#a ^ unit, 2654435761);
    this.#b = Math.imul(this.#b ^ unit, 1597334677);
  }

  get value(): string {
    const a =
      Math.imul(this.#a ^ (this.#a >>> 16), 2246822507) ^ Math.imul(this.#b ^ (this.#b >>> 13), 3266489909);
    const b = Math.imul(this.#b ^ (this.#b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
    return `${this.#length}-${4294967296 * (2097151 & b) + (a >>> 0)}`;
  }
}
