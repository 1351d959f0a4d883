import { Encoder, type EncoderText } from '@nearfield/encoder';
import { FoundationError } from '@nearfield/spec';
import { yieldToMessages } from '../../../async/yield-to-messages.ts';
import { classifyRuntimeError } from '../runtime-errors.ts';
import type { EncoderPlan, Feed, Feeds, RunOptions, Session, SubmittedRun } from '../session.ts';

/** Batches below this many tokens end sooner than a turn for messages is worth. */
const SMALLEST_PAUSE = 96;

/** A session of the encoder: takes the feeds of a padded batch, and computes its texts without their padding. */
export class EncoderSession implements Session {
  readonly #encoder: Encoder;
  readonly #plan: EncoderPlan;
  readonly #name: string;

  private constructor(encoder: Encoder, plan: EncoderPlan, name: string) {
    this.#encoder = encoder;
    this.#plan = plan;
    this.#name = name;
  }

  /** Packs the weights. @throws FoundationError OUT_OF_MEMORY, MODEL_INVALID */
  static async open(plan: EncoderPlan, name: string): Promise<EncoderSession> {
    try {
      return new EncoderSession(await Encoder.open(plan.reading.rows), plan, name);
    } catch (cause) {
      throw classifyRuntimeError(cause, `${name} could not be loaded`);
    }
  }

  async submit(
    feeds: Feeds,
    [fetch]: readonly string[],
    { lengths, signal }: RunOptions = {},
  ): Promise<SubmittedRun> {
    const { tail, kind } = this.#plan;
    const [rows, longest] = feeds.input_ids!.dims as [number, number];
    const texts = Array.from({ length: rows }, (_, row) => this.#text(feeds, row, longest, lengths?.[row]));
    const tokens = texts.reduce((sum, { ids }) => sum + ids.length, 0);
    const pause =
      tokens < SMALLEST_PAUSE
        ? undefined
        : async (): Promise<void> => {
            await yieldToMessages();
            signal?.throwIfAborted();
          };
    const dimensions = Number(feeds[tail.dimensionsInput]!.data[0]);
    const normalized = fetch === tail.embeddingOutput;
    const task = feeds.task_id && Number(feeds.task_id.data[0]);
    let vectors: Float32Array[];
    try {
      vectors = await this.#encoder.encode(texts, { dimensions, normalized, task, pause });
    } catch (cause) {
      throw classifyRuntimeError(cause, `${this.#name} failed on this input`);
    }
    const kept = Math.min(dimensions, this.#encoder.width);
    const perRow = kind === 'pool' ? feeds[tail.poolingInput!]!.dims[1]! : kind === 'tokens' ? longest : 1;
    const values = new Float32Array(rows * perRow * kept);
    vectors.forEach((vector, row) => {
      values.set(vector, row * perRow * kept);
    });
    return { values: Promise.resolve([values]) };
  }

  async release(): Promise<void> {}

  /** One row, as far as it is no padding: up to its length, or else to its last token that the mask lets through. */
  #text(feeds: Feeds, row: number, longest: number, length: number | undefined): EncoderText {
    const numbers = (feed: Feed | undefined): Int32Array | undefined =>
      feed && lowWords(feed).subarray(row * longest, (row + 1) * longest);
    const mask = numbers(feeds.attention_mask);
    const visible = mask ? mask.lastIndexOf(1) + 1 : longest;
    if (mask?.subarray(0, visible).includes(0)) {
      throw new FoundationError({
        code: 'MODEL_INVALID',
        message: `${this.#name}: a token that is hidden from the others stands before one that is not.`,
      });
    }
    const count = length ?? visible;
    const pooling = this.#plan.kind === 'pool' ? this.#pooling(feeds, row, longest, count) : undefined;
    return {
      ids: numbers(feeds.input_ids)!.subarray(0, count),
      types: numbers(feeds.token_type_ids)?.subarray(0, count),
      seen: Math.min(visible, count),
      pooling,
    };
  }

  #pooling(feeds: Feeds, row: number, longest: number, count: number): Float32Array[] {
    const { data, dims } = feeds[this.#plan.tail.poolingInput!] as Feed & { type: 'float32' };
    const vectors = dims[1]!;
    return Array.from({ length: vectors }, (_, vector) => {
      const start = (row * vectors + vector) * longest;
      return data.subarray(start, start + count);
    });
  }
}

/** The numbers of an int64 feed that fit into 32 bits: all that are fed do. */
function lowWords({ data }: Feed): Int32Array {
  const { buffer, byteOffset, length } = data as BigInt64Array;
  const words = new Int32Array(buffer, byteOffset, length * 2);
  return Int32Array.from({ length }, (_, at) => words[at * 2]!);
}
