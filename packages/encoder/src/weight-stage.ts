/** An encoder's memory while the weights of its file arrive: they are laid where they will be packed. */
import type { ArrivingWeight, WeightFiles, WeightSink } from '@nearfield/onnx';
import { strideOf } from './kernels.ts';
import { type EncoderPlace, openPlace } from './place.ts';
import type { Team } from './threads/team.ts';

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

export interface StageOptions {
  /** Threads that share the encoder's work. Default: none. */
  readonly team?: Team | undefined;
  /** Bytes of the smallest weight that is no matrix of bytes and yet does not stay in the graph. @default 65,536 */
  readonly smallest?: number | undefined;
}

/** A memory with the weights of one file. */
export class WeightStage implements WeightSink {
  readonly #place: EncoderPlace;
  readonly #smallest: number;
  readonly #regions: StagedRegion[] = [];
  #isTaken = false;

  private constructor(place: EncoderPlace, smallest: number) {
    this.#place = place;
    this.#smallest = smallest;
  }

  /**
   * @param bytes of the file.
   * @throws OutOfEncoderMemory
   */
  static async open(bytes: number, { team, smallest = SMALLEST }: StageOptions = {}): Promise<WeightStage> {
    const stage = new WeightStage(await openPlace(team), smallest);
    try {
      // What packing adds is known when all weights have arrived; what the graph takes of the file makes room for some.
      stage.#place.memory.cover(bytes);
    } catch (cause) {
      stage.close();
      throw cause;
    }
    return stage;
  }

  place({ type, dims, length }: ArrivingWeight): number | undefined {
    const [rows, columns, ...rest] = dims;
    const isBytes = type === 'int8' || type === 'uint8';
    const isMatrix = isBytes && columns !== undefined && rest.length === 0 && rows! * columns === length;
    if (!isMatrix && length < this.#smallest) return undefined;
    const isPacked = isMatrix && Math.max(rows!, columns) <= LARGEST_SIDE;
    const room = isPacked ? packedBytes(rows!, columns) : length;
    const address = this.#place.memory.take(room);
    this.#regions.push({ address, length, room });
    return address;
  }

  put(address: number, bytes: Uint8Array): void {
    this.#place.memory.bytes(address, bytes.length).set(bytes);
  }

  /** All weights as one file, as long as they are not packed. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#place.memory.bytes(0, this.#place.memory.memory.buffer.byteLength);
  }

  /** The files beside a graph, this one among them: a view of the memory as it is whenever it is read. */
  files(location: string, others: WeightFiles = new Map()): WeightFiles {
    return new StagedFiles(others, location, () => this.bytes);
  }

  /** Hands the memory over to an encoder, once. */
  take(): { readonly place: EncoderPlace; readonly regions: readonly StagedRegion[] } {
    if (this.#isTaken) throw new TypeError('These weights are packed already');
    this.#isTaken = true;
    return { place: this.#place, regions: this.#regions };
  }

  /** Lets a team's threads forget the memory, unless an encoder has it. Its bytes stay readable. */
  close(): void {
    const { team, id } = this.#place;
    if (team && id !== undefined && !this.#isTaken) team.close(id);
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
