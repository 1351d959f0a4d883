/** Instructions as calls of kernels, with weights and tables in their places. */
import { ACTIVATIONS, activationLimit, COMBINATIONS, type Kernels, strideOf } from './kernels.ts';
import type { EncoderMemory } from './memory.ts';
import type { PackedTable, PackedWeights, Places } from './packed.ts';
import { poolingWeights } from './pooling.ts';
import type { Instruction } from './program.ts';
import { turnsOf } from './rotation.ts';
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
  /** The byte that 0 becomes, of rows that are rounded to bytes. */
  readonly rowZeros: number;
  readonly scratch: number;
  readonly indices: Readonly<Record<'words' | 'types' | 'positions' | 'task', number>>;
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
        const { input, inputWidth, isRounded, bits, other } = instruction;
        const [activation, combination] = [
          ACTIVATIONS[instruction.activation],
          COMBINATIONS[instruction.combination],
        ];
        const { depth, weights, scales, panels } = packed;
        const excess = weights + panels * depth * 8;
        const limit = activationLimit(depth);
        return (batch) => {
          const { slots, rounded, rowScales } = batch;
          const rows = count(batch);
          const rowZeros = bits === 8 ? batch.rowZeros : 0;
          if (!isRounded) {
            const source = [slots[input]!, strideOf(inputWidth), rows, depth] as const;
            if (bits === 8) kernels.quantiseBytes(...source, rounded, rowScales, rowZeros);
            else kernels.quantiseRows(...source, limit, rounded, rowScales);
          }
          kernels.multiply(
            ...([
              rounded,
              rowScales,
              rowZeros,
              rows,
              depth,
              weights,
              scales,
              bias,
              panels,
              slots[target]!,
              stride,
            ] as const),
            ...([activation, combination, other < 0 ? 0 : slots[other]!, excess] as const),
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
        const { input, kind, parts, epsilon } = instruction;
        const [part, step] = [width / parts, stride / parts];
        const scale = places.row(instruction.scale, part, 1);
        const bias = places.row(instruction.bias, part, 0);
        if (kind === 'layer') {
          return (batch) => {
            const [from, to] = [batch.slots[input]!, batch.slots[target]!];
            kernels.layerNorm(from, count(batch) * parts, part, step, scale, bias, epsilon, to);
          };
        }
        const isShifted = instruction.bias !== undefined;
        return (batch) => {
          const [from, to, rows] = [batch.slots[input]!, batch.slots[target]!, count(batch) * parts];
          kernels.rmsNorm(from, rows, part, step, scale, epsilon, to);
          if (isShifted) kernels.mapRows(to, rows, step, 0, COMBINATIONS.add, bias, 0, to);
        };
      }
      case 'attend':
        return this.#attend(instruction);
      case 'rotate':
        return this.#rotate(instruction);
      case 'pool': {
        const { input, how } = instruction;
        return ({ texts, slots, starts }) => {
          const bytes = stride * 4;
          texts.forEach(({ ids: { length }, seen = length }, index) => {
            const { first, weights } = poolingWeights(how, seen);
            const mark = this.#memory.mark;
            const place = this.#memory.putFloats(weights);
            const from = slots[input]! + (starts[index]! + first) * bytes;
            kernels.weightedSum(from, weights.length, stride, place, slots[target]! + index * bytes);
            this.#memory.release(mark);
          });
        };
      }
    }
  }

  #lookUp(instruction: Instruction & { op: 'lookUp' }, packed: PackedTable): Run {
    const kernels = this.#kernels;
    const { table, by, offset, target, width, per } = instruction;
    const add = Number(instruction.isAdded);
    const { data, scales, minimums } = packed;
    // Positions and fixed rows begin at an offset: the table does there.
    const skipped = { floats: width * 4, bytes: width, nibbles: width / 2 }[table.form] * offset;
    const fixed = by === 'fixed' ? this.#places.integers([0]) : 0;
    const step = by === 'fixed' || by === 'task' ? 0 : 1;
    return ({ slots, texts, tokens, indices }) => {
      const ids = by === 'fixed' ? fixed : indices[by];
      const count = per === 'token' ? tokens : texts.length;
      const common = [ids, step, count, data + skipped] as const;
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

  #rotate(instruction: Instruction & { op: 'rotate' }): Run {
    const kernels = this.#kernels;
    const { input, target, width, heads, rotation } = instruction;
    const pairs = rotation.frequencies.length;
    const stride = strideOf(width);
    return ({ texts, starts, slots, tokens }) => {
      const bytes = stride * 4;
      const [from, to] = [slots[input]!, slots[target]!];
      if (from !== to) {
        this.#memory
          .bytes(0, this.#memory.memory.buffer.byteLength)
          .copyWithin(to, from, from + tokens * bytes);
      }
      const mark = this.#memory.mark;
      const longest = Math.max(...texts.map(({ ids }) => ids.length));
      const { cosines, sines } = turnsOf(rotation, longest);
      const tables = [cosines, sines].map((table) =>
        this.#memory.putFloats(table.subarray(0, longest * pairs)),
      ) as [number, number];
      texts.forEach(({ ids: { length } }, index) => {
        const at = to + starts[index]! * bytes;
        kernels.rotate(at, length, stride, heads, width / heads, pairs * 2, ...tables, 0);
      });
      this.#memory.release(mark);
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
