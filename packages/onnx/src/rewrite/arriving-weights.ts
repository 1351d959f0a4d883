/**
 * Detaches the weights of a file while its bytes arrive: the graph is gathered, and the weights go where their reader
 * wants them. The file as a whole is never in memory.
 */
import { ProtobufError, ProtobufWriter, readFields, readInt64s, readVarint, WIRE_TYPE } from '../protobuf.ts';
import { type ElementType, elementTypeName } from '../types.ts';

/** A weight whose bytes are about to arrive. */
export interface ArrivingWeight {
  /** `undefined` for a type unknown to this package, or one that the file names after the bytes. */
  readonly type: ElementType | undefined;
  readonly dims: readonly number[];
  /** Bytes. */
  readonly length: number;
}

/** Takes weights in. */
export interface WeightSink {
  /** Where the bytes are to lie in what will be given as external data; undefined: they stay in the graph. */
  place(weight: ArrivingWeight): number | undefined;
  /** Takes some of the bytes. They may change after the call. */
  put(offset: number, bytes: Uint8Array): void;
}

const SMALLEST = 4096;

/** Code that waits for more bytes where it yields. */
type Arriving<Value = void> = Generator<undefined, Value, undefined>;

interface Field {
  readonly field: number;
  readonly wireType: number;
  /** Tag, and length if there is one, as they arrived. */
  readonly head: Uint8Array;
  /** Bytes of the payload. */
  readonly length: number;
  /** Position behind the payload. */
  readonly end: number;
}

export interface ArrivingOptions {
  /** Bytes of the file. */
  readonly size: number;
  /** Name of the external data, which no file can know. */
  readonly location: string;
  readonly sink: WeightSink;
  /**
   * Bytes of the smallest weight that the sink is asked about.
   * @default 4096: shapes and axes must be at hand when the graph is checked
   */
  readonly smallest?: number | undefined;
}

/** Reads one file. */
export class ArrivingModel {
  readonly #input = new Input();
  readonly #options: ArrivingOptions;
  readonly #smallest: number;
  readonly #run: Arriving<Uint8Array<ArrayBuffer>>;
  #graph: Uint8Array<ArrayBuffer> | undefined;

  constructor(options: ArrivingOptions) {
    this.#options = options;
    this.#smallest = options.smallest ?? SMALLEST;
    this.#run = this.#model();
    this.#go();
  }

  /** Takes the file's next bytes, which may change after the call. @throws ProtobufError */
  push(bytes: Uint8Array): void {
    this.#input.give(bytes);
    this.#go();
  }

  /** The graph, with references in place of the weights. @throws ProtobufError if the file ended too soon. */
  finish(): Uint8Array<ArrayBuffer> {
    if (!this.#graph) throw new ProtobufError('The file ends within a field', this.#input.position);
    return this.#graph;
  }

  #go(): void {
    if (this.#graph) return;
    const { done, value } = this.#run.next();
    if (done) this.#graph = value;
  }

  *#model(): Arriving<Uint8Array<ArrayBuffer>> {
    const { size } = this.#options;
    const model = new ProtobufWriter();
    while (this.#input.position < size) {
      const field = yield* this.#input.field(size);
      if (field.field === 7 && field.wireType === WIRE_TYPE.bytes) {
        model.message(7, yield* this.#graphOf(field.end));
      } else yield* this.#copy(field, model);
    }
    return model.finish();
  }

  *#graphOf(end: number): Arriving<ProtobufWriter> {
    const graph = new ProtobufWriter();
    while (this.#input.position < end) {
      const field = yield* this.#input.field(end);
      const isTensor = field.field === 5 && field.wireType === WIRE_TYPE.bytes;
      if (isTensor && field.length >= this.#smallest) graph.message(5, yield* this.#tensor(field.end));
      else yield* this.#copy(field, graph);
    }
    return graph;
  }

  *#tensor(end: number): Arriving<ProtobufWriter> {
    const { location } = this.#options;
    const tensor = new ProtobufWriter();
    /** Fields that say where the bytes lie. */
    const whereabouts: Uint8Array[] = [];
    const dims: number[] = [];
    let type: ElementType | undefined;
    let isElsewhere = false;
    let placed: { offset: number; length: number } | undefined;
    while (this.#input.position < end) {
      const field = yield* this.#input.field(end);
      const { length } = field;
      if (field.field === 9 && field.wireType === WIRE_TYPE.bytes && length >= this.#smallest) {
        const offset = this.#options.sink.place({ type, dims, length });
        if (offset !== undefined) {
          yield* this.#put(offset, length);
          placed = { offset, length };
          continue;
        }
      }
      const whole = yield* this.#whole(field);
      const [part] = readFields(whole);
      if (field.field === 13 || field.field === 14) {
        whereabouts.push(whole);
        isElsewhere ||= field.field === 14 && readVarint(whole, part!.start) !== 0;
        continue;
      }
      if (field.field === 1) dims.push(...readInt64s(whole, part!).map(Number));
      else if (field.field === 2) type = elementTypeName(readVarint(whole, part!.start));
      tensor.encoded(whole);
    }
    if (!placed) {
      for (const each of whereabouts) tensor.encoded(each);
      return tensor;
    }
    if (isElsewhere) {
      throw new ProtobufError('A tensor has its bytes here and in another file', this.#input.position);
    }
    const entries = { location, offset: String(placed.offset), length: String(placed.length) };
    for (const [key, value] of Object.entries(entries)) {
      tensor.message(13, new ProtobufWriter().string(1, key).string(2, value));
    }
    // data_location: EXTERNAL
    return tensor.int(14, 1);
  }

  *#put(offset: number, length: number): Arriving {
    for (let done = 0; done < length; ) {
      const some = yield* this.#input.some(length - done);
      this.#options.sink.put(offset + done, some);
      done += some.length;
    }
  }

