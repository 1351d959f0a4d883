/** A memory that kernels compute in: what stays is laid down first, what a run needs lies behind it. */

import { newMemory } from './kernels.ts';

/** Bytes of a WebAssembly page. */
const PAGE = 65_536;

/** Alignment of all data, in bytes: a line of the processor's cache. */
const ALIGNMENT = 64;

/** Addresses above are none: WebAssembly's are 32 bits wide. */
const LARGEST = 2 ** 32 - PAGE;

export class OutOfEncoderMemory extends Error {
  override readonly name = 'OutOfEncoderMemory';
}

/** Hands out addresses one after the other; everything behind a mark is taken back at once. */
export class EncoderMemory {
  readonly memory: WebAssembly.Memory;
  // Address 0 is none.
  #end = ALIGNMENT;

  constructor(memory = newMemory()) {
    this.memory = memory;
  }

  /** Room for so many bytes. @throws OutOfEncoderMemory */
  take(bytes: number): number {
    const start = this.assign(bytes);
    this.cover();
    return start;
  }

  /** An address for so many bytes, which the memory has only after {@link cover}. @throws OutOfEncoderMemory */
  assign(bytes: number): number {
    const start = this.#end;
    const end = Math.ceil((start + bytes) / ALIGNMENT) * ALIGNMENT;
    if (end > LARGEST)
      throw new OutOfEncoderMemory(`out of memory: ${bytes} bytes are more than 4 GB have left`);
    this.#end = end;
    return start;
  }

  /** Grows the memory, once, to all that was handed out and so many bytes more. @throws OutOfEncoderMemory */
  cover(more = 0): void {
    const missing = this.#end + more - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.memory.grow(Math.ceil(missing / PAGE));
      } catch (cause) {
        throw new OutOfEncoderMemory(`out of memory: it could not be grown by ${missing} bytes`, {
          cause,
        });
      }
    }
  }

  /** Takes over what another memory has handed out, at the same addresses. Only before anything was taken here. */
  fill(bytes: ArrayBuffer): void {
    this.take(bytes.byteLength - ALIGNMENT);
    this.bytes(0, bytes.byteLength).set(new Uint8Array(bytes));
  }

  /** Address of the next bytes: pass it to {@link release}. */
  get mark(): number {
    return this.#end;
  }

  /** Takes back all that was handed out since the mark. The memory keeps its size. */
  release(mark: number): void {
    this.#end = mark;
  }

  // Views are made anew each time: growing detaches those there are.
  floats(address: number, count: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.memory.buffer, address, count);
  }

  bytes(address: number, count: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.memory.buffer, address, count);
  }

  integers(address: number, count: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.memory.buffer, address, count);
  }

  /** Lays numbers down, filled up with zeros to `count`. */
  putFloats(values: ArrayLike<number>, count = values.length): number {
    const address = this.take(count * 4);
    const room = this.floats(address, count);
    room.set(values);
    room.fill(0, values.length);
    return address;
  }

  putIntegers(values: ArrayLike<number>): number {
    const address = this.take(values.length * 4);
    this.integers(address, values.length).set(values);
    return address;
  }

  putBytes(values: Uint8Array | Int8Array): number {
    const address = this.take(values.length);
    this.bytes(address, values.length).set(values);
    return address;
  }
}
