import type { EncoderText } from '@nearfield/encoder';
import type { Tail } from '@nearfield/onnx';
import { FoundationError, type ModelEntry } from '@nearfield/spec';
import type { BatchInvariance } from '@nearfield/spec/implement';
import type { Pooling } from '../../models/recipe.ts';
import type { TokenSequence, TokenSpan } from '../../text/text-tokenizer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { isFatalRuntimeError } from '../runtime/runtime-errors.ts';
import { type Feeds, type GraphInterface, int64 } from '../runtime/session.ts';
import type { PooledSession } from '../runtime/session-pool.ts';
import { type BatchBudget, PACKED_BUDGET } from '../scheduling/batch-plan.ts';
import { batchRuns, type RunOptions, type SubmittedBatch, type WorkGroup } from '../scheduling/scheduler.ts';
import type { OutputCheck } from './output-check.ts';
import { packedText } from './packed-text.ts';
import { byLength, inGroups, TokenFeeds } from './token-feeds.ts';

/** Options of a text's vector. Items with equal options share batches. */
export interface VectorOptions {
  /** Matryoshka cut: dimensions to keep. A larger number keeps all. */
  dimensions: number;
  normalized: boolean;
  /** Task by the API's name, for graphs that choose an adapter by it. Null: none. */
  task?: string | null | undefined;
}

/** A sequence with the ranges of tokens that each get a vector (late chunking). */
export interface SpannedSequence extends TokenSequence {
  readonly spans: readonly TokenSpan[];
}

/** A sequence with the positions of the tokens whose vectors to return. Default: all. */
export interface TokenVectorSequence extends TokenSequence {
  readonly kept?: Int32Array | undefined;
}

/** One vector per token, row by row. */
export interface TokenVectors {
  readonly data: Float32Array;
  readonly rows: number;
  readonly dimensions: number;
}

export interface TextEncoderOptions {
  session: PooledSession;
  runtime: Runtime;
  model: GraphInterface;
  tail: Tail;
  /** Input of the tail: token vectors to pool, pooled vectors, or token vectors to return individually. */
  tailKind: 'pool' | 'pooled' | 'tokens';
  pooling: Pooling;
  invariance: BatchInvariance;
  padId: number;
  budget: BatchBudget;
  /** Whether the session computes each text to its own length. */
  isPacked?: boolean | undefined;
  check: OutputCheck;
  /** Entry whose tasks have adapters. */
  entry: ModelEntry;
  /** Inputs of the graph's other half, by the number of rows, which every run needs too. */
  otherFeeds?: ((rows: number) => Feeds) | undefined;
}

/**
 * A text encoder: token sequences in, vectors out. Pooling, the Matryoshka cut and normalisation are nodes of the
 * graph, so hidden states stay on the device. Graphs without an attention mask only get rows of one length.
 */
export class TextVectorEncoder {
  readonly #options: TextEncoderOptions;
  readonly #feeds: TokenFeeds;
  readonly #budget: BatchBudget;
  readonly #hasAdapters: boolean;
  readonly #groups = new Map<string, WorkGroup<never, unknown>>();
  #weights = new Float32Array(0);
  /** Whether a text's vector depends on its neighbours in a batch, and how that was prevented. */
  readonly invariance: BatchInvariance;

