/**
 * Reads the safetensors format: an 8-byte little-endian header length, a JSON header, then the tensors.
 *
 * Format: https://huggingface.co/docs/safetensors
 */
import { fromHalf } from '@nearfield/onnx';

/** A float16 tensor inside a safetensors file. */
export interface HalfTensor {
  /** Sizes, outermost first. */
  readonly shape: readonly number[];
  /** Raw half bits, row-major; a copy, so that it is aligned. */
  readonly halves: Uint16Array<ArrayBuffer>;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Named tensors of one file: float16, float32 and int8. */
export class SafeTensors {
  readonly #bytes: Uint8Array;
  readonly #dataStart: number;
  readonly #entries: ReadonlyMap<string, HeaderEntry>;

  /** @throws {Error} when the header is cut short or not JSON. */
  constructor(bytes: Uint8Array) {
    if (bytes.length < 8) throw new Error('Not a safetensors file: shorter than its header length');
    const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    this.#bytes = bytes;
    this.#dataStart = 8 + headerLength;
    if (this.#dataStart > bytes.length) throw new Error('Not a safetensors file: its header is cut short');
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, this.#dataStart))) as Record<
      string,
      HeaderEntry
    >;
    this.#entries = new Map(Object.entries(header).filter(([name]) => name !== '__metadata__'));
  }

  /** Names of all tensors, in file order. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /**
   * A float16 tensor by name.
   *
   * @throws {Error} when it is missing, has another element type, or its bytes do not match its shape.
   */
  half(name: string): HalfTensor {
    const { shape, bytes } = this.#tensor(name, 'F16', 2);
    return { shape, halves: new Uint16Array(bytes.buffer) };
  }

  /**
   * A float32 tensor, or a float16 one widened to float32, exactly; row-major. Throws like
   * {@link SafeTensors.half}.
   */
  float(name: string): Float32Array<ArrayBuffer> {
    if (this.#entries.get(name)?.dtype === 'F32') {
      return new Float32Array(this.#tensor(name, 'F32', 4).bytes.buffer);
    }
    return fromHalf(this.half(name).halves);
  }

  /** An int8 tensor, row-major. Throws like {@link SafeTensors.half}. */
  int8(name: string): Int8Array<ArrayBuffer> {
    return new Int8Array(this.#tensor(name, 'I8', 1).bytes.buffer);
  }

  #tensor(
    name: string,
    dtype: string,
    size: number,
  ): { shape: readonly number[]; bytes: Uint8Array<ArrayBuffer> } {
    const entry = this.#entries.get(name);
    if (!entry) throw new Error(`The safetensors file has no tensor ${name}`);
    if (entry.dtype !== dtype) throw new Error(`Tensor ${name} is ${entry.dtype}, expected ${dtype}`);
    const [start, end] = entry.data_offsets;
    const count = entry.shape.reduce((product, length) => product * length, 1);
    if (end - start !== count * size || this.#dataStart + end > this.#bytes.length) {
      throw new Error(`Tensor ${name} has ${end - start} bytes, which do not fit its shape or the file`);
    }
    // Not `slice`: on a Node Buffer that is a view, which may lie at an odd offset.
    const bytes = new Uint8Array(this.#bytes.subarray(this.#dataStart + start, this.#dataStart + end));
    return { shape: entry.shape, bytes };
  }
}
