import type { Tail } from '@nearfield/onnx';
import type { BatchInvariance } from '@nearfield/spec/implement';
import type { TokenSequence } from '../../text/text-tokenizer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { isFatalRuntimeError } from '../runtime/runtime-errors.ts';
import { type GraphInterface, int64 } from '../runtime/session.ts';
import type { PooledSession } from '../runtime/session-pool.ts';
import { type BatchBudget, PACKED_BUDGET } from '../scheduling/batch-plan.ts';
import { batchRuns, type RunOptions, type SubmittedBatch, type WorkGroup } from '../scheduling/scheduler.ts';
import type { OutputCheck } from './output-check.ts';
import { packedText } from './packed-text.ts';
import { byLength, inGroups, TokenFeeds } from './token-feeds.ts';

export interface PairEncoderOptions {
  session: PooledSession;
  runtime: Runtime;
  model: GraphInterface;
  /** Tail on the output with one logit per pair, which converts it to float32. */
  tail: Tail;
  invariance: BatchInvariance;
  padId: number;
  budget: BatchBudget;
  /** Whether the session computes each pair to its own length. */
  isPacked?: boolean | undefined;
  check: OutputCheck;
}

/** A cross-encoder: pairs as the model reads them (see `pairWindows`) in, one logit per pair out. */
export class PairEncoder {
  readonly invariance: BatchInvariance;
  /** Pairs → logits. The score of a pair is the logit's sigmoid. */
  readonly group: WorkGroup<TokenSequence, number>;
  readonly #session: PooledSession;

  constructor(options: PairEncoderOptions) {
    const { session, runtime, model, tail, invariance, padId, isPacked = false, check } = options;
    const budget = isPacked ? PACKED_BUDGET : options.budget;
    this.#session = session;
    this.invariance = invariance;
    const common = {
      budget: invariance.kind === 'single' ? { ...budget, rows: 1 } : budget,
      isFatal: isFatalRuntimeError,
    };
    if (isPacked) {
      this.group = {
        ...common,
        lengthOf: ({ ids }) => ids.length,
        capacity: () => session.capacity,
        run: async (batch, { signal, isBulk = false }: Partial<RunOptions> = {}) => {
          const texts = batch.map((pair) => packedText(pair));
          // More than one number per pair would show that these are not logits of pairs.
          const options = { dimensions: 2, normalized: false, signal, isBulk };
          const logits = await session.encode(texts, options);
          return logits.map((values) => {
            check.size(values.length, 2);
            check.numbers(values);
            return values[0]!;
          });
        },
      };
      return;
    }
    const tokens = new TokenFeeds(
      runtime,
      padId,
      model.inputs.map(({ name }) => name),
    );
    const output = tail.pooledOutput!;
    const submit = async (batch: TokenSequence[]): Promise<SubmittedBatch<number>> => {
      const { feeds } = tokens.feeds(batch);
      // More than one number per pair would show that these are not logits of pairs.
      feeds[tail.dimensionsInput] = int64(2, [1]);
      const { values } = await session.submit(feeds, [output]);
      return {
        results: values.then(([logits]) => {
          check.size(logits!.length / batch.length, 2);
          check.numbers(logits!);
          return Array.from(logits!);
        }),
      };
    };
    const { run, ...pipelined } = batchRuns(runtime, submit);
    this.group = {
      ...common,
      lengthOf: ({ ids }) => tokens.paddedLength(ids.length),
      ...(tokens.masksPadding
        ? { run, ...pipelined }
        : { run: (batch) => inGroups(batch, byLength(batch.map(({ ids }) => ids.length)), run) }),
    };
  }

  async release(): Promise<void> {
    await this.#session.close();
  }
}
