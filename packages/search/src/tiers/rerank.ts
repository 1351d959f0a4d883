import type { FoundDocument } from '../open-index.ts';
import type { Engine } from './optional-model.ts';

/** Documents that a reranker reads; those behind keep their order. */
export const RERANKED = 20;
/** Share of the reranker's word in the new order; the rest is the order before. Default .7. */
const WEIGHT = 0.7;

/** Documents in a new order. */
export interface Reranked {
  readonly results: readonly FoundDocument[];
  /** The reranker's score of each document's best passage, by id: 0 for the worst of those it read, 1 for the best. */
  readonly relevance: ReadonlyMap<string, number>;
}

/**
 * Lets a reranker read the best passage of the first 20 documents, and orders them by what it says and what the search
 * said. Rerankers' scores have ranges of their own, so both are brought to 0–1 first.
 */
export async function rerank(
  engine: Engine,
  model: string,
  query: string,
  results: readonly FoundDocument[],
  signal: AbortSignal,
): Promise<Reranked> {
  const read = results.slice(0, RERANKED);
  if (read.length < 2) return { results, relevance: new Map() };
  const documents = read.map(({ title, passages }) => {
    const [best] = passages;
    return [title, best?.headings.join(' › '), best?.text].filter((part) => part).join('\n');
  });
  const response = await engine.rerank({ model, query, documents, return_documents: false }, { signal });
  const relevance = scaled(
    response.results
      .toSorted((left, right) => left.index - right.index)
      .map(({ relevance_score }) => relevance_score),
  );
  const before = scaled(read.map(({ score }) => score));
  const total = (index: number): number => WEIGHT * relevance[index]! + (1 - WEIGHT) * before[index]!;
  const order = [...read.keys()].sort((left, right) => total(right) - total(left) || left - right);
  return {
    results: [...order.map((index) => read[index]!), ...results.slice(RERANKED)],
    relevance: new Map(read.map(({ id }, index) => [id, relevance[index]!])),
  };
}

/** Numbers brought to 0–1, or all 1 where they are equal. */
function scaled(values: readonly number[]): number[] {
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  return values.map((value) => (range === 0 ? 1 : (value - least) / range));
}
