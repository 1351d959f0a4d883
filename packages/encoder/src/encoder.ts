/** Runs a program over texts that lie packed one after the other. */
import {
  ACTIVATIONS,
  activationLimit,
  bindKernels,
  COMBINATIONS,
  compileKernels,
  type Kernels,
  strideOf,
} from './kernels.ts';
import { EncoderMemory } from './memory.ts';
import { type PackedTable, type PackedWeights, Packer } from './packed.ts';
import type { Rows } from './plan/rows.ts';
import { type Instruction, type Program, programOf } from './program.ts';

/** One text, as a model reads it. */
export interface EncoderText {
  /** Numbers of its tokens, at least one. */
  readonly ids: ArrayLike<number>;
  /** Numbers of their segments. Default: 0 for all. */
  readonly types?: ArrayLike<number> | undefined;
  /** How many of the tokens, from the first, are seen by others. Default: all. */
  readonly seen?: number | undefined;
  /**
   * Vectors that are wanted, each as one weight a token: 1 ÷ length throughout for the mean, a single 1 for the first
   * or the last token. Default: a vector for each token. Of models that give one vector a text it has no effect.
   */
  readonly pooling?: readonly Float32Array[] | undefined;
}

export interface EncodeOptions {
  /** Leading numbers of each vector to keep; more than there are keeps all. */
  readonly dimensions: number;
  /** Whether vectors are scaled to length 1. A vector of zeros stays zeros. */
  readonly normalized: boolean;
  /** Awaited between layers: lets others work, and ends the run by throwing. */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** A token, segment or position that the model has no row for. */
export class TokenOutOfRange extends RangeError {
  override readonly name = 'TokenOutOfRange';
}

/** What a vector is divided by at least: keeps zeros zeros. */
const SMALLEST_LENGTH = 1e-12;

/** A batch whose numbers are in memory. */
interface Batch {
  readonly texts: readonly EncoderText[];
  /** Where each text's tokens begin, and how many there are in all. */
  readonly starts: readonly number[];
  readonly tokens: number;
  readonly slots: readonly number[];
  readonly rounded: number;
  readonly rowScales: number;
  readonly scratch: number;
  readonly indices: Readonly<Record<'words' | 'types' | 'positions', number>>;
}

type Run = (batch: Batch) => void;

/**
 * A model, its weights packed in a memory of its own. A text's vectors have the same bits alone and in any batch: no
 * sum runs over another text's tokens.
 */
export class Encoder {
  readonly #memory: EncoderMemory;
  readonly #kernels: Kernels;
  readonly #program: Program;
  readonly #runs: readonly { readonly op: Instruction['op']; readonly run: Run }[];
  readonly #limits: readonly { readonly by: string; readonly rows: number }[];
  readonly #deepest: number;
  readonly #headSize: number;
  readonly #mark: number;
  #isRunning = false;
  /** Numbers of a vector. */
  readonly width: number;
  /** Whether it gives a vector for each token, or one for each text. */
  readonly per: Rows['per'];

