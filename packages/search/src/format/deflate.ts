import { damaged } from '../errors.ts';

type Bytes = Uint8Array<ArrayBuffer>;

async function through(bytes: Bytes, transform: CompressionStream | DecompressionStream): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Bytes made smaller, so that hosts that do not compress serve no more than those that do. */
export const deflate = (bytes: Bytes): Promise<Bytes> => through(bytes, new CompressionStream('deflate-raw'));

/** Bytes as they were before {@link deflate}; INTEGRITY_MISMATCH if they were never deflated. */
export async function inflate(bytes: Bytes, file: string): Promise<Bytes> {
  try {
    return await through(bytes, new DecompressionStream('deflate-raw'));
  } catch (cause) {
    throw damaged(file, 'the file cannot be unpacked', cause);
  }
}
