import { type ElementType, type ExternalData, rawByteLength } from '../types.ts';

/** Data of a tensor, or where an external file holds it. */
export interface TensorValue {
  readonly type: ElementType;
  /** Sizes; an empty list is a scalar. */
  readonly dims: readonly number[];
  /** Little-endian elements. Absent when `external` is given. */
  readonly data?: Uint8Array;
  readonly external?: ExternalData;
}

/** Numbers a tensor can be made from: a typed array of the element type's own layout, or plain numbers. */
export type TensorData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | readonly number[];

/**
 * Makes a tensor. A typed array is viewed, not copied, and must have the layout of `type`: `float16` and
 * `bfloat16` take raw bits in a `Uint16Array`, `bool` takes 0 and 1 in a `Uint8Array`, `int4` and `uint4`
 * take packed pairs, low nibble first, in a `Uint8Array`. Plain numbers work for every other type.
 *
 * @throws {RangeError} when the data's size does not match `dims`, or `type` is `string`.
 */
export function tensor(type: ElementType, dims: readonly number[], data: TensorData): TensorValue {
  const typed = ArrayBuffer.isView(data) ? data : fromNumbers(type, data as readonly number[]);
  const bytes = new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
  const count = dims.reduce((product, dimension) => product * dimension, 1);
  const expected = rawByteLength(type, count);
  if (bytes.length !== expected) {
    throw new RangeError(
      `A ${type} tensor [${dims.join(', ')}] needs ${expected} bytes, but its data has ${bytes.length}`,
    );
  }
  return { type, dims, data: bytes };
}

/** Makes a tensor whose data lies in another file; nothing about that file is checked here. */
export function externalTensor(
  type: ElementType,
  dims: readonly number[],
  external: ExternalData,
): TensorValue {
  return { type, dims, external };
}

/** Makes a one-dimensional int64 tensor, the form in which ONNX takes shapes, axes and indices. */
export function int64Tensor(values: readonly number[]): TensorValue {
  return tensor('int64', [values.length], values);
}

function fromNumbers(type: ElementType, values: readonly number[]): Exclude<TensorData, readonly number[]> {
  switch (type) {
    case 'float32':
      return Float32Array.from(values);
    case 'float64':
      return Float64Array.from(values);
    case 'int8':
      return Int8Array.from(values);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values);
    case 'int16':
      return Int16Array.from(values);
    case 'uint16':
      return Uint16Array.from(values);
    case 'int32':
      return Int32Array.from(values);
    case 'uint32':
      return Uint32Array.from(values);
    case 'int64':
      return BigInt64Array.from(values, BigInt);
    case 'uint64':
      return BigUint64Array.from(values, BigInt);
    default:
      throw new RangeError(`A ${type} tensor cannot be made from plain numbers`);
  }
}

/** A float attribute; plain numbers are integer attributes. */
export class FloatAttribute {
  readonly values: readonly number[];
  readonly isList: boolean;

  constructor(value: number | readonly number[]) {
    this.isList = typeof value !== 'number';
    this.values = typeof value === 'number' ? [value] : value;
  }
}

/** Marks a number, or a list of numbers, as a float attribute: `{ epsilon: float(1e-12) }`. */
export function float(value: number | readonly number[]): FloatAttribute {
  return new FloatAttribute(value);
}
