/** Vectors of a document, and the model that made them, as they are kept. */
import { ByteReader, ByteWriter } from '../format/bytes.ts';
import type { Fingerprint } from '../meaning/embedder.ts';
import type { QuantizedVector } from './vectors/quantized.ts';

export const MODEL_KEY = 'model';

/** Vectors of one document's passages, in their order. */
export interface StoredVectors {
  /** Checksum of their inputs, see `inputsSum()`. */
  readonly sum: string;
  readonly vectors: readonly QuantizedVector[];
}

function writeVectors(writer: ByteWriter, vectors: readonly QuantizedVector[]): void {
  writer.varint(vectors.length);
  writer.varint(vectors[0]?.numbers.length ?? 0);
  for (const { numbers, scale } of vectors) {
    writer.bytes(new Uint8Array(Float32Array.of(scale).buffer));
    writer.bytes(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  }
}

function readVectors(reader: ByteReader): QuantizedVector[] {
  const count = reader.varint();
  const dimensions = reader.varint();
  return Array.from({ length: count }, () => {
    const scale = new Float32Array(reader.bytes(4).slice().buffer)[0]!;
    return { scale, numbers: new Int16Array(reader.bytes(dimensions * 2).slice().buffer) };
  });
}

export function encodeVectors({ sum, vectors }: StoredVectors): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.text(sum);
  writeVectors(writer, vectors);
  return writer.finish();
}

export function decodeVectors(bytes: Uint8Array): StoredVectors {
  const reader = new ByteReader(bytes, 'vectors');
  return { sum: reader.text(), vectors: readVectors(reader) };
}

export const encodeFingerprint = (fingerprint: Fingerprint): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(fingerprint));

export const decodeFingerprint = (bytes: Uint8Array): Fingerprint =>
  JSON.parse(new TextDecoder().decode(bytes)) as Fingerprint;
