import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { zip } from './zip.ts';

/** Reads an archive of stored files by its directory, as unpackers do, and checks both headers and the checksums. */
async function unzip(archive: Blob): Promise<Map<string, Uint8Array>> {
  const bytes = Buffer.from(await archive.arrayBuffer());
  const end = bytes.length - 22;
  expect(bytes.readUInt32LE(end)).toBe(0x06054b50);
  const files = new Map<string, Uint8Array>();
  let entry = bytes.readUInt32LE(end + 16);
  expect(entry + bytes.readUInt32LE(end + 12)).toBe(end);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count--) {
    expect(bytes.readUInt32LE(entry)).toBe(0x02014b50);
    const [size, nameLength] = [bytes.readUInt32LE(entry + 24), bytes.readUInt16LE(entry + 28)];
    const header = bytes.readUInt32LE(entry + 42);
    expect(bytes.readUInt32LE(header)).toBe(0x04034b50);
    // Flags to extra field: the same in both headers.
    expect(bytes.subarray(header + 6, header + 30)).toEqual(bytes.subarray(entry + 8, entry + 32));
    const start = header + 30 + nameLength;
    const content = bytes.subarray(start, start + size);
    expect(bytes.readUInt32LE(entry + 16)).toBe(crc32(content));
    files.set(bytes.toString('utf8', entry + 46, entry + 46 + nameLength), new Uint8Array(content));
    entry += 46 + nameLength;
  }
  return files;
}

test('holds every file as it is, by its path', async () => {
  const weights = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) & 0xff);
  const files = await unzip(
    await zip([
      { path: 'config.json', blob: new Blob(['{"größe": 1}']) },
      { path: 'onnx/größe.onnx', blob: new Blob([weights]) },
      { path: 'empty', blob: new Blob([]) },
    ]),
  );
  expect([...files.keys()]).toEqual(['config.json', 'onnx/größe.onnx', 'empty']);
  expect(new TextDecoder().decode(files.get('config.json'))).toBe('{"größe": 1}');
  expect(files.get('onnx/größe.onnx')).toEqual(weights);
  expect(files.get('empty')).toHaveLength(0);
});
