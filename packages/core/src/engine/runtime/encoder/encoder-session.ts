import { Encoder, type EncoderText } from '@nearfield/encoder';
import { FoundationError } from '@nearfield/spec';
import { classifyRuntimeError } from '../runtime-errors.ts';
import type { EncodeOptions, EncoderPlan, PackedSession, Session, SubmittedRun } from '../session.ts';
import type { CrewModel, EncoderCrew } from './encoder-crew.ts';

/** A session of the encoder: takes texts and computes them without padding. */
export class EncoderSession implements Session, PackedSession {
  readonly #crew: EncoderCrew;
  readonly #model: CrewModel;
  readonly #name: string;
  readonly packed = this;

  private constructor(crew: EncoderCrew, encoder: Encoder, name: string) {
    this.#crew = crew;
    this.#model = crew.join(encoder);
    this.#name = name;
  }

  /** Packs the weights. @throws FoundationError OUT_OF_MEMORY, MODEL_INVALID */
  static async open(
    { reading, activationBits, weights: stage }: EncoderPlan,
    name: string,
    crew: EncoderCrew,
  ): Promise<EncoderSession> {
    try {
      return new EncoderSession(crew, await Encoder.open(reading.rows, { activationBits, stage }), name);
    } catch (cause) {
      throw classifyRuntimeError(cause, `${name} could not be loaded`);
    }
  }

  get capacity(): number {
    return this.#crew.capacity;
  }

  async encode(
    texts: readonly EncoderText[],
    { dimensions, normalized, task, isBulk, signal }: EncodeOptions,
  ): Promise<readonly Float32Array[]> {
    try {
      const work = { texts, dimensions, normalized, task };
      return await this.#crew.encode(this.#model, work, { signal, isBulk });
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw classifyRuntimeError(cause, `${this.#name} failed on this input`);
    }
  }

  async submit(): Promise<SubmittedRun> {
    throw new FoundationError({
      code: 'NOT_SUPPORTED',
      message: `${this.#name}: the encoder takes texts, not feeds.`,
    });
  }

  async release(): Promise<void> {
    this.#crew.leave(this.#model);
  }
}
