/** Numbers and texts as bytes, written and read in order. */
import { damaged } from '../errors.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Grows as it is written to. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param room bytes that are expected. @default 1024 */
  constructor(room = 1024) {
    this.#bytes = new Uint8Array(room);
  }

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53 − 1, seven bits a byte, the lowest first. */
  varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  bytes(values: Uint8Array): void {
    this.#reserve(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
  }

  /** UTF-8 behind its length. */
  text(value: string): void {
    const bytes = encoder.encode(value);
    this.varint(bytes.length);
    this.bytes(bytes);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads what {@link ByteWriter} wrote. Throws INTEGRITY_MISMATCH, with the file's name, where the bytes end early. */
export class ByteReader {
  #at = 0;
  readonly #bytes: Uint8Array;
  readonly #file: string;

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#file = file;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    if (this.done) throw damaged(this.#file, 'the file ends early');
    return this.#bytes[this.#at++]!;
  }

  varint(): number {
    let value = 0;
    for (let place = 1; ; place *= 128) {
      if (place > 2 ** 49) throw damaged(this.#file, 'a number is too large');
      const byte = this.byte();
      value += (byte & 127) * place;
      if (byte < 128) return value;
    }
  }

  bytes(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw damaged(this.#file, 'the file ends early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** The unread rest. */
  rest(): Uint8Array {
    return this.bytes(this.#bytes.length - this.#at);
  }

  text(): string {
    const bytes = this.bytes(this.varint());
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw damaged(this.#file, 'a text is not UTF-8', cause);
    }
  }
}

/** Sorted strings, each as what it shares with the one before and the rest. */
export function writeSorted(writer: ByteWriter, sorted: readonly string[]): void {
  writer.varint(sorted.length);
  let before = '';
  for (const text of sorted) {
    let shared = 0;
    while (shared < before.length && shared < text.length && before[shared] === text[shared]) shared++;
    // Half a surrogate pair is not a text.
    if (shared > 0 && /[\ud800-\udbff]/.test(text[shared - 1]!)) shared--;
    writer.varint(shared);
    writer.text(text.slice(shared));
    before = text;
  }
}

/** Reads what {@link writeSorted} wrote. */
export function readSorted(reader: ByteReader): string[] {
  const count = reader.varint();
  const texts: string[] = [];
  let before = '';
  for (let index = 0; index < count; index++) {
    before = before.slice(0, reader.varint()) + reader.text();
    texts.push(before);
  }
  return texts;
}
