/** The elements of tensors, wherever a file holds them: raw bytes, typed fields, or another file. */
import { fromHalf } from '../half.ts';
import { readFields, readFloats, readInt64s } from '../protobuf.ts';
import { rawByteLength } from '../types.ts';
import type { TensorSummary } from './model.ts';

/** Files beside the model that hold weights, by the name under which the graph refers to them. */
export type WeightFiles = ReadonlyMap<string, Uint8Array>;

/**
 * A tensor's elements as raw little-endian bytes: a view where the file has them so, else a copy.
 *
 * @param bytes the buffer that the summary was read from.
 * @throws {RangeError} when the type is unknown or has no raw form, a file is missing, or the bytes are too few or
 *   too many for the tensor's dimensions.
 */
export function tensorBytes(
  bytes: Uint8Array,
  tensor: TensorSummary,
  files: WeightFiles = new Map(),
): Uint8Array {
  const { name, type, dims, data, external } = tensor;
  if (type === undefined) throw new RangeError(`Tensor '${name}' has an unknown element type`);
  const length = rawByteLength(
    type,
    dims.reduce((product, size) => product * size, 1),
  );
  let found: Uint8Array;
  if (external) {
    const file = files.get(external.location);
    if (!file) throw new RangeError(`Tensor '${name}' lies in ${external.location}, which is missing`);
    found = file.subarray(external.offset, external.offset + (external.length || length));
  } else {
    found = data ? bytes.subarray(data.start, data.end) : typedBytes(bytes, tensor);
  }
  if (found.length !== length) {
    throw new RangeError(`Tensor '${name}' has ${found.length} bytes, its dimensions need ${length}`);
  }
  return found;
}

/** The elements of typed fields (`float_data`, `int32_data`, `int64_data`), as raw bytes. */
function typedBytes(bytes: Uint8Array, { type, range }: TensorSummary): Uint8Array {
  const floats: number[] = [];
  const integers: bigint[] = [];
  for (const field of readFields(bytes, range.start, range.end)) {
    if (field.field === 4) for (const value of readFloats(bytes, field)) floats.push(value);
    if (field.field === 5 || field.field === 7) {
      for (const value of readInt64s(bytes, field)) integers.push(value);
    }
  }
  const view = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer);
  switch (type) {
    case 'float32':
      return view(Float32Array.from(floats));
    case 'int64':
      return view(BigInt64Array.from(integers));
    case 'int32':
      return view(Int32Array.from(integers, Number));
    case 'float16':
    case 'bfloat16':
    case 'int16':
    case 'uint16':
      return view(Uint16Array.from(integers, Number));
    case 'int8':
    case 'uint8':
    case 'bool':
      return view(Uint8Array.from(integers, Number));
    default:
      return new Uint8Array(0);
  }
}

/**
 * A tensor's elements as numbers; int64 ones beyond 2⁵³ lose their last digits.
 *
 * @throws {RangeError} as {@link tensorBytes}, and for types of fewer than 8 bits.
 */
export function tensorNumbers(
  bytes: Uint8Array,
  tensor: TensorSummary,
  files?: WeightFiles,
): ArrayLike<number> {
  const raw = tensorBytes(bytes, tensor, files);
  const view = <Numbers>(
    array: new (buffer: ArrayBufferLike, offset: number, count: number) => Numbers,
    size: number,
  ): Numbers => {
    // A typed array begins at a multiple of its elements' size. (A Node buffer's slice would be no copy.)
    const { buffer, byteOffset, length } = raw.byteOffset % size === 0 ? raw : new Uint8Array(raw);
    return new array(buffer, byteOffset, length / size);
  };
  switch (tensor.type) {
    case 'uint8':
    case 'bool':
      return raw;
    case 'int8':
      return view(Int8Array, 1);
    case 'float32':
      return view(Float32Array, 4);
    case 'float64':
      return view(Float64Array, 8);
    case 'float16':
      return fromHalf(view(Uint16Array, 2));
    case 'int32':
      return view(Int32Array, 4);
    case 'uint32':
      return view(Uint32Array, 4);
    case 'int16':
      return view(Int16Array, 2);
    case 'uint16':
      return view(Uint16Array, 2);
    case 'int64':
      return Float64Array.from(view(BigInt64Array, 8), Number);
    default:
      throw new RangeError(`Tensor '${tensor.name}' is ${tensor.type}, which is not read as numbers`);
  }
}
