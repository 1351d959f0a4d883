/** From scores of passages to what a search answers: the same for every kind of index. */
import { FoundationError } from '@nearfield/spec';
import type { Language } from '../analysis/analyser.ts';
import type { FoundDocument, FoundPassage, SearchOptions } from '../answers.ts';
import { invalid } from '../errors.ts';
import type { KeywordScores } from '../keywords/bm25f.ts';
import type { QueryWord } from '../keywords/query.ts';
import type { FusedScore } from './fusion.ts';
import { excerptOf, highlightsOf, markedTerms } from './highlights.ts';
import { type RankedDocument, RERANKED, rerank } from './rerank.ts';

/** Passages of a result at most, and the share of the best one's score that the others need. */
const PASSAGES = 3;
const LEAST_SHARE = 0.6;
const LIMIT = 10;

/** The parts of an index that answers display. Documents and passages have numbers. */
export interface Shown {
  documentOf(passage: number): number;
  /** Whether the filters let a document through. */
  isAllowed(document: number): boolean;
  /** @param passage one of the document's. */
  title(
    document: number,
    passage: number,
  ): Promise<Pick<FoundDocument, 'id' | 'title' | 'url' | 'breadcrumbs'>>;
  text(passage: number): Promise<Pick<FoundPassage, 'headings' | 'anchor' | 'text'>>;
  /** Factor of a passage's score. Absent: 1 for all. */
  weight?(passage: number): number;
}

/** Scores of a query. */
export interface Scores {
  readonly query: string;
  readonly words: readonly QueryWord[];
  readonly language: Language | readonly Language[];
  readonly keywords: KeywordScores;
  /** Best first. */
  readonly fused: Iterable<FusedScore>;
}

/** Runs a part of a search that may fail alone. */
export type Attempt = <Value>(work: () => Promise<Value>) => Promise<Value | undefined>;

/** Collects what failed. What is wrong with the call itself, and an abort, is thrown. */
export function attempts(signal: AbortSignal | undefined): { attempt: Attempt; problems: FoundationError[] } {
  const problems: FoundationError[] = [];
  const attempt: Attempt = async (work) => {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (!FoundationError.isInstance(error) || error.code === 'INPUT_VALIDATION_FAILED') throw error;
      problems.push(error);
      return undefined;
    }
  };
  return { attempt, problems };
}

/** @throws FoundationError INPUT_VALIDATION_FAILED. */
export function limitOf({ limit = LIMIT }: Pick<SearchOptions, 'limit'>): number {
  if (!Number.isInteger(limit) || limit < 1) throw invalid('limit', '`limit` is a whole number, 1 or more.');
  return limit;
}

/** Documents that an answer may need: those that a reranker reads are more than those that are shown. */
export const documentsNeeded = (options: SearchOptions): number =>
  Math.max(limitOf(options), options.rerank === undefined ? 0 : (options.rerank.top ?? RERANKED));

/** The best documents with their best passages, ranked again if that is wanted. */
export async function resultsOf(
  scores: Scores,
  shown: Shown,
  options: SearchOptions,
  attempt: Attempt,
): Promise<FoundDocument[]> {
  const { rerank: reranker, explain = false, signal } = options;
  let ranked = byDocument(scores.fused, shown, documentsNeeded(options));
  let reranked: ReadonlyMap<number, number> = new Map();
  if (reranker !== undefined && ranked.length > 1) {
    const text = (each: RankedDocument) => textToRank(each, shown);
    const again = await attempt(() => rerank(scores.query, ranked, text, reranker, signal));
    if (again !== undefined) [ranked, reranked] = [again.documents, again.scores];
  }
  const terms = markedTerms(scores.words);
  return Promise.all(
    ranked.slice(0, limitOf(options)).map(async ({ document, passages, score }): Promise<FoundDocument> => {
      const [title, ...texts] = await Promise.all([
        shown.title(document, passages[0]!.passage),
        ...passages.map(({ passage }) => shown.text(passage)),
      ]);
      return {
        ...title,
        highlights: highlightsOf(title.title, terms, scores.language),
        score,
        passages: passages.map((each, index): FoundPassage => {
          const text = texts[index]!;
          const highlights = highlightsOf(text.text, terms, scores.language);
          const rerankScore = reranked.get(each.passage);
          const weight = shown.weight?.(each.passage) ?? 1;
          const matched = explain ? scores.keywords.explain(each.passage) : undefined;
          return {
            ...text,
            score: each.score,
            highlights,
            excerpt: excerptOf(text.text, highlights),
            ...(explain && {
              explanation: {
                keywords: each.keywords,
                meaning: each.meaning,
                words: matched?.words ?? [],
                phrase: matched?.phrase ?? 0,
                named: matched?.named ?? 0,
                ...(weight === 1 ? {} : { weight }),
                ...(rerankScore === undefined ? {} : { rerank: rerankScore }),
              },
            }),
          };
        }),
      };
    }),
  );
}

function byDocument(fused: Iterable<FusedScore>, shown: Shown, most: number): readonly RankedDocument[] {
  const found = new Map<number, RankedDocument & { passages: FusedScore[] }>();
  /** Score below which no document that was found gets another passage. */
  let least = 0;
  for (const each of fused) {
    if (found.size === most && each.score < least) break;
    const document = shown.documentOf(each.passage);
    const before = found.get(document);
    if (before !== undefined) {
      if (before.passages.length < PASSAGES && each.score >= LEAST_SHARE * before.score) {
        before.passages.push(each);
      }
    } else if (found.size < most && shown.isAllowed(document)) {
      found.set(document, { document, score: each.score, passages: [each] });
      least = LEAST_SHARE * each.score;
    }
  }
  return [...found.values()];
}

/** Text of a document for a reranker: its title, and headings and text of its best passage. */
async function textToRank({ document, passages }: RankedDocument, shown: Shown): Promise<string> {
  const [{ title }, { headings, text }] = await Promise.all([
    shown.title(document, passages[0]!.passage),
    shown.text(passages[0]!.passage),
  ]);
  return [title, headings.join(' › '), text].filter((part) => part !== '').join('\n');
}

/** Values that documents can be filtered by, with the number of documents that have each. */
export function facetsOf(pairs: Iterable<readonly [pair: string, count: number]>) {
  const found: Record<string, Record<string, number>> = Object.create(null) as typeof found;
  for (const [pair, count] of pairs) {
    const [name, value] = JSON.parse(pair) as [string, string];
    found[name] ??= Object.create(null) as Record<string, number>;
    found[name][value] = count;
  }
  return found;
}
