import { FoundationError } from './errors.ts';

/** Encodings of a returned embedding. Source: OpenAPI document, `embedding_type`. */
export type EmbeddingType = 'float' | 'base64' | 'binary' | 'ubinary';

export const EMBEDDING_TYPES = ['float', 'base64', 'binary', 'ubinary'] as const;

const CHUNK = 0x8000;

/** Base64 of bytes (standard alphabet, padded). */
export function bytesToBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return btoa(binary);
}

/**
 * Bytes of a base64 string.
 * @throws FoundationError INPUT_VALIDATION_FAILED if it is not base64.
 */
export function base64ToBytes(text: string): Uint8Array<ArrayBuffer> {
  let binary: string;
  try {
    binary = atob(text);
  } catch (cause) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: 'This is not base64: use the standard alphabet (A–Z a–z 0–9 + /) with padding.',
      cause,
    });
  }
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Base64 of a vector's little-endian float32 bytes, as the API's `base64`. Length: 4 bytes per dimension. */
export function vectorToBase64(vector: Float32Array): string {
  if (LITTLE_ENDIAN)
    return bytesToBase64(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
  const view = new DataView(new ArrayBuffer(vector.byteLength));
  vector.forEach((value, index) => {
    view.setFloat32(index * 4, value, true);
  });
  return bytesToBase64(new Uint8Array(view.buffer));
}

/**
 * The inverse of {@link vectorToBase64}.
 * @throws FoundationError INPUT_VALIDATION_FAILED if it is not base64 or not a whole number of float32 values.
 */
export function base64ToVector(text: string): Float32Array<ArrayBuffer> {
  const bytes = base64ToBytes(text);
  if (bytes.length % 4 !== 0) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `A base64 vector holds 4 bytes per dimension; this one has ${bytes.length} bytes.`,
    });
  }
  if (LITTLE_ENDIAN) return new Float32Array(bytes.buffer);
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true));
}

/**
 * One bit per dimension, set where the value is above zero, most significant bit first, as the API's `ubinary`.
 * Length: ⌈dimensions ÷ 8⌉ bytes; missing bits of the last byte are zero.
 */
export function vectorToUbinary(vector: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.ceil(vector.length / 8));
  for (let index = 0; index < vector.length; index++) {
    if (vector[index]! > 0) bytes[index >> 3]! |= 0x80 >> (index & 7);
  }
  return bytes;
}

/** The API's `binary`: each `ubinary` byte minus 128 (an offset, not two's complement). */
export function vectorToBinary(vector: Float32Array): Int8Array<ArrayBuffer> {
  return ubinaryToBinary(vectorToUbinary(vector));
}

/** `binary` from `ubinary`: every byte minus 128. */
export function ubinaryToBinary(bytes: Uint8Array): Int8Array<ArrayBuffer> {
  return Int8Array.from(bytes, (byte) => byte - 128);
}

/** `ubinary` from `binary`: every byte plus 128. */
export function binaryToUbinary(bytes: Int8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes, (byte) => byte + 128);
}

/** The result of {@link encodeVector}, by type. */
export interface EncodedVector {
  float: Float32Array;
  base64: string;
  binary: Int8Array;
  ubinary: Uint8Array;
}

/** A float vector in the requested encoding. `float` is the vector itself, not a copy. */
export function encodeVector<Type extends EmbeddingType>(
  vector: Float32Array,
  type: Type,
): EncodedVector[Type] {
  const encoders: { [T in EmbeddingType]: (vector: Float32Array) => EncodedVector[T] } = {
    float: (values) => values,
    base64: vectorToBase64,
    binary: vectorToBinary,
    ubinary: vectorToUbinary,
  };
  return encoders[type](vector);
}
