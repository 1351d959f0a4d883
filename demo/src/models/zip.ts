/** CRC-32 (ISO 3309) of each byte value. */
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

async function crc32(blob: Blob): Promise<number> {
  let crc = 0xffffffff;
  for await (const bytes of blob.stream() as unknown as AsyncIterable<Uint8Array>) {
    for (let index = 0; index < bytes.length; index++) crc = CRC[(crc ^ bytes[index]!) & 0xff]! ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Numbers of so many bytes each, little-endian. */
function fields(...values: readonly (readonly [bytes: 2 | 4, value: number])[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(values.reduce((sum, [bytes]) => sum + bytes, 0)));
  let offset = 0;
  for (const [bytes, value] of values) {
    if (bytes === 2) view.setUint16(offset, value, true);
    else view.setUint32(offset, value, true);
    offset += bytes;
  }
  return new Uint8Array(view.buffer);
}

/** 1 January 1980, the first date the format has: the files have none of their own. */
const DATE = 0x21;
const UTF8_NAMES = 0x800;
const LIMIT = 0xffffffff;

/**
 * A ZIP archive (PKWARE APPNOTE 6.3) of files as they are: weights do not compress.
 * @throws RangeError for 4 GB and more, which the format has only as an extension
 */
export async function zip(files: readonly { path: string; blob: Blob }[]): Promise<Blob> {
  const parts: BlobPart[] = [];
  const directory: BlobPart[] = [];
  let offset = 0;
  let directorySize = 0;
  for (const { path, blob } of files) {
    const name = new TextEncoder().encode(path);
    if (offset + blob.size + name.length + 30 > LIMIT)
      throw new RangeError('An archive holds less than 4 GB.');
    // What both headers say of a file: flags, stored, time, date, checksum, sizes, lengths of name and extra field.
    const facts = fields(
      [2, UTF8_NAMES],
      [2, 0],
      [2, 0],
      [2, DATE],
      [4, await crc32(blob)],
      [4, blob.size],
      [4, blob.size],
      [2, name.length],
      [2, 0],
    );
    parts.push(fields([4, 0x04034b50], [2, 20]), facts, name, blob);
    directory.push(
      fields([4, 0x02014b50], [2, 20], [2, 20]),
      facts,
      fields([2, 0], [2, 0], [2, 0], [4, 0], [4, offset]),
      name,
    );
    directorySize += 46 + name.length;
    offset += 30 + name.length + blob.size;
  }
  const end = fields(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, files.length],
    [2, files.length],
    [4, directorySize],
    [4, offset],
    [2, 0],
  );
  return new Blob([...parts, ...directory, end], { type: 'application/zip' });
}
