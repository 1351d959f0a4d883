/** Work of models on a query after the first answer. */
import { embed, FoundationError } from '@nearfield/spec';
import type { FoundDocument, SearchAnswer, SearchOptions } from '../open-index.ts';
import { RERANKED } from '../ranking/rerank.ts';
import type { OptionalModel } from './optional-model.ts';

/** Source of an order: words alone, with the query table, with the model, or with the reranker as well. */
export type Tier = 'keywords' | 'table' | 'model' | 'reranker';

export interface SearchModels {
  /** Embeds queries; absent from indexes of words alone. */
  readonly embedder: OptionalModel | undefined;
  readonly reranker: OptionalModel;
}

export interface LaterTiersOptions {
  readonly query: string;
  /** The first answer, if it was given just now. */
  readonly first: SearchAnswer | undefined;
  readonly limit: number;
  /** Asks the index for the query. */
  ask(options: Pick<SearchOptions, 'limit' | 'meaning' | 'rerank'>): Promise<SearchAnswer>;
  readonly signal: AbortSignal;
}

export interface LaterAnswer {
  /** The last order; absent if none is better than the first. */
  readonly order?: {
    readonly tier: Tier;
    readonly results: readonly FoundDocument[];
    /** The reranker's scores, 0 to 1, by document. */
    readonly relevance: ReadonlyMap<string, number>;
  };
  readonly problems: readonly FoundationError[];
}

/** Searches that load missing rows of the query table, at most, before the answer stays partial. */
const MOST_ROW_LOADS = 8;

const isComing = (model: OptionalModel | undefined): model is OptionalModel =>
  model !== undefined && (model.state === 'loading' || model.state === 'ready');

/** Whether later tiers have something to do. */
export const hasLaterTiers = (
  { embedder, reranker }: Partial<SearchModels>,
  first: SearchAnswer | undefined,
): boolean => isComing(embedder) || isComing(reranker) || first?.meaning === 'partial';

/**
 * Lets the models that may be used answer a query, and waits until the last has: the order changes once. A model that
 * fails is left out and named in `problems`.
 *
 * @throws the signal's reason.
 */
export async function laterAnswer(
  { embedder, reranker }: Partial<SearchModels>,
  { query, first, limit, ask, signal }: LaterTiersOptions,
): Promise<LaterAnswer> {
  const problems: FoundationError[] = [];
  const attempt = async <Value>(work: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw error;
      problems.push(asFoundationError(error));
      return undefined;
    }
  };
  /** Rerankers read more than is shown. */
  const deep = { limit: Math.max(limit, RERANKED) };
  let order: LaterAnswer['order'];
  let meaning: Float32Array | undefined;

  if (isComing(embedder)) {
    const engine = await embedder.ready();
    signal.throwIfAborted();
    const answer = await attempt(async () => {
      if (engine === undefined) return undefined;
      meaning = await embed(engine as Parameters<typeof embed>[0], embedder.model, query, { signal });
      return ask({ ...deep, meaning });
    });
    problems.push(...(answer?.problems ?? []));
    // Without meaning it is the first answer once more: a file was missing or damaged.
    if (answer !== undefined && answer.meaning !== 'none') {
      order = { tier: 'model', results: answer.results, relevance: new Map() };
    }
  }
  if (order === undefined && first?.meaning === 'partial') {
    let answer: SearchAnswer | undefined = first;
    for (let load = 0; load < MOST_ROW_LOADS && answer?.meaning === 'partial'; load++) {
      answer = await attempt(() => ask(deep));
    }
    problems.push(...(answer?.problems ?? []));
    if (answer !== undefined) order = { tier: 'table', results: answer.results, relevance: new Map() };
  }
  // A model's order is not kept back for a reranker's download; without one, there is time to wait.
  if (reranker?.isNear || (isComing(reranker) && order === undefined)) {
    const engine = await reranker.ready();
    signal.throwIfAborted();
    const answer = await attempt(async () => {
      if (engine === undefined) return undefined;
      const rerank = { foundation: engine, model: reranker.model };
      return ask({ ...deep, rerank, ...(meaning && { meaning }) });
    });
    problems.push(...(answer?.problems ?? []));
    const relevance = relevanceOf(answer?.results ?? []);
    if (answer !== undefined && relevance.size > 0) {
      order = { tier: 'reranker', results: answer.results, relevance };
    }
  }
  signal.throwIfAborted();
  return order === undefined ? { problems } : { order, problems };
}

/**
 * The reranker's scores by document: 0 for the worst of those that it read, 1 for the best, as rerankers' scores have
 * ranges of their own.
 */
function relevanceOf(results: readonly FoundDocument[]): Map<string, number> {
  const read = results.flatMap(({ id, passages }) => {
    const score = passages[0]?.explanation?.rerank;
    return score === undefined ? [] : [{ id, score }];
  });
  const least = Math.min(...read.map(({ score }) => score));
  const range = Math.max(...read.map(({ score }) => score)) - least;
  return new Map(read.map(({ id, score }) => [id, range === 0 ? 1 : (score - least) / range]));
}

export const asFoundationError = (error: unknown): FoundationError =>
  FoundationError.isInstance(error)
    ? error
    : new FoundationError({
        code: 'INTERNAL_ERROR',
        message: error instanceof Error ? error.message : String(error),
        cause: error,
      });
