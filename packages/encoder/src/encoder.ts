/** Runs a program over texts that lie packed one after the other. */
import { type Batch, Caller, type Run } from './calls.ts';
import { type EncoderCopy, type PackedProgram, withoutData } from './encoder-copy.ts';
import { type ActivationBits, type Kernels, strideOf } from './kernels.ts';
import type { EncoderMemory } from './memory.ts';
import { KnownPlaces, Packer, type Place } from './packed.ts';
import { type EncoderPlace, openPlace } from './place.ts';
import type { Rows } from './plan/rows.ts';
import { type Instruction, type Program, programOf } from './program.ts';
import { StagedWeights } from './staged-weights.ts';
import type { EncoderText } from './text.ts';
import { Paces } from './threads/pace.ts';
import type { Team } from './threads/team.ts';
import type { WeightStage } from './weight-stage.ts';

export interface EncoderOptions {
  /** Bits to which inputs of products are rounded. @default 14 */
  readonly activationBits?: ActivationBits | undefined;
  /** Threads that share the work. Default: none. */
  readonly team?: Team | undefined;
  /** The memory that the weights lie in, which becomes the encoder's. Default: they lie elsewhere. */
  readonly stage?: WeightStage | undefined;
}

export interface EncodeOptions {
  /** Leading numbers of each vector to keep; more than there are keeps all. */
  readonly dimensions: number;
  /** Whether vectors are scaled to length 1. A vector of zeros stays zeros. */
  readonly normalized: boolean;
  /** Number of the task whose adapter is used, for models that have some. @default 0 */
  readonly task?: number | undefined;
  /** Whether the team's threads may share the run. @default true */
  readonly isShared?: boolean | undefined;
  /** Awaited between layers: lets others work, and ends the run by throwing. */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** A token, segment, position or task that the model has no row for. */
export class TokenOutOfRange extends RangeError {
  override readonly name = 'TokenOutOfRange';
}

/** What is made in a place, which is given up if that fails. */
function kept<Made>({ team, id }: EncoderPlace, make: () => Made): Made {
  try {
    return make();
  } catch (cause) {
    if (id !== undefined) team?.close(id);
    throw cause;
  }
}

/** Smallest divisor of a vector: keeps zeros zeros. */
const SMALLEST_LENGTH = 1e-12;

/**
 * A model, its weights packed in a memory of its own. A text's vectors have the same bits alone and in any batch: no
 * sum runs over another text's tokens.
 */
export class Encoder {
  readonly #team: Team | undefined;
  readonly #paces = new Paces();
  readonly #id: number;
  readonly #memory: EncoderMemory;
  readonly #kernels: Kernels;
  readonly #program: Program;
  readonly #runs: readonly { readonly op: Instruction['op']; readonly run: Run }[];
  readonly #limits: readonly { readonly by: string; readonly rows: number }[];
  readonly #deepest: number;
  readonly #headSize: number;
  readonly #mark: number;
  readonly #places: readonly Place[];
  #isRunning = false;
  /** Numbers of a vector. */
  readonly width: number;
  /** Whether it gives a vector for each token, or one for each text. */
  readonly per: Rows['per'];

  private constructor(
    { kernels, memory, team, id = 0 }: EncoderPlace,
    { program, width, per, places }: PackedProgram,
  ) {
    this.#team = team;
    this.#id = id;
    this.#memory = memory;
    this.#kernels = kernels;
    this.#program = program;
    this.#places = places;
    this.width = width;
    this.per = per;
    const { instructions } = program;
    const caller = new Caller(kernels, memory, new KnownPlaces(places));
    this.#runs = instructions.map((instruction) => ({
      op: instruction.op,
      run: caller.call(instruction),
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
  static async open(rows: Rows, { activationBits = 14, team, stage }: EncoderOptions = {}): Promise<Encoder> {
    const program = programOf(rows, activationBits);
    const { place, regions } = stage ? stage.take() : { place: await openPlace(team), regions: [] };
    const { kernels, memory } = place;
    return kept(place, () => {
      const packer = new Packer(memory, new StagedWeights(memory, regions, program));
      const caller = new Caller(kernels, memory, packer);
      for (const instruction of program.instructions) caller.call(instruction);
      packer.fill(kernels);
      const { width, per } = rows;
      // Without its numbers: they would keep the whole file in memory.
      return new Encoder(place, { program: withoutData(program), width, per, places: packer.places });
    });
  }

  /**
   * The same encoder in another realm, from its {@link copy}: it computes the same bits.
   * @param team threads that share the work. Default: none.
   * @throws OutOfEncoderMemory
   */
  static async fromCopy(copy: EncoderCopy, team?: Team): Promise<Encoder> {
    const place = await openPlace(team);
    return kept(place, () => {
      place.memory.fill(copy.bytes);
      return new Encoder(place, copy);
    });
  }

  /** Lets the team's threads forget its memory. It computes nothing after that. */
  close(): void {
    this.#team?.close(this.#id);
  }

  /** All that the same encoder needs elsewhere, its packed weights as one buffer to be transferred. */
  copy(): EncoderCopy {
    const bytes = this.#memory.bytes(0, this.#mark).slice().buffer;
    const { width, per } = this;
    return { program: this.#program, width, per, places: this.#places, bytes };
  }

  /** Bytes of its memory: weights, and room for the largest batch so far. */
  get bytes(): number {
    return this.#memory.memory.buffer.byteLength;
  }

  /**
   * Vectors of texts: for each text its vectors one after the other.
   * @throws TokenOutOfRange, OutOfEncoderMemory, and what `pause` throws. ThreadLost: only a new encoder, from its
   * {@link copy}, computes on. One run at a time.
   */
  async encode(
    texts: readonly EncoderText[],
    { dimensions, normalized, task = 0, isShared = true, pause }: EncodeOptions,
  ): Promise<Float32Array<ArrayBuffer>[]> {
    if (this.#isRunning) throw new TypeError('An encoder runs one batch at a time');
    this.#checkTask(task);
    for (const text of texts) this.#check(text);
    this.#isRunning = true;
    try {
      const batch = this.#lay(texts, task);
      const { tokens } = batch;
      const end = this.#team?.begin(tokens, isShared ? this.#paces.of(tokens) : undefined);
      for (const { op, run } of this.#runs) {
        // Products of the same rows are computed beside each other; all else waits for what was before.
        if (op !== 'product') this.#team?.finish();
        run(batch);
        if (op !== 'product') this.#team?.finish();
        if (op === 'attend') await pause?.();
      }
      const kept = Math.min(dimensions, this.width);
      const vectors = texts.map((text, index) => this.#vectors(batch, text, index, kept, normalized));
      end?.();
      return vectors;
    } finally {
      this.#memory.release(this.#mark);
      this.#isRunning = false;
    }
  }

  #checkTask(task: number): void {
    for (const { by, rows } of this.#limits) {
      if (by === 'task' && !(Number.isInteger(task) && task >= 0 && task < rows)) {
        throw new TokenOutOfRange(`The model has ${rows} tasks, from 0 on, and none ${task}`);
      }
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

  #lay(texts: readonly EncoderText[], task: number): Batch {
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
    const rowZeros = memory.take(Math.max(tokens, texts.length) * 4);
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
    const indices = { words, types, positions, task: memory.putIntegers([task]) };
    return { texts, starts, tokens, slots, rounded, rowScales, rowZeros, scratch, indices };
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
