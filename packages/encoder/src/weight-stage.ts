/** An encoder's memory while the weights of its file arrive: they are laid where they will be packed. */
import type { ArrivingWeight, WeightFiles, WeightSink } from '@nearfield/onnx';
import { bindKernels, compileKernels, type Kernels, strideOf } from './kernels.ts';
import { EncoderMemory } from './memory.ts';

/** Room of one weight. */
export interface StagedRegion {
  readonly address: number;
  /** Bytes of the weight. */
  readonly length: number;
  /** Bytes that it may take when it is packed. */
  readonly room: number;
}

/** Smaller ones are copied when they are packed, which costs nothing. */
const SMALLEST = 65_536;

/** A matrix with more rows or columns is a table of words, whose layout stays as it is. */
const LARGEST_SIDE = 16_384;

/** A memory with the weights of one file. */
export class WeightStage implements WeightSink {
  readonly #kernels: Kernels;
  readonly #memory: EncoderMemory;
  readonly #smallest: number;
  readonly #regions: StagedRegion[] = [];
  #isTaken = false;

  private constructor(kernels: Kernels, memory: EncoderMemory, smallest: number) {
    this.#kernels = kernels;
    this.#memory = memory;
    this.#smallest = smallest;
  }

  /**
   * @param bytes of the file.
   * @param smallest bytes of the smallest weight that is no matrix of bytes and yet does not stay in the graph.
   * @throws OutOfEncoderMemory
   */
  static async open(bytes: number, smallest = SMALLEST): Promise<WeightStage> {
    const module = await compileKernels();
    const memory = new EncoderMemory();
    // What packing adds is known when all weights have arrived; what the graph takes of the file makes room for some.
    memory.cover(bytes);
    return new WeightStage(bindKernels(module, memory.memory), memory, smallest);
  }

  place({ type, dims, length }: ArrivingWeight): number | undefined {
    const [rows, columns, ...rest] = dims;
    const isBytes = type === 'int8' || type === 'uint8';
    const isMatrix = isBytes && columns !== undefined && rest.length === 0 && rows! * columns === length;
    if (!isMatrix && length < this.#smallest) return undefined;
    const isPacked = isMatrix && Math.max(rows!, columns) <= LARGEST_SIDE;
    const room = isPacked ? packedBytes(rows!, columns) : length;
    const address = this.#memory.take(room);
    this.#regions.push({ address, length, room });
    return address;
  }

  put(address: number, bytes: Uint8Array): void {
    this.#memory.bytes(address, bytes.length).set(bytes);
  }

  /** All weights as one file, as long as they are not packed. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#memory.bytes(0, this.#memory.memory.buffer.byteLength);
  }

  /** The files beside a graph, this one among them: a view of the memory as it is whenever it is read. */
  files(location: string, others: WeightFiles = new Map()): WeightFiles {
    return new StagedFiles(others, location, () => this.bytes);
  }

  /** Hands the memory over to an encoder, once. */
  take(): [Kernels, EncoderMemory, readonly StagedRegion[]] {
    if (this.#isTaken) throw new TypeError('These weights are packed already');
    this.#isTaken = true;
    return [this.#kernels, this.#memory, this.#regions];
  }
}

/** Bytes of a matrix in panels, whichever side its outputs are, with a number for each output behind them. */
const packedBytes = (rows: number, columns: number): number =>
  strideOf(rows) * strideOf(columns) + strideOf(Math.max(rows, columns)) * 4;

/** Growing a memory detaches the views of it: a file in it is viewed anew each time. */
class StagedFiles extends Map<string, Uint8Array> {
  readonly #location: string;
  readonly #view: () => Uint8Array;

  constructor(others: WeightFiles, location: string, view: () => Uint8Array) {
    super(others);
    this.#location = location;
    this.#view = view;
  }

  override get(name: string): Uint8Array | undefined {
    return name === this.#location ? this.#view() : super.get(name);
  }
}
