import type { Reranker } from '../answers.ts';
import type { FusedScore } from './fusion.ts';

/**
 * Weight of the score of keywords and meaning beside the reranker's logit, and what is added to it where a document has
 * all words of the query: the better they match, the less is left to mend. Tuned on the even questions of eight sets, and
 * chosen among what is as good there so that no set loses by the reranker.
 */
const FUSED_WEIGHT = { least: 12, byWords: 64 } as const;
/** Documents that are ranked again. */
export const RERANKED = 20;

/** A document's passages in the order of their scores, and its best score. */
export interface RankedDocument {
  readonly document: number;
  readonly score: number;
  readonly passages: readonly FusedScore[];
}

/** The logit of a score from 0 to 1; scores of other kinds are taken as they are. */
function logit(score: number, isProbability: boolean): number {
  if (!isProbability) return score;
  const inside = Math.min(1 - 1e-6, Math.max(1e-6, score));
  return Math.log(inside / (1 - inside));
}

/**
 * Ranks the first documents again by what a reranker makes of the query and their best passage; those behind keep their
 * order. Gives the reranker's scores by passage, too.
 */
export async function rerank(
  query: string,
  documents: readonly RankedDocument[],
  textOf: (document: RankedDocument) => Promise<string>,
  { foundation, model, top = RERANKED }: Reranker,
  signal: AbortSignal | undefined,
): Promise<{ documents: RankedDocument[]; scores: Map<number, number> }> {
  const first = documents.slice(0, top);
  const texts = await Promise.all(first.map(textOf));
  const { results } = await foundation.rerank(
    { model, query, documents: texts, return_documents: false, truncation: true },
    signal === undefined ? {} : { signal },
  );
  const isProbability = results.every(({ relevance_score: score }) => score >= 0 && score <= 1);
  const scores = new Map<number, number>();
  const words = Math.max(...first.map(({ passages }) => passages[0]!.keywords));
  const weight = FUSED_WEIGHT.least + FUSED_WEIGHT.byWords * words;
  const ranked = results.map(({ index, relevance_score: score }) => {
    const document = first[index]!;
    scores.set(document.passages[0]!.passage, score);
    return { ...document, order: logit(score, isProbability) + weight * document.score };
  });
  ranked.sort((left, right) => right.order - left.order || left.document - right.document);
  return { documents: [...ranked, ...documents.slice(top)], scores };
}
