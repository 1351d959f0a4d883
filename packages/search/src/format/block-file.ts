/**
 * Files of blocks that are read one by one: each packed for itself, behind a checksum. Hosts that serve parts of files
 * send the blocks of a query in one request; others send shards, which are the same blocks in files of their own.
 */
import { damaged } from '../errors.ts';
import type { IndexFiles } from '../index-files.ts';
import { deflate, inflate } from './deflate.ts';
import type { BlockFiles } from './manifest.ts';
import { checksum } from './sha256.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const CHECKSUM = 4;

/** Blocks as they are stored, and how many bytes each takes. The checksum knows a block's number. */
export async function packBlocks(blocks: readonly Bytes[]): Promise<Bytes[]> {
  return Promise.all(
    blocks.map(async (block, number) => {
      const packed = await deflate(block);
      const bytes = new Uint8Array(CHECKSUM + packed.length);
      bytes.set(packed, CHECKSUM);
      new DataView(bytes.buffer).setUint32(0, checksum(packed, number), true);
      return bytes;
    }),
  );
}

/** Reads blocks, each once. */
export class BlockReader {
  readonly #files: IndexFiles;
  readonly #stored: BlockFiles;
  /** Offset of each block, and the end of the last one. */
  readonly #starts: readonly number[];
  readonly #read = new Map<number, Promise<Bytes>>();
  #next: { numbers: number[]; loading: Promise<Map<number, Promise<Bytes>>> } | undefined;

  /** @param lengths bytes of each block as stored. */
  constructor(files: IndexFiles, stored: BlockFiles, lengths: readonly number[]) {
    this.#files = files;
    this.#stored = stored;
    const starts = [0];
    for (const length of lengths) starts.push(starts.at(-1)! + length);
    if (starts.at(-1) !== stored.all.bytes) {
      throw damaged(stored.all.name, 'its blocks have other lengths than the index says');
    }
    this.#starts = starts;
  }

  /** Blocks by their numbers, unpacked. What is asked for in one turn is one load; a block that fails is read again. */
  async blocks(numbers: readonly number[]): Promise<Map<number, Bytes>> {
    for (const number of numbers) {
      if (this.#read.has(number)) continue;
      this.#next ??= { numbers: [], loading: this.#loadNext() };
      const { loading } = this.#next;
      this.#next.numbers.push(number);
      const block = loading.then((all) => all.get(number)!);
      this.#read.set(number, block);
      block.catch(() => this.#read.delete(number));
    }
    const found = await Promise.all(
      numbers.map(async (number) => [number, await this.#read.get(number)!] as const),
    );
    return new Map(found);
  }

  async #loadNext(): Promise<Map<number, Promise<Bytes>>> {
    // Others of this turn join first.
    await Promise.resolve();
    const { numbers } = this.#next!;
    this.#next = undefined;
    return this.#load(numbers.sort((left, right) => left - right));
  }

  /** Blocks as they come: one that is damaged fails alone. */
  async #load(numbers: readonly number[]): Promise<Map<number, Promise<Bytes>>> {
    const ranges = numbers.map((number) => [this.#starts[number]!, this.#starts[number + 1]!] as const);
    const parts = await this.#files.parts(this.#stored.all, ranges);
    const stored = parts ?? (await this.#fromShards(numbers));
    return new Map(numbers.map((number, index) => [number, this.#unpacked(number, stored[index]!)]));
  }

  async #unpacked(number: number, bytes: Uint8Array): Promise<Bytes> {
    const packed = bytes.slice(CHECKSUM);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length <= CHECKSUM || view.getUint32(0, true) !== checksum(packed, number)) {
      throw damaged(this.#stored.all.name, `block ${number} is damaged`);
    }
    return inflate(packed, this.#stored.all.name);
  }

  #fromShards(numbers: readonly number[]): Promise<Uint8Array[]> {
    return Promise.all(
      numbers.map(async (number) => {
        const shard = this.#stored.shards.findLast(({ first }) => first <= number)!;
        const bytes = await this.#files.whole(shard);
        const begin = this.#starts[shard.first]!;
        return bytes.subarray(this.#starts[number]! - begin, this.#starts[number + 1]! - begin);
      }),
    );
  }
}
