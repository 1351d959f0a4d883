import type { Tail } from '@nearfield/onnx';
import type { ListwiseBlock, ListwiseResult } from '../../models/listwise-blocks.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { isFatalRuntimeError } from '../runtime/runtime-errors.ts';
import { type GraphInterface, int64 } from '../runtime/session.ts';
import type { PooledSession } from '../runtime/session-pool.ts';
import type { WorkGroup } from '../scheduling/scheduler.ts';
import type { OutputCheck } from './output-check.ts';
import { TokenFeeds } from './token-feeds.ts';

/** Inputs of the graph beside the tokens'. */
export const LISTWISE_INPUTS = ['doc_token_indices', 'query_token_index'] as const;

/** Outputs with projected vectors, which some exports have: [1, 1, width] and [1, documents, width]. */
const LISTWISE_EMBEDDINGS = { query: 'query_embeds', documents: 'doc_embeds' } as const;

export interface ListwiseEncoderOptions {
  session: PooledSession;
  runtime: Runtime;
  model: GraphInterface;
  /** Tail on the output with one score per document, which converts it to float32. */
  tail: Tail;
  padId: number;
  check: OutputCheck;
}

/** More documents than any block has, so that a tail with this limit keeps all. */
const ALL = 2 ** 31 - 1;

/** A listwise reranker: blocks of documents (see `listwiseBlocks`) in, one score per document out. */
export class ListwiseEncoder {
  /** Blocks → scores, one block per run: published exports have a fixed batch of one. */
  readonly group: WorkGroup<ListwiseBlock, ListwiseResult>;
  /**
   * Maximum number of tokens per block, for `listwiseBlocks`. It is far below the model's context, because the memory
   * of attention grows with its square.
   */
  readonly blockTokens: number;
  /** Whether results have the projected vectors of query and documents. */
  readonly givesEmbeddings: boolean;
  readonly #session: PooledSession;

  constructor({ session, runtime, model, tail, padId, check }: ListwiseEncoderOptions) {
    this.#session = session;
    this.blockTokens = runtime.device === 'webgpu' ? 8192 : 4096;
    const outputs = new Map(model.outputs.map((output) => [output.name, output]));
    const { query, documents } = LISTWISE_EMBEDDINGS;
    this.givesEmbeddings = [query, documents].every((name) => outputs.get(name)?.type === 'float32');
    const tokens = new TokenFeeds(
      runtime,
      padId,
      model.inputs.map(({ name }) => name),
    );
    const scores = tail.pooledOutput!;
    const fetches = this.givesEmbeddings ? [scores, query, documents] : [scores];
    const run = async (block: ListwiseBlock): Promise<ListwiseResult> => {
      const { feeds } = tokens.feeds([block]);
      const positions = BigInt64Array.from(block.documentPositions, BigInt);
      feeds.doc_token_indices = { type: 'int64', dims: [1, positions.length], data: positions };
      feeds.query_token_index = int64(block.queryPosition, [1, 1]);
      feeds[tail.dimensionsInput] = int64(ALL, [1]);
      const [values, queryEmbedding, documentEmbeddings] = await session.run(feeds, fetches);
      check.size(values!.length / positions.length, 1);
      for (const computed of [values, queryEmbedding, documentEmbeddings]) {
        if (computed) check.numbers(computed);
      }
      return {
        scores: values!,
        ...(queryEmbedding && documentEmbeddings && { queryEmbedding, documentEmbeddings }),
      };
    };
    this.group = {
      budget: { tokens: 1, rows: 1, overhead: 0 },
      lengthOf: ({ ids }) => ids.length,
      run: async (batch) => {
        const results: ListwiseResult[] = [];
        for (const block of batch) results.push(await run(block));
        return results;
      },
      isFatal: isFatalRuntimeError,
    };
  }

  async release(): Promise<void> {
    await this.#session.close();
  }
}
