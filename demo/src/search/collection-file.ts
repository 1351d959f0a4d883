import { FoundationError } from '@nearfield/spec';

/** Begins a file that holds an index of texts and one of pictures, and says how long they are. */
const HEAD = /^nearfield-collection 1 (\d+) (\d+)\n/u;
/** Bytes that the first line has at most. */
const LONGEST_HEAD = 64;

/** The indexes of a collection as one file. Without pictures it is the index of the texts. */
export const packedCollection = (texts: Blob, pictures: Blob | undefined): Blob =>
  pictures === undefined
    ? texts
    : new Blob([`nearfield-collection 1 ${texts.size} ${pictures.size}\n`, texts, pictures]);

/**
 * The indexes of a file, which check themselves what they hold.
 * @throws FoundationError INTEGRITY_MISMATCH for a file that ends early
 */
export async function unpackedCollection(file: Blob): Promise<{ texts: Blob; pictures: Blob | undefined }> {
  const head = HEAD.exec(
    String.fromCharCode(...new Uint8Array(await file.slice(0, LONGEST_HEAD).arrayBuffer())),
  );
  if (!head) return { texts: file, pictures: undefined };
  const [start, length, pictures] = [head[0].length, Number(head[1]), Number(head[2])];
  if (file.size !== start + length + pictures) {
    throw new FoundationError({
      code: 'INTEGRITY_MISMATCH',
      message: 'The file of the collection is not complete. Save it again.',
      param: 'file',
    });
  }
  return { texts: file.slice(start, start + length), pictures: file.slice(start + length) };
}
