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

/** Named float16 tensors of one file. */
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
    const entry = this.#entries.get(name);
    if (!entry) throw new Error(`The safetensors file has no tensor ${name}`);
    if (entry.dtype !== 'F16') throw new Error(`Tensor ${name} is ${entry.dtype}, expected F16`);
    const [start, end] = entry.data_offsets;
    const count = entry.shape.reduce((product, size) => product * size, 1);
    if (end - start !== count * 2 || this.#dataStart + end > this.#bytes.length) {
      throw new Error(`Tensor ${name} has ${end - start} bytes, which do not fit its shape or the file`);
    }
    // Not `slice`: on a Node Buffer that is a view, which may lie at an odd offset.
    const data = new Uint8Array(this.#bytes.subarray(this.#dataStart + start, this.#dataStart + end));
    return { shape: entry.shape, halves: new Uint16Array(data.buffer) };
  }

  /** A float16 tensor widened to float32, exactly, row-major. Throws like {@link SafeTensors.half}. */
  float(name: string): Float32Array<ArrayBuffer> {
    return fromHalf(this.half(name).halves);
  }
}
