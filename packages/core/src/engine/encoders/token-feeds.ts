import type { TokenSequence } from '../../text/text-tokenizer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Feeds } from '../runtime/session.ts';
import { bucketLength } from './buckets.ts';

/** Inputs that {@link TokenFeeds} writes for graphs that have them. */
export const TOKEN_INPUTS = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'] as const;

/** Room for int64 tensors: the low words are written, the high ones stay zero. */
class Int64Buffer {
  #buffer = new ArrayBuffer(0);

  /** Zero-filled room for `count` numbers, as int64 and as its 32-bit words. */
  take(count: number): { int64: BigInt64Array; words: Int32Array } {
    if (this.#buffer.byteLength < count * 8) this.#buffer = new ArrayBuffer(count * 16);
    const words = new Int32Array(this.#buffer, 0, count * 2).fill(0);
    return { int64: new BigInt64Array(this.#buffer, 0, count), words };
  }
}

/** Writes token sequences as padded int64 feeds [rows, longest], in buffers that are used again. */
export class TokenFeeds {
  readonly #runtime: Runtime;
  readonly #padId: number;
  readonly #inputs: ReadonlySet<string>;
  readonly #buffers = new Map<string, Int64Buffer>();

  /** @param inputs names of the graph's inputs: only these are written. */
  constructor(runtime: Runtime, padId: number, inputs: Iterable<string>) {
    this.#runtime = runtime;
    this.#padId = padId;
    this.#inputs = new Set(inputs);
  }

  /** Whether rows of different length may share a batch: without a mask, padding would be read as text. */
  get masksPadding(): boolean {
    return this.#inputs.has('attention_mask');
  }

  /** Padded length of a row of this many tokens. */
  paddedLength(length: number): number {
    return this.masksPadding ? bucketLength(length, this.#runtime.device) : length;
  }

  /** The feeds of a batch, padded on the right. Valid until the next call. */
  feeds(batch: readonly TokenSequence[]): { feeds: Feeds; longest: number } {
    const longest = this.paddedLength(batch.reduce((length, { ids }) => Math.max(length, ids.length), 0));
    const feeds: Feeds = {};
    const add = (
      name: string,
      write: (row: TokenSequence, words: Int32Array, start: number) => void,
    ): void => {
      if (!this.#inputs.has(name)) return;
      let buffer = this.#buffers.get(name);
      if (!buffer) {
        buffer = new Int64Buffer();
        this.#buffers.set(name, buffer);
      }
      const { int64, words } = buffer.take(batch.length * longest);
      batch.forEach((row, index) => {
        write(row, words, index * longest);
      });
      feeds[name] = { type: 'int64', dims: [batch.length, longest], data: int64 };
    };
    add('input_ids', ({ ids }, words, start) => {
      for (let at = 0; at < longest; at++) words[(start + at) * 2] = at < ids.length ? ids[at]! : this.#padId;
    });
    add('attention_mask', ({ ids, mask }, words, start) => {
      for (let at = 0; at < ids.length; at++) words[(start + at) * 2] = mask ? mask[at]! : 1;
    });
    add('token_type_ids', ({ typeIds }, words, start) => {
      typeIds?.forEach((type, at) => {
        words[(start + at) * 2] = type;
      });
    });
    add('position_ids', (_, words, start) => {
      for (let at = 0; at < longest; at++) words[(start + at) * 2] = at;
    });
    return { feeds, longest };
  }
}

/** Groups of indices whose items have the same length. */
export function byLength(lengths: readonly number[]): number[][] {
  const groups = new Map<number, number[]>();
  lengths.forEach((length, index) => {
    const group = groups.get(length);
    if (group) group.push(index);
    else groups.set(length, [index]);
  });
  return [...groups.values()];
}

/** Runs groups of a batch's items one after the other and puts the results back in order. */
export async function inGroups<Item, Result>(
  items: readonly Item[],
  groups: readonly (readonly number[])[],
  run: (items: Item[]) => Promise<Result[]>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  for (const group of groups) {
    const part = await run(group.map((index) => items[index]!));
    group.forEach((index, position) => {
      results[index] = part[position]!;
    });
  }
  return results;
}
