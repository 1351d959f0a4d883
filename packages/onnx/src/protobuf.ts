/**
 * The protobuf wire format, as much of it as ONNX files use: varints, 32-bit and 64-bit fixed values and
 * length-delimited fields. The reader walks a buffer in place and copies nothing; the writer keeps large
 * payloads as references until the bytes are needed.
 *
 * Format: https://protobuf.dev/programming-guides/encoding/
 */

/** Wire types that occur in ONNX. Groups (3 and 4) are obsolete and refused. */
export const WIRE_TYPE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Thrown when bytes are not a well-formed protobuf message. `offset` is the byte position of the fault. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} (at byte ${offset})`);
    this.offset = offset;
  }
}

/** One field of a message; offsets are positions in the buffer that was walked. */
export interface ProtobufField {
  /** Field number, 1 … 536870911. */
  readonly field: number;
  /** 0 varint, 1 fixed64, 2 length-delimited, 5 fixed32. */
  readonly wireType: number;
  /** Start of the field's tag. */
  readonly tag: number;
  /** Start of the payload: after the tag, and for length-delimited fields after the length. */
  readonly start: number;
  /** One past the payload's last byte. */
  readonly end: number;
}

/**
 * Length in bytes of the varint at `offset`.
 *
 * @throws {ProtobufError} when it runs over `end` or is longer than ten bytes.
 */
function varintLength(bytes: Uint8Array, offset: number, end: number): number {
  for (let length = 1; length <= 10; length++) {
    const at = offset + length - 1;
    if (at >= end) throw new ProtobufError('Truncated varint', offset);
    if (bytes[at]! < 0x80) {
      if (length === 10 && bytes[at]! > 1) throw new ProtobufError('Varint exceeds 64 bits', offset);
      return length;
    }
  }
  throw new ProtobufError('Varint longer than ten bytes', offset);
}

/** The `length` bytes of a varint as a number; exact up to 2^53 - 1, which the callers check. */
function varintValue(bytes: Uint8Array, offset: number, length: number): number {
  let value = 0;
  // Multiplication instead of shifts: offsets in files over 2 GiB do not fit 32-bit integers.
  for (let index = length - 1; index >= 0; index--) value = value * 128 + (bytes[offset + index]! & 0x7f);
  return value;
}

/**
 * Reads an unsigned varint that must be a safe integer, such as an enum, a count or a byte length.
 *
 * @throws {ProtobufError} when malformed or above 2^53 - 1.
 */
export function readVarint(bytes: Uint8Array, start: number, end: number = bytes.length): number {
  const value = varintValue(bytes, start, varintLength(bytes, start, end));
  if (!Number.isSafeInteger(value)) throw new ProtobufError('Varint is not a safe integer', start);
  return value;
}

/**
 * Reads a varint as the signed 64-bit integer protobuf calls `int64`.
 *
 * @throws {ProtobufError} when malformed.
 */
export function readInt64(bytes: Uint8Array, start: number, end: number = bytes.length): bigint {
  const length = varintLength(bytes, start, end);
  let value = 0n;
  for (let index = length - 1; index >= 0; index--) {
    value = (value << 7n) | BigInt(bytes[start + index]! & 0x7f);
  }
  return BigInt.asIntN(64, value);
}

/**
 * Reads a little-endian IEEE single.
 *
 * @throws {ProtobufError} when fewer than four bytes are left.
 */
export function readFloat(bytes: Uint8Array, start: number, end: number = bytes.length): number {
  if (start + 4 > end) throw new ProtobufError('Truncated 32-bit value', start);
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat32(start, true);
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Decodes a length-delimited payload as UTF-8. */
export function readString(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

/**
 * Walks the fields of the message in `bytes[start … end)`, in file order, without copying. Nested messages
 * are walked by calling it again with a field's `start` and `end`.
 *
 * @throws {ProtobufError} on a malformed tag, an unknown wire type or a length that leaves the message.
 */
export function* readFields(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Generator<ProtobufField, void, undefined> {
  if (start < 0 || end > bytes.length || start > end) {
    throw new ProtobufError(
      `Message bounds ${start}…${end} leave the buffer of ${bytes.length} bytes`,
      start,
    );
  }
  let offset = start;
  while (offset < end) {
    const tag = offset;
    const tagLength = varintLength(bytes, offset, end);
    const key = varintValue(bytes, offset, tagLength);
    const field = Math.floor(key / 8);
    const type = key % 8;
    if (field < 1 || field > 0x1fffffff) throw new ProtobufError(`Invalid field number ${field}`, tag);
    offset += tagLength;
    let payloadStart = offset;
    let payloadEnd: number;
    if (type === WIRE_TYPE.varint) {
      payloadEnd = offset + varintLength(bytes, offset, end);
    } else if (type === WIRE_TYPE.bytes) {
      const lengthLength = varintLength(bytes, offset, end);
      const length = varintValue(bytes, offset, lengthLength);
      payloadStart = offset + lengthLength;
      payloadEnd = payloadStart + length;
    } else if (type === WIRE_TYPE.fixed32) {
      payloadEnd = offset + 4;
    } else if (type === WIRE_TYPE.fixed64) {
      payloadEnd = offset + 8;
    } else {
      throw new ProtobufError(`Unsupported wire type ${type} of field ${field}`, tag);
    }
    if (payloadEnd > end) {
      throw new ProtobufError(`Field ${field} of ${payloadEnd - payloadStart} bytes leaves its message`, tag);
    }
    yield { field, wireType: type, tag, start: payloadStart, end: payloadEnd };
    offset = payloadEnd;
  }
}

/**
 * Reads a repeated `int64` field that may be packed (one length-delimited run) or a single value.
 *
 * @throws {ProtobufError} on malformed bytes or another wire type.
 */
export function readInt64s(bytes: Uint8Array, field: ProtobufField): bigint[] {
  if (field.wireType === WIRE_TYPE.varint) return [readInt64(bytes, field.start, field.end)];
  if (field.wireType !== WIRE_TYPE.bytes) {
    throw new ProtobufError(`Field ${field.field} is not a list of integers`, field.tag);
  }
  const values: bigint[] = [];
  for (let offset = field.start; offset < field.end; ) {
    values.push(readInt64(bytes, offset, field.end));
    offset += varintLength(bytes, offset, field.end);
  }
  return values;
}

/**
 * Reads a repeated `float` field that may be packed or a single value.
 *
 * @throws {ProtobufError} on malformed bytes or another wire type.
 */
export function readFloats(bytes: Uint8Array, field: ProtobufField): number[] {
  if (field.wireType === WIRE_TYPE.fixed32) return [readFloat(bytes, field.start, field.end)];
  if (field.wireType !== WIRE_TYPE.bytes || (field.end - field.start) % 4 !== 0) {
    throw new ProtobufError(`Field ${field.field} is not a list of floats`, field.tag);
  }
  const values: number[] = [];
  for (let offset = field.start; offset < field.end; offset += 4) values.push(readFloat(bytes, offset));
  return values;
}

/** Payloads from this size on are kept as references; smaller ones are gathered into one chunk. */
const REFERENCE_THRESHOLD = 4096;

/**
 * Writes one message. Fields appear in the order of the calls. Payloads of 4 KiB and more are not copied
 * until {@link ProtobufWriter.finish}; the caller must not change them before.
 */
export class ProtobufWriter {
  #chunks: Uint8Array[] = [];
  #open = new Uint8Array(256);
  #used = 0;
  #closed = 0;

  /** Bytes written so far. */
  get byteLength(): number {
    return this.#closed + this.#used;
  }

  /** Writes an integer field. Negative values take ten bytes, as `int64` does. */
  int(field: number, value: number | bigint): this {
    this.#tag(field, WIRE_TYPE.varint);
    this.#varint(value);
    return this;
  }

  /** Writes a 32-bit float field. */
  float(field: number, value: number): this {
    this.#tag(field, WIRE_TYPE.fixed32);
    const payload = new Uint8Array(4);
    new DataView(payload.buffer).setFloat32(0, value, true);
    this.#raw(payload);
    return this;
  }

  /** Writes a UTF-8 string field. */
  string(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value));
  }

  /** Writes a bytes field. */
  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, WIRE_TYPE.bytes);
    this.#varint(value.length);
    this.#raw(value);
    return this;
  }

  /** Takes over bytes that are whole fields already, tags included. */
  encoded(fields: Uint8Array): this {
    this.#raw(fields);
    return this;
  }

  /** Writes a nested message. The nested writer's chunks are taken over by reference. */
  message(field: number, nested: ProtobufWriter): this {
    this.#tag(field, WIRE_TYPE.bytes);
    this.#varint(nested.byteLength);
    for (const chunk of nested.chunks()) this.#raw(chunk);
    return this;
  }

  /** The message as a list of chunks, ready to be streamed to a file without joining them. */
  chunks(): Uint8Array[] {
    return this.#used > 0 ? [...this.#chunks, this.#open.subarray(0, this.#used)] : [...this.#chunks];
  }

  /** The message in one new buffer. */
  finish(): Uint8Array<ArrayBuffer> {
    return concatenate(this.chunks());
  }

  #tag(field: number, type: number): void {
    if (!Number.isInteger(field) || field < 1 || field > 0x1fffffff) {
      throw new RangeError(`Protobuf field number ${field} is out of range`);
    }
    this.#varint(field * 8 + type);
  }

  #varint(value: number | bigint): void {
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`);
      if (value >= 0) {
        let rest = value;
        while (rest >= 128) {
          this.#byte((rest % 128) + 128);
          rest = Math.floor(rest / 128);
        }
        this.#byte(rest);
        return;
      }
    }
    let rest = BigInt(value);
    if (rest < -(2n ** 63n) || rest >= 2n ** 64n) throw new RangeError(`${value} does not fit 64 bits`);
    rest = BigInt.asUintN(64, rest);
    while (rest >= 128n) {
      this.#byte(Number(rest & 127n) + 128);
      rest >>= 7n;
    }
    this.#byte(Number(rest));
  }

  #byte(value: number): void {
    if (this.#used === this.#open.length) this.#grow(1);
    this.#open[this.#used++] = value;
  }

  #raw(payload: Uint8Array): void {
    if (payload.length >= REFERENCE_THRESHOLD) {
      if (this.#used > 0) {
        // A copy of exactly the used part, so that the scratch buffer can be reused.
        this.#chunks.push(this.#open.slice(0, this.#used));
        this.#closed += this.#used;
        this.#used = 0;
      }
      this.#chunks.push(payload);
      this.#closed += payload.length;
      return;
    }
    if (this.#used + payload.length > this.#open.length) this.#grow(payload.length);
    this.#open.set(payload, this.#used);
    this.#used += payload.length;
  }

  #grow(extra: number): void {
    const grown = new Uint8Array(Math.max(this.#open.length * 2, this.#used + extra));
    grown.set(this.#open.subarray(0, this.#used));
    this.#open = grown;
  }
}

/** Joins chunks into one new buffer. */
function concatenate(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.length;
  }
  return joined;
}
