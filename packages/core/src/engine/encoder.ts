import type { Tail } from '@nearfield/onnx';
import type { BatchInvariance } from '@nearfield/spec';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { Pooling } from '../families/family.ts';
import type { StoredFile } from '../store/types.ts';
import type { TokenSequence } from '../text/tokenizer.ts';
import type { BatchBudget } from './batch-plan.ts';
import { bucketLength } from './buckets.ts';
import { prepareGraph } from './graph.ts';
import type { Runtime } from './runtime.ts';
import { classifyRuntimeError, isFatalRuntimeError } from './runtime-errors.ts';
import type { WorkGroup } from './scheduler.ts';

/** What of a text's vector is asked for. Items that ask for the same share batches. */
export interface VectorOptions {
  /** Matryoshka cut. */
  dimensions: number;
  normalized: boolean;
}

export interface EncoderOptions {
  graph: StoredFile;
  pooling: Pooling;
  hiddenOutput?: string | undefined;
  batchInvariant: boolean;
  padId: number;
  budget: BatchBudget;
  signal?: AbortSignal | undefined;
}

/** int64 tensors of ids: the low words are written, the high ones stay zero. */
class IdBuffer {
  #buffer = new ArrayBuffer(0);

  /** Zero-filled room for `count` ids, as int64 and as its 32-bit words. */
  take(count: number): { int64: BigInt64Array; words: Int32Array } {
    if (this.#buffer.byteLength < count * 8) this.#buffer = new ArrayBuffer(count * 16);
    const words = new Int32Array(this.#buffer, 0, count * 2).fill(0);
    return { int64: new BigInt64Array(this.#buffer, 0, count), words };
  }
}

/**
 * A text encoder's session: token sequences in, one vector each out. Pooling, the Matryoshka cut and
 * normalisation are nodes of the graph, so hidden states stay on the device.
 */
export class TextEncoder {
  readonly #session: InferenceSession;
  readonly #tail: Tail;
  readonly #runtime: Runtime;
  readonly #pooling: Pooling;
  readonly #padId: number;
  readonly #budget: BatchBudget;
  readonly #groups = new Map<string, WorkGroup<TokenSequence, Float32Array>>();
  readonly #ids = new IdBuffer();
  readonly #mask = new IdBuffer();
  readonly #types = new IdBuffer();
  #weights = new Float32Array(0);
  /** Whether a text's vector depends on its neighbours in a batch, and what was done about it. */
  readonly invariance: BatchInvariance;

  private constructor(
    session: InferenceSession,
    tail: Tail,
    invariance: BatchInvariance,
    runtime: Runtime,
    options: EncoderOptions,
  ) {
    this.invariance = invariance;
    this.#session = session;
    this.#tail = tail;
    this.#runtime = runtime;
    this.#pooling = options.pooling;
    this.#padId = options.padId;
    this.#budget = invariance.kind === 'single' ? { ...options.budget, rows: 1 } : options.budget;
  }

  /**
   * Makes the session. The weights are held once in JavaScript while it is made, and released then.
   * @throws FoundationError MODEL_INVALID, OUT_OF_MEMORY, DEVICE_LOST.
   */
  static async create(runtime: Runtime, options: EncoderOptions): Promise<TextEncoder> {
    const { bytes, externalData, tail, invariance } = await prepareGraph(options.graph, {
      ...options,
      externalWeights: runtime.externalWeights,
    });
    try {
      const session = await runtime.ort.InferenceSession.create(bytes, {
        ...runtime.sessionOptions(),
        ...(externalData.length > 0 && { externalData }),
      });
      return new TextEncoder(session, tail, invariance, runtime, options);
    } catch (cause) {
      throw classifyRuntimeError(cause, `${options.graph.path} could not be loaded`);
    }
  }

  /** The group of items that may share batches; the same object for the same options. */
  group({ dimensions, normalized }: VectorOptions): WorkGroup<TokenSequence, Float32Array> {
    const key = `${dimensions} ${normalized}`;
    let group = this.#groups.get(key);
    if (!group) {
      group = {
        budget: this.#budget,
        lengthOf: ({ ids }) => bucketLength(ids.length, this.#runtime.device),
        run: (batch) => this.#run(batch, dimensions, normalized),
        isFatal: isFatalRuntimeError,
      };
      this.#groups.set(key, group);
    }
    return group;
  }

  async #run(
    batch: readonly TokenSequence[],
    dimensions: number,
    normalized: boolean,
  ): Promise<Float32Array[]> {
    const { Tensor } = this.#runtime.ort;
    const rows = batch.length;
    const longest = bucketLength(
      batch.reduce((length, { ids }) => Math.max(length, ids.length), 0),
      this.#runtime.device,
    );
    const feeds: Record<string, Tensor> = {};
    const shape = [rows, longest];
    const has = (name: string): boolean => this.#session.inputNames.includes(name);

    const ids = this.#ids.take(rows * longest);
    const mask = this.#mask.take(rows * longest);
    batch.forEach(({ ids: row }, index) => {
      const start = index * longest;
      for (let position = 0; position < longest; position++) {
        const inside = position < row.length;
        ids.words[(start + position) * 2] = inside ? row[position]! : this.#padId;
        mask.words[(start + position) * 2] = inside ? 1 : 0;
      }
    });
    feeds['input_ids'] = new Tensor('int64', ids.int64, shape);
    if (has('attention_mask')) feeds['attention_mask'] = new Tensor('int64', mask.int64, shape);
    if (has('token_type_ids')) {
      const types = this.#types.take(rows * longest);
      batch.forEach(({ typeIds }, index) => {
        typeIds?.forEach((type, position) => {
          types.words[(index * longest + position) * 2] = type;
        });
      });
      feeds['token_type_ids'] = new Tensor('int64', types.int64, shape);
    }
    if (this.#tail.poolingInput) {
      feeds[this.#tail.poolingInput] = new Tensor('float32', this.#poolingWeights(batch, longest), [
        rows,
        1,
        longest,
      ]);
    }
    feeds[this.#tail.dimensionsInput] = new Tensor('int64', BigInt64Array.of(BigInt(dimensions)), [1]);

    const outputName = normalized ? this.#tail.embeddingOutput : this.#tail.pooledOutput!;
    try {
      const outputs = await this.#session.run(feeds, [outputName]);
      const output = outputs[outputName]!;
      const data = (await output.getData(true)) as Float32Array;
      const width = data.length / rows;
      return Array.from({ length: rows }, (_, row) => data.subarray(row * width, (row + 1) * width));
    } catch (cause) {
      throw classifyRuntimeError(cause, 'The model failed on this input');
    }
  }

  /** One row of weights a text: the mean over its tokens, or a one at the token that stands for it. */
  #poolingWeights(batch: readonly TokenSequence[], longest: number): Float32Array {
    const count = batch.length * longest;
    if (this.#weights.length < count) this.#weights = new Float32Array(count * 2);
    const weights = this.#weights.subarray(0, count).fill(0);
    batch.forEach(({ ids }, index) => {
      const start = index * longest;
      if (this.#pooling === 'mean') weights.fill(1 / ids.length, start, start + ids.length);
      else weights[start + (this.#pooling === 'first' ? 0 : ids.length - 1)] = 1;
    });
    return weights;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
