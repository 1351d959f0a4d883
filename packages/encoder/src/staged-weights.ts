/** Finds the constants of a program that lie in its memory already, and those that may be packed in their own place. */
import { strideOf } from './kernels.ts';
import type { EncoderMemory } from './memory.ts';
import type { Table, Weights } from './plan/rows.ts';
import type { Program } from './program.ts';
import type { StagedRegion } from './weight-stage.ts';

type ByteWeights = Weights & { form: 'bytes' };

/** Where a matrix is packed within the region of its own bytes. */
export interface OwnPlace {
  readonly region: StagedRegion;
  readonly address: number;
}

/** What uses one region. */
interface Uses {
  readonly region: StagedRegion;
  readonly weights: Set<ByteWeights>;
  readonly tables: Set<Table>;
}

/** Bytes of a matrix in panels; behind them is a number for each column, which relaxed vectors need. */
export const panelBytes = ({ inputs, outputs }: Weights): number =>
  strideOf(inputs) * strideOf(outputs) + strideOf(outputs) * 4;

/** What of a program lies in a memory. */
export class StagedWeights {
  readonly #memory: EncoderMemory;
  readonly #own = new Map<object, OwnPlace>();

  constructor(memory: EncoderMemory, regions: readonly StagedRegion[], program: Program) {
    this.#memory = memory;
    if (regions.length === 0) return;
    const uses = regions.map((region): Uses => ({ region, weights: new Set(), tables: new Set() }));
    for (const instruction of program.instructions) {
      if (instruction.op === 'product') {
        const { weights } = instruction;
        if (weights.form === 'bytes') this.#useOf(weights.bytes, uses)?.weights.add(weights);
      } else if (instruction.op === 'lookUp') {
        const { table } = instruction;
        if (table.form !== 'floats') this.#useOf(table.bytes, uses)?.tables.add(table);
      }
    }
    for (const each of uses) this.#settle(each);
  }

  /** The address of numbers that lie in the memory. Only before it grows. */
  addressOf(view: ArrayBufferView): number | undefined {
    return view.buffer === this.#memory.memory.buffer ? view.byteOffset : undefined;
  }

  /** Where a matrix may be packed, or a table changed, over its own bytes. */
  ownPlaceOf(constant: Weights | Table): OwnPlace | undefined {
    return this.#own.get(constant);
  }

  /** Regions lie in the order of their addresses. */
  #useOf(view: Uint8Array, uses: readonly Uses[]): Uses | undefined {
    const address = this.addressOf(view);
    if (address === undefined) return undefined;
    let [low, high] = [0, uses.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { region } = uses[middle]!;
      if (region.address + region.room <= address) low = middle + 1;
      else high = middle;
    }
    return uses[low];
  }

  /** Packed in place, a region can serve nothing else: matrices that share it must all find room in it. */
  #settle({ region, weights, tables }: Uses): void {
    if (tables.size === 1 && weights.size === 0) {
      for (const table of tables) this.#own.set(table, { region, address: region.address });
    }
    if (tables.size > 0) return;
    let end = region.address;
    const places = [...weights].map((each): [ByteWeights, OwnPlace] => {
      const address = end;
      end += Math.ceil(panelBytes(each) / 64) * 64;
      return [each, { region, address }];
    });
    // The last needs no filling up.
    const last = places.at(-1);
    if (!last || last[1].address + panelBytes(last[0]) > region.address + region.room) return;
    for (const [each, place] of places) this.#own.set(each, place);
  }
}