  constructor(options: TextEncoderOptions) {
    const { model, runtime, padId, invariance, isPacked = false } = options;
    const budget = isPacked ? PACKED_BUDGET : options.budget;
    this.#options = options;
    this.#feeds = new TokenFeeds(
      runtime,
      padId,
      model.inputs.map(({ name }) => name),
    );
    this.#hasAdapters = model.inputs.some(({ name }) => name === 'task_id');
    this.invariance = invariance;
    this.#budget = invariance.kind === 'single' ? { ...budget, rows: 1 } : budget;
  }

  /** Texts → one vector each. The same object for the same options. @throws FoundationError NOT_SUPPORTED */
  group(options: VectorOptions): WorkGroup<TokenSequence, Float32Array> {
    this.#require('pool', 'pooled');
    const { pooling } = this.#options;
    return this.#group<TokenSequence, Float32Array>('vector', options, {
      vectors: () => 1,
      weigh: ({ ids: { length } }, weights) => {
        if (pooling === 'mean') weights.fill(1 / length, 0, length);
        else weights[pooling === 'first' ? 0 : length - 1] = 1;
      },
      result: (_, data, dimensions) => this.#checked(data, dimensions, options),
    });
  }

  /**
   * Texts → one vector for each of their spans, the mean of its tokens: late chunking. An empty span gives zeros.
   * @throws FoundationError NOT_SUPPORTED if the graph only gives pooled vectors.
   */
  spans(options: VectorOptions): WorkGroup<SpannedSequence, Float32Array[]> {
    this.#require('pool');
    return this.#group<SpannedSequence, Float32Array[]>('spans', options, {
      vectors: ({ spans }) => spans.length,
      weigh: ({ spans }, weights, longest) => {
        spans.forEach(({ start, end }, span) => {
          weights.fill(1 / (end - start), span * longest + start, span * longest + end);
        });
      },
      result: ({ spans }, data, dimensions) =>
        spans.map(({ start, end }, span) => {
          const vector = data.subarray(span * dimensions, (span + 1) * dimensions);
          return end > start ? this.#checked(vector, dimensions, options) : vector;
        }),
    });
  }

  /**
   * Texts → one vector for each token, or each token of `kept`.
   * @throws FoundationError NOT_SUPPORTED if the graph only gives pooled vectors.
   */
  tokens(options: VectorOptions): WorkGroup<TokenVectorSequence, TokenVectors> {
    this.#require('pool', 'tokens');
    return this.#group<TokenVectorSequence, TokenVectors>('tokens', options, {
      vectors: ({ ids }) => ids.length,
      result: ({ ids, kept }, data, dimensions) => {
        if (!kept) {
          const all = data.subarray(0, ids.length * dimensions);
          return { data: this.#checked(all, dimensions, options), rows: ids.length, dimensions };
        }
        const chosen = new Float32Array(kept.length * dimensions);
        kept.forEach((at, row) => {
          chosen.set(data.subarray(at * dimensions, (at + 1) * dimensions), row * dimensions);
        });
        return { data: this.#checked(chosen, dimensions, options), rows: kept.length, dimensions };
      },
    });
  }

  async release(): Promise<void> {
    await this.#options.session.close();
  }

  /** Checked vectors. A batch with an unusable one fails, and is split until that one is found. */
  #checked(data: Float32Array, dimensions: number, { normalized }: VectorOptions): Float32Array {
    this.#options.check.vectors(data, dimensions, normalized);
    return data;
  }

  #require(...kinds: TextEncoderOptions['tailKind'][]): void {
    if (kinds.includes(this.#options.tailKind)) return;
    const { entry, tailKind } = this.#options;
    throw new FoundationError({
      code: 'NOT_SUPPORTED',
      message:
        tailKind === 'tokens'
          ? `${entry.id} gives one vector per token. Request multi-vectors.`
          : `This file of ${entry.id} gives only pooled vectors, none for individual tokens.`,
    });
  }

  /** The value of the graph's `task_id` input for a task; undefined if it has no such input. */
  #adapter(task: string | null | undefined): number | undefined {
    if (!this.#hasAdapters) return undefined;
    const { entry } = this.#options;
    const adapter = task == null ? undefined : entry.tasks[task]?.adapter;
    if (adapter !== undefined) return adapter;
    const tasks = Object.keys(entry.tasks).join(', ');
    throw new FoundationError({
      code: task == null ? 'NOT_SUPPORTED' : 'INPUT_VALIDATION_FAILED',
      message:
        task == null
          ? `Without a task the hosted API uses the base weights of ${entry.id}; this file always applies one of its adapters. Name a task: ${tasks}.`
          : `${entry.id} has no adapter for the task '${task}'. Its tasks: ${tasks}.`,
      param: 'task',
    });
  }

  #group<Item extends TokenSequence, Result>(
    kind: string,
    options: VectorOptions,
    shape: PooledShape<Item, Result>,
  ): WorkGroup<Item, Result> {
    const adapter = this.#adapter(options.task);
    const key = `${kind} ${options.dimensions} ${options.normalized} ${adapter}`;
    let group = this.#groups.get(key) as WorkGroup<Item, Result> | undefined;
    if (!group) {
      const common = { budget: this.#budget, isFatal: isFatalRuntimeError };
      group = this.#options.isPacked
        ? { ...common, ...this.#packed(options, adapter, shape) }
        : { ...common, ...this.#padded(options, adapter, shape) };
      this.#groups.set(key, group as WorkGroup<never, unknown>);
    }
    return group;
  }

  /** Runs whose texts are computed by their own lengths, beside others. */
  #packed<Item extends TokenSequence, Result>(
    { dimensions, normalized }: VectorOptions,
    task: number | undefined,
    { vectors, weigh, result }: PooledShape<Item, Result>,
  ): Pick<WorkGroup<Item, Result>, 'run' | 'lengthOf' | 'capacity'> {
    const { session, tailKind, check } = this.#options;
    const textOf = (item: Item): EncoderText => {
      const { length } = item.ids;
      const count = vectors(item);
      // Without weights each token has a vector.
      if (tailKind !== 'pool' || !weigh) return packedText(item);
      const weights = new Float32Array(count * length);
      weigh(item, weights, length);
      const each = (at: number): Float32Array => weights.subarray(at * length, (at + 1) * length);
      return packedText(
        item,
        Array.from({ length: count }, (_, at) => each(at)),
      );
    };
    return {
      lengthOf: ({ ids }) => ids.length,
      capacity: () => session.capacity,
      run: async (batch, { signal, isBulk = false }: Partial<RunOptions> = {}) => {
        const options = { dimensions, normalized, task, signal, isBulk };
        const found = await session.encode(batch.map(textOf), options);
        return batch.map((item, index) => {
          const values = found[index]!;
          const width = values.length / vectors(item);
          check.size(width, dimensions);
          return result(item, values, width);
        });
      },
    };
  }

  /** Runs whose texts are padded to the longest of a batch. */
  #padded<Item extends TokenSequence, Result>(
    options: VectorOptions,
    adapter: number | undefined,
    shape: PooledShape<Item, Result>,
  ): Pick<WorkGroup<Item, Result>, 'run' | 'submit' | 'lengthOf'> {
    const lengthOf = ({ ids }: TokenSequence): number => this.#feeds.paddedLength(ids.length);
    const submit = (batch: Item[]): Promise<SubmittedBatch<Result>> =>
      this.#submit(batch, options, adapter, shape);
    const { run, ...pipelined } = batchRuns(this.#options.runtime, submit);
    return {
      lengthOf,
      ...(this.#feeds.masksPadding
        ? { run, ...pipelined }
        : { run: (batch) => inGroups(batch, byLength(batch.map(lengthOf)), run) }),
    };
  }

  /** Submits a batch to the device. */
  async #submit<Item extends TokenSequence, Result>(
    batch: readonly Item[],
    { dimensions, normalized }: VectorOptions,
    adapter: number | undefined,
    { vectors, weigh = weighEach, result }: PooledShape<Item, Result>,
  ): Promise<SubmittedBatch<Result>> {
    const { session, tail, tailKind, otherFeeds, check } = this.#options;
    const rows = batch.length;
    const { feeds, longest } = this.#feeds.feeds(batch);
    if (adapter !== undefined) feeds.task_id = int64(adapter);
    const most = batch.reduce((count, item) => Math.max(count, vectors(item)), 1);
    if (tail.poolingInput) {
      const perRow = most * longest;
      const count = rows * perRow;
      if (this.#weights.length < count) this.#weights = new Float32Array(count);
      const weights = this.#weights.subarray(0, count).fill(0);
      batch.forEach((item, row) => {
        weigh(item, weights.subarray(row * perRow, (row + 1) * perRow), longest);
      });
      feeds[tail.poolingInput] = { type: 'float32', dims: [rows, most, longest], data: weights };
    }
    feeds[tail.dimensionsInput] = int64(dimensions, [1]);
    Object.assign(feeds, otherFeeds?.(rows));

    const outputName = normalized ? tail.embeddingOutput : tail.pooledOutput;
    if (outputName === undefined) {
      throw new FoundationError({
        code: 'NOT_SUPPORTED',
        message: `${this.#options.entry.id} only gives normalised vectors.`,
        param: 'normalized',
      });
    }
    const perVector = tailKind === 'tokens' ? longest : most;
    const { values } = await session.submit(feeds, [outputName]);
    return {
      results: values.then(([data]) => {
        const perRow = data!.length / rows;
        check.size(perRow / perVector, dimensions);
        return batch.map((item, row) =>
          result(item, data!.subarray(row * perRow, (row + 1) * perRow), perRow / perVector),
        );
      }),
    };
  }
}

/** A pooling matrix with a one at each token gives the token vectors themselves. */
function weighEach({ ids: { length } }: TokenSequence, weights: Float32Array, longest: number): void {
  for (let at = 0; at < length; at++) weights[at * longest + at] = 1;
}

/** The vectors requested of a text, and their reading from the graph's row. */
interface PooledShape<Item, Result> {
  /** Number of vectors of the text. */
  vectors(item: Item): number;
  /** Writes the weight of each token in each vector, [vectors, longest], into zeros. Absent: a vector for each token. */
  weigh?(item: Item, weights: Float32Array, longest: number): void;
  /** @param data the row's vectors one after the other; a view into those of the batch. */
  result(item: Item, data: Float32Array, dimensions: number): Result;
}