  private constructor(module: WebAssembly.Module, rows: Rows) {
    this.#memory = new EncoderMemory();
    this.#kernels = bindKernels(module, this.#memory.memory);
    this.#program = programOf(rows);
    this.width = rows.width;
    this.per = rows.per;
    const { instructions } = this.#program;
    const packer = new Packer(this.#kernels, this.#memory);
    this.#runs = instructions.map((instruction) => ({
      op: instruction.op,
      run: this.#compiled(instruction, packer),
    }));
    this.#limits = instructions.flatMap((each) =>
      each.op === 'lookUp' ? [{ by: each.by, rows: each.table.rows - each.offset }] : [],
    );
    this.#deepest = Math.max(
      8,
      ...instructions.map((each) => (each.op === 'product' ? strideOf(each.inputWidth) : 0)),
    );
    this.#headSize = Math.max(0, ...instructions.map((each) => (each.op === 'attend' ? each.form.size : 0)));
    this.#mark = this.#memory.mark;
  }

  /**
   * Packs a plan's weights. What they were read from is not needed afterwards.
   * @throws OutOfEncoderMemory
   */
  static async open(rows: Rows): Promise<Encoder> {
    return new Encoder(await compileKernels(), rows);
  }

  /** Bytes of its memory: weights, and room for the largest batch so far. */
  get bytes(): number {
    return this.#memory.memory.buffer.byteLength;
  }

  /**
   * Vectors of texts: for each text its vectors one after the other.
   * @throws TokenOutOfRange, OutOfEncoderMemory, and what `pause` throws. One run at a time.
   */
  async encode(
    texts: readonly EncoderText[],
    { dimensions, normalized, pause }: EncodeOptions,
  ): Promise<Float32Array<ArrayBuffer>[]> {
    if (this.#isRunning) throw new TypeError('An encoder runs one batch at a time');
    for (const text of texts) this.#check(text);
    this.#isRunning = true;
    try {
      const batch = this.#lay(texts);
      for (const { op, run } of this.#runs) {
        run(batch);
        if (op === 'attend') await pause?.();
      }
      const kept = Math.min(dimensions, this.width);
      return texts.map((text, index) => this.#vectors(batch, text, index, kept, normalized));
    } finally {
      this.#memory.release(this.#mark);
      this.#isRunning = false;
    }
  }

  #check({ ids, types, seen }: EncoderText): void {
    const { length } = ids;
    if (length === 0) throw new TokenOutOfRange('A text has no tokens');
    if (seen !== undefined && !(seen >= 1 && seen <= length)) {
      throw new TokenOutOfRange(`${seen} of ${length} tokens are to be seen`);
    }
    for (const { by, rows } of this.#limits) {
      if (by === 'positions' && length > rows) {
        throw new TokenOutOfRange(`The text has ${length} tokens, the model reads ${rows}`);
      }
      const numbers = by === 'words' ? ids : by === 'types' ? types : undefined;
      for (let at = 0; numbers && at < length; at++) {
        const number = numbers[at]!;
        if (!(number >= 0 && number < rows)) {
          throw new TokenOutOfRange(`The model has no ${by === 'words' ? 'token' : 'segment'} ${number}`);
        }
      }
    }
  }

  #lay(texts: readonly EncoderText[]): Batch {
    const starts: number[] = [];
    let [tokens, longest] = [0, 1];
    for (const { ids } of texts) {
      starts.push(tokens);
      tokens += ids.length;
      longest = Math.max(longest, ids.length);
    }
    const memory = this.#memory;
    const slots = this.#program.slots.map(({ per, width }) =>
      memory.take((per === 'token' ? tokens : texts.length) * strideOf(width) * 4),
    );
    const rounded = memory.take(Math.max(tokens, texts.length) * this.#deepest * 2);
    const rowScales = memory.take(Math.max(tokens, texts.length) * 4);
    const scratch = memory.take(this.#headSize ? this.#kernels.attentionScratch(longest, this.#headSize) : 0);
    const [words, types, positions] = [0, 0, 0].map(() => memory.take(tokens * 4)) as [
      number,
      number,
      number,
    ];
    texts.forEach(({ ids, types: segments }, index) => {
      const start = starts[index]! * 4;
      memory.integers(words + start, ids.length).set(ids);
      const room = memory.integers(types + start, ids.length);
      if (segments) room.set(Array.from(segments).slice(0, ids.length));
      else room.fill(0);
      const places = memory.integers(positions + start, ids.length);
      for (let at = 0; at < ids.length; at++) places[at] = at;
    });
    const indices = { words, types, positions };
    return { texts, starts, tokens, slots, rounded, rowScales, scratch, indices };
  }

  /** A kernel's call with all that is known before texts are. */
  #compiled(instruction: Instruction, packer: Packer): Run {
    const kernels = this.#kernels;
    const { width, per, target } = instruction;
    const stride = strideOf(width);
    const count = ({ texts, tokens }: Batch): number => (per === 'token' ? tokens : texts.length);
    switch (instruction.op) {
      case 'lookUp':
        return this.#lookUp(instruction, packer.table(instruction.table));
      case 'product': {
        const packed: PackedWeights = packer.weights(instruction.weights);
        const bias = packer.row(instruction.bias, width, 0);
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
        const row = typeof other === 'number' ? 0 : packer.row(other, width, 0);
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
        const scale = packer.row(instruction.scale, width, 1);
        const bias = packer.row(instruction.bias, width, 0);
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
        return this.#attend(instruction, packer);
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
    const fixed = by === 'fixed' ? this.#memory.putIntegers([0]) : 0;
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

  #attend(instruction: Instruction & { op: 'attend' }, packer: Packer): Run {
    const kernels = this.#kernels;
    const { query, key, value, target, width, form } = instruction;
    const { heads, shared, size, scale, causal } = form;
    const slopes = form.slopes ? packer.floats(form.slopes) : 0;
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

  /** A text's vectors, copied out. */
  #vectors(
    { slots, starts }: Batch,
    { ids, pooling }: EncoderText,
    index: number,
    kept: number,
    normalized: boolean,
  ): Float32Array<ArrayBuffer> {
    const memory = this.#memory;
    const stride = strideOf(this.width);
    const mark = memory.mark;
    const first = this.per === 'token' ? starts[index]! : index;
    let source = slots[this.#program.result]! + first * stride * 4;
    let rows = this.per === 'token' ? ids.length : 1;
    if (pooling && this.per === 'token') {
      const pooled = memory.take(pooling.length * stride * 4);
      pooling.forEach((weights, at) => {
        const place = memory.putFloats(weights, ids.length);
        this.#kernels.weightedSum(source, ids.length, stride, place, pooled + at * stride * 4);
        memory.release(place);
      });
      [source, rows] = [pooled, pooling.length];
    }
    const result = memory.take(rows * kept * 4);
    this.#kernels.cutRows(source, rows, stride, kept, normalized ? SMALLEST_LENGTH : -1, result);
    const vectors = memory.floats(result, rows * kept).slice();
    memory.release(mark);
    return vectors;
  }
}
