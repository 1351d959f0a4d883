import { packBlocks } from '../format/block-file.ts';
import { deflate } from '../format/deflate.ts';
import type { BlockFiles, IndexFile } from '../format/manifest.ts';
import { SUM_DIGITS, sha256 } from '../format/sha256.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Collects the files of an index. */
export class IndexWriter {
  readonly files = new Map<string, Bytes>();

  /** Adds a file of a kind under a name that carries its sum. */
  async add(kind: string, bytes: Bytes): Promise<IndexFile> {
    const sum = await sha256(bytes);
    const name = `${kind}.${sum.slice(0, 10)}.bin`;
    this.files.set(name, bytes);
    return { name, bytes: bytes.length, sha256: sum.slice(0, SUM_DIGITS) };
  }

  async addPacked(kind: string, bytes: Bytes): Promise<IndexFile> {
    return this.add(kind, await deflate(bytes));
  }

  /** Adds blocks, whole and in at most `most` shards of at least `least` bytes; gives the blocks' lengths, too. */
  async addBlocks(
    kind: string,
    blocks: readonly Bytes[],
    { least, most }: { least: number; most: number },
  ): Promise<{ files: BlockFiles; lengths: number[] }> {
    const packed = await packBlocks(blocks);
    const all = await this.add(`all${kind}`, joined(packed));
    const size = Math.max(least, Math.ceil(all.bytes / most));
    const shards: BlockFiles['shards'][number][] = [];
    let first = 0;
    let bytes = 0;
    for (const [index, block] of packed.entries()) {
      bytes += block.length;
      if (bytes < size && index < packed.length - 1) continue;
      shards.push({ ...(await this.add(kind, joined(packed.slice(first, index + 1)))), first });
      first = index + 1;
      bytes = 0;
    }
    return { files: { all, shards }, lengths: packed.map(({ length }) => length) };
  }
}

function joined(parts: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
