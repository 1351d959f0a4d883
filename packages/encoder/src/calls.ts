/** Instructions as calls of kernels, with weights and tables in their places. */
import { ACTIVATIONS, activationLimit, COMBINATIONS, type Kernels, strideOf } from './kernels.ts';
import type { EncoderMemory } from './memory.ts';
import type { PackedTable, PackedWeights, Places } from './packed.ts';
import type { Instruction } from './program.ts';
import type { EncoderText } from './text.ts';

/** A batch whose numbers are in memory. */
export interface Batch {
  readonly texts: readonly EncoderText[];
  /** Offset of each text's tokens, and the total number of tokens. */
  readonly starts: readonly number[];
  readonly tokens: number;
  readonly slots: readonly number[];
  readonly rounded: number;
  readonly rowScales: number;
  readonly scratch: number;
  readonly indices: Readonly<Record<'words' | 'types' | 'positions', number>>;
}

/** One instruction's work for a batch. */
export type Run = (batch: Batch) => void;

/** Makes calls of instructions. */
export class Caller {
  readonly #kernels: Kernels;
  readonly #memory: EncoderMemory;
  readonly #places: Places;

  /** @param places lays the instructions' constants down on the way, or knows where they lie. */
  constructor(kernels: Kernels, memory: EncoderMemory, places: Places) {
    this.#kernels = kernels;
    this.#memory = memory;
    this.#places = places;
  }

  /** A kernel's call with all that is known before texts are. */
  call(instruction: Instruction): Run {
    const kernels = this.#kernels;
    const places = this.#places;
    const { width, per, target } = instruction;
    const stride = strideOf(width);
    const count = ({ texts, tokens }: Batch): number => (per === 'token' ? tokens : texts.length);
    switch (instruction.op) {
      case 'lookUp':
        return this.#lookUp(instruction, places.table(instruction.table));
      case 'product': {
        const packed: PackedWeights = places.weights(instruction.weights);
        const bias = places.row(instruction.bias, width, 0);
        const { input, inputWidth, isRounded, other } = instruction;
        const [activation, combination] = [
          ACTIVATIONS[instruction.activation],
          COMBINATIONS[instruction.combination],
        ];
        const { depth, weights, scales, panels } = packed;
        const limit = activationLimit(depth);
        return (batch) => {
          const { slots, rounded, rowScales } = batch;
          const rows = count(batch);
          if (!isRounded) {
            kernels.quantiseRows(slots[input]!, strideOf(inputWidth), rows, depth, limit, rounded, rowScales);
          }
          kernels.multiply(
            ...([
              rounded,
              rowScales,
              rows,
              depth,
              weights,
              scales,
              bias,
              panels,
              slots[target]!,
              stride,
            ] as const),
            ...([activation, combination, other < 0 ? 0 : slots[other]!] as const),
          );
        };
      }
      case 'map': {
        const { input, other } = instruction;
        const row = typeof other === 'number' ? 0 : places.row(other, width, 0);
        const [activation, combination] = [
          ACTIVATIONS[instruction.activation],
          COMBINATIONS[instruction.combination],
        ];
        return (batch) => {
          const { slots } = batch;
          const place = typeof other === 'number' ? (slots[other] ?? 0) : row;
          const otherStride = typeof other === 'number' ? stride : 0;
          const from = slots[input]!;
          kernels.mapRows(
            from,
            count(batch),
            stride,
            activation,
            combination,
            place,
            otherStride,
            slots[target]!,
          );
        };
      }
      case 'normalise': {
        const { input, kind, epsilon } = instruction;
        const scale = places.row(instruction.scale, width, 1);
        const bias = places.row(instruction.bias, width, 0);
        if (kind === 'layer') {
          return (batch) => {
            const [from, to] = [batch.slots[input]!, batch.slots[target]!];
            kernels.layerNorm(from, count(batch), width, stride, scale, bias, epsilon, to);
          };
        }
        const isShifted = instruction.bias !== undefined;
        return (batch) => {
          const [from, to] = [batch.slots[input]!, batch.slots[target]!];
          kernels.rmsNorm(from, count(batch), width, stride, scale, epsilon, to);
          if (isShifted) kernels.mapRows(to, count(batch), stride, 0, COMBINATIONS.add, bias, 0, to);
        };
      }
      case 'attend':
        return this.#attend(instruction);
      case 'first': {
        const { input } = instruction;
        return ({ slots, starts }) => {
          const memory = this.#memory.bytes(0, this.#memory.memory.buffer.byteLength);
          const bytes = stride * 4;
          starts.forEach((start, index) => {
            const from = slots[input]! + start * bytes;
            memory.copyWithin(slots[target]! + index * bytes, from, from + bytes);
          });
        };
      }
    }
  }

  #lookUp(instruction: Instruction & { op: 'lookUp' }, packed: PackedTable): Run {
    const kernels = this.#kernels;
    const { table, by, offset, target, width } = instruction;
    const add = Number(instruction.isAdded);
    const { data, scales, minimums } = packed;
    // Positions and fixed rows begin at an offset: the table does there.
    const skipped = { floats: width * 4, bytes: width, nibbles: width / 2 }[table.form] * offset;
    const fixed = by === 'fixed' ? this.#places.integers([0]) : 0;
    return ({ slots, tokens, indices }) => {
      const ids = by === 'fixed' ? fixed : indices[by];
      const common = [ids, by === 'fixed' ? 0 : 1, tokens, data + skipped] as const;
      const to = [width, slots[target]!, add] as const;
      if (table.form === 'floats') kernels.lookUpFloats(...common, ...to);
      else if (table.form === 'bytes') kernels.lookUpBytes(...common, scales + offset * 4, ...to);
      else {
        const skippedGroups = ((offset * width) / table.group) * 4;
        const groups = [scales + skippedGroups, minimums + skippedGroups, table.group] as const;
        kernels.lookUpNibbles(...common, ...groups, ...to);
      }
    };
  }

  #attend(instruction: Instruction & { op: 'attend' }): Run {
    const kernels = this.#kernels;
    const { query, key, value, target, width, form } = instruction;
    const { heads, shared, size, scale, causal } = form;
    const slopes = form.slopes ? this.#places.floats(form.slopes) : 0;
    const stride = strideOf(width);
    const keyStride = strideOf(width / shared);
    return ({ texts, starts, slots, scratch }) => {
      texts.forEach(({ ids: { length }, seen = length }, index) => {
        const at = (slot: number, step: number): number => slots[slot]! + starts[index]! * step * 4;
        kernels.attend(
          ...([
            at(query, stride),
            stride,
            at(key, keyStride),
            keyStride,
            at(value, keyStride),
            keyStride,
          ] as const),
          ...([length, seen, heads, shared, size, scale, slopes, Number(causal), scratch] as const),
          ...([at(target, stride), stride] as const),
        );
      });
    };
  }
}