  *#copy(field: Field, writer: ProtobufWriter): Arriving {
    writer.encoded(yield* this.#whole(field));
  }

  /** A field with its tag, in a buffer of its own. */
  *#whole({ head, length }: Field): Arriving<Uint8Array> {
    const whole = new Uint8Array(head.length + length);
    whole.set(head);
    for (let done = 0; done < length; ) {
      const some = yield* this.#input.some(length - done);
      whole.set(some, head.length + done);
      done += some.length;
    }
    return whole;
  }
}

/** Bytes that have arrived and are not read yet. */
class Input {
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Bytes that are read. */
  position = 0;

  give(piece: Uint8Array): void {
    this.#piece = piece;
    this.#at = 0;
  }

  /** One byte or more, up to so many. */
  *some(most: number): Arriving<Uint8Array> {
    while (this.#at === this.#piece.length) yield;
    const some = this.#piece.subarray(this.#at, Math.min(this.#piece.length, this.#at + most));
    this.#at += some.length;
    this.position += some.length;
    return some;
  }

  /** Tag and length of the next field, which must end before `limit`. */
  *field(limit: number): Arriving<Field> {
    const tag = this.position;
    const head: number[] = [];
    const key = yield* this.#varint(head, limit);
    const [field, wireType] = [Math.floor(key / 8), key % 8];
    let length: number;
    // A varint's payload is read with its tag.
    if (wireType === WIRE_TYPE.varint) {
      yield* this.#varint(head, limit, true);
      length = 0;
    } else if (wireType === WIRE_TYPE.bytes) length = yield* this.#varint(head, limit);
    else if (wireType === WIRE_TYPE.fixed32) length = 4;
    else if (wireType === WIRE_TYPE.fixed64) length = 8;
    else throw new ProtobufError(`Unsupported wire type ${wireType} of field ${field}`, tag);
    if (field < 1) throw new ProtobufError(`Invalid field number ${field}`, tag);
    const end = this.position + length;
    if (end > limit) throw new ProtobufError(`Field ${field} of ${length} bytes leaves its message`, tag);
    return { field, wireType, head: Uint8Array.from(head), length, end };
  }

  /** A number whose bytes are added to `head`. @param isAny whether it may be one of 64 bits */
  *#varint(head: number[], limit: number, isAny = false): Arriving<number> {
    const start = this.position;
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      if (this.position >= limit) throw new ProtobufError('Truncated varint', start);
      if (this.position - start === 10) throw new ProtobufError('Varint longer than ten bytes', start);
      const [byte] = (yield* this.some(1)) as Uint8Array & { 0: number };
      head.push(byte);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    if (!isAny && !Number.isSafeInteger(value)) {
      throw new ProtobufError('Varint is not a safe integer', start);
    }
    return value;
  }
}
