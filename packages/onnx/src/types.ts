/** Names and numbers of ONNX element types, as in `TensorProto.DataType`, and where the bytes of a tensor may lie. */

/** Element types this package can write and name. */
export const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
  uint4: 21,
  int4: 22,
} as const;

/** An element type by name, for example `float32`. */
export type ElementType = keyof typeof ELEMENT_TYPES;

const ELEMENT_TYPE_NAMES = new Map<number, ElementType>(
  (Object.keys(ELEMENT_TYPES) as ElementType[]).map((name) => [ELEMENT_TYPES[name], name]),
);

/** The name of an element type number, or `undefined` for one this package does not know. */
export function elementTypeName(number: number): ElementType | undefined {
  return ELEMENT_TYPE_NAMES.get(number);
}

const ELEMENT_BITS: Readonly<Record<ElementType, number>> = {
  float32: 32,
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  int32: 32,
  int64: 64,
  string: 0,
  bool: 8,
  float16: 16,
  float64: 64,
  uint32: 32,
  uint64: 64,
  bfloat16: 16,
  uint4: 4,
  int4: 4,
};

/**
 * Bytes that `count` elements take as raw tensor data; 4-bit types pack two elements into a byte.
 *
 * @throws {RangeError} for `string`, which has no raw form.
 */
export function rawByteLength(type: ElementType, count: number): number {
  if (type === 'string') throw new RangeError('String tensors have no raw data');
  return Math.ceil((ELEMENT_BITS[type] * count) / 8);
}

/** A byte range of a file beside the model. */
export interface ExternalData {
  /** Path relative to the model file. */
  readonly location: string;
  /** Bytes from the beginning of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}
